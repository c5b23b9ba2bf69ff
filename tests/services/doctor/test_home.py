"""Folders, the store's file, the clock and the terminal."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from data.store import Store
from data.store_url import server_place
from services.doctor.facts import HomeFacts, TerminalFacts
from services.doctor.home import (
    check_clock,
    check_database_file,
    check_disk,
    check_folders,
    check_server,
    check_store,
    check_terminal,
)
from tests.stores import open_test_store

GOOD = TerminalFacts(present=True, encoding="UTF-8", term="xterm-256color", columns=120, rows=40, colours=256)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    for folder in (made, made / "inbox", made / "outbox"):
        folder.mkdir(mode=0o750)
    return made


def test_a_home_with_its_folders_is_in_order(home: Path) -> None:
    check = check_folders(HomeFacts(home=home, database=None))
    assert (check.state, check.mend) == ("ok", "")
    assert str(home) in check.found


def test_a_folder_that_is_missing_is_wrong_and_told_how_to_make(home: Path) -> None:
    (home / "inbox").rmdir()
    check = check_folders(HomeFacts(home=home, database=None))
    assert check.state == "wrong"
    assert check.mend == f"Lag den: mkdir -m 770 {home / 'inbox'}"


def test_a_home_that_others_can_look_into_is_warned_of(home: Path) -> None:
    home.chmod(0o755)
    check = check_folders(HomeFacts(home=home, database=None))
    assert (check.state, check.mend) == ("warning", f"chmod o-rwx {home}")


def test_a_store_that_is_not_there_is_wrong_and_not_made(home: Path) -> None:
    check = check_database_file(home / "kk2.db")
    assert check is not None
    assert check.state == "wrong"
    assert not (home / "kk2.db").exists()


def test_the_disk_of_the_file_is_told_and_a_file_that_others_may_open_is_warned_of(home: Path) -> None:
    database = home / "kk2.db"
    assert check_disk(database).state == "ok"
    database.touch(mode=0o660)
    assert check_disk(database).found.endswith("bare for denne maskinen.")
    database.chmod(0o664)
    check = check_disk(database)
    assert (check.state, check.mend) == ("warning", f"chmod 660 {database}")


def test_a_file_on_a_network_file_system_is_wrong(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.file_system.file_system", lambda path, mounts: "nfs4")
    check = check_disk(home / "kk2.db")
    assert check.state == "wrong"
    assert "nettverksområde" in check.found


async def test_the_newest_change_is_told(store: Store) -> None:
    check = await check_store(store)
    assert check.state == "ok"
    assert check.found.startswith("Siste endring er nr. 2, ")
    assert check.found.endswith(" av kari.")


async def test_an_empty_store_is_wrong(tmp_path: Path) -> None:
    empty = open_test_store(tmp_path / "tom.db")
    assert (await check_store(empty)).state == "wrong"
    await empty.close()


def test_a_date_that_stands_still_is_warned_of() -> None:
    assert check_clock(GOOD).state == "ok"
    assert "KK2_TODAY" in check_clock(replace(GOOD, fixed_day=True)).mend


@pytest.mark.parametrize(
    ("change", "state", "mend"),
    [
        ({}, "ok", ""),
        ({"encoding": "utf8"}, "ok", ""),
        ({"present": False, "encoding": "", "term": ""}, "ok", ""),
        ({"encoding": "ANSI_X3.4-1968"}, "wrong", "LANG=nb_NO.UTF-8"),
        ({"encoding": ""}, "wrong", "UTF-8"),
        ({"term": "dumb"}, "wrong", "ssh -t"),
        ({"term": ""}, "wrong", "TERM"),
        ({"columns": 79}, "warning", "større"),
        ({"rows": 23}, "warning", "større"),
        ({"colours": 8}, "warning", "xterm-256color"),
    ],
)
def test_a_terminal_needs_letters_room_and_colours(change: dict[str, Any], state: str, mend: str) -> None:
    check = check_terminal(replace(GOOD, **change))
    assert check.state == state
    assert mend in check.mend


@pytest.mark.parametrize(
    ("url", "state"),
    [
        ("postgresql:///kk2?schema=testvik", "ok"),
        ("postgresql://kk2@localhost/kk2?schema=testvik", "ok"),
        ("postgresql://kk2@db.eksempel.invalid/kk2?schema=testvik", "warning"),
        ("postgresql://kk2@db.eksempel.invalid/kk2?schema=testvik&sslmode=require", "warning"),
        ("postgresql://kk2@db.eksempel.invalid/kk2?schema=testvik&sslmode=verify-full", "ok"),
    ],
)
def test_a_server_on_the_net_must_prove_who_it_is(url: str, state: str) -> None:
    check = check_server(server_place(url))
    assert check.state == state
    assert "database kk2, skjema testvik" in check.found
    assert ("sslmode=verify-full" in check.mend) == (state == "warning")
