"""How the writer's thread tells the event loop that its work is done."""

import asyncio
import os
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Bell:
    """Rung in another thread, and heard by the one task that waits.

    `loop.call_soon_threadsafe` does as much for any number of tasks, and takes 0.04 ms longer: a twentieth of a
    transaction of three documents (docs/performance.md).
    """

    def __init__(self) -> None:
        self._pipe: tuple[int, int] | None = None  # made when it is first needed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiter: asyncio.Future[None] | None = None

    async def to_the_end(self, work: Future[T]) -> T:
        """Wait for work that must not be left half-way. A cancellation meanwhile is raised when it is done."""
        cancelled: asyncio.CancelledError | None = None
        if not work.done():
            self._listen()
            work.add_done_callback(self._ring)
        while not work.done():  # it may have been rung for earlier work
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            except asyncio.CancelledError as error:
                cancelled = error
        result = work.result()
        if cancelled:
            raise cancelled
        return result

    def close(self) -> None:
        """When all work is done."""
        if self._pipe is None:
            return
        if self._loop and not self._loop.is_closed():
            self._loop.remove_reader(self._pipe[0])
        for end in self._pipe:
            os.close(end)
        self._pipe = None

    def __del__(self) -> None:
        self.close()

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        if self._pipe is None:
            self._pipe = os.pipe()
        if self._loop is not loop:
            loop.add_reader(self._pipe[0], self._hear)
            self._loop = loop

    def _ring(self, _work: Future[Any]) -> None:
        """Called in the thread that did the work, or here when it has just been done."""
        if self._pipe:
            os.write(self._pipe[1], b"!")

    def _hear(self) -> None:
        if self._pipe:
            os.read(self._pipe[0], 4096)
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)
