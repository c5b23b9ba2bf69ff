"""Work in another thread is waited for to its end, whatever happens meanwhile."""

import asyncio
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from data.tinydb.bell import Bell


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as thread:
        yield thread


async def test_what_the_work_returns_or_raises_is_had_each_time(thread: ThreadPoolExecutor) -> None:
    bell = Bell()
    assert [await bell.to_the_end(thread.submit(pow, number, 2)) for number in range(100)] == [
        n * n for n in range(100)
    ]
    with pytest.raises(ZeroDivisionError):
        await bell.to_the_end(thread.submit(lambda: 1 // 0))
    bell.close()


async def test_a_cancellation_is_raised_when_the_work_is_done_and_not_before(thread: ThreadPoolExecutor) -> None:
    bell, may_end = Bell(), threading.Event()
    work = thread.submit(may_end.wait)
    task = asyncio.create_task(bell.to_the_end(work))
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert work.done()
    assert await bell.to_the_end(thread.submit(str, 1)) == "1"  # a bell rung before does not end the next waiting
    bell.close()


def test_a_bell_is_heard_in_one_loop_after_another(thread: ThreadPoolExecutor) -> None:
    bell, may_end = Bell(), threading.Event()

    async def wait() -> bool:
        asyncio.get_running_loop().call_later(0.01, may_end.set)
        return await bell.to_the_end(thread.submit(may_end.wait))

    for _ in range(2):
        may_end.clear()
        assert asyncio.run(wait())
    bell.close()


async def test_no_file_stays_open(thread: ThreadPoolExecutor) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        bell, may_end = Bell(), threading.Event()
        asyncio.get_running_loop().call_later(0.001, may_end.set)
        assert await bell.to_the_end(thread.submit(may_end.wait))
        bell.close()
    assert len(os.listdir("/proc/self/fd")) == before
