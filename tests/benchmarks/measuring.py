"""What the benchmarks share: times, memory, how long the event loop stood still, and lines to print."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

LOOK_S = 0.001


async def median_ms(work: Callable[[int], Awaitable[object]], rounds: int) -> float:
    """The median of `rounds` times, each told its number."""
    times = []
    for number in range(rounds):
        start = time.perf_counter()
        await work(number)
        times.append(time.perf_counter() - start)
    return median(times) * 1_000


def plain_median_ms(work: Callable[[int], object], rounds: int) -> float:
    """The same for work that is not asynchronous."""
    times = []
    for number in range(rounds):
        start = time.perf_counter()
        work(number)
        times.append(time.perf_counter() - start)
    return median(times) * 1_000


class Stall:
    """The longest that the event loop stood still."""

    longest_ms = 0.0


@contextlib.asynccontextmanager
async def watched_loop() -> AsyncIterator[Stall]:
    """Look at the clock as often as the loop lets us, while the block runs."""
    stall = Stall()

    async def look() -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(LOOK_S)
            now = time.perf_counter()
            stall.longest_ms = max(stall.longest_ms, (now - last - LOOK_S) * 1_000)
            last = now

    watch = asyncio.create_task(look())
    try:
        yield stall
    finally:
        watch.cancel()


class Memory(NamedTuple):
    """MB of this process: the most it ever had, and what it has (Linux)."""

    peak: float
    now: float


def memory() -> Memory:
    values = dict(_status_lines())
    return Memory(values["VmHWM"] / 1024, values["VmRSS"] / 1024)


def _status_lines() -> Iterator[tuple[str, int]]:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name in ("VmHWM", "VmRSS"):
            yield name, int(value.split()[0])


def forget_peak() -> None:
    """Let the peak start anew from what the process has now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def line(name: str, value: float, unit: str, bar: float | None = None) -> str:
    """A measurement, and whether it keeps its bar."""
    told = f"  {name:<58} {value:>10.2f} {unit:<8}"
    return told.rstrip() if bar is None else f"{told} bar {bar:g}: {'ok' if value <= bar else 'OVER'}"
