"""Eight processes at one store, each with a thousand transactions: none is lost, and nobody waits for long.

python -m tests.e2e.torture.eight [--times N] [--backend postgresql]
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
from msgspec.structs import replace

from data.backends import open_store
from data.documents import Case
from tests.data.made_up import case
from tests.e2e.torture import forks
from tests.postgres import running_server, with_schema

PROCESSES = 8


class Counted(msgspec.Struct, kw_only=True):
    """What came of it. Waits are ms, from when a turn was asked for; `spread` is the slowest process against the
    fastest, in per cent of its time."""

    transactions: int
    lost: int
    longest_wait: int
    median_wait: float
    spread: int
    seconds: float
    trail: int

    def line(self) -> str:
        """For people."""
        return (
            f"{PROCESSES} processes, {self.transactions} transactions in {self.seconds:.1f} s, {self.lost} lost; "
            f"waited {self.median_wait:.1f} ms, at the longest {self.longest_wait} ms; "
            f"the slowest took {self.spread} % of the fastest's time"
        )


class _Done(msgspec.Struct):
    seconds: float
    waits: list[float]


def eight(url: str, home: Path, times: int) -> Counted:
    """Let them all add one to the same case, so many times each."""
    forks.answer(int, lambda: asyncio.run(_made(url, home)))
    began = time.monotonic()
    done = [wait() for wait in [_start(partial(_adding, url, home, times)) for _ in range(PROCESSES)]]
    seconds = time.monotonic() - began
    total, trail = forks.answer(tuple[int, int], lambda: asyncio.run(_counted(url, home)))
    waits = sorted(wait for each in done for wait in each.waits)
    return Counted(
        transactions=len(waits),
        lost=PROCESSES * times - total,
        longest_wait=round(waits[-1]),
        median_wait=waits[len(waits) // 2],
        spread=round(100 * max(each.seconds for each in done) / min(each.seconds for each in done)),
        seconds=seconds,
        trail=trail,
    )


def _start(work: Callable[[], _Done]) -> Callable[[], _Done]:
    reading, writing = os.pipe()

    def tell() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(msgspec.json.encode(work()))

    child = forks.start(tell)
    os.close(writing)

    def wait() -> _Done:
        with os.fdopen(reading, "rb") as pipe:
            told = pipe.read()
        assert forks.end(child) == 0
        return msgspec.json.decode(told, type=_Done)

    return wait


async def _made(url: str, home: Path) -> int:
    store = open_store(url, home)
    async with store.transaction("prosess", "sak") as tx:
        tx.put(case(1))
    await store.close()
    return 1


def _adding(url: str, home: Path, times: int) -> _Done:
    return asyncio.run(_add(url, home, times))


async def _add(url: str, home: Path, times: int) -> _Done:
    store, waits, began = open_store(url, home), [], time.monotonic()
    for _ in range(times):
        asked = time.monotonic()
        async with store.transaction("prosess", "én til") as tx:
            waits.append((time.monotonic() - asked) * 1000)
            doc = await tx.get(Case, case(1).id)
            assert doc
            tx.put(replace(doc, outstanding=doc.outstanding + 1))
    seconds = time.monotonic() - began
    await store.close()
    return _Done(seconds, waits)


async def _counted(url: str, home: Path) -> tuple[int, int]:
    """(what was added in all, length of the verified trail)."""
    store = open_store(url, home)
    found = await store.total(Case, "outstanding"), await store.verify()
    await store.close()
    return found


def main() -> int:
    """Prints a line; the status is 1 when something was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.torture.eight")
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--backend", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kk2-eight-") as folder:
        if options.backend == "sqlite":
            counted = eight("kk2.db", Path(folder), options.times)
        else:
            with running_server(durable=True) as server:
                counted = eight(with_schema(server.url, "eight"), Path(folder), options.times)
    print(msgspec.json.encode(counted).decode() if options.json else counted.line())  # noqa: T201
    return int(counted.lost != 0 or counted.trail != counted.transactions + 1)


if __name__ == "__main__":
    sys.exit(main())
