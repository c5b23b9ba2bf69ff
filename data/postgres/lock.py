"""A lock that one process on any host holds at a time. It is the connection's: the death of either frees it.

So the work must not go on when the connection is lost: somebody else may have taken the lock. It is cancelled then.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import psycopg

from data.errors import StoreBroken
from data.language import _
from data.postgres.address import Address
from data.postgres.connections import Connection, connected
from data.postgres.lists import asked


@contextlib.asynccontextmanager
async def advisory_lock(address: Address, name: str) -> AsyncIterator[bool]:
    """Hold the lock of the name for the block; yields False at once when somebody has it.

    Raises StoreBroken with the code "lock_lost", in place of the block, when the connection is lost meanwhile.
    """
    async with connected(address) as connection:
        ((held,),) = await asked(connection, "select pg_try_advisory_lock(%s)", (address.lock_key(name),))
        if not held:
            yield False
            return
        try:
            async with _guarded(connection):
                yield True
        finally:
            # The server hears of a closed connection a moment later; the next who asks is to find the lock free.
            with contextlib.suppress(psycopg.Error):
                await connection.execute("select pg_advisory_unlock(%s)", (address.lock_key(name),))


@contextlib.asynccontextmanager
async def _guarded(connection: Connection) -> AsyncIterator[None]:
    worker = asyncio.current_task()
    assert worker  # noqa: S101 - there is always one in a coroutine; for the type checker
    lost = False

    async def watch() -> None:
        nonlocal lost
        with contextlib.suppress(psycopg.Error):
            async for _ in connection.notifies():  # there are none: it ends when the connection does
                pass
        lost = True
        worker.cancel()

    watching = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError:
        if not lost or worker.uncancel() > 0:
            raise
        raise _lost() from None
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait([watching])


def _lost() -> StoreBroken:
    return StoreBroken(
        _(
            "Kontakten med databasen ble brutt under arbeidet, som er stanset. Det som var lagret, er lagret. "
            "Start arbeidet på nytt når det er kontakt igjen: det fortsetter der det slapp."
        ),
        code="lock_lost",
    )
