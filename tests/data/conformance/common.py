"""What the promises are told with."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from data.documents import Case, Document, Payment
from data.store import Store
from tests.data.made_up import case, claim, payment

OpenIt = Callable[[], Store]
T = TypeVar("T")


async def stored(store: Store, *documents: Document) -> None:
    async with store.transaction("kari", "test") as tx:
        for document in documents:
            tx.put(document)


async def in_time(work: Awaitable[T]) -> T:
    """What comes; a failure, rather than a test that hangs, when nothing does."""
    return await asyncio.wait_for(work, 30)


async def a_little_of_all(store: Store) -> None:
    """Three lines of the trail: documents put, changed and removed, and numbers of a series."""
    async with store.transaction("kari", "først") as tx:
        tx.put(case(1, name="Bjørn-Åge Sæther"))
        tx.put(claim(1))
        tx.put(case(2))
        for serial in range(1, 4):
            tx.put(payment(serial, fingerprint=None if serial == 2 else f"f{serial}", case=case(1).id))
        await tx.serials("sak", 5)
    one, gone = await store.get(Case, case(1).id), await store.get(Payment, payment(1).id)
    assert one
    assert gone
    await stored(store, replace(one, step="EWS", outstanding=1_234_50), payment(4, case=None, unplaced="unknown_kid"))
    async with store.transaction("ola", "fjernet «æøå»") as tx:
        tx.delete(gone)


async def contents(store: Store) -> object:
    """All that a snapshot has, with the documents as values: backends may space their JSON differently."""
    async with store.snapshot() as snapshot:
        tables = {
            table: [(each.id, each.rev, msgspec.json.decode(each.doc)) for each in rows]
            for table in await snapshot.tables()
            if (rows := await taken(snapshot.documents(table)))
        }
        return tables, await snapshot.serials(), await taken(snapshot.trail()), await taken(snapshot.parts())


async def taken(stretches: AsyncIterator[list[T]]) -> list[T]:
    """All of it."""
    return [each async for stretch in stretches for each in stretch]
