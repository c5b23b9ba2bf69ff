"""`kk2 admin`: creditors and handlers, for administrators only."""

import json
from pathlib import Path

from tests.kk2tui.command_line import CommandLine

BERIT = ("admin", "handlers", "add", "berit", "--name", "Berit Prøvesen", "--email", "berit@testvik.invalid")


def test_a_handler_is_added_listed_and_removed(fresh: CommandLine, tmp_path: Path) -> None:
    key = tmp_path / "nøkkel.pub"
    key.write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOppdiktet berit\n", encoding="utf-8")
    added = fresh.json(*BERIT, "--role", "handler", "--key", key)["handler"]
    assert added == {
        "login": "berit",
        "name": "Berit Prøvesen",
        "email": "berit@testvik.invalid",
        "role": "handler",
        "keys": 1,
    }
    assert [each["login"] for each in fresh.json("admin", "handlers", "list")["handlers"]] == ["berit", "kari"]
    assert fresh.json("admin", "handlers", "remove", "berit") == {"removed": "berit"}
    assert [each["login"] for each in fresh.json("admin", "handlers", "list")["handlers"]] == ["kari"]


def test_only_an_administrator_changes_anything(fresh: CommandLine, tmp_path: Path) -> None:
    fresh.json(*BERIT)
    berit = CommandLine(fresh.home, handler="berit")
    file = tmp_path / "kreditorer.json"
    file.write_text(json.dumps(fresh.json("admin", "creditors", "show")["creditors"]), encoding="utf-8")
    refused = [
        berit("admin", "handlers", "add", "ola", "--name", "Ola", "--email", "o@testvik.invalid", "--json"),
        berit("admin", "handlers", "remove", "kari", "--json"),
        berit("admin", "creditors", "load", file, "--json"),
    ]
    assert [(answer.status, answer.error()["code"]) for answer in refused] == [(1, "not_admin")] * 3


def test_a_stranger_does_not_get_to_see_the_handlers(fresh: CommandLine) -> None:
    answer = CommandLine(fresh.home, handler="ukjent")("admin", "handlers", "list", "--json")
    assert (answer.status, answer.error()["code"]) == (1, "unknown_handler")


def test_the_last_administrator_stays(fresh: CommandLine) -> None:
    answer = fresh("admin", "handlers", "remove", "kari", "--json")
    assert (answer.status, answer.error()["code"]) == (1, "last_admin")


def test_a_key_file_that_cannot_be_read_is_refused(fresh: CommandLine, tmp_path: Path) -> None:
    answer = fresh(*BERIT, "--key", tmp_path / "borte", "--json")
    assert (answer.status, answer.error()["code"]) == (1, "invalid_input")


def test_a_creditor_file_that_is_wrong_is_refused_with_every_fault(fresh: CommandLine, tmp_path: Path) -> None:
    before = fresh.json("admin", "creditors", "show")
    wrong = before["creditors"][0] | {"number": "22", "coverage": ["principal"], "threshold": -1}
    file = tmp_path / "kreditor.json"
    file.write_text(json.dumps(wrong), encoding="utf-8")
    answer = fresh("admin", "creditors", "load", file, "--json")
    assert (answer.status, answer.error()["code"]) == (1, "invalid_input")
    assert {each["field"] for each in answer.error()["details"]} >= {"number", "coverage", "threshold"}
    assert fresh.json("admin", "creditors", "show") == before


def test_a_creditor_file_that_is_not_there_is_refused(fresh: CommandLine, tmp_path: Path) -> None:
    answer = fresh("admin", "creditors", "load", tmp_path / "borte.json", "--json")
    assert (answer.status, answer.error()["code"]) == (1, "invalid_input")
