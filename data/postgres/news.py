"""Hearing of transactions as they are committed, by anybody on any host.

One connection listens for all who wait. A notification only says that there is something to read, so one that gets lost
(with the connection, say) costs no more than the next look.
"""

import asyncio
import contextlib

import psycopg
from psycopg import sql

from data.postgres.address import Address
from data.postgres.connections import connect

_LOOK_S = 5.0  # how often to look even if nothing is heard
_AGAIN_S = 0.5  # between attempts to connect again


class News:
    """Listens from the first time somebody waits, until it is closed."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._listening: asyncio.Task[None] | None = None
        self._next = asyncio.Event()

    def coming(self) -> asyncio.Event:
        """Set by the next news, or when it is time to look again. To be asked for before looking."""
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())
        return self._next

    async def close(self) -> None:
        """Stop listening. Those who wait are cancelled by whoever closes the store."""
        if self._listening is not None:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening
            self._listening = None

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except psycopg.Error:  # those who wait go on waiting, and look when the server is back
                await asyncio.sleep(_AGAIN_S)

    async def _listen_once(self) -> None:
        connection = await connect(self._address)
        try:
            await connection.execute(sql.SQL("listen {}").format(sql.Identifier(self._address.channel)))
            self._tell()  # of what came before anybody listened
            while True:
                async for _ in connection.notifies(timeout=_LOOK_S, stop_after=1):
                    pass
                self._tell()
        finally:
            await connection.close()

    def _tell(self) -> None:
        told, self._next = self._next, asyncio.Event()
        told.set()
