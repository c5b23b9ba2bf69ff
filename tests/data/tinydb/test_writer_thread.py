"""What the writer's thread does is waited for to its end, whatever happens meanwhile, and it leaves nothing behind."""

import asyncio
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from data.tinydb.writer_thread import WriterThread


@pytest.fixture
def thread() -> Iterator[WriterThread]:
    thread = WriterThread()
    yield thread
    thread.close()


async def test_what_the_work_returns_or_raises_is_had_each_time(thread: WriterThread) -> None:
    for number in range(100):
        assert await thread.to_the_end(thread.submit(lambda n=number: n * n)) == number * number  # type: ignore[misc] # a lambda with a default has no type
    with pytest.raises(ZeroDivisionError):
        await thread.to_the_end(thread.submit(lambda: 1 // 0))
    with pytest.raises(ZeroDivisionError):
        await thread.outcome(thread.submit(lambda: 1 // 0))


async def test_work_is_done_in_the_order_that_it_came_in_and_elsewhere(thread: WriterThread) -> None:
    done: list[tuple[int, bool]] = []
    here = threading.get_ident()
    works = [thread.submit(lambda n=n: done.append((n, threading.get_ident() == here))) for n in range(50)]  # type: ignore[misc] # a lambda with a default has no type
    await asyncio.gather(*map(thread.outcome, reversed(works)))  # any number may wait, in any order
    assert done == [(number, False) for number in range(50)]


async def test_what_is_done_is_forgotten_before_its_outcome_is(thread: WriterThread) -> None:
    class Batch:
        def __call__(self) -> int:
            return 7

    batch = Batch()
    gone = weakref.ref(batch)
    work = thread.submit(batch)
    del batch
    assert await thread.outcome(work) == 7
    await thread.outcome(thread.submit(lambda: None))  # the thread has let go of it too
    assert gone() is None


async def test_a_cancellation_is_raised_when_the_work_is_done_and_not_before(thread: WriterThread) -> None:
    may_end = threading.Event()
    work = thread.submit(may_end.wait)
    task = asyncio.create_task(thread.to_the_end(work))
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert work.done
    assert await thread.to_the_end(thread.submit(lambda: "1")) == "1"  # rung before, it does not end the next waiting


async def test_a_cancellation_ends_other_waiting_at_once_and_the_work_is_done_all_the_same(
    thread: WriterThread,
) -> None:
    may_end = threading.Event()
    work = thread.submit(may_end.wait)
    task = asyncio.create_task(thread.outcome(work))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not work.done
    may_end.set()
    assert await thread.outcome(work)


def test_it_is_heard_in_one_loop_after_another(thread: WriterThread) -> None:
    may_end = threading.Event()

    async def wait() -> bool:
        asyncio.get_running_loop().call_later(0.01, may_end.set)
        return await thread.to_the_end(thread.submit(may_end.wait))

    for _ in range(2):
        may_end.clear()
        assert asyncio.run(wait())


async def test_more_work_than_the_pipe_holds_before_anybody_listens(thread: WriterThread) -> None:
    works = [thread.submit(lambda: None) for _ in range(70_000)]
    await thread.outcome(works[-1])
    assert all(work.done for work in works)


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "forgotten"])
def test_neither_thread_nor_file_is_left(closed: bool) -> None:
    def open_now() -> int:
        return len(os.listdir("/proc/self/fd")) + threading.active_count()

    nap: Callable[[], object] = partial(time.sleep, 0.001)

    async def work(thread: WriterThread) -> None:
        assert await thread.to_the_end(thread.submit(nap)) is None

    before = open_now()
    for _ in range(20):
        thread = WriterThread()
        asyncio.run(work(thread))
        if closed:
            thread.close()
        del thread
    for _ in range(500):
        if none_more := open_now() <= before:  # another test's thread may end meanwhile
            break
        time.sleep(0.01)  # a thread that was let go ends in its own time, and nothing tells when
    assert none_more
