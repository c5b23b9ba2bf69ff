"""From the start of the process to the menu on the screen, beside the smallest application that Textual can make.

In turns, in a real pseudo-terminal; the best of several, since whoever else uses the machine can only make it slower.
"""

import compileall
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.large_home import LOGIN, make_large_home
from tests.benchmarks.measuring import line
from tests.benchmarks.saker import RecordedTerminal

SIZES = (1_000, 100_000)
ROUNDS = 12
MINIMAL = """
from textual.app import App
from textual.widgets import Label

class Minimal(App):
    def compose(self):
        yield Label("READY")

Minimal().run()
"""


class Start(NamedTuple):
    """Seconds until a text was on the screen, and MB resident a second later."""

    seconds: float
    memory: float


def run(sizes: Sequence[int] = SIZES) -> list[str]:
    """The lines to print."""
    for package in ("data", "services", "screens", "kk2tui"):  # as installing does
        compileall.compile_dir(package, quiet=1)
    lines: list[str] = []
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        for size in sizes:
            home = Path(folder) / str(size)
            make_large_home(home, size)
            lines += _beside_minimal(home, size)
    return lines


def _beside_minimal(home: Path, size: int) -> list[str]:
    ours = [str(Path(sys.executable).with_name("kk2")), "--home", str(home), "--handler", LOGIN]
    minimal = [sys.executable, "-c", MINIMAL]
    rounds = [(_start(minimal, "READY"), _start(ours, "Lovverk"), _start(ours, " åpne")) for _ in range(ROUNDS)]
    bare, menu, counted = (Start(*map(min, zip(*side, strict=True))) for side in zip(*rounds, strict=True))
    return [
        f"{size} cases",
        line("minimal Textual application on the screen", bare.seconds * 1_000, "ms"),
        line("the menu on the screen", menu.seconds * 1_000, "ms"),
        line("the menu / minimal", menu.seconds / bare.seconds, "x", 1.4),
        line("the menu with its counts / minimal", counted.seconds / bare.seconds, "x"),
        line("resident at the menu", counted.memory, "MB", 45),
        line("resident, minimal", bare.memory, "MB"),
    ]


def _start(command: Sequence[str], text: str) -> Start:
    begun = time.perf_counter()
    terminal = RecordedTerminal(command)
    try:
        terminal.seen(text.encode())
        seconds = time.perf_counter() - begun
        terminal.idle(1.0)
        return Start(seconds, terminal.resident_mb())
    finally:
        terminal.close()


if __name__ == "__main__":
    print("\n".join(run()))
