"""What the default backend does when processes meet, die, run out of disk, or find the file tampered with."""

import asyncio
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from data.documents import ALL_DOCUMENTS, Case, Document, Payment
from data.errors import Conflict, StoreBroken, StoreFull
from data.store import Store
from data.tinydb.sqlite_file import SCHEMA_VERSION, StoreBusy
from data.tinydb.sqlite_storage import SqliteStorage
from data.tinydb.store import open_store
from tests.data.conformance import stored
from tests.data.made_up import case, payment

ROOT = Path(__file__).parents[3]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kk2.db"


def process(job: str, path: Path, number: int = 0) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.data.store_process", job, str(path), str(number)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def lines(of: "subprocess.Popen[str]") -> Iterator[str]:
    assert of.stdout
    return (line.strip() for line in of.stdout)


async def seeded(path: Path, *documents: Document) -> None:
    store = open_store(path)
    await stored(store, *documents)
    await store.close()


async def counted(path: Path) -> tuple[int, int]:
    """(outstanding of both cases, length of the verified chain)."""
    store = open_store(path)
    amount, length = await store.total(Case, "outstanding"), await store.verify()
    await store.close()
    return amount, length


# --- processes ----------------------------------------------------------------------------------------------------


async def test_four_processes_lose_no_increment(path: Path) -> None:
    await seeded(path, case(1))
    processes = [process("increment", path, 50) for _ in range(4)]
    assert [one.wait() for one in processes] == [0] * 4
    assert await counted(path) == (200, 201)


async def test_a_kill_in_the_middle_loses_nothing_acknowledged(path: Path) -> None:
    await seeded(path, case(1, outstanding=10_000), case(2))
    acknowledged: set[str] = set()
    for round_ in range(5):
        processes = [process("move", path) for _ in range(2)]
        heard = lines(processes[0])
        acknowledged.update(next(heard) for _ in range(random.Random(round_).randrange(5, 40)))
        for one in processes:
            one.kill()
            one.wait()
            acknowledged.update(line for line in lines(one) if len(line) == len(payment().id))
    store = open_store(path)
    assert set(await store.get_many(Payment, list(acknowledged))) == acknowledged
    amounts = [doc.outstanding for doc in await store.find(Case, "status", "open")]
    assert amounts == [10_000 - await store.count(Payment), await store.count(Payment)]
    assert await store.verify() == 1 + await store.count(Payment)
    await store.close()


async def test_death_frees_a_lock(path: Path) -> None:
    await seeded(path, case(1))
    other, store = process("lock", path), open_store(path)
    assert next(lines(other)) == "True"
    async with store.lock("sending") as held:
        assert not held
    other.kill()
    other.wait()
    async with store.lock("sending") as held:
        assert held
    await store.close()


async def test_processes_that_open_a_new_store_at_once_share_one(path: Path) -> None:
    stores = await asyncio.gather(*(asyncio.to_thread(open_store, path) for _ in range(8)))
    await stored(stores[0], case(1))
    assert [await store.count(Case) for store in stores] == [1] * 8
    assert [file.name for file in path.parent.iterdir() if not file.name.startswith(path.name)] == []
    for store in stores:
        await store.close()


async def test_who_waits_too_long_for_another_process_is_told(path: Path) -> None:
    store, impatient = open_store(path), open_store(path, patience_s=0)
    async with store.transaction("kari", "lang") as tx:
        tx.put(case(1))
        with pytest.raises(StoreBusy, match="opptatt"):
            await stored(impatient, case(2))
    await stored(impatient, case(2))
    assert await store.count(Case) == 2
    await store.close()
    await impatient.close()


async def test_reads_do_not_wait_for_a_transaction_elsewhere_in_the_process(path: Path) -> None:
    store = open_store(path)
    async with store.transaction("kari", "import") as tx:
        for serial in range(4_000):
            tx.put(payment(serial))
        assert await store.count(Payment) == 0
        assert await store.get(Payment, payment(1).id) is None
    assert await store.count(Payment) == 4_000
    await store.close()


async def test_opening_a_store_that_is_there_reads_no_document(path: Path) -> None:
    await seeded(path, *(case(n) for n in range(50)))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("update cases set doc = 'not JSON'")
        connection.commit()
    store = open_store(path)
    assert await store.count(Case) == 50
    with pytest.raises(StoreBroken, match="kan ikke leses"):
        await store.get(Case, case(1).id)
    await store.close()


# --- the disk -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", [0, 10_000, 1_000_000])
async def test_a_full_disk_undoes_the_transaction_and_harms_nothing(path: Path, room: int) -> None:
    before = open_store(path)  # held open, so that the log is not emptied
    await stored(before, case(1), case(2))
    filler = process("fill", path, room)
    assert list(lines(filler)) == ["store_full", "3 2"]
    assert await before.verify() == 2
    await before.close()


async def test_after_an_io_error_at_commit_the_store_writes_no_more(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(path)
    with monkeypatch.context() as broken:
        broken.setattr(SqliteStorage, "commit", _failing(sqlite3.SQLITE_IOERR_FSYNC))
        with pytest.raises(StoreBroken, match="ikke lagret"):
            await stored(store, case(1))
    with pytest.raises(StoreBroken):
        await stored(store, case(2))
    assert await store.count(Case) == 0
    await store.close()
    await seeded(path, case(3))


async def test_no_room_at_commit_is_no_reason_to_stop(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(path)
    with monkeypatch.context() as full:
        full.setattr(SqliteStorage, "commit", _failing(sqlite3.SQLITE_FULL))
        with pytest.raises(StoreFull, match="ikke plass"):
            await stored(store, case(1))
    await stored(store, case(2))
    assert [doc.id for doc in await store.find(Case, "status", "open")] == [case(2).id]
    await store.close()


def _failing(code: int) -> Any:
    def commit(_: SqliteStorage) -> None:
        error = sqlite3.OperationalError("made up")
        error.sqlite_errorcode = code
        raise error

    return commit


def test_the_file_is_for_the_group_and_nobody_else(path: Path) -> None:
    open_store(path)
    assert path.stat().st_mode & 0o777 == 0o660


def test_what_is_not_a_store_is_refused(path: Path) -> None:
    path.write_text("not a database" * 100)
    with pytest.raises(StoreBroken, match=r"kk2\.db"):
        open_store(path)
    other = path.with_name("other.db")
    sqlite3.connect(other).execute("create table t(x)")
    with pytest.raises(StoreBroken, match="ikke et kk2-register"):
        open_store(other)
    with pytest.raises(StoreBroken):
        open_store(path.parent / "nowhere" / "kk2.db")


def test_a_store_of_a_newer_program_is_refused(path: Path) -> None:
    open_store(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("update meta set value = ? where key = 'schema'", (str(SCHEMA_VERSION + 1),))
        connection.commit()
    with pytest.raises(StoreBroken, match="nyere utgave"):
        open_store(path)


async def test_a_field_that_becomes_searchable_is_filled_for_old_documents(path: Path) -> None:
    class OldCase(Case, frozen=True, kw_only=True):
        INDEXED = ("status",)  # type: ignore[assignment] # fewer than Case has

    store = open_store(path, kinds=[OldCase])
    await stored(store, OldCase(**{field: getattr(case(1), field) for field in Case.__struct_fields__}))
    await store.close()
    store = open_store(path, kinds=ALL_DOCUMENTS)
    assert [doc.id for doc in await store.find(Case, "handler", "kari")] == [case(1).id]
    await store.close()


# --- tampering ----------------------------------------------------------------------------------------------------

UNLOCK = "".join(
    f"drop trigger {name};" for name in ("audit_keep", "audit_stay", "audit_change_keep", "audit_change_stay")
)


async def trail(path: Path) -> Store:
    store = open_store(path)
    for step in range(3):
        doc = await store.get(Case, case(1).id) or case(1)
        await stored(store, replace(doc, outstanding=step), payment(step))
    return store


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ("update audit set actor = 'ola' where seq = 2", "linje 2 "),
        ("update audit set reason = '' where seq = 1", "linje 1 "),
        ("update audit set time = replace(time, '-', '.') where seq = 3", "linje 3 "),
        ("update audit set hash = prev_hash where seq = 2", "linje 2 "),
        ("delete from audit where seq = 2; delete from audit_change where place >> 32 = 2", "linje 2 "),
        ("delete from audit where seq = 3", "linje 3 "),
        ("update audit_change set after = replace(after, '10000', '20000') where place >> 32 = 2", "linje 2 "),
        ("update audit_change set after = null where place >> 32 = 2", "linje 2 "),
        ("update audit_change set digest = replace(digest, '0', '1') where place >> 32 = 2", "linje 2 "),
        (
            "insert into audit_change values (0, 'audit', 'cases/0221-00000001', '1', ''); "
            "update audit_change set after = null where place >> 32 = 2",
            "linje 2 ",
        ),
        ("delete from audit_change where place = (2 << 32) + 1", "linje 2 "),
        ("update payments set doc = replace(doc, '10000', '20000') where doc_id = 2", payment(1).id),
        ("delete from payments where doc_id = 2", payment(1).id),
        ("insert into payments(id, rev, doc) values ('P9', 1, '{}')", "P9"),
    ],
)
async def test_tampering_shows(path: Path, change: str, where: str) -> None:
    store = await trail(path)
    assert await store.verify() == 3
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(UNLOCK + change)
    with pytest.raises(StoreBroken, match=f"endret utenom kk2: .*{where}"):
        await store.verify()
    await store.close()


@pytest.mark.parametrize("change", ["update audit set actor = ''", "delete from audit", "delete from audit_change"])
async def test_the_trail_only_grows(path: Path, change: str) -> None:
    store = await trail(path)
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(change)
    await store.close()


@pytest.mark.parametrize(
    "change",
    [
        "update audit_change set after = null where place >> 32 = 3",  # how the document is, or one not erased
        "update audit_change set after = ''",
        "update audit_change set digest = ''",
        "update audit_change set place = 1 where place >> 32 = 1",
        "update audit_change set after = null where tab = 'payments'",
    ],
)
async def test_nothing_is_erased_from_the_trail_but_what_a_line_says_that_it_erased(path: Path, change: str) -> None:
    store = await trail(path)
    async with store.transaction("kk2", "sletting") as tx:
        tx.erase_history(Case, case(1).id)
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(change)
    assert await store.verify() == 4
    await store.close()


async def test_a_store_of_before_the_first_release_is_refused_with_its_file_untouched(path: Path) -> None:
    await open_store(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("update meta set value = '1' where key = 'schema'")
    with pytest.raises(StoreBroken, match="før den første ble gitt ut"):
        open_store(path)


# --- messages -----------------------------------------------------------------------------------------------------


async def test_no_message_holds_a_national_id(path: Path) -> None:
    store = open_store(path)
    secret = "00000000000"
    await stored(store, case(1, national_id=secret))
    with pytest.raises(Conflict) as refused:
        await stored(store, case(1, national_id=secret, kid=secret))
    assert secret not in refused.value.message
    assert secret not in repr(refused.value.details)
    await store.close()


def in_the_index(path: Path, text: str) -> set[str]:
    """The tables of the search index that have the text in them, however it is written there."""
    with closing(sqlite3.connect(path)) as raw:
        names = [name for (name,) in raw.execute("select name from sqlite_master where type = 'table'")]
        kept = {name: repr(raw.execute(f"select * from {name}").fetchall()) for name in names if is_of_search(name)}  # noqa: S608
    assert {"search_source", "search_words_data", "near_word"} <= kept.keys()
    return {name for name, rows in kept.items() if text in rows}


def is_of_search(table: str) -> bool:
    return table.startswith("search") or table == "near_word"


async def test_no_table_of_the_search_index_holds_a_national_id(path: Path) -> None:
    await seeded(path, case(1, name="Kari", national_id="01817012345"))
    assert in_the_index(path, "018170")
    for part in ("01817012345", "12345", "0181701"):
        assert in_the_index(path, part) == set()


async def test_the_national_ids_in_the_index_of_an_older_program_are_gone_when_it_is_opened(path: Path) -> None:
    class OldCase(Case, frozen=True, kw_only=True):
        def search_entry(self) -> tuple[str, str]:
            return self.id, self.debtor.national_id

    old = open_store(path, kinds=[OldCase])
    fields = {field: getattr(case(1, national_id="01817012345"), field) for field in Case.__struct_fields__}
    await stored(old, OldCase(**fields))
    await old.close()
    assert {"search_source", "search_words_data"} <= in_the_index(path, "01817012345")
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("update meta set value = '1' where key = 'search'")
    store = open_store(path)
    assert [doc.id for doc in await store.search(Case, "018170 12345")] == [case(1).id]
    assert await store.verify() == 1
    await store.close()
    assert in_the_index(path, "01817012345") == in_the_index(path, "12345") == set()


async def test_a_file_of_an_older_program_gets_new_tables_and_its_words_are_made_again(path: Path) -> None:
    await seeded(path, case(1, debtor_name="Kari Testesen"))
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(
            "drop table near_word; drop table note; delete from meta where key = 'search'; delete from search_source;"
        )
    store = open_store(path)
    assert [doc.id for doc in await store.search(Case, "testesne", by="near")] == [case(1).id]
    await store.remember("kari/recent", "1")
    assert await store.verify() == 1
    await store.close()
