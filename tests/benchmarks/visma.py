"""A dunning proposal of 10 000 invoices from Visma, fetched page by page: memory, and how long the loop stands still.

Visma is the simulator, in a process of its own over TCP, so that only the fetching is measured. `python -m
tests.benchmarks.visma FOLDER URL` is the process that fetches.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from data.tinydb.store import open_store
from services.case_import import CaseImport
from services.clock import SystemClock
from services.visma.soap import SoapVisma
from services.visma.transport import SoapSettings
from tests.benchmarks.large_home import LOGIN, fill
from tests.benchmarks.measuring import forget_peak, line, memory, watched_loop

INVOICES = 10_000


def run() -> list[str]:
    """The lines to print."""
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        few, many = (_measured(Path(folder) / str(number), number) for number in (INVOICES // 10, INVOICES))
    return [
        line(f"a proposal of {INVOICES} invoices", many["seconds"], "s"),
        line("  each", many["seconds"] * 1_000 / INVOICES, "ms"),
        line("  event loop's longest stall", many["stall_ms"], "ms", 50),
        line("  memory beyond what it began with, at most", many["mb"], "MB"),
        line("  more than for a tenth of it", many["mb"] - few["mb"], "MB", 10),
    ]


def _measured(folder: Path, invoices: int) -> dict[str, float]:
    folder.mkdir()
    with _visma(folder, invoices) as url:
        command = [sys.executable, "-m", "tests.benchmarks.visma", str(folder), url]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


@contextlib.contextmanager
def _visma(folder: Path, invoices: int) -> Iterator[str]:
    scenario = folder / "scenario.json"
    scenario.write_text(json.dumps(_scenario(invoices)), encoding="utf-8")
    command = [sys.executable, "-m", "kk2tui", "--json", "visma", "serve", "--port", "0", "--scenario", str(scenario)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout
            yield json.loads(server.stdout.readline())["url"]
        finally:
            server.terminate()


def _scenario(invoices: int) -> dict[str, Any]:
    """One approved proposal; every other debtor has two invoices in it."""
    debtors = [f"C{number * 2 // 3}" for number in range(invoices)]
    return {
        "companies": ["1"],
        "customers": {each: {"id": each, "ledger_type": "K010", "name": f"Prøve Testesen {each}"} for each in debtors},
        "invoices": {
            f"F{number:07d}": {
                "number": f"26{number:07d}",
                "company": "1",
                "client": "0221",
                "customer": debtor,
                "text": "Barnehage mai 2026",
                "issued": "2026-05-01",
                "due": "2026-05-20",
                "amount": 1234_50,
            }
            for number, debtor in enumerate(debtors)
        },
        "proposals": [
            {
                "run": 4711,
                "company": "1",
                "ledger_type": "K010",
                "status": "approved",
                "approved_at": "2026-11-19T09:15:00+00:00",
                "invoices": [f"F{number:07d}" for number in range(invoices)],
            }
        ],
    }


async def _fetch(folder: Path, url: str) -> dict[str, float]:
    await fill(folder / "kk2.db", 0)
    store = open_store(folder / "kk2.db")
    visma = SoapVisma(SoapSettings(url=url))
    await visma.ping()
    forget_peak()
    before, start = memory().now, perf_counter()
    async with watched_loop() as stall:
        done = await CaseImport(store, visma, SystemClock()).run(LOGIN)
    seconds, peak = perf_counter() - start, memory().peak
    assert done.invoices == done.written_back
    await visma.close()
    await store.close()
    return {"seconds": seconds, "mb": peak - before, "stall_ms": stall.longest_ms}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_fetch(Path(sys.argv[1]), sys.argv[2]))))
