"""Another process at work on a store, in a file or on a server: `python -m tests.data.store_process JOB URL [NUMBER]`.

It prints what is committed, when it is.
"""

import asyncio
import resource
import sys
from pathlib import Path

from msgspec.structs import replace

from data.backends import open_store
from data.documents import Case
from data.errors import StoreFull
from data.store import Store, Transaction
from tests.data.made_up import case, payment


async def increment(store: Store, times: int) -> None:
    """Add one, that many times."""
    for _ in range(times):
        async with store.transaction("prosess", "én til") as tx:
            await _add(tx, case(1).id, 1)


async def move_for_ever(store: Store, _: int) -> None:
    """Move an øre between two cases and note it as a payment, until killed. Prints the payment when it is committed."""
    while True:
        async with store.transaction("prosess", "flytt") as tx:
            number = await tx.serial("betaling")
            await _add(tx, case(1).id, -1)
            await _add(tx, case(2).id, 1)
            tx.put(payment(number))
        print(payment(number).id, flush=True)  # noqa: T201 - the acknowledgement


async def fill_the_disk(store: Store, room: int) -> None:
    """Meet a file size limit in the middle of a large transaction, then go on when there is room again."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (_log_size() + room, resource.RLIM_INFINITY))
    try:
        async with store.transaction("prosess", "for stor") as tx:
            for serial in range(100, 5_000):
                tx.put(case(serial))
    except StoreFull as full:
        print(full.code, flush=True)  # noqa: T201
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    async with store.transaction("prosess", "plass igjen") as tx:
        tx.put(case(3))
    print(await store.count(Case), await store.verify(), flush=True)  # noqa: T201


async def hold_lock(store: Store, _: int) -> None:
    """Take a lock and die with it."""
    async with store.lock("sending") as held:
        print(held, flush=True)  # noqa: T201
        await asyncio.Event().wait()


def _log_size() -> int:
    return Path(sys.argv[2] + "-wal").stat().st_size


async def _add(tx: Transaction, key: str, amount: int) -> None:
    doc = await tx.get(Case, key)
    assert doc
    tx.put(replace(doc, outstanding=doc.outstanding + amount))


JOBS = {"increment": increment, "move": move_for_ever, "fill": fill_the_disk, "lock": hold_lock}


async def main(job: str, url: str, number: str = "0") -> None:
    store = open_store(url, Path())
    await JOBS[job](store, int(number))
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
