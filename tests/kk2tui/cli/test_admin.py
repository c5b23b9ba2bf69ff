"""`kk2 admin`: creditors and handlers, for administrators only."""

import json
from pathlib import Path

import pytest

from services.handlers import fingerprint_of
from tests.kk2tui.command_line import CommandLine
from tests.services.keys import ed25519

BERIT = ("admin", "handlers", "add", "berit", "--name", "Berit Prøvesen", "--email", "berit@testvik.invalid")


def test_a_handler_is_added_listed_and_removed(fresh: CommandLine, tmp_path: Path) -> None:
    key = tmp_path / "nøkkel.pub"
    key.write_text(f"{ed25519('berit')} berit\n", encoding="utf-8")
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


# --- SSH keys ---


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Berit's public key, as a file."""
    path = tmp_path / "berit.pub"
    path.write_text(f"{ed25519('berit')} berit@pc\n", encoding="utf-8")
    return path


def write_keys_to(home: Path, path: Path) -> None:
    settings = home / "kk2.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('authorized_keys = ""', f'authorized_keys = "{path}"'), encoding="utf-8")


def test_without_a_key_file_the_line_to_put_in_it_is_shown(fresh: CommandLine, key: Path) -> None:
    answer = fresh(*BERIT, "--key", key)
    assert answer.status == 0
    line = answer.out.splitlines()[-1]
    assert line.startswith('restrict,pty,command="/')
    opened_by = f"--opened-by {fingerprint_of(ed25519('berit'))}"
    assert line.endswith(f'kk2 --home {fresh.home} --handler berit {opened_by}" {ed25519("berit", "berit@pc")}')
    assert fresh("admin", "handlers", "keys").out.splitlines()[1:] == [line]
    assert fresh("admin", "handlers", "keys", "--write", "--json").error()["code"] == "no_key_file"


def test_the_key_file_follows_who_is_added_and_removed(fresh: CommandLine, key: Path, tmp_path: Path) -> None:
    write_keys_to(fresh.home, path := tmp_path / "ssh" / "authorized_keys")
    assert str(path) in fresh(*BERIT, "--key", key).out
    assert "--handler berit" in path.read_text(encoding="utf-8")
    fresh.json("admin", "handlers", "remove", "berit")
    assert "berit" not in path.read_text(encoding="utf-8")


def test_the_key_file_is_written_again_from_the_store(fresh: CommandLine, key: Path, tmp_path: Path) -> None:
    fresh.json(*BERIT, "--key", key)
    write_keys_to(fresh.home, path := tmp_path / "ssh" / "authorized_keys")
    assert fresh.json("admin", "handlers", "keys", "--write")["written"] == str(path)
    assert path.read_text(encoding="utf-8") == fresh("admin", "handlers", "keys").out


def test_a_key_is_dropped_by_the_fingerprint_that_is_listed(fresh: CommandLine, key: Path) -> None:
    fresh.json(*BERIT, "--key", key)
    (listed,) = fresh.json("admin", "handlers", "keys")["keys"]
    assert (listed["login"], listed["type"], listed["comment"]) == ("berit", "ssh-ed25519", "berit@pc")
    dropped = fresh.json("admin", "handlers", "drop-key", "berit", listed["fingerprint"])
    assert dropped["handler"]["keys"] == 0
    assert fresh.json("admin", "handlers", "keys")["keys"] == []


def test_a_key_file_that_cannot_be_read_changes_nothing(fresh: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"\xe6")
    for path in (tmp_path / "none", tmp_path, tmp_path / "latin"):
        assert fresh(*BERIT, "--key", path, "--json").error()["code"] == "invalid_input"
    assert [each["login"] for each in fresh.json("admin", "handlers", "list")["handlers"]] == ["kari"]
