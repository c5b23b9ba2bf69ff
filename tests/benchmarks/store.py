"""The store beside plain TinyDB and beside a bare append+fdatasync of the same bytes, in one run."""

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import msgspec
from msgspec.structs import replace
from tinydb import TinyDB, where

from data.documents import Case
from data.store import Store
from data.tinydb_store import open_store
from tests.data.made_up import case

DOCUMENTS = 10_000
FAST, SLOW = 500, 5  # rounds: plain TinyDB needs tenths of a second for each


def run() -> list[str]:
    """Lines to print: median milliseconds, and ratios."""
    with tempfile.TemporaryDirectory(dir=".") as folder:  # not in memory: the disk is half of the matter
        ours = asyncio.run(_ours(Path(folder)))
        theirs = _plain_tinydb(Path(folder))
    lines = [f"store, {DOCUMENTS} cases: median ms   kk2tui   plain TinyDB   ratio"]
    bare = ours.pop("append+fdatasync of 3")
    for name, value in ours.items():
        lines.append(f"  {name:28} {value:12.3f} {theirs[name]:14.1f} {theirs[name] / value:7.0f} x")
    lines.append(f"  {'append+fdatasync of 3':28} {bare:12.3f}")
    lines.append(
        f"  a transaction of 3 is {ours['transaction of 3'] / bare:.2f} x a bare append of the same bytes (bar: 3)"
    )
    lines.append(f"  a get is {ours['get']:.3f} ms (bar: 0.05)")
    return lines


async def _ours(folder: Path) -> dict[str, float]:
    store = open_store(folder / "kk2.db")
    async with store.transaction("bench", "seed") as tx:
        for serial in range(DOCUMENTS):
            tx.put(case(serial))
    keys = [case(serial * 7919 % DOCUMENTS).id for serial in range(FAST)]
    result = {
        "get": await _median(lambda n: store.get(Case, keys[n]), FAST),
        "find by KID": await _median(lambda n: store.find(Case, "kid", case(n).kid), FAST),
        "put one": await _median(lambda n: _change(store, keys[n : n + 1]), FAST),
    } | await _transaction_beside_append(store, keys, folder)
    await store.close()
    return result


async def _transaction_beside_append(store: Store, keys: list[str], folder: Path) -> dict[str, float]:
    """In turns, so that both meet the disk in the same mood. The append is what a commit cannot be faster than."""
    line = b"".join(msgspec.json.encode(case(serial)) for serial in range(3))
    with (folder / "bare").open("ab", buffering=0) as file:

        async def append() -> None:
            file.write(line)
            os.fdatasync(file.fileno())

        ours, bare = [], []
        for number in range(FAST - 3):
            ours.append(await _timed(_change(store, keys[number : number + 3])))
            bare.append(await _timed(append()))
    return {"transaction of 3": median(ours) * 1_000, "append+fdatasync of 3": median(bare) * 1_000}


async def _change(store: Store, keys: list[str]) -> None:
    async with store.transaction("bench", "change") as tx:
        for key in keys:
            doc = await tx.get(Case, key)
            assert doc
            tx.put(replace(doc, outstanding=doc.outstanding + 1))


async def _median(work: Callable[[int], Awaitable[object]], rounds: int) -> float:
    return median([await _timed(work(number)) for number in range(rounds)]) * 1_000


async def _timed(work: Awaitable[object]) -> float:
    start = perf_counter()
    await work
    return perf_counter() - start


def _plain_tinydb(folder: Path) -> dict[str, float]:
    db = TinyDB(folder / "plain.json")
    cases = db.table("cases", cache_size=0)
    cases.insert_multiple(msgspec.to_builtins(case(serial)) for serial in range(DOCUMENTS))

    def change_three() -> None:
        for serial in range(3):
            cases.update({"outstanding": 1}, doc_ids=[serial + 1])

    result = {
        "get": _median_of(lambda: cases.get(doc_id=77)),
        "find by KID": _median_of(lambda: cases.search(where("kid") == case(77).kid)),
        "put one": _median_of(lambda: cases.update({"outstanding": 1}, doc_ids=[77])),
        "transaction of 3": _median_of(change_three),
    }
    db.close()
    return result


def _median_of(work: Callable[[], object]) -> float:
    times = []
    for _ in range(SLOW):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return median(times) * 1_000
