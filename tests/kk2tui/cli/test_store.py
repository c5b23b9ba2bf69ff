"""`kk2 store`: check, back up, restore, export, import, move."""

import shutil
from pathlib import Path

import pytest

from tests.kk2tui.cli.test_shapes import national_ids
from tests.kk2tui.command_line import CommandLine
from tests.kk2tui.shape import misfits
from tests.stores import ON_POSTGRES, store_url

CONTENTS = {"documents": int, "lines": int, "newest": {"time": str, "hash": str}}
FILE = {"file": str, "size": int, **CONTENTS}
REPORT = {
    "in_order": bool,
    "lines": int,
    "newest": str,
    "documents": dict,
    "found": int,
    "counts": dict,
    "findings": [{"code": str, "table": str, "id": str, "message": str}],
}


def damage(kk2: CommandLine) -> None:
    """Something that only a check notices: a payment says that it covers more than it is."""
    import asyncio

    from msgspec.structs import replace

    from data.documents import Payment
    from kk2tui.wiring import opened_store
    from tests.builders import put

    async def alter() -> None:
        async with opened_store(kk2.home) as store:
            payment = await store.get(Payment, "P000003")
            assert payment
            await put(store, replace(payment, waiting=1))

    asyncio.run(alter())


def test_a_store_in_order_is_told_so(worked_home: Path) -> None:
    kk2 = CommandLine(worked_home)
    report = kk2.json("store", "check")
    assert misfits(report, REPORT) == []
    assert (report["in_order"], report["findings"], report["documents"]["payments"]) == (True, [], 71)
    assert len(report["newest"]) == 64
    assert "linjer i endringsloggen er i orden." in kk2("store", "check").out


def test_what_is_wrong_is_listed_and_the_exit_status_says_so(worked: CommandLine) -> None:
    damage(worked)
    answer = worked("--json", "store", "check")
    assert answer.status == 1
    assert misfits(answer.json(), REPORT) == []
    assert {each["id"] for each in answer.json()["findings"]} == {"P000003"}
    told = worked("store", "check")
    assert told.status == 1
    assert "! payments P000003: er på 500,00, men dekker 500,01" in told.out
    assert "Ta vare på registeret" in told.out


def test_a_backup_tells_what_to_keep_elsewhere(worked: CommandLine, tmp_path: Path) -> None:
    made = worked.json("store", "backup", tmp_path / "kopi.db")
    assert misfits(made, FILE) == []
    assert made["size"] == (tmp_path / "kopi.db").stat().st_size
    assert made["newest"]["hash"] == worked.json("store", "check")["newest"]
    told = worked("store", "backup", tmp_path / "kopi2.db").out
    assert made["newest"]["hash"] in told
    assert "Ta vare på kontrollsummen et annet sted" in told


def test_a_backup_is_not_written_over_another(worked: CommandLine, tmp_path: Path) -> None:
    worked.json("store", "backup", tmp_path / "kopi.db")
    answer = worked("--json", "store", "backup", tmp_path / "kopi.db")
    assert (answer.status, answer.error()["code"]) == (1, "exists")


def test_a_backup_becomes_a_home_that_works(worked: CommandLine, tmp_path: Path) -> None:
    worked.json("store", "backup", tmp_path / "kopi.db")
    shutil.rmtree(worked.home)
    done = worked.json("store", "restore", tmp_path / "kopi.db", "--to", tmp_path / "ny")
    assert misfits(done, {"to": str, **CONTENTS, "check": REPORT}) == []
    assert done["check"]["in_order"]
    again = CommandLine(tmp_path / "ny")
    assert len(again.json("payments", "unplaced")["payments"]) > 0
    assert again.json("store", "check")["newest"] == done["newest"]["hash"]
    again.json("payments", "add", "0221-00000003", "100,00", "20.11.2026")
    assert {each.name for each in (tmp_path / "ny").iterdir()} >= {"kk2.toml", "inbox", "outbox"}


def test_the_new_home_has_the_settings_of_the_old_one(worked: CommandLine, tmp_path: Path) -> None:
    worked.json("store", "backup", tmp_path / "kopi.db")
    worked.json("store", "restore", tmp_path / "kopi.db", "--to", tmp_path / "ny")
    settings = (tmp_path / "ny" / "kk2.toml").read_text(encoding="utf-8")
    assert "Testvik kommune (oppdiktet)" in settings
    assert 'url = "kk2.db"' in settings


def test_nothing_is_restored_where_there_is_something(worked: CommandLine, tmp_path: Path) -> None:
    worked.json("store", "backup", tmp_path / "kopi.db")
    answer = worked("--json", "store", "restore", tmp_path / "kopi.db", "--to", worked.home)
    assert (answer.status, answer.error()["code"]) == (1, "exists")
    assert worked.json("store", "check")["in_order"]


def test_what_is_refused_leaves_no_new_home(worked: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "rusk.db").write_bytes(b"rusk" * 1000)
    answer = worked("--json", "store", "restore", tmp_path / "rusk.db", "--to", tmp_path / "ny")
    assert (answer.status, answer.error()["code"]) == (1, "backup_damaged")
    assert not (tmp_path / "ny").exists()


def test_an_export_becomes_a_home_that_is_the_same(worked: CommandLine, tmp_path: Path) -> None:
    written = worked.json("store", "export", tmp_path / "ut.json")
    assert misfits(written, FILE) == []
    done = worked.json("store", "import", tmp_path / "ut.json", "--to", tmp_path / "ny")
    assert (done["exact"], done["newest"], done["check"]["in_order"]) == (True, written["newest"], True)
    there = CommandLine(tmp_path / "ny")
    assert there.json("cases", "show", "0221-00000003") == worked.json("cases", "show", "0221-00000003")


def test_a_store_is_moved_and_the_line_for_the_settings_told(worked: CommandLine, tmp_path: Path) -> None:
    url = store_url(tmp_path / "flyttet.db") if ON_POSTGRES else "flyttet.db"
    told = worked("store", "migrate", "--to", url)
    assert told.status == 0, told.text
    assert f'url = "{url}"' in told.out
    assert "kopien er lik registeret" in told.out
    settings = worked.home / "kk2.toml"
    before = settings.read_text(encoding="utf-8")
    assert "flyttet" not in before
    old = next(line for line in before.partition("[store]")[2].splitlines() if line.startswith("url"))
    settings.write_text(before.replace(old, f'url = "{url}"'), encoding="utf-8")
    assert worked.json("store", "check")["in_order"]
    again = worked("--json", "store", "migrate", "--to", url)
    assert (again.status, again.error()["code"]) == (1, "not_empty")


@pytest.mark.parametrize("words", [["migrate", "--to", "ny.db"], ["restore", "kopi.db", "--to", "ny"]])
def test_moving_and_restoring_is_for_administrators(worked: CommandLine, tmp_path: Path, words: list[str]) -> None:
    worked.json("admin", "handlers", "add", "ola", "--name", "Ola Prøvesen", "--email", "ola@testvik.invalid")
    worked.json("store", "backup", tmp_path / "kopi.db")
    words = [str(tmp_path / word) if word in ("kopi.db", "ny") else word for word in words]
    ola = CommandLine(worked.home, handler="ola")
    answer = ola("--json", "store", *words)
    assert (answer.status, answer.error()["code"]) == (1, "not_admin")
    assert ola.json("store", "backup", tmp_path / "olas.db")["lines"] > 0
    assert CommandLine(worked.home, handler="fremmed")("--json", "store", "check").error()["code"] == "unknown_handler"


def test_a_password_in_the_address_is_refused_and_not_told(worked: CommandLine) -> None:
    answer = worked("--json", "store", "migrate", "--to", "postgresql://kk2:hemmelig@localhost/kk2")
    assert (answer.status, answer.error()["code"]) == (1, "store_url")
    assert "hemmelig" not in answer.text


def test_nothing_that_is_told_has_a_national_id(
    worked: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(worked)
    told = "".join(
        worked(*words).text
        for words in (
            ["store", "check"],
            ["store", "backup", tmp_path / "kopi.db"],
            ["store", "restore", tmp_path / "kopi.db", "--to", tmp_path / "ny"],
        )
    )
    assert [each for each in national_ids(monkeypatch) if each in told] == []
