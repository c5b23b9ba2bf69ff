"""OCR giro: payments a second and memory, ours and netsgiro's on the same file in the same run.

Each side reads in a process of its own, so that neither pays for the other's memory. `python -m tests.benchmarks.ocr
ours|netsgiro FILE` is that process.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import netsgiro

from services.bank.kid import make_kid
from services.bank.ocr_giro import read_ocr
from services.bank.ocr_writer import OcrAssignment, OcrPayment, write_ocr

CREATED = date(2026, 11, 20)
ROUNDS = 3


def run() -> list[str]:
    """The lines to print."""
    with tempfile.TemporaryDirectory() as folder:
        small = made_file(Path(folder), 20_000)
        large = made_file(Path(folder), 200_000)
        rounds = [(read_by("ours", small), read_by("netsgiro", small)) for _ in range(ROUNDS)]
        streamed = read_by("ours", large)
    ours, theirs = (min(side, key=lambda each: each["seconds"]) for side in zip(*rounds, strict=True))
    ratio = theirs["seconds"] / ours["seconds"]
    return [
        _line("ours, all checks", ours),
        _line("netsgiro 2.0.1", theirs),
        f"OCR giro: ours reads {ratio:.1f} × as many payments a second (bar: 7)",
        _line("ours, streamed", streamed) + " (bar: 20 MB)",
    ]


def made_file(folder: Path, count: int) -> Path:
    payments = tuple(
        OcrPayment(
            date=CREATED - timedelta(days=(count - serial) * 20 // count),
            amount=10_000 + serial % 5_000,
            kid=make_kid("0221", serial),
            order_date=CREATED - timedelta(days=25),
            debit_account="99990512341",
            form_number="9636827194",
            archive_reference="099038562",
            settlement=f"1320{serial % 10**6:06d}",
        )
        for serial in range(1, count + 1)
    )
    assignment = OcrAssignment(account="12345678903", payments=payments)
    path = folder / f"{count}.ocr"
    path.write_bytes(write_ocr([assignment], transmission=1, recipient="00010200", created=CREATED))
    return path


def read_by(side: str, path: Path) -> dict[str, float]:
    """What one side needs for the file: `payments`, `seconds`, and `memory`, MB beyond what it had before reading."""
    command = [sys.executable, "-m", "tests.benchmarks.ocr", side, str(path)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def measure(reader: Callable[[Path], int], path: Path) -> dict[str, float]:
    before = _peak()
    start = time.perf_counter()
    payments = reader(path)
    seconds = time.perf_counter() - start
    return {"payments": payments, "seconds": seconds, "memory": (_peak() - before) / 1024}


def _ours(path: Path) -> int:
    with path.open("rb") as source:
        reading = read_ocr(source, today=CREATED)
        count = sum(1 for _ in reading)
    return count if reading.summary.ok else 0


def _netsgiro(path: Path) -> int:
    content = path.read_text(encoding="iso-8859-1")
    return sum(len(assignment.transactions) for assignment in netsgiro.parse(content).assignments)


def _peak() -> int:
    """The most memory this process has had, in kB (Linux). getrusage would count what the parent had as well."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def _line(name: str, result: dict[str, float]) -> str:
    payments, seconds, memory = result["payments"], result["seconds"], result["memory"]
    return f"OCR giro: {name:18} {payments:7.0f} payments, {payments / seconds:8.0f} a second, {memory:6.1f} MB extra"


if __name__ == "__main__":
    side, file = sys.argv[1:]
    print(json.dumps(measure({"ours": _ours, "netsgiro": _netsgiro}[side], Path(file))))
