"""The terminal's cursor stands where the selection is, seen or not: screen readers and magnifiers follow it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kk2tui.settings import FILE_NAME
from tests.e2e.program import COMMAND, Program
from tests.e2e.terminal import Terminal
from tests.stores import copy_home

pytestmark = pytest.mark.e2e

MENU = "Løsningsgrad"
SHOWN, HIDDEN = b"\x1b[?25h", b"\x1b[?25l"


@pytest.fixture
def terminal(case_home: Path, tmp_path: Path) -> Iterator[Terminal]:
    with opened(copy_home(case_home, tmp_path / "home")) as terminal:
        terminal.wait_for(MENU)
        terminal.settle()
        yield terminal


def opened(home: Path) -> Terminal:
    return Terminal([*COMMAND, "--home", str(home), "--handler", "kari"], Program(home).variables(), 100, 30)


def line_at_cursor(terminal: Terminal) -> str:
    """The rest of the line, from the cursor on."""
    cursor = terminal.screen.cursor
    return terminal.screen.display[cursor.y][cursor.x :].rstrip()


def test_the_cursor_is_at_the_mark_of_the_chosen_row(terminal: Terminal) -> None:
    assert line_at_cursor(terminal).startswith("› 1  Saker")
    terminal.answer_to("Down")
    assert line_at_cursor(terminal).startswith("› 2  Import av nye saker")
    terminal.answer_to("1", until="Sortert")
    for keys in (["Down"] * 3, ["PageDown"], ["PageDown"], ["Up"], ["End"], ["Home"]):
        terminal.answer_to(*keys)
        assert line_at_cursor(terminal).startswith("› 0221-"), keys


def test_the_cursor_is_where_the_next_letter_comes(terminal: Terminal) -> None:
    terminal.answer_to("1", until="Sortert")
    terminal.answer_to("Enter", until="2 Fordringer")
    terminal.answer_to("3")
    terminal.answer_to("n", until="Beløp")
    terminal.answer_to("1", "2")
    cursor = terminal.screen.cursor
    assert terminal.screen.display[cursor.y][: cursor.x].endswith("12")
    terminal.answer_to("Left")
    assert terminal.screen.display[cursor.y][: terminal.screen.cursor.x].endswith("1")


def test_the_cursor_is_in_the_dialog_while_there_is_one(terminal: Terminal) -> None:
    terminal.answer_to("1", until="Sortert")
    terminal.answer_to("t")
    assert line_at_cursor(terminal).startswith("›")
    terminal.answer_to("ESC", until="Sortert")
    assert line_at_cursor(terminal).startswith("› 0221-")


def test_the_cursor_is_not_seen_unless_it_is_wanted(terminal: Terminal, case_home: Path, tmp_path: Path) -> None:
    assert terminal.received.rfind(HIDDEN) > terminal.received.rfind(SHOWN)
    home = copy_home(case_home, tmp_path / "shown")
    with (home / FILE_NAME).open("a", encoding="utf-8") as settings:
        settings.write("[ui]\ncursor = true\n")
    with opened(home) as other:
        other.wait_for(MENU)
        assert other.received.rfind(SHOWN) > other.received.rfind(HIDDEN)
