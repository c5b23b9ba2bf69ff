"""Documents of an older program become today's: all of them, once, told in the trail, whatever interrupts it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from data.documents import Document, Schema
from data.errors import Conflict, StoreBroken, StoreBusy
from data.migrations import MIGRATIONS
from data.migrations.migration import Migration
from data.migrations.running import bring_up_to_date
from data.store import Store
from data.tinydb import store as tinydb_store
from tests.stores import ON_POSTGRES, store_url


class OldBook(Document, frozen=True, kw_only=True):
    """As the first release had it."""

    TABLE = "books"

    name: str
    price: str


class Book(Document, frozen=True, kw_only=True):
    """As it is today: what the price was called, what it is in, and what can be found by, are others."""

    TABLE = "books"
    INDEXED = ("price",)
    UNIQUE = ("code",)
    SEARCHED = ("title",)

    title: str
    price: int
    code: str | None = None

    def search_entry(self) -> tuple[str, str]:
        return self.id, self.title


def rename(book: dict[str, Any]) -> dict[str, Any]:
    return book if "title" in book else {**book, "title": book.pop("name")}


def in_ore(book: dict[str, Any]) -> dict[str, Any]:
    return book | {"price": int(book["price"]) * 100} if isinstance(book["price"], str) else book


RENAME = Migration(1, "navn heter tittel", "books", rename)
IN_ORE = Migration(2, "pris i øre", "books", in_ore)
BOTH = (RENAME, IN_ORE)
REASON = "Migrering 0001: navn heter tittel; Migrering 0002: pris i øre"
TODAY = (Book, Schema)


def opened(path: Path, *kinds: type[Document]) -> Store:
    if not ON_POSTGRES:
        return tinydb_store.open_store(path, kinds=kinds)
    from data.postgres.store import open_postgres

    return open_postgres(store_url(path), kinds=kinds)


async def put(store: Store, *documents: Document) -> None:
    async with store.transaction("kari", "test") as tx:
        for document in documents:
            tx.put(document)


@pytest.fixture
async def old(tmp_path: Path) -> Path:
    """A store of the first release, with three books."""
    path = tmp_path / "kk2.db"
    store = opened(path, OldBook)
    await put(store, *(OldBook(id=f"B{number}", name=f"Bok {number}", price=str(number)) for number in (1, 2, 3)))
    await store.close()
    return path


async def migrated(store: Store, migrations: Sequence[Migration] = BOTH) -> int:
    return await bring_up_to_date(store, migrations=migrations, kinds=TODAY)


async def test_old_documents_are_read_found_and_told_of_as_todays(old: Path) -> None:
    store = opened(old, *TODAY)
    assert await migrated(store) == 3
    assert await store.get(Book, "B2") == Book(id="B2", rev=2, title="Bok 2", price=200)
    assert [book.id for book in await store.find(Book, "price", 300)] == ["B3"]
    assert [book.id for book in await store.search(Book, "bok 1")] == ["B1"]
    news = await store.changes(1)
    assert {(change.actor, change.reason) for change in news} == {("kk2", REASON)}
    assert news[-1].documents == (("schema", "documents"),)
    assert await store.verify() == await store.last_change()
    await store.close()


async def test_a_store_that_is_up_to_date_is_left_alone(old: Path) -> None:
    store = opened(old, *TODAY)
    await migrated(store)
    line = await store.last_change()
    assert await migrated(store) == 0
    assert await store.last_change() == line
    await store.close()


async def test_a_new_store_goes_through_all_at_once(tmp_path: Path) -> None:
    store = opened(tmp_path / "kk2.db", *TODAY)
    assert await migrated(store) == 0
    assert await store.get(Schema, Schema.ID) == Schema(id=Schema.ID, rev=1, version=2)
    await store.close()


async def test_the_next_release_goes_on_from_the_last(old: Path) -> None:
    store = opened(old, *TODAY)
    await migrated(store)

    def upper(book: dict[str, Any]) -> dict[str, Any]:
        return book | {"title": book["title"].upper()}

    assert await migrated(store, (*BOTH, Migration(3, "store bokstaver", "books", upper))) == 3
    assert (await store.changes(0))[-1].reason == "Migrering 0003: store bokstaver"
    assert (await store.get(Book, "B1") or Book(id="", title="", price=0)).title == "BOK 1"
    await store.close()


async def test_one_that_is_interrupted_goes_on_where_it_stopped(old: Path) -> None:
    store = opened(old, *TODAY)
    asked: list[str] = []

    def fails_at_the_third(book: dict[str, Any]) -> dict[str, Any]:
        asked.append(book["id"])
        if len(asked) == 3:
            raise ZeroDivisionError
        return in_ore(book)

    await put(store, Book(id="A", title="Ny", price=5))
    with pytest.raises(StoreBroken, match=r"dokumentet B2 i «books» er ikke slik det skal være") as failed:
        await migrated(store, (RENAME, IN_ORE._replace(change=fails_at_the_third)))
    assert (failed.value.code, failed.value.details) == ("migration_failed", ({"table": "books", "id": "B2"},))
    assert await store.get(Schema, Schema.ID) is None
    assert await migrated(store) == 3
    assert [book.price for book in (await store.page(Book)).items] == [5, 100, 200, 300]
    await store.close()


async def test_a_document_that_somebody_changes_meanwhile_is_taken_again(old: Path) -> None:
    store, other = opened(old, *TODAY), opened(old, OldBook)
    await other.get(OldBook, "B1")
    waiting = [OldBook(id="B1", rev=1, name="Bok 1", price="7")]

    async def with_others(migrations: Sequence[Migration]) -> int:
        return await bring_up_to_date(Interrupted(store, other, waiting), migrations=migrations, kinds=TODAY)

    assert await with_others(BOTH) == 3
    assert waiting == []
    assert [book.price for book in (await store.page(Book)).items] == [700, 200, 300]
    await store.close()
    await other.close()


class Interrupted:
    """A store in which somebody else changes a document before each transaction."""

    def __init__(self, store: Store, other: Store, waiting: list[OldBook]) -> None:
        self._store = store
        self._other = other
        self._waiting = waiting

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def transaction(self, actor: str, reason: str) -> Any:
        return _After(self)

    async def open(self) -> Any:
        while self._waiting:
            await put(self._other, self._waiting.pop())
        self._manager = self._store.transaction("kk2", REASON)
        return await self._manager.__aenter__()

    async def end(self, *error: Any) -> Any:
        return await self._manager.__aexit__(*error)


class _After:
    def __init__(self, store: Interrupted) -> None:
        self._store = store

    async def __aenter__(self) -> Any:
        return await self._store.open()

    async def __aexit__(self, *error: Any) -> Any:
        return await self._store.end(*error)


async def test_what_can_never_be_stored_is_refused_and_not_tried_for_ever(old: Path) -> None:
    store = opened(old, *TODAY)

    def all_alike(book: dict[str, Any]) -> dict[str, Any]:
        return book | {"code": "X"}

    with pytest.raises(Conflict, match="code"):
        await migrated(store, (*BOTH, Migration(3, "kode", "books", all_alike)))
    await store.close()


async def test_a_store_of_a_newer_program_is_refused_untouched(old: Path) -> None:
    store = opened(old, *TODAY)
    await put(store, Schema(id=Schema.ID, version=3))
    line = await store.last_change()
    with pytest.raises(StoreBroken, match=r"nyere utgave av kk2 \(dokumenter av versjon 3, denne kjenner 2\)") as newer:
        await migrated(store)
    assert newer.value.code == "newer_store"
    assert await store.last_change() == line
    await store.close()


async def test_another_session_is_told_to_wait(old: Path) -> None:
    store = opened(old, *TODAY)
    async with store.lock("migrations"):
        with pytest.raises(StoreBusy, match="En annen økt") as busy:
            await migrated(store)
    assert busy.value.code == "migrating"
    assert await migrated(store) == 3
    await store.close()


async def test_progress_is_told(old: Path) -> None:
    store = opened(old, *TODAY)
    told: list[tuple[int, str]] = []
    await bring_up_to_date(store, migrations=BOTH, kinds=TODAY, tell=lambda done, table: told.append((done, table)))
    assert told == [(3, "books")]
    await store.close()


def test_the_programs_own_migrations_are_numbered_without_gaps() -> None:
    assert [migration.number for migration in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))
