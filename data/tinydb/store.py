"""The default backend of the store: TinyDB's document API over SQLite, made asynchronous.

Three connections to one file, two of them opened when they are first needed. A writer's thread runs long writes and
COMMIT (an fsync), a reader's thread runs whatever may take a while, so that reading never waits for a long import.
Statements that touch a row or two and never wait for a lock (10 µs; a thread would cost 100 µs) run where they are
asked for: a get, a number of a series, BEGIN. Inside the process an asyncio lock lines transactions up; between
processes SQLite does.
"""

import asyncio
import contextlib
import random
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import ParamSpec, TypeVar

from tinydb import where as field_of

from data.decoded import decoded
from data.documents import ALL_DOCUMENTS, Document
from data.errors import StoreBroken
from data.file_lock import file_lock
from data.file_system import require_local
from data.store import AuditEntry, Change, Group, Match, Page, Snapshot, Value, Wanted
from data.tinydb import notes, pages
from data.tinydb.sqlite_file import StoreBusy, busy, connect, data_version, explained, last_change
from data.tinydb.sqlite_storage import utc_now
from data.tinydb.table_shape import TableShape
from data.tinydb.tables import DocumentDB
from data.tinydb.transaction import TinyTransaction
from data.tinydb.typed_tables import Tables
from data.tinydb.writer_thread import WriterThread

D = TypeVar("D", bound=Document)
T = TypeVar("T")
P = ParamSpec("P")

_DICE = random.SystemRandom()
_LOOK_S = 0.25  # between looks for other processes' changes, of a few µs each


def open_store(
    path: Path | str,
    *,
    kinds: Sequence[type[Document]] = ALL_DOCUMENTS,
    now: Callable[[], datetime] = utc_now,
    patience_s: float = 60.0,
) -> "TinyStore":
    """Open the store in a file, making it if it is not there. Reads no documents.

    `now` dates the audit trail; `patience_s` is how long a transaction waits for other processes.
    Raises StoreBroken (not a store, a newer program's, or on a network file system), StoreFull.
    """
    require_local(Path(path))
    return TinyStore(Path(path), kinds, now, patience_s)


class TinyStore:
    """See data.store.Store. Made by `open_store`."""

    def __init__(
        self, path: Path, kinds: Sequence[type[Document]], now: Callable[[], datetime], patience_s: float
    ) -> None:
        self._path = path
        self._patience_s = patience_s
        self._shapes = {kind: TableShape.of(kind) for kind in kinds}
        self._kinds = kinds
        self._now = now
        self._nearby = _modest(self._open(0.0))
        self._writing = WriterThread()
        self._reading = ThreadPoolExecutor(1, "store-reader")
        self._turn = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None
        self._broken: StoreBroken | None = None

    def _open(self, wait_s: float) -> Tables:
        return Tables(DocumentDB(self._path, kinds=self._kinds, now=self._now, wait_s=wait_s))

    @cached_property
    def _reader(self) -> Tables:
        return _modest(self._open(10.0))

    @cached_property
    def _writer(self) -> Tables:
        return self._open(0.0)

    # --- reading ----------------------------------------------------------------------------------------------------

    async def get(self, kind: type[D], key: str) -> D | None:
        return await self._at_once(lambda tables: tables.get(kind, key))

    async def get_many(self, kind: type[D], keys: Sequence[str]) -> dict[str, D]:
        query = field_of("id").one_of(list(keys))
        return {doc.id: doc for doc in await self._read(self._reader.search, kind, query)}

    async def find(self, kind: type[D], field: str, value: Value) -> list[D]:
        self._shapes[kind].require(field)
        return await self._read(self._reader.search, kind, field_of(field) == value)

    async def find_many(self, kind: type[D], field: str, values: Sequence[str]) -> list[D]:
        self._shapes[kind].require(field)
        return await self._read(self._reader.search, kind, field_of(field).one_of(list(values)))

    async def page(
        self,
        kind: type[D],
        *,
        where: Mapping[str, Wanted] | None = None,
        order: str = "id",
        descending: bool = False,
        after: str | None = None,
        offset: int = 0,
        limit: int = 200,
    ) -> Page[D]:
        def read() -> Page[D]:
            way = pages.Order(order, descending)
            texts, place = pages.page(self._lists, self._shapes[kind], where, way, after, offset, limit)
            return Page([decoded(kind, text) for text in texts], place)

        return await self._read(read)

    async def count(self, kind: type[Document], where: Mapping[str, Wanted] | None = None) -> int:
        return await self._read(pages.count, self._lists, self._shapes[kind], where)

    async def total(self, kind: type[Document], field: str, where: Mapping[str, Wanted] | None = None) -> int:
        if field not in kind.__struct_fields__:
            raise ValueError(f"{kind.__name__} has no field {field!r}")
        return await self._read(pages.total, self._lists, self._shapes[kind], field, where)

    async def groups(
        self,
        kind: type[Document],
        by: str,
        *,
        total: str | None = None,
        where: Mapping[str, Wanted] | None = None,
    ) -> dict[Value, Group]:
        return await self._read(pages.groups, self._lists, self._shapes[kind], by, total, where)

    async def search(self, kind: type[D], text: str, *, by: Match = "beginnings", limit: int = 50) -> list[D]:
        from data import search_index

        lists = self._lists

        def read() -> list[D]:
            found = search_index.search(lists, self._shapes[kind], text, by, limit)
            return [decoded(kind, doc) for doc in found]

        return await self._read(read)

    async def changes(self, since: int, limit: int | None = None) -> list[Change]:
        from data import audit

        return await self._read(audit.changes, self._lists, since, limit)

    async def next_changes(self, since: int) -> list[Change]:
        """Look four times a second whether the file is another one. Only if it is, the audit trail is read."""
        seen: int | None = None
        while True:
            version = await self._at_once(lambda tables: data_version(tables.connection))
            if version != seen and await self.last_change() > since:
                return await self.changes(since)
            seen = version
            await asyncio.sleep(_LOOK_S)

    async def last_change(self) -> int:
        return await self._at_once(lambda tables: last_change(tables.connection))

    async def history(self, kind: type[Document], key: str) -> list[AuditEntry]:
        from data import audit

        return await self._read(audit.history, self._lists, kind.TABLE, key)

    async def notes(self, beginning: str) -> dict[str, str]:
        return await self._read(notes.notes, self._lists, beginning)

    def snapshot(self) -> contextlib.AbstractAsyncContextManager[Snapshot]:
        from data.tinydb import copy  # whoever opens a store to work in it need not load what keeps it

        return copy.snapshot(self._path)

    async def copy_to(self, path: Path) -> None:
        """Write everything but notes, as it is now, into a new file, page by page: quicker than `fill`."""
        from data.tinydb import copy

        await asyncio.to_thread(copy.copy_file, self._path, path)

    async def verify(self) -> int:
        from data.tinydb import check

        def look() -> int:  # for minutes, in a large store: on a connection and in a thread of its own
            with explained(self._path), contextlib.closing(connect(self._path)) as connection:
                return check.verify(connection, self._shapes)

        return await asyncio.to_thread(look)

    # --- writing ----------------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def transaction(self, actor: str, reason: str) -> AsyncIterator[TinyTransaction]:
        """Commit at the end of the block. A cancellation that comes while COMMIT runs is raised when it has run."""
        if self._holder is not None and self._holder is asyncio.current_task():
            raise RuntimeError("a transaction inside a transaction would wait for itself")
        async with self._turn:
            self._holder = asyncio.current_task()
            try:
                await self._begin(actor, reason)
                transaction = TinyTransaction(self._path, self._writer, self._writing)
                try:
                    yield transaction
                except BaseException:
                    await transaction.rollback()
                    raise
                await self._commit(transaction)
            finally:
                self._holder = None

    async def _begin(self, actor: str, reason: str) -> None:
        """SQLite's own waiting lets one busy process starve the rest; short waits of random length do not."""
        if self._broken:
            raise self._broken
        limit = monotonic() + self._patience_s
        with explained(self._path):
            while not self._writer.storage.begin(actor, reason):
                if monotonic() > limit:
                    raise busy()
                await asyncio.sleep(_DICE.uniform(0.0005, 0.008))

    async def _commit(self, transaction: TinyTransaction) -> None:
        """After a failed commit nobody knows what the disk holds: no more writing until the store is opened anew."""
        try:
            await transaction.commit()
        except StoreBroken as error:
            self._broken = error
            raise

    async def remember(self, name: str, text: str | None) -> None:
        async with self.transaction("kk2", "notat") as transaction:  # leaves no line: no document is put
            await transaction.on_writer(notes.remember, self._writer.connection, name, text)

    async def fill(self, snapshot: Snapshot) -> None:
        from data.tinydb import copy

        async with self.transaction("kk2", "kopi") as transaction:  # leaves no line: no document is put
            await copy.fill(copy.Copy(self._writer.storage), snapshot, transaction.on_writer)

    @contextlib.asynccontextmanager
    async def lock(self, name: str) -> AsyncIterator[bool]:
        with file_lock(self._path, name) as held:
            yield held

    async def close(self) -> None:
        async with self._turn:
            opened = vars(self)
            if "_reader" in opened:
                await self._read(self._reader.close)
            if "_writer" in opened:
                await self._writing.outcome(self._writing.submit(self._writer.close))
            self._writing.close()
            self._nearby.close()
            self._reading.shutdown(wait=False)

    @property
    def _lists(self) -> sqlite3.Connection:
        return self._reader.connection

    async def _at_once(self, work: Callable[[Tables], T]) -> T:
        """Read a row here and now; in the thread, when SQLite is busy recovering after another process' death."""
        try:
            with explained(self._path):
                return work(self._nearby)
        except StoreBusy:
            return await self._read(work, self._reader)

    async def _read(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def read() -> T:
            with explained(self._path):
                return work(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._reading, read)


def _modest(tables: Tables) -> Tables:
    """Many sessions share a host, and the system's own cache."""
    tables.connection.execute("pragma cache_size=-512")
    return tables
