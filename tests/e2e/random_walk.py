"""The same keys to two sessions, one drawn by kk2's frame diff and one by Textual alone: their screens must be equal.

A walk visits every item of the main menu in turn, presses random keys there, and pulls at the window between visits.
By hand, longer and with other seeds:  python -m tests.e2e.random_walk --steps 2000 --seed 7
"""

import argparse
import random
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path

from tests.e2e.program import COMMAND, DEADLINE_S, Program
from tests.e2e.terminal import Terminal
from tests.kk2tui.terminal.frames import Seen, differences, seen_by_eye
from tests.stores import copy_home

SIZES = ((80, 24), (100, 30), (120, 40), (132, 50))
ITEMS = "123456789al"
# Not F5: a key pressed while a list loads again without a word is answered before or after it, as it happens.
KEYS = (
    *["Down"] * 5,
    *["Up"] * 2,
    *["PageDown", "PageUp", "End", "Home"] * 2,
    *["Enter", "Tab", "ESC"] * 3,
    *["Shift+Tab", "Left", "Right", "F1", "F3", "\x10", "/", "Backspace", "Ctrl+L"],
    *["1", "2", "3", "4", "5", "6", "a", "d", "e", "k", "n", "o", "r", "s", "t", "ø"],
)
# A clock and a reference are of the session, and no two are alike.
OF_THE_MOMENT = re.compile(r"\d\d:\d\d(:\d\d)?|referanse [0-9A-F]{8}|\d+(,\d+)? m?s\b")


def make_home(home: Path) -> Path:
    """A municipality with cases, payments, unplaced ones and receipts."""
    program = Program(home)
    program.json("init", "--demo")
    program.json("cases", "import")
    program.json("payments", "import", min((home / "inbox").iterdir()))
    return home


def walk(home: Path, folder: Path, steps: int, seed: int) -> set[str]:
    """Walk on copies of a home. The titles of all screens that were seen; AssertionError at the first difference."""
    with ExitStack() as opened:
        ours = opened.enter_context(_session(copy_home(home, folder / "ours"), "1"))
        stock = opened.enter_context(_session(copy_home(home, folder / "stock"), "0"))
        for terminal in (ours, stock):
            terminal.wait_for("Løsningsgrad")  # stands on the main menu
        titles = set()
        for number, step in enumerate(islice(_steps(random.Random(seed)), steps)):
            for terminal in (ours, stock):
                if isinstance(step, tuple):
                    _resize(terminal, step)
                else:
                    terminal.press(step)
            _wait_until_equal(ours, stock, f"step {number} of seed {seed}, {step!r}")
            titles.add(_title(ours))
        return titles


def _resize(terminal: Terminal, size: tuple[int, int]) -> None:
    """To another size, until the program has seen it: a key in the same moment may come first, in either session."""
    before, was = len(terminal.received), (terminal.screen.columns, terminal.screen.lines)
    terminal.resize(*size)
    end = time.monotonic() + DEADLINE_S
    while size != was and len(terminal.received) == before:
        assert time.monotonic() < end, f"nothing was drawn for {size}"
        terminal.settle(0.05)


def _session(home: Path, frame_diff: str) -> Terminal:
    command = [*COMMAND, "--home", str(home), "--handler", "kari"]
    stale = {"COLUMNS": "80", "LINES": "24"}  # as some shells export them; only the terminal knows
    return Terminal(command, {**Program(home).variables(), **stale, "KK2_FRAME_DIFF": frame_diff}, *SIZES[0])


def _steps(chance: random.Random) -> Iterator[str | tuple[int, int]]:
    for item, size in zip(cycle(ITEMS), cycle(SIZES), strict=False):
        yield size
        yield from ["ESC"] * 3
        yield item
        yield from chance.choices(KEYS, k=6)


def _wait_until_equal(ours: Terminal, stock: Terminal, step: str) -> None:
    end = time.monotonic() + DEADLINE_S / 4
    while True:
        ours.settle(0.2)
        stock.settle(0.2)
        found = differences(seen(ours), seen(stock))
        if not found and "Henter" not in ours.text:
            return
        assert time.monotonic() < end, "\n".join([f"after {step}:", *found, ours.text, "and by Textual:", stock.text])


def seen(terminal: Terminal) -> Seen:
    """What the eye sees, but for what is of the moment."""
    cells = seen_by_eye(terminal.screen)
    for y, line in enumerate(terminal.screen.display):
        for found in OF_THE_MOMENT.finditer(line):
            cells[y][found.start() : found.end()] = [("·",)] * (found.end() - found.start())
    return cells


def _title(terminal: Terminal) -> str:
    """The first line up to what may vary: "Saker · 95 åpne", "Sak 0221-00000031  Kari Testesen"."""
    line = terminal.text.partition("\n")[0].strip()
    return re.split(r" · | {2,}| \d", line)[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = make_home(Path(folder) / "home")
        titles = walk(home, Path(folder), arguments.steps, arguments.seed)
    print(f"{arguments.steps} steps of seed {arguments.seed}, equal at each; seen: {', '.join(sorted(titles))}")  # noqa: T201 - a program of its own


if __name__ == "__main__":
    main()
