"""The whole of a store's file read at one moment, and a copy written into an empty one.

A reader in SQLite's write-ahead log sees the moment it began, however long it reads, and keeps nobody waiting. What is
written meanwhile stays in the log until the reader is done.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from data import refusals
from data.audit import _ROOM as ROOM
from data.decoded import decoded
from data.documents import Document
from data.search_index import clear_out
from data.store import Snapshot, StoredDocument, TrailLine, TrailPart
from data.tinydb.sqlite_file import connect, explained
from data.tinydb.sqlite_storage import SqliteStorage
from data.tinydb.table_shape import TableShape, quoted

STRETCH = 2_000  # rows that are held at a time
T = TypeVar("T")
_encode = msgspec.json.Encoder().encode


@contextlib.asynccontextmanager
async def snapshot(path: Path) -> AsyncIterator["TinySnapshot"]:
    """The file as it is now, for the length of the block. Has a connection and a thread of its own."""
    with ThreadPoolExecutor(1, "store-snapshot") as thread:
        taken = TinySnapshot(path, thread)
        await taken.open()
        try:
            yield taken
        finally:
            await taken.close()


class TinySnapshot:
    """See data.store.Snapshot."""

    def __init__(self, path: Path, thread: ThreadPoolExecutor) -> None:
        self._path = path
        self._thread = thread
        self._connection: sqlite3.Connection

    async def open(self) -> None:
        def begin() -> None:
            self._connection = connect(self._path)
            self._connection.execute("begin")
            self._connection.execute("select count(*) from meta")  # the moment is that of the first statement

        await self._run(begin)

    async def close(self) -> None:
        await self._run(lambda: self._connection.close())

    async def tables(self) -> list[str]:
        rows = await self._all("select name from document_table order by name")
        return [name for (name,) in rows]

    async def serials(self) -> dict[str, int]:
        return dict(await self._all("select name, last from serial order by name"))

    async def documents(self, table: str) -> AsyncIterator[list[StoredDocument]]:
        sql = f"select ?, id, rev, doc from {quoted(table)} order by id"  # noqa: S608 - quoted
        async for stretch in self._stretches(StoredDocument, sql, table):
            yield stretch

    async def trail(self) -> AsyncIterator[list[TrailLine]]:
        sql = "select seq, time, actor, reason, prev_hash, hash from audit order by seq"
        async for stretch in self._stretches(TrailLine, sql):
            yield stretch

    async def parts(self) -> AsyncIterator[list[TrailPart]]:
        sql = "select place / ?1, place % ?1, tab, id, after, digest from audit_change order by place"
        async for stretch in self._stretches(TrailPart, sql, ROOM):
            yield stretch

    async def _stretches(self, kind: Callable[..., T], sql: str, *values: object) -> AsyncIterator[list[T]]:
        cursor = await self._run(lambda: self._connection.execute(sql, values))
        while rows := await self._run(lambda: [kind(*row) for row in cursor.fetchmany(STRETCH)]):
            yield rows

    async def _all(self, sql: str) -> list[Any]:
        return await self._run(lambda: self._connection.execute(sql).fetchall())

    async def _run(self, work: Callable[[], T]) -> T:
        def explained_work() -> T:
            with explained(self._path):
                return work()

        return await asyncio.get_running_loop().run_in_executor(self._thread, explained_work)


class Copy:
    """Writes what a snapshot has into an empty store, inside the transaction that its storage has under way."""

    def __init__(self, storage: SqliteStorage) -> None:
        self._storage = storage
        self._connection = storage.connection

    def begin(self) -> None:
        """Raises Conflict when there is anything in the store. The indexes are made again when all is in."""
        names = [name for (name,) in self._connection.execute("select name from document_table")]
        for table in (*map(quoted, names), "audit", "audit_change", "serial"):
            if self._connection.execute(f"select 1 from {table} limit 1").fetchone():  # noqa: S608 - quoted
                raise refusals.not_empty()
        for name in self._indexes(names):
            self._connection.execute(f"drop index if exists {quoted(name)}")

    def end(self) -> None:
        """Make the indexes. A unique value that is there twice is refused here."""
        names = [name for (name,) in self._connection.execute("select name from document_table")]
        for statement in self._indexes(names).values():
            self._connection.execute(statement)

    def documents(self, table: str, stretch: Sequence[StoredDocument]) -> None:
        """Documents of one table. Raises StoreBroken when one is not of its kind."""
        shape = self._storage.shape(table)
        self._storage.ensure_table(shape)
        columns = ", ".join(("doc_id, id, rev, doc", *map(quoted, shape.columns)))
        places = ", ".join("?" * (4 + len(shape.columns)))
        insert = f"insert into {shape.table}({columns}) values ({places})"  # noqa: S608 - quoted
        self._connection.executemany(insert, self._rows(shape, stretch))

    def _rows(self, shape: TableShape, stretch: Sequence[StoredDocument]) -> Iterator[tuple[object, ...]]:
        kind = self._storage.kinds.get(shape.name)
        for stored in stretch:
            if kind is None:  # a table of TinyDB's own, where the id is the number
                yield int(stored.id), stored.id, stored.rev, stored.doc
                continue
            doc = decoded(kind, stored.doc)
            if entry := doc.search_entry():
                self._storage.search_index.put(shape.name, doc.id, entry)
            yield None, stored.id, stored.rev, _as_written(doc, stored.doc), *shape.values(doc)

    def serials(self, serials: dict[str, int]) -> None:
        self._connection.executemany("insert into serial values (?, ?)", serials.items())

    def trail(self, stretch: Sequence[TrailLine]) -> None:
        rows = (msgspec.structs.astuple(line) for line in stretch)
        self._connection.executemany("insert into audit values (?, ?, ?, ?, ?, ?)", rows)

    def parts(self, stretch: Sequence[TrailPart]) -> None:
        rows = ((part.seq * ROOM + part.number, part.table, part.id, part.after, part.digest) for part in stretch)
        insert = "insert into audit_change(place, tab, id, after, digest) values (?, ?, ?, ?, ?)"
        self._connection.executemany(insert, rows)

    def _indexes(self, names: Sequence[str]) -> dict[str, str]:
        return {name: statement for table in names for name, statement in self._storage.shape(table).indexes().items()}


def _as_written(doc: Document, text: str) -> str:
    """The document's text as the trail has it: a backend may have spaced it otherwise, and put its fields in order."""
    written = _encode(doc).decode()
    return written if written == text or msgspec.json.decode(written) == msgspec.json.decode(text) else text


async def fill(copy: Copy, snapshot: Snapshot, run: Callable[..., Any]) -> None:
    """Everything in the snapshot, stretch by stretch. `run` calls in the writer's thread."""
    await run(copy.begin)
    for table in await snapshot.tables():
        async for documents in snapshot.documents(table):
            await run(copy.documents, table, documents)
    await run(copy.serials, await snapshot.serials())
    async for lines in snapshot.trail():
        await run(copy.trail, lines)
    async for parts in snapshot.parts():
        await run(copy.parts, parts)
    await run(copy.end)


def copy_file(source: Path, target: Path) -> None:
    """A new file with all that the store's file has at this moment. Reads only: whoever writes meanwhile goes on.

    What is remembered beside the documents stays behind, as in a snapshot, and so do words that nobody is found by any
    more: a copy may be kept for longer than they are.
    """
    with explained(source), contextlib.closing(connect(source)) as connection:
        connection.execute("vacuum into ?", (str(target),))
    with explained(target), contextlib.closing(connect(target)) as connection:
        connection.execute("delete from note")
        clear_out(connection)
