"""A transaction of the default backend: documents held in memory over what SQLite has, written by the thousand."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from tinydb import where

from data.documents import Document
from data.held import Held, Pending, plain
from data.store import Value
from data.tinydb.sqlite_file import explained
from data.tinydb.typed_tables import Tables
from data.tinydb.writer_thread import Work, WriterThread

D = TypeVar("D", bound=Document)
T = TypeVar("T")
P = ParamSpec("P")

CHUNK = 2_000  # documents that a transaction holds before it hands them to the writer
FEW = 20  # documents: so few are written where commit is called, in half a ms; only COMMIT itself is the thread's


class TinyTransaction:
    """See data.store.Transaction. Documents put are held here, and handed to the writer's thread by the thousand."""

    def __init__(self, path: Path, tables: Tables, thread: WriterThread) -> None:
        self._path = path
        self._tables = tables
        self._thread = thread
        self._held = Held()
        self._erased: list[tuple[str, str]] = []
        self._handed: list[Work[None]] = []
        self._latest: Work[Any] | None = None  # the newest work of ours on the writer's thread
        self._over = False
        self._written = False

    # --- changing ---------------------------------------------------------------------------------------------------

    def put(self, doc: D) -> D:
        self._require_open()
        stored = self._held.put(doc)
        self._hand_over()
        return stored

    def delete(self, doc: Document) -> None:
        self._require_open()
        self._held.delete(doc)
        self._hand_over()

    def erase_history(self, kind: type[Document], key: str) -> None:
        self._erased.append((kind.TABLE, key))

    async def serial(self, name: str) -> int:
        return (await self.serials(name, 1)).start

    async def serials(self, name: str, count: int) -> range:
        return await self._soon(self._tables.storage.serials, name, count)

    def _require_open(self) -> None:
        if self._over:
            raise RuntimeError("the transaction is over")

    def _hand_over(self) -> None:
        if len(self._held) >= CHUNK:
            apply = functools.partial(self._checked, self._tables.apply, self._held.take(CHUNK))
            self._handed.append(self._submit(apply))

    # --- reading: what is held lies over what is written -------------------------------------------------------------

    async def get(self, kind: type[D], key: str) -> D | None:
        held = self._held.get(kind, key)
        if held is None:
            return await self._soon(self._tables.get, kind, key)
        return held.doc if isinstance(held.doc, kind) and not held.removed else None

    async def get_many(self, kind: type[D], keys: Sequence[str]) -> dict[str, D]:
        wanted = set(keys)
        found = await self._asked(self._tables.search, kind, where("id").one_of(list(keys)))
        return {doc.id: doc for doc in self._held.laid_over(kind, found, lambda doc: doc.id in wanted)}

    async def find(self, kind: type[D], field: str, value: Value) -> list[D]:
        self._tables.table(kind).shape.require(field)
        found = await self._asked(self._tables.search, kind, where(field) == value)
        return self._held.laid_over(kind, found, lambda doc: plain(doc, field) == value)

    async def find_many(self, kind: type[D], field: str, values: Sequence[str]) -> list[D]:
        self._tables.table(kind).shape.require(field)
        wanted = set(values)
        found = await self._asked(self._tables.search, kind, where(field).one_of(list(values)))
        return self._held.laid_over(kind, found, lambda doc: plain(doc, field) in wanted)

    # --- threads ----------------------------------------------------------------------------------------------------

    async def _soon(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A statement on a row or two: here and now, unless the writer's thread has work of ours."""
        if self._idle:
            return self._checked(work, *args, **kwargs)
        return await self._asked(work, *args, **kwargs)

    @property
    def _idle(self) -> bool:
        return self._latest is None or self._latest.done

    async def on_writer(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Work on the transaction's connection that is no document put or deleted (data/tinydb/copy.py)."""
        return await self._asked(work, *args, **kwargs)

    async def _asked(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """On the writer's thread, after all that was handed to it."""
        return await self._thread.outcome(self._submit(functools.partial(self._checked, work, *args, **kwargs)))

    def _submit(self, work: Callable[[], T]) -> Work[T]:
        submitted = self._thread.submit(work)
        self._latest = submitted
        return submitted

    def _checked(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A refusal of something handed over comes to light here; nothing is written after it."""
        for handed in self._handed:
            if handed.done:
                handed.result()
        with explained(self._path):
            return work(*args, **kwargs)

    # --- the end ----------------------------------------------------------------------------------------------------

    async def commit(self) -> None:
        """Write what is held, and make all of it last, or none of it. Once begun it is not interrupted."""
        self._over = True
        if not self._handed and self._idle and len(self._held) + len(self._erased) <= FEW:
            try:
                self._write_held()
            except BaseException:
                await self.rollback()
                raise
        await self._thread.to_the_end(self._submit(self._commit))

    async def rollback(self) -> None:
        """Forget what is held, and undo what is written."""
        self._over = True
        self._held.clear()
        self._erased.clear()
        await self._thread.to_the_end(self._submit(self._undo))

    def _commit(self) -> None:
        try:
            if not self._written:
                self._write_held()
            with explained(self._path):
                self._tables.storage.commit()
        except BaseException:
            self._undo()
            raise

    def _write_held(self) -> None:
        self._checked(self._write_all, self._held.take(len(self._held)))
        self._written = True

    def _write_all(self, changes: Sequence[Pending]) -> None:
        self._tables.apply(changes)
        if self._erased:
            self._tables.storage.erase_history(self._erased)
            self._erased.clear()
        self._tables.storage.seal()

    def _undo(self) -> None:
        with explained(self._path):
            self._tables.storage.rollback()
