"""The store behind gates, and a mirror of what it acknowledged.

The mirror is a dictionary of documents: what the store must hold, whatever crashes. It is kept by what callers were
told, never by reading the store.
"""

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from data.documents import ALL_DOCUMENTS, Document
from data.errors import StoreFull
from data.store import Store, Transaction
from data.tinydb.sqlite_file import busy
from tests.simulation.scheduler import ACTOR, Scheduler, Trace

Key = tuple[str, str]
_FREE = frozenset(
    {"serial", "serials", "verify", "close", "fill"}
)  # nobody else notices these, or only the world calls them
_KINDS = {kind.TABLE: kind for kind in ALL_DOCUMENTS}


class Mirror:
    """Every document as it was acknowledged. `watch` is told of each transaction: before, after, and who."""

    def __init__(self, watch: Callable[["Mirror", dict[Key, Document | None], str], None]) -> None:
        self.documents: dict[Key, Document] = {}
        self.transactions = 0
        self.log: list[tuple[str, dict[Key, Document | None]]] = []  # who, and each document before
        self._watch = watch

    def take(self, changes: dict[Key, Document | None], what: str) -> None:
        """A transaction was committed. None: the document was removed."""
        before = {key: self.documents.get(key) for key in changes}
        for key, document in changes.items():
            if document is None:
                self.documents.pop(key, None)
            else:
                self.documents[key] = document
        self.transactions += bool(changes)
        self.log.append((what.partition(":")[0], before))
        self._watch(self, before, what)

    def of(self, kind: type[Any]) -> list[Any]:
        """All documents of a kind, by id."""
        found = [document for (table, _), document in self.documents.items() if table == kind.TABLE]
        return sorted(found, key=lambda document: document.id)

    def get(self, kind: type[Any], key: str) -> Any:
        return self.documents.get((kind.TABLE, key))

    async def differences(self, store: Store) -> list[str]:
        """What the store has otherwise."""
        found: list[str] = []
        for table, kind in _KINDS.items():
            expected = {key: document for (of, key), document in self.documents.items() if of == table}
            after: str | None = None
            stored: dict[str, Document] = {}
            while True:
                page = await store.page(kind, after=after, limit=1000)
                stored |= {document.id: document for document in page.items}
                after = page.next
                if after is None:
                    break
            found += [f"{table} {key} was acknowledged, and is gone" for key in expected.keys() - stored.keys()]
            found += [f"{table} {key} was never acknowledged" for key in stored.keys() - expected.keys()]
            found += [
                f"{table} {key} is {stored[key]}, not {expected[key]}"
                for key in expected.keys() & stored.keys()
                if stored[key] != expected[key]
            ]
        return sorted(found)


class GatedStore:
    """A Store for one session."""

    def __init__(self, inner: Store, scheduler: Scheduler, mirror: Mirror, trace: Trace) -> None:
        self._inner = inner
        self._scheduler = scheduler
        self._mirror = mirror
        self._trace = trace

    def __getattr__(self, name: str) -> Any:
        return _gated(self._scheduler, getattr(self._inner, name), name)

    def lock(self, name: str) -> AbstractAsyncContextManager[bool]:
        return self._inner.lock(name)

    @asynccontextmanager
    async def transaction(self, actor: str, reason: str) -> AsyncIterator[Transaction]:
        gate = self._scheduler.gate
        if await gate(f"begin «{reason}»", faults=("busy",), alone=True) == "busy":
            raise busy()
        who = ACTOR.get()
        self._scheduler.holder = who
        try:
            async with self._inner.transaction(actor, reason) as tx:
                gated = _GatedTransaction(tx, self._scheduler)
                yield gated  # it is one, by __getattr__
                if await gate("commit", faults=("full",)) == "full":
                    raise StoreFull("Det er ikke plass på disken. Ingenting av endringen er lagret.")
            self._trace.add(f"{who}: committed {gated.summary()}")
            self._mirror.take(gated.changes, f"{who}: {reason}")
        finally:
            if not self._scheduler.dead:
                self._scheduler.holder = ""
        await gate("committed")


class _GatedTransaction:
    def __init__(self, inner: Transaction, scheduler: Scheduler) -> None:
        self._inner = inner
        self._scheduler = scheduler
        self.changes: dict[Key, Document | None] = {}

    def __getattr__(self, name: str) -> Any:
        return _gated(self._scheduler, getattr(self._inner, name), f"tx {name}")

    def put(self, document: Any) -> Any:
        stored = self._inner.put(document)
        self.changes[document.TABLE, document.id] = stored
        return stored

    def delete(self, document: Document) -> None:
        self._inner.delete(document)
        self.changes[document.TABLE, document.id] = None

    def summary(self) -> str:
        return " ".join(
            f"{table}/{key}@{document.rev if document else 'gone'}" for (table, key), document in self.changes.items()
        )


def _gated(scheduler: Scheduler, call: Any, name: str) -> Any:
    """A method of the store, behind a gate if it reads."""
    if name.rpartition(" ")[2] in _FREE or not inspect.iscoroutinefunction(call):
        return call

    async def after_gate(*args: Any, **kwargs: Any) -> Any:
        kind = getattr(args[0], "TABLE", "") if args else ""
        await scheduler.gate(f"{name} {kind}")
        return await call(*args, **kwargs)

    return after_gate
