"""Work that the program hands to threads, done where it is asked for: then nothing depends on what the machine does.

Letters are not set in type: that takes most of the time, and has tests of its own.
"""

import asyncio
import contextlib
import random
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar
from unittest.mock import patch

import msgspec

from data.documents import Letter
from data.tinydb.writer_thread import Work, WriterThread
from services.letters.rendering import Rendered

P = ParamSpec("P")
T = TypeVar("T")


class Inline(ThreadPoolExecutor):
    """An executor without threads."""

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(work(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


class InlineWriter(WriterThread):
    """A writer's thread without a thread."""

    def submit(self, work: Callable[[], T]) -> Work[T]:
        done = Work(work)
        done.do()
        return done

    async def outcome(self, work: Work[T]) -> T:
        for _ in range(2):  # the others have their turns, as they have in truth
            await asyncio.sleep(0)
        return work.result()


def _typed(_: object, letters: Sequence[Letter]) -> Rendered:
    """Stands for the PDF of letters: the same letters give the same bytes."""
    return Rendered(msgspec.json.encode(letters), "template")


@contextlib.contextmanager
def no_chance(seed: int) -> Iterator[None]:
    """Everything that the program leaves to chance follows the seed: threads, ids of e-mails, waits between tries."""
    dice = random.Random(f"chance {seed}")

    def made_up() -> uuid.UUID:
        return uuid.UUID(int=dice.getrandbits(128), version=4)

    with (
        patch("data.tinydb.store.ThreadPoolExecutor", Inline),
        patch("data.tinydb.store.WriterThread", InlineWriter),
        patch("services.mail.queue.uuid4", made_up),
        patch("services.visma.soap.random", dice),
        patch("services.letters.rendering.Renderer._render", _typed),
        patch("services.letters.rendering.forget", lambda: None),
    ):
        yield
