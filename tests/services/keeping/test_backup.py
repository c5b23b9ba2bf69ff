"""A backup is one whole file and never over another; it is restored as it was, and not at all when it is damaged."""

import sqlite3
import sys
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from data.documents import Case, Payment
from data.errors import Conflict, Kk2Error, StoreBroken
from data.store import Store
from data.tinydb.store import open_store
from services.errors import InvalidInput, Refused, UnknownHandler
from services.keeping import backup as backups
from services.keeping.backup import Backup, back_up
from services.keeping.check import check
from services.keeping.contents import contents_of
from services.keeping.restore import restore
from services.rates import seed_rates
from tests.builders import KARI, creditor, put
from tests.data.conformance import contents
from tests.data.made_up import case
from tests.services.fakes import FakeClock
from tests.services.keeping.conftest import beside, content, cut, mode


@pytest.fixture
async def backed_up(worked: Store, tmp_path: Path) -> Backup:
    return await back_up(worked, tmp_path / "kopi.db")


async def test_a_backup_is_one_file_for_its_owner_alone(worked: Store, tmp_path: Path, backed_up: Backup) -> None:
    path = tmp_path / "kopi.db"
    assert backed_up.file == str(path)
    assert (backed_up.size, mode(path)) == (len(content(path)), 0o600)
    assert backed_up.contents == await contents_of(worked)
    assert len(backed_up.contents.newest) == 64
    assert beside(path) == ["kopi.db"]
    with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as connection:
        assert connection.execute("pragma journal_mode").fetchone() == ("delete",)
        assert connection.execute("select count(*) from payments").fetchone() == (await worked.count(Payment),)


async def test_it_is_restored_as_it_was(
    worked: Store, target: Store, clock: FakeClock, tmp_path: Path, backed_up: Backup
) -> None:
    before = content(tmp_path / "kopi.db")
    done = await restore(tmp_path / "kopi.db", target, "kari", clock)
    assert done.contents == backed_up.contents
    assert done.report.in_order
    assert await contents(target) == await contents(worked)
    assert await target.search(Case, "testesen") == await worked.search(Case, "testesen")
    assert content(tmp_path / "kopi.db") == before
    await put(target, case(77, kid="77"))
    assert await target.verify() == backed_up.contents.lines + 1


async def test_what_is_remembered_for_handlers_is_in_no_backup_and_comes_back_with_none(
    worked: Store, target: Store, clock: FakeClock, tmp_path: Path
) -> None:
    await worked.remember("kari/draft/payment/0221-00000001", "Per Skyldnersen")
    await back_up(worked, tmp_path / "kopi.db")
    assert b"Per Skyldnersen" not in content(tmp_path / "kopi.db")
    with sqlite3.connect(tmp_path / "kopi.db") as older:  # one of before that was so
        assert older.execute("select * from note").fetchall() == []
        older.execute("insert into note values ('kari/recent', '1')")
    await restore(tmp_path / "kopi.db", target, "kari", clock)
    assert await target.notes("") == {}
    assert len(await worked.notes("")) == 1


async def test_a_backup_is_never_written_over(worked: Store, tmp_path: Path, backed_up: Backup) -> None:
    before = content(tmp_path / "kopi.db")
    with pytest.raises(Refused, match="finnes fra før"):
        await back_up(worked, tmp_path / "kopi.db")
    assert content(tmp_path / "kopi.db") == before


async def test_a_folder_that_is_not_there_is_told(worked: Store, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="kan ikke skrives"):
        await back_up(worked, tmp_path / "borte" / "kopi.db")


async def test_a_backup_that_does_not_verify_leaves_no_file(
    worked: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def half(store: Store, path: Path) -> None:
        await write(store, path)
        cut(path, 0.5)

    write = backups._write
    monkeypatch.setattr(backups, "_write", half)
    with pytest.raises(StoreBroken):
        await back_up(worked, tmp_path / "kopi.db")
    assert beside(tmp_path / "kopi.db") == []


async def test_nothing_is_restored_over_what_is_there(
    worked: Store, target: Store, clock: FakeClock, tmp_path: Path, backed_up: Backup
) -> None:
    await put(target, case())
    with pytest.raises(Conflict) as refused:
        await restore(tmp_path / "kopi.db", target, "kari", clock)
    assert refused.value.code == "not_empty"
    assert await target.count(Case) == 1


@pytest.mark.parametrize(("login", "why"), [("ola", Refused), ("fremmed", UnknownHandler)])
async def test_only_an_administrator_of_the_backup_restores_it(
    target: Store, clock: FakeClock, tmp_path: Path, backed_up: Backup, login: str, why: type[Kk2Error]
) -> None:
    with pytest.raises(why):
        await restore(tmp_path / "kopi.db", target, login, clock)
    assert await target.last_change() == 0


def moving_for_ever(path: Path) -> Popen[bytes]:
    """A process that moves øre between two cases, and prints a line for each."""
    return Popen([sys.executable, "-m", "tests.data.store_process", "move", path], stdout=PIPE)


@pytest.mark.parametrize("part", [0.3, 0.9, 0.999])
async def test_a_backup_that_was_cut_is_refused(
    target: Store, clock: FakeClock, tmp_path: Path, backed_up: Backup, part: float
) -> None:
    cut(tmp_path / "kopi.db", part)
    with pytest.raises(StoreBroken) as refused:
        await restore(tmp_path / "kopi.db", target, "kari", clock)
    assert refused.value.code == "backup_damaged"
    assert await target.last_change() == 0


async def test_every_letter_of_every_document_counts(
    target: Store, clock: FakeClock, tmp_path: Path, backed_up: Backup
) -> None:
    """One bit, in a name in the middle of the file."""
    flipped = bytearray(content(tmp_path / "kopi.db"))
    flipped[flipped.rindex(b"Kari Testesen 3")] ^= 1
    (tmp_path / "kopi.db").write_bytes(flipped)
    with pytest.raises(StoreBroken) as refused:
        await restore(tmp_path / "kopi.db", target, "kari", clock)
    assert refused.value.code == "backup_damaged"
    assert refused.value.details
    assert await target.last_change() == 0


async def test_what_is_no_backup_is_refused(target: Store, clock: FakeClock, tmp_path: Path) -> None:
    (tmp_path / "brev.txt").write_text("Ikke et register. " * 200, encoding="utf-8")
    with pytest.raises(StoreBroken) as refused:
        await restore(tmp_path / "brev.txt", target, "kari", clock)
    assert refused.value.code == "backup_damaged"
    with pytest.raises(InvalidInput, match="kan ikke leses"):
        await restore(tmp_path / "borte.db", target, "kari", clock)


async def test_a_store_in_use_is_no_backup(target: Store, clock: FakeClock, tmp_path: Path) -> None:
    live = open_store(tmp_path / "i-bruk.db")
    await put(live, KARI)
    with pytest.raises(InvalidInput, match="register i bruk"):
        await restore(tmp_path / "i-bruk.db", target, "kari", clock)
    await live.close()


async def test_a_backup_taken_while_three_processes_work_is_whole(
    target: Store, clock: FakeClock, tmp_path: Path
) -> None:
    path, backup = tmp_path / "travel.db", tmp_path / "kopi.db"
    busy = open_store(path)
    await seed_rates(busy, "kari")
    await put(busy, KARI, creditor(), case(1), case(2, outstanding=0))
    workers = [moving_for_ever(path) for _ in range(3)]
    try:
        for worker in workers:
            assert worker.stdout
            assert worker.stdout.readline()
        made = await back_up(busy, backup)
        for worker in workers:
            assert worker.poll() is None
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
    assert made.contents.lines < await busy.last_change()
    done = await restore(backup, target, "kari", clock)
    moved = await target.count(Payment)
    one, two = await target.get(Case, case(1).id), await target.get(Case, case(2).id)
    assert one
    assert two
    assert moved > 0
    assert (one.outstanding, two.outstanding) == (-moved, moved)
    assert done.contents == made.contents
    assert "stored" not in done.report.counts
    assert "trail" not in (await check(target, clock)).counts
    await busy.close()
