"""A wire to a PostgreSQL server that can be cut when COMMIT is said: before it arrives, or before its answer does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Literal
from urllib.parse import urlsplit

Cut = Literal["before", "after"]


class CuttingProxy:
    """Listens at `url`. `cut` is what is done to the next COMMIT, and `for_good` lets nobody in after that."""

    def __init__(self, server_url: str) -> None:
        self._server = urlsplit(server_url)
        self._closed = False
        self.url = ""
        self.cut: Cut | None = None
        self.for_good = False

    async def serve(self, caller: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        if self._closed:
            back.transport.abort()
            return
        answers, server = await asyncio.open_connection(self._server.hostname, self._server.port)
        answering = asyncio.create_task(_pass_on(answers, back))
        with contextlib.suppress(ConnectionError):
            while said := await caller.read(1 << 16):
                if self.cut and b"commit" in said:
                    answering.cancel()
                    await asyncio.wait([answering])
                    await self._cut(said, answers, server)
                    break
                server.write(said)
        answering.cancel()
        for writer in (back, server):
            writer.transport.abort()

    async def _cut(self, said: bytes, answers: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
        if self.cut == "after":
            server.write(said)
            await answers.readuntil(b"COMMIT\0")  # the server's word that it is done, which goes no further
        self._closed, self.cut = self.for_good, None


async def _pass_on(answers: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while said := await answers.read(1 << 16):
            back.write(said)
            await back.drain()


@contextlib.asynccontextmanager
async def cutting_proxy(server_url: str) -> AsyncIterator[CuttingProxy]:
    """A proxy before the server at `server_url` (over TCP)."""
    proxy = CuttingProxy(server_url)
    listening = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    proxy.url = urlsplit(server_url)._replace(netloc=f"postgres@127.0.0.1:{port}").geturl()
    async with listening:
        yield proxy
