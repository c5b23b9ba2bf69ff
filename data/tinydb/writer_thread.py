"""The thread in which a store's long writes and COMMIT run, one after another, and how the event loop hears of them.

An executor of concurrent.futures and `loop.call_soon_threadsafe` would do as well. They take 0.06 ms longer: a tenth of
a transaction of three documents (docs/performance.md).
"""

import asyncio
import contextlib
import os
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Work(Generic[T]):
    """Something to be done, and what came of it."""

    __slots__ = ("_error", "_result", "_work", "done")

    def __init__(self, work: Callable[[], T]) -> None:
        self._work: Callable[[], T] | None = work
        self._error: BaseException | None = None
        self.done = False

    def do(self) -> None:
        """Do it, and forget what it was: a batch of documents is not to stay in memory for its outcome's sake."""
        work, self._work = self._work, None
        try:
            if work is not None:
                self._result = work()
        except BaseException as error:
            self._error = error
        self.done = True

    def result(self) -> T:
        """What it returned, once it is done. Raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._result


_Queue = SimpleQueue[Work[Any] | None]


class WriterThread:
    """One thread, started when there is something to do. It rings by a pipe, which the event loop listens to."""

    def __init__(self) -> None:
        self._works: _Queue = SimpleQueue()
        self._ear: int | None = None  # the pipe's end to read from
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiters: list[asyncio.Future[None]] = []

    def submit(self, work: Callable[[], T]) -> Work[T]:
        """Have something done after all that was submitted before."""
        if self._ear is None:
            self._ear, bell = os.pipe()
            os.set_blocking(bell, False)  # a full pipe is heard as well as one more ring
            # A daemon: the program's end need not wait for a store that nobody closed; SQLite undoes half a commit.
            Thread(target=_do_all, args=(self._works, bell), name="store-writer", daemon=True).start()
        submitted = Work(work)
        self._works.put(submitted)
        return submitted

    async def outcome(self, work: Work[T]) -> T:
        """Wait for submitted work. A cancellation ends the waiting, and not the work."""
        while not work.done:  # it may have been rung for other work
            waiter = self._listen().create_future()
            self._waiters.append(waiter)
            await waiter
        return work.result()

    async def to_the_end(self, work: Work[T]) -> T:
        """Wait for work that must not be left half-way. A cancellation meanwhile is raised when it is done."""
        cancelled: asyncio.CancelledError | None = None
        while not work.done:
            try:
                await self.outcome(work)
            except asyncio.CancelledError as error:
                cancelled = error
        result = work.result()
        if cancelled:
            raise cancelled
        return result

    def close(self) -> None:
        """Let the thread end when all is done. Nobody hears of that."""
        if self._ear is None:
            return
        self._works.put(None)
        self._stop_listening()
        os.close(self._ear)
        self._ear = None

    def __del__(self) -> None:
        self.close()

    def _listen(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.get_running_loop()
        if self._loop is not loop and self._ear is not None:
            self._stop_listening()
            loop.add_reader(self._ear, self._hear)
            self._loop = loop
        return loop

    def _stop_listening(self) -> None:
        if self._loop and not self._loop.is_closed() and self._ear is not None:
            self._loop.remove_reader(self._ear)
        self._loop = None

    def _hear(self) -> None:
        if self._ear is not None:
            os.read(self._ear, 4096)
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)


def _do_all(works: _Queue, bell: int) -> None:
    """The thread, to the end of its life. It has no hold of its owner, which may go without a word."""
    while work := works.get():
        work.do()
        del work  # and with it, what came of it
        with contextlib.suppress(BlockingIOError, BrokenPipeError):  # full, or nobody listens any more
            os.write(bell, b"!")
    os.close(bell)
