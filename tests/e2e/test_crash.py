"""A fault anywhere ends in one line with a reference, a terminal as it was, and a log without anybody in it."""

import re
import sys
import termios
from pathlib import Path

import pytest

from tests.e2e.crashing import SECRET
from tests.e2e.program import Program
from tests.e2e.terminal import Terminal
from tests.stores import copy_home

pytestmark = pytest.mark.e2e

MENU = "Løsningsgrad"
REFERENCE = re.compile(r"[Rr]eferanse[n]? ([0-9A-F]{8})")
LEFT = {
    "the alternate screen": b"\x1b[?1049l",
    "the cursor hidden": b"\x1b[?25h",
    "pastes in brackets": b"\x1b[?2004l",
    "focus told of": b"\x1b[?1004l",
    "the keyboard's own protocol": b"\x1b[<u",
    "no wrapping": b"\x1b[?7h",
}


def broken(home: Path, place: str) -> Terminal:
    command = [sys.executable, "-m", "tests.e2e.crashing", place, "--home", str(home), "--handler", "kari"]
    return Terminal(command, Program(home).variables(), 100, 30)


def log_of(home: Path, reference: str) -> str:
    """What the log has under a reference, having looked that nobody is in it."""
    written = (home / "kk2.log").read_text(encoding="utf-8")
    assert SECRET not in written
    assert "whose =" not in written.replace("whose = SECRET", ""), "local variables"
    assert reference in written
    return written.partition(reference)[2]


def told(terminal: Terminal) -> str:
    """What is left on the terminal when the program has ended; nobody's national id has been on it, nor a traceback."""
    everything = terminal.received.decode()
    assert SECRET not in everything
    assert "Traceback" not in everything
    assert "RuntimeError" not in everything
    return everything.rpartition("\x1b[?1004l")[2]


@pytest.mark.parametrize("place", ["the start", "the menu", "a screen", "drawing", "reading keys"])
def test_a_fault_in_the_screens_is_one_line_and_the_terminal_is_as_before(
    place: str, demo_home: Path, tmp_path: Path
) -> None:
    home = copy_home(demo_home, tmp_path / "home")
    with broken(home, place) as terminal:
        if place not in ("the start", "the menu"):
            terminal.wait_for(MENU)
            terminal.press("1")
        assert terminal.wait_for_end() == 1
        line = " ".join(told(terminal).split())
        reference = REFERENCE.search(line)
        assert line.startswith("kk2 måtte avslutte")
        assert reference, line
        assert "RuntimeError: finner ikke ***" in log_of(home, reference[1])
        assert [what for what, off in LEFT.items() if off not in terminal.received] == []
        local = termios.tcgetattr(terminal.line)[3]
        assert local & termios.ECHO
        assert local & termios.ICANON
        assert local & termios.ISIG


def test_a_fault_before_the_screens_is_told_in_the_same_way(demo_home: Path, tmp_path: Path) -> None:
    home = copy_home(demo_home, tmp_path / "home")
    with broken(home, "the store") as terminal:
        assert terminal.wait_for_end() == 1
        reference = REFERENCE.search(told(terminal))
        assert reference
        assert "RuntimeError: finner ikke ***" in log_of(home, reference[1])


def test_a_fault_in_a_worker_is_a_dialog_and_the_session_goes_on(demo_home: Path, tmp_path: Path) -> None:
    home = copy_home(demo_home, tmp_path / "home")
    with broken(home, "a service") as terminal:
        terminal.wait_for(MENU)
        terminal.answer_to("1")
        terminal.wait_until(lambda: bool(REFERENCE.search(terminal.text)), "a reference")
        reference = REFERENCE.search(terminal.text)
        assert reference
        assert "RuntimeError: finner ikke ***" in log_of(home, reference[1])
        terminal.answer_to("ESC")
        terminal.answer_to("ESC", until=MENU)
        terminal.press("F10")
        assert terminal.wait_for_end() == 0
        assert not told(terminal).strip()
