"""`kk2 audit`: who did what, when and why, in Norwegian, with the fields that changed."""

import re
from pathlib import Path

import pytest

from tests.kk2tui.cli.test_shapes import national_ids
from tests.kk2tui.command_line import CommandLine
from tests.kk2tui.shape import misfits

LINE = {
    "number": int,
    "time": str,
    "actor": str,
    "name": str,
    "reason": str,
    "documents": [
        {
            "table": str,
            "id": str,
            "name": str,
            "what": str,
            "fields": [{"field": str, "label": str, "before": str, "after": str}],
        }
    ],
    "more": int,
}
CASE = "0221-00000003"
OURS = re.compile(r"\b(pending|frozen|excluded|ocr|open|closed|queued|None|True|False|principal)\b")


def test_a_change_is_told_with_what_was_and_what_is(worked: CommandLine) -> None:
    worked.json("payments", "delete", "P000003", "--reason", "Feil sak")
    (line,) = worked.json("audit", "--limit", "1")["lines"]
    assert misfits(line, LINE) == []
    assert (line["actor"], line["name"], line["reason"]) == ("kari", "Kari Testesen", "Innbetaling P000003 slettet")
    documents = {each["table"]: each for each in line["documents"]}
    assert documents["cases"]["what"] == "endret"
    (field, *_) = documents["cases"]["fields"]
    assert (field["label"], field["before"], field["after"]) == ("Utestående", "787,00", "1 287,00")
    told = worked("audit", "--limit", "1").out
    assert "innbetaling P000003: endret" in told
    assert "Slettet: (tom) → ja: Feil sak" in told


def test_a_case_has_all_that_belongs_to_it_and_nothing_else(worked: CommandLine) -> None:
    worked.json("payments", "add", CASE, "1,00", "20.11.2026")
    worked.json("payments", "add", "0221-00000002", "1,00", "20.11.2026")
    lines = worked.json("audit", "--case", CASE)["lines"]
    assert [line["number"] for line in lines] == sorted(line["number"] for line in lines)
    tables = {each["table"] for line in lines for each in line["documents"]}
    assert tables == {"cases", "claims", "fees", "events", "payments", "letters", "mails"}
    assert {each["id"] for line in lines for each in line["documents"] if each["table"] == "cases"} == {CASE}
    assert lines[-1]["reason"] == f"Innbetaling på sak {CASE}"


def test_one_handler_s_lines_alone(worked: CommandLine) -> None:
    worked.json("admin", "handlers", "add", "ola", "--name", "Ola Prøvesen", "--email", "ola@testvik.invalid")
    CommandLine(worked.home, handler="ola").json("payments", "add", CASE, "1,00", "20.11.2026")
    (line,) = worked.json("audit", "--by", "ola")["lines"]
    assert (line["name"], line["reason"]) == ("Ola Prøvesen", f"Innbetaling på sak {CASE}")


def test_days_are_norwegian_and_both_included(worked: CommandLine) -> None:
    newest = worked.json("audit", "--limit", "1")["lines"][0]["time"][:10]
    assert worked.json("audit", "--since", newest, "--until", newest)["lines"]
    assert worked.json("audit", "--until", "1.1.2020")["lines"] == []
    assert worked("audit", "--since", "31.12.2099").out.strip() == "Ingenting."
    assert worked("--json", "audit", "--since", "i fjor").error()["code"] == "bad_date"


def test_the_newest_are_told_and_a_large_line_is_shortened(worked_home: Path) -> None:
    lines = CommandLine(worked_home).json("audit", "--limit", "3")["lines"]
    assert len(lines) == 3
    assert max(len(line["documents"]) for line in lines) == 20
    assert max(line["more"] for line in lines) > 0


def test_a_case_that_is_not_there_is_told(worked_home: Path) -> None:
    assert CommandLine(worked_home)("--json", "audit", "--case", "0221-00009999").error()["code"] == "not_found"


def test_it_is_for_those_who_are_registered(worked_home: Path) -> None:
    assert CommandLine(worked_home, handler="fremmed")("--json", "audit").error()["code"] == "unknown_handler"


def test_it_is_norwegian_and_masks_national_ids(worked_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kk2 = CommandLine(worked_home)
    told = kk2("audit", "--limit", "100").out + kk2("audit", "--case", CASE).out
    shapes = kk2("audit", "--limit", "100", "--json").out + kk2("audit", "--case", CASE, "--json").out
    assert [each for each in national_ids(monkeypatch) if each in told + shapes] == []
    assert "fødselsnummer: •••••••••••" in told
    assert OURS.findall(told) == []
