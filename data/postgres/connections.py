"""Connections to the server: a few for reading, one for the transaction, made when they are needed.

A connection that is broken is thrown away. A question is asked once more on a new one, so that a restart of the server
between two questions is not noticed.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import psycopg
from psycopg import AsyncConnection
from psycopg.pq import TransactionStatus

from data.postgres.address import Address
from data.postgres.errors import explained, is_away, pooled

T = TypeVar("T")
Connection = AsyncConnection[tuple[Any, ...]]
Prepare = Callable[[Connection], Awaitable[None]]


async def connect(address: Address) -> Connection:
    """A connection in autocommit mode. Raises psycopg.OperationalError, and StoreBroken behind a pooler.

    A pooler may drop the settings that we start with: tables would then be looked for in any schema but ours.
    """
    connection = await AsyncConnection.connect(address.conninfo, autocommit=True)
    cursor = await connection.execute("show search_path")
    if await cursor.fetchone() != (address.schema,):
        await connection.close()
        raise pooled(address.place)
    return connection


@contextlib.asynccontextmanager
async def connected(address: Address) -> AsyncIterator[Connection]:
    """A connection of one's own for the block; closing it undoes what is not committed. Errors are explained."""
    with explained(address.place):
        connection = await connect(address)
        try:
            yield connection
        finally:
            await connection.close()


class Connections:
    """Those that are not in use lie ready. `prepare` is done with the first connection, before anything is asked."""

    def __init__(self, address: Address, prepare: Prepare, *, most: int = 3) -> None:
        self._address = address
        self._prepare = prepare
        self._idle: list[Connection] = []
        self._room = asyncio.Semaphore(most)
        self._opening = asyncio.Lock()
        self._opened = False
        self._closed = False

    async def ask(self, question: Callable[[Connection], Awaitable[T]]) -> T:
        """The answer to a question that changes nothing, asked again when the connection turns out to be dead."""
        with explained(self._address.place):
            try:
                return await self._ask(question)
            except psycopg.Error as error:
                if not is_away(error):
                    raise
                await self.forget()
                return await self._ask(question)

    async def _ask(self, question: Callable[[Connection], Awaitable[T]]) -> T:
        async with self._room:
            connection = await self.take()
            try:
                return await question(connection)
            finally:
                await self.give_back(connection)

    async def take(self) -> Connection:
        """One for the caller alone, until it is given back. Raises psycopg.Error."""
        if self._closed:
            raise RuntimeError("the store is closed")
        await self._open()
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed:
                return connection
        return await connect(self._address)

    async def give_back(self, connection: Connection) -> None:
        """Only one that is whole and has no transaction is kept; closing it ends whatever it was at."""
        if connection.info.transaction_status == TransactionStatus.IDLE and not self._closed:
            self._idle.append(connection)
        else:
            await connection.close()

    async def forget(self) -> None:
        """Throw away those that lie ready: when one is dead, so are they."""
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close()

    async def close(self) -> None:
        self._closed = True
        await self.forget()

    async def _open(self) -> None:
        if self._opened:
            return
        async with self._opening:
            if not self._opened:
                connection = await connect(self._address)
                try:
                    await self._prepare(connection)
                except BaseException:
                    await connection.close()
                    raise
                self._opened = True
                self._idle.append(connection)


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Do what must not be left half-way. A cancellation meanwhile is raised when it is done."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    result = task.result()
    if cancelled:
        raise cancelled
    return result
