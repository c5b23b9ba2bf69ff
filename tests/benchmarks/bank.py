"""A bank file of 10 000 and of 100 000 payments onto 100 000 cases, and the posting proposal of what it leaves.

Each file is read in by a process of its own, so that its memory is its own. `python -m tests.benchmarks.bank FOLDER
PAYMENTS` is that process. The number of cases may be given: `make bench ARGS="bank 10000"`.
"""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from time import perf_counter

from data.documents import Case, Claim, Creditor, Payment
from data.store import Store
from data.tinydb.store import open_store
from services.bank_import import BankImport
from services.clock import SystemClock
from services.posting import PostingService
from services.rules.posting import Books, propose
from tests.benchmarks.large_home import ACCOUNT, LOGIN, fill
from tests.benchmarks.measuring import forget_peak, line, memory, watched_loop
from tests.benchmarks.ocr import made_file

CASES = 100_000
TODAY = date(2026, 11, 24)
FEW = 300


def run(sizes: Sequence[int] = (CASES,)) -> list[str]:
    """The lines to print."""
    cases = sizes[-1]
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        asyncio.run(fill(Path(folder) / "kk2.db", cases, payments=0, all_open=True))
        few, tenth, whole = (_in_a_process(Path(folder), count) for count in (FEW, cases // 10, cases))
    return [
        f"Onto {cases} cases:",
        *_lines(tenth, cases // 10),
        *_lines(whole, cases),
        line("import of ten times as many", whole["import_s"] / tenth["import_s"], "x", 12),
        line("memory for ten times as many", whole["import_mb"] - tenth["import_mb"], "MB more"),
        line(f"proposal of {FEW}, reading included", few["proposal_ms"], "ms", 30),
        line(f"proposal of {cases}, the rule", whole["rule_us"], "µs each", 20),
        line(f"proposal of {cases}, reading included", whole["proposal_ms"] * 1_000 / cases, "µs each"),
        line("the same / a tenth of it, each", whole["proposal_ms"] / tenth["proposal_ms"] / 10, "x", 1.2),
        line("event loop's longest stall in a proposal", whole["proposal_stall_ms"], "ms", 50),
    ]


def _lines(figures: dict[str, float], payments: int) -> list[str]:
    return [
        line(f"import of {payments}", figures["import_s"], "s"),
        line("  each", figures["import_s"] * 1_000 / payments, "ms"),
        line("  memory beyond what it began with, at most", figures["import_mb"], "MB"),
        line("  event loop's longest stall", figures["import_stall_ms"], "ms"),
    ]


def _in_a_process(folder: Path, payments: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.bank", str(folder), str(payments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


async def _measure(folder: Path, payments: int) -> dict[str, float]:
    """On a copy of the store, so that each file meets the same."""
    path = folder / f"{payments}.db"
    shutil.copy(folder / "kk2.db", path)
    file = made_file(folder, payments)
    store = open_store(path)
    figures = await _import(store, file, payments) | await _propose(store)
    await store.close()
    path.unlink()
    return figures


async def _import(store: Store, file: Path, payments: int) -> dict[str, float]:
    bank = BankImport(store, SystemClock(TODAY))
    forget_peak()
    before, start = memory().now, perf_counter()
    async with watched_loop() as stall:
        done = await bank.run(file, LOGIN)
    seconds = perf_counter() - start
    assert (done.status, done.placed) == ("imported", payments), (done.status, ACCOUNT)
    return {
        "import_s": seconds,
        "import_mb": memory().peak - before,
        "import_stall_ms": stall.longest_ms,
    }


async def _propose(store: Store) -> dict[str, float]:
    posting = PostingService(store, SystemClock(TODAY))
    await posting.proposal()
    start = perf_counter()
    async with watched_loop() as stall:
        proposal = await posting.proposal()
    seconds = perf_counter() - start
    payments = await store.find(Payment, "posting", "pending")
    books = Books(
        creditors=await store.get_many(Creditor, ["0221"]),
        cases=await store.get_many(Case, [each.case for each in payments if each.case]),
        claims=await store.get_many(Claim, [f"{each.case}/1" for each in payments]),
    )
    begin = perf_counter()
    assert propose(payments, books) == proposal
    return {
        "proposal_ms": seconds * 1_000,
        "proposal_stall_ms": stall.longest_ms,
        "rule_us": (perf_counter() - begin) * 1e6 / len(payments),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_measure(Path(sys.argv[1]), int(sys.argv[2])))))
