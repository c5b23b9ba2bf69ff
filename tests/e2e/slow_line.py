"""kk2 through a real sshd and a slow line: time from a key to its last byte, and how many bytes came.

python -m tests.e2e.slow_line            128 kbit/s, 80 ms there and back, no compression
python -m tests.e2e.slow_line --stock    the same, drawn by Textual alone
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.large_home import LOGIN, make_large_home
from tests.e2e.program import COMMAND, TODAY
from tests.e2e.slow_wire import Line, relayed
from tests.e2e.ssh.one_command import served_over_ssh, ssh_command
from tests.e2e.terminal import Terminal

MODEM = Line(bits=128_000, round_trip=0.080)
GOAL_S = 0.8
SIZE = (120, 40)
MENU, SAKER, CASE = "Løsningsgrad", "Sortert: Saksnummer", "Kundenummer"
STEPS = (
    ("open Saker", "1", SAKER),
    ("move", "Down", ""),
    ("page", "PageDown", ""),
    ("page", "PageDown", ""),
    ("scroll", "Down", ""),
    ("open a case", "Enter", CASE),
    ("back", "ESC", SAKER),
    ("dialog", "F1", "ESC Lukk"),
    ("close it", "ESC", SAKER),
)


class Answer(NamedTuple):
    step: str
    bytes: int
    seconds: float


@contextmanager
def session(folder: Path, home: Path, line: Line, *, frame_diff: bool = True) -> Iterator[Terminal]:
    """A handler's session over SSH through the line, with the main menu on its screen."""
    environment = {
        "KK2_TODAY": TODAY,
        "KK2_FRAME_DIFF": str(int(frame_diff)),
        "COLORTERM": "truecolor",
        "PYTHONUTF8": "1",
        "PYTHONPATH": str(Path.cwd()),
    }
    command = [*COMMAND, "--home", str(home), "--handler", LOGIN]
    with (
        served_over_ssh(folder, command, environment) as port,
        relayed(port, line) as slow_port,
        Terminal(ssh_command(folder, slow_port), os.environ, *SIZE) as terminal,
    ):
        terminal.wait_for(MENU)
        terminal.settle(1)
        yield terminal


def answers(terminal: Terminal) -> list[Answer]:
    """Press the keys of STEPS, each when the one before has been answered."""
    found = []
    for step, key, shown in STEPS:
        start, before = time.monotonic(), len(terminal.received)
        terminal.press(key)
        terminal.wait_for(shown)
        terminal.settle(1)
        found.append(Answer(step, len(terminal.received) - before, terminal.last_byte_at - start))
    return found


def table(found: list[Answer]) -> str:
    head = f"  {'step':<14}{'bytes':>8}{'ms to the last byte':>22}"
    over = [" over the goal" if answer.seconds > GOAL_S else "" for answer in found]
    rows = [f"  {each.step:<14}{each.bytes:>8}{each.seconds * 1000:>22.0f}" for each in found]
    return "\n".join([head, *(row + note for row, note in zip(rows, over, strict=True))])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stock", action="store_true")
    parser.add_argument("--cases", type=int, default=10_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make_large_home(Path(folder) / "home", arguments.cases, payments=0)
        with session(Path(folder), Path(folder) / "home", MODEM, frame_diff=not arguments.stock) as terminal:
            print(table(answers(terminal)))  # noqa: T201 - a program of its own


if __name__ == "__main__":
    main()
