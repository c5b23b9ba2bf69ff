"""What people wait for, as the store grows: 1 000, 10 000 and 100 000 cases with a claim and three payments each.

Each figure is a median in ms. Beside it, in the same run: SQLite by hand, doing the least that gives the same answer;
plain TinyDB, as far as it goes; and a bare append+fdatasync, which no commit can be faster than. Sizes may be given:
`make bench ARGS="sizes 1000 10000"`.
"""

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from statistics import geometric_mean

import msgspec
from msgspec.structs import replace
from tinydb import TinyDB, where

from data.documents import Case
from data.store import Store, Value
from data.tinydb.store import open_store
from services.bank_import import BankImport
from services.cases import CaseService
from services.clock import SystemClock
from services.inbox import Inbox
from services.overview import OverviewService
from tests.benchmarks.large_home import case_of, fill, number_of
from tests.benchmarks.measuring import line, median_ms, plain_median_ms

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 200
TYPED = (
    "ka",
    "kar",
    "kari",
    "kari te",
    "øvel",
    "prø",
    "åse j",
    "022100",
    "0221-0000",
    "2600",
    "f0000",
    "12345",
    "3",
    "te",
)
MOST_TINYDB = 10_000  # beyond it, one change takes seconds
Figures = dict[str, float]


def run(sizes: Sequence[int] = SIZES) -> list[str]:
    """The lines to print."""
    # Not in memory: the disk is half of the matter.
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        ours = {size: asyncio.run(_ours(Path(folder) / f"{size}.db", size)) for size in sizes}
        by_hand = {size: _by_hand(Path(folder) / f"hand{size}.db", size) for size in sizes}
        plain = {size: _plain_tinydb(Path(folder) / f"{size}.json", size) for size in sizes if size <= MOST_TINYDB}
    largest = ours[sizes[-1]]
    return [
        *_table("ours, median ms", ours),
        *_table("SQLite by hand", by_hand),
        *_table("plain TinyDB, cases alone", plain),
        line("get", largest["get"], "ms", 0.05),
        line("search as you type", largest["search as you type"], "ms", 20),
        line("transaction of 3 / bare append+fdatasync", largest["transaction of 3"] / largest["bare append"], "x", 3),
    ]


def _table(title: str, columns: dict[int, Figures]) -> list[str]:
    """Rows by name, a column a size, and what tenfold as many documents cost."""
    sizes = list(columns)
    lines = [f"{title:<32}" + "".join(f"{size:>11}" for size in sizes) + f"{'a tenfold':>12}"]
    for name in columns[sizes[0]] if sizes else ():
        figures = [columns[size][name] for size in sizes]
        steps = [after / before for before, after in pairwise(figures)]
        growth = f"{geometric_mean(steps):>10.2f} x" if steps else ""
        lines.append(f"  {name:<30}" + "".join(f"{figure:>11.3f}" for figure in figures) + growth)
    return [*lines, ""]


async def _ours(path: Path, size: int) -> Figures:
    await fill(path, size)
    opening = plain_median_ms(lambda _: open_store(path), 5)
    store = open_store(path)
    figures = {"open": opening} | await _reads(store, size) | await _lists(store, size)
    figures |= await _commits(store, size, path.with_suffix(".bare"))
    await store.close()
    return figures


async def _reads(store: Store, size: int) -> Figures:
    keys = [number_of(1 + serial * 7919 % size) for serial in range(ROUNDS)]
    return {
        "get": await median_ms(lambda n: store.get(Case, keys[n]), ROUNDS),
        "find by KID": await median_ms(lambda n: store.find(Case, "kid", case_of(n + 1).kid), ROUNDS),
    }


async def _lists(store: Store, size: int) -> Figures:
    clock, path = SystemClock(), Path("/nowhere")
    cases, overview = CaseService(store, clock), OverviewService(store, clock, Inbox(path, BankImport(store, clock)))
    status: dict[str, Value] = {"status": "open"}
    mine: dict[str, Value] = {**status, "handler": "kari"}

    def page(filters: dict[str, Value], *, part: float, descending: bool = False) -> Callable[[int], Awaitable[object]]:
        offset = round(part * size / 2)
        return lambda _: store.page(
            Case, where=filters, order="debtor_sort", descending=descending, offset=offset, limit=40
        )

    return {
        "first page": await median_ms(page(status, part=0), 50),
        "page in the middle": await median_ms(page(status, part=0.5), 20),
        "last page": await median_ms(page(status, part=0, descending=True), 50),
        "first page, two filters": await median_ms(page(mine, part=0), 50),
        "count, one filter": await median_ms(lambda _: cases.count(status), 20),
        "count, two filters": await median_ms(lambda _: cases.count(mine), 20),
        "all counts of the menu": await median_ms(lambda _: overview.read(), 10),
        "search as you type": await median_ms(lambda n: cases.search(TYPED[n % len(TYPED)]), 5 * len(TYPED)),
    }


async def _commits(store: Store, size: int, bare: Path) -> Figures:
    """In turns with the append of the same bytes, so that both meet the disk in the same mood."""
    text = b"".join(msgspec.json.encode(case_of(serial)) for serial in (1, 2, 3))
    keys = [number_of(1 + serial * 7919 % size) for serial in range(ROUNDS + 3)]
    ours, appended = [], []
    with bare.open("ab", buffering=0) as file:

        def append(_: int) -> None:
            file.write(text)
            os.fdatasync(file.fileno())

        for number in range(ROUNDS):
            ours.append(await median_ms(lambda _, n=number: _change(store, keys[n : n + 3]), 1))  # type: ignore[misc] # a lambda with a default has no type
            appended.append(plain_median_ms(append, 1))
    middle = ROUNDS // 2
    return {"transaction of 3": sorted(ours)[middle], "bare append": sorted(appended)[middle]}


async def _change(store: Store, keys: list[str]) -> None:
    async with store.transaction("bench", "endret") as tx:
        for key in keys:
            doc = await tx.get(Case, key)
            assert doc
            tx.put(replace(doc, outstanding=doc.outstanding + 1))


def _by_hand(path: Path, size: int) -> Figures:
    """The cases alone: JSON in a table with the indexes that these questions need; no audit trail, no checks."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(
            "pragma journal_mode=wal; pragma synchronous=full;"
            "create table cases(id text primary key, kid text, status text, name text, doc text);"
            "create index by_kid on cases(kid); create index by_name on cases(status, name, id);"
        )
        rows = (
            (case.id, case.kid, case.status, case.debtor_name, _json(case)) for case in map(case_of, range(1, size + 1))
        )
        db.execute("begin")
        db.executemany("insert into cases values (?, ?, ?, ?, ?)", rows)
        db.execute("commit")
        decode = msgspec.json.Decoder(Case).decode
        keys = [number_of(1 + serial * 7919 % size) for serial in range(ROUNDS + 3)]

        def change(number: int) -> None:
            db.execute("begin immediate")
            for key in keys[number : number + 3]:
                doc = decode(db.execute("select doc from cases where id = ?", (key,)).fetchone()[0])
                changed = replace(doc, outstanding=doc.outstanding + 1)
                db.execute("update cases set doc = ? where id = ?", (_json(changed), key))
            db.execute("commit")

        def page(offset: int) -> None:
            found = "select doc from cases where status = 'open' order by name, id limit 40 offset ?"
            for (doc,) in db.execute(found, (offset,)):
                decode(doc)

        one = "select doc from cases where {} = ?"
        return {
            "get": plain_median_ms(lambda n: decode(db.execute(one.format("id"), (keys[n],)).fetchone()[0]), ROUNDS),
            "find by KID": plain_median_ms(
                lambda n: decode(db.execute(one.format("kid"), (case_of(n + 1).kid,)).fetchone()[0]), ROUNDS
            ),
            "first page": plain_median_ms(lambda _: page(0), 50),
            "page in the middle": plain_median_ms(lambda _: page(size // 4), 20),
            "transaction of 3": plain_median_ms(change, ROUNDS),
        }


def _plain_tinydb(path: Path, size: int) -> Figures:
    with TinyDB(path) as db:
        cases = db.table("cases", cache_size=0)
        cases.insert_multiple(msgspec.to_builtins(case_of(serial)) for serial in range(1, size + 1))
        kid = case_of(77).kid

        def change_three(_: int) -> None:
            for serial in (1, 2, 3):
                cases.update({"outstanding": 1}, doc_ids=[serial])

        return {
            "get": plain_median_ms(lambda _: cases.get(doc_id=77), 3),
            "find by KID": plain_median_ms(lambda _: cases.search(where("kid") == kid), 3),
            "transaction of 3": plain_median_ms(change_three, 3),
        }


def _json(case: Case) -> str:
    return msgspec.json.encode(case).decode()
