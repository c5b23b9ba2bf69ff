"""What a store holds, counted."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from data.store import Snapshot, Store
from data.tinydb.store import open_store


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What a store holds: documents in all, lines of the audit trail, and the newest line's time (ISO) and hash."""

    documents: int
    lines: int
    time: str
    newest: str


async def contents(snapshot: Snapshot) -> Contents:
    """What a snapshot holds."""
    documents, lines, time, newest = 0, 0, "", ""
    for table in await snapshot.tables():
        async for stretch in snapshot.documents(table):
            documents += len(stretch)
    async for trail in snapshot.trail():
        lines, time, newest = lines + len(trail), trail[-1].time, trail[-1].hash
    return Contents(documents=documents, lines=lines, time=time, newest=newest)


async def contents_of(store: Store) -> Contents:
    """What a store holds now."""
    async with store.snapshot() as snapshot:
        return await contents(snapshot)


@contextlib.asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Store]:
    """The store in a file, closed at the end."""
    store = open_store(path)
    try:
        yield store
    finally:
        await store.close()
