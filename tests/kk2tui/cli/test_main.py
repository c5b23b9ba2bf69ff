"""The root of the command line: global options, exit statuses, and errors as text and as JSON."""

import ast
import getpass
import logging
import re
import sqlite3
from pathlib import Path

import click
import pytest

from kk2tui import session
from kk2tui.arguments import hoist
from kk2tui.cli.help_text import WORDS
from tests.kk2tui.command_line import CommandLine
from tests.kk2tui.shape import misfits

ERROR = {"error": {"code": str, "message": str, "details": list}}


@pytest.mark.parametrize(
    ("given", "hoisted"),
    [
        ([], []),
        (["cases", "list"], ["cases", "list"]),
        (["cases", "list", "--json"], ["--json", "cases", "list"]),
        (["cases", "--home", "h", "list"], ["--home", "h", "cases", "list"]),
        (["cases", "list", "--home=h", "--handler=kari"], ["--home=h", "--handler=kari", "cases", "list"]),
        (["cases", "--handler", "kari", "show", "X", "--json"], ["--handler", "kari", "--json", "cases", "show", "X"]),
        (["cases", "list", "--home"], ["cases", "list", "--home"]),
        (["payments", "import", "--", "--json"], ["payments", "import", "--", "--json"]),
    ],
)
def test_global_options_may_stand_anywhere(given: list[str], hoisted: list[str]) -> None:
    assert hoist(given) == hoisted


def test_home_comes_from_the_option_before_the_environment(fresh: CommandLine, tmp_path: Path) -> None:
    by_environment = CommandLine(fresh.home, environment={"KK2_HOME": str(fresh.home)})
    assert by_environment.bare("cases", "list", "--handler", "kari", "--json").json()["total"] == 0
    elsewhere = CommandLine(fresh.home, environment={"KK2_HOME": str(tmp_path / "ingenting")})
    assert elsewhere.bare("cases", "list", "--handler", "kari", "--json").error()["code"] == "settings"
    assert elsewhere("cases", "list", "--json").status == 0


def test_without_a_handler_the_log_in_acts(fresh: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "kari")
    assert fresh.bare("cases", "list", "--home", fresh.home).status == 0
    monkeypatch.setattr(getpass, "getuser", lambda: "ukjent")
    assert fresh.bare("cases", "list", "--home", fresh.home, "--json").error()["code"] == "unknown_handler"


def test_a_log_in_without_a_name_is_wrong_usage(fresh: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr(getpass, "getuser", nameless)
    answer = fresh.bare("cases", "list", "--home", fresh.home)
    assert answer.status == 2
    assert "--handler LOGIN" in answer.err


@pytest.mark.parametrize("command", [["cases", "list"], ["posting", "send"], ["receipts", "list"]])
def test_an_unknown_handler_is_refused_with_the_way_to_be_added(fresh: CommandLine, command: list[str]) -> None:
    stranger = CommandLine(fresh.home, handler="ukjent")
    answer = stranger(*command)
    assert (answer.status, answer.out) == (1, "")
    assert "kk2 admin handlers add ukjent" in answer.err
    assert stranger(*command, "--json").error()["code"] == "unknown_handler"


@pytest.mark.parametrize(
    "words",
    [
        ["finnes-ikke"],
        ["cases"],
        ["cases", "list", "--finnes-ikke"],
        ["cases", "list", "--status", "borte"],
        ["cases", "import", "--run", "mange"],
        ["cases", "show"],
        ["payments", "import"],
        ["payments", "delete", "P000001"],
        ["posting", "resolve", "X", "kanskje"],
        ["cases", "list", "--home"],
    ],
)
def test_wrong_usage_is_exit_status_2(fresh: CommandLine, words: list[str]) -> None:
    assert fresh(*words).status == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["cases", "show", "0221-99999999"], "not_found"),
        (["cases", "import", "--run", "99"], "not_found"),
        (["cases", "import", "--run", "4712"], "not_approved"),
        (["cases", "import", "--run", "4713"], "not_approved"),
        (["payments", "add", "0221-99999999", "100", "20.11.2026"], "not_found"),
        (["payments", "place", "P999999", "0221-00000001"], "not_found"),
        (["posting", "resolve", "KK2-0221-20261120-001-R", "found"], "not_found"),
        (["receipts", "show", "K999999"], "not_found"),
        (["init"], "home_exists"),
    ],
)
def test_a_refusal_is_exit_status_1_with_the_error_as_json_or_text(
    fresh: CommandLine, words: list[str], code: str
) -> None:
    answer = fresh(*words, "--json")
    assert answer.status == 1
    assert misfits(answer.json(), ERROR) == []
    assert answer.error()["code"] == code
    told = fresh(*words)
    assert (told.status, told.out) == (1, "")
    assert answer.error()["message"] in told.err


def test_no_new_invoices_names_the_three_things_to_check(worked: CommandLine) -> None:
    worked.json("cases", "import")  # the other company's
    refused = worked("cases", "import", "--json")
    assert refused.status == 1
    assert refused.error()["code"] == "no_new_invoices"
    assert refused.error()["message"].startswith("Ingen nye fakturaer på EWS")
    assert len([each for each in refused.error()["details"] if "check" in each]) == 3
    assert "purrekode" in worked("cases", "import").err


def test_a_wrong_day_is_refused(fresh: CommandLine) -> None:
    wrong = CommandLine(fresh.home, environment={"KK2_TODAY": "i dag"})
    assert wrong("cases", "list", "--json").error()["code"] == "settings"


def test_without_a_terminal_the_application_says_so(fresh: CommandLine) -> None:
    answer = fresh("--json")
    assert (answer.status, answer.error()["code"]) == (1, "no_terminal")


def test_something_unforeseen_is_one_line_with_a_reference_and_a_scrubbed_log(
    fresh: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("person 01817512345 er rar")

    monkeypatch.setattr(session, "opened_services", broken)
    answer = fresh("cases", "list")
    assert answer.status == 1
    assert len(answer.err.splitlines()) == 1
    assert "01817512345" not in answer.err
    assert "Traceback" not in answer.text
    log = fresh.home / "kk2.log"
    reference = answer.err.partition("Referanse ")[2].partition(";")[0]
    assert reference in log.read_text(encoding="utf-8")
    assert "01817512345" not in log.read_text(encoding="utf-8")
    assert log.stat().st_mode & 0o077 == 0
    assert logging.getLogger("kk2").handlers == []


def test_something_unforeseen_without_a_home_is_told_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("rart")

    monkeypatch.setattr(session, "opened_services", broken)
    answer = CommandLine(tmp_path / "borte")("cases", "list", "--json")
    assert (answer.status, answer.error()["code"]) == (1, "unforeseen")


def test_a_store_that_is_no_database_is_refused_without_a_traceback(fresh: CommandLine) -> None:
    for path in fresh.home.glob("kk2.db*"):
        path.write_bytes(b"dette er ingen database" * 100)
    answer = fresh("cases", "list", "--json")
    assert (answer.status, answer.error()["code"]) == (1, "store_broken")


def test_the_store_is_one_that_sqlite_finds_in_order(worked: CommandLine) -> None:
    connection = sqlite3.connect(worked.home / "kk2.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_help_is_norwegian_and_names_every_command(fresh: CommandLine) -> None:
    text = fresh.bare("--help").out
    assert all(name in text for name in ("admin", "cases", "demo", "init", "payments", "posting", "receipts", "visma"))
    assert "Uten kommando åpnes programmet" in text


@pytest.mark.parametrize("command", [(), ("posting",), ("posting", "send"), ("admin", "handlers")])
def test_the_words_of_click_in_a_help_text_are_norwegian(fresh: CommandLine, command: tuple[str, ...]) -> None:
    text = fresh.bare(*command, "--help").out
    assert all(words in text for words in ("Bruk: kk2", "[VALG]", "Valg:", "Vis denne hjelpen."))
    assert not any(words in text for words in ("Usage", "OPTIONS", "COMMAND", "ARGS", "Options", "Commands", "Show"))


WRONG = {
    ("--nope",): "Feil: Valget «--nope» finnes ikke. Mente du '--home'?",
    ("nope",): "Feil: Kommandoen «nope» finnes ikke.\n",
    ("casses",): "Feil: Kommandoen «casses» finnes ikke. Mente du 'cases'?",
    ("cases", "lits"): "Feil: Kommandoen «lits» finnes ikke. Mente du 'list'?",
    ("cases", "show"): "Feil: Det mangler et argument: 'SAKSNUMMER'.",
    ("cases", "list", "--limit"): "Feil: Valget «--limit» trenger en verdi.",
    ("cases", "list", "--limit", "x"): "Feil: Ugyldig verdi for '--limit': «x» er ikke et heltall.",
    ("cases", "list", "--limit", "0"): "Feil: Ugyldig verdi for '--limit': 0 er utenfor x>=1.",
    ("cases", "list", "--status", "x"): "Feil: Ugyldig verdi for '--status': «x» er ikke en av 'open', ",
    ("receipts", "show", "a", "b"): "Feil: Et ord for mye: b",
    ("receipts", "show", "a", "b", "c"): "Feil: For mange ord: b c",
    ("payments", "delete", "P000001"): "Feil: Det mangler et valg: '--reason'.",
    ("admin", "retention", "--before", "1.1.2026"): "«1.1.2026» er ikke en dato. Skriv den som ÅÅÅÅ-MM-DD.",
    ("--lang", "xx", "cases"): "Feil: Språket skal være en av nb, nn, en, ikke «xx».",
    ("--json=3", "cases"): "Feil: Valget «--json» har ingen verdi.",
}
ENGLISH = re.compile(r"\b(Usage|Error|Try|for help|No such|Missing|Invalid|Got|not|requires|does|Did you|is)\b")


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_wrong_use_is_told_in_norwegian_and_is_status_2(fresh: CommandLine, words: tuple[str, ...]) -> None:
    answer = fresh.bare(*words)
    assert (answer.status, answer.out) == (2, "")
    assert WRONG[words] in answer.err
    assert ENGLISH.findall(answer.err) == []


def test_wrong_use_says_how_to_get_help(fresh: CommandLine) -> None:
    assert fresh.bare("cases", "show").err.splitlines()[:2] == [
        "Bruk: kk2 cases show [VALG] SAKSNUMMER",
        "Hjelp: kk2 cases show --help",
    ]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("nn", "Feil: Valet «--nope» finst ikkje. Meinte du '--home'?"),
        ("en", "Error: There is no option «--nope». Did you mean '--home'?"),
    ],
)
def test_wrong_use_is_told_in_the_language_that_is_asked_for(fresh: CommandLine, language: str, told: str) -> None:
    assert told in fresh.bare("--nope", "--lang", language).err
    assert told in CommandLine(fresh.home, environment={"KK2_LANG": language}).bare("--nope").err
    settings = fresh.home / "kk2.toml"
    settings.write_text(settings.read_text().replace('language = "nb"', f'language = "{language}"'))
    assert told in fresh("--nope").err
    assert "Feil: Valget «--nope» finnes ikke." in fresh("--nope", "--json").err


def test_click_still_says_all_that_has_a_translation() -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path(str(click.__file__)).parent.glob("*.py")]
    said = {node.value for each in sources for node in ast.walk(ast.parse(each)) if isinstance(node, ast.Constant)}
    in_a_usage = {"OPTIONS", "COMMAND", "ARGS"}
    assert set(WORDS) - in_a_usage - said == set()
