"""The colours that go to a terminal are those it has, and they cost no more than many do."""

import re
from pathlib import Path

import pytest

from tests.e2e.program import COMMAND, Program
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.e2e

MENU = "Løsningsgrad"
IN_SAKER = "Sortert: Saksnummer"
PEN = re.compile(rb"\x1b\[([0-9;]*)m")


def opened(home: Path, **terminal: str) -> Terminal:
    term = terminal.pop("term", "xterm-256color")
    command = [*COMMAND, "--home", str(home), "--handler", "kari"]
    return Terminal(command, {**Program(home).variables(), **terminal}, 120, 40, term=term)


def walk(terminal: Terminal) -> list[int]:
    """A walk through the program: bytes for each of some steps."""
    terminal.wait_for(MENU)
    terminal.settle()
    steps = [("1", IN_SAKER), ("Down", ""), ("Down", ""), ("PageDown", ""), ("Down", ""), ("F1", "Lukk"), ("ESC", "")]
    return [len(terminal.answer_to(key, until=text)) for key, text in steps]


def pens(received: bytes) -> set[int]:
    """All that the pen was ever told, as numbers of SGR."""
    return {int(number or 0) for found in PEN.findall(received) for number in found.split(b";")}


def test_a_terminal_of_sixteen_colours_is_sent_those_only_and_no_more_bytes(case_home: Path) -> None:
    with opened(case_home) as many, opened(case_home, term="linux") as few:
        of_many, of_few = walk(many), walk(few)
        used = pens(few.received)
        assert 38 in pens(many.received)
        assert not used & {38, 48}
        assert used & set(range(90, 98))
        assert sum(of_few) <= sum(of_many)
        assert all(step <= other + 40 for step, other in zip(of_few, of_many, strict=True)), (of_few, of_many)
        assert few.text == many.text


@pytest.mark.parametrize("terminal", [{"NO_COLOR": "1"}, {"term": "vt100"}], ids=["NO_COLOR", "vt100"])
def test_where_no_colours_are_wanted_none_are_sent(terminal: dict[str, str], case_home: Path) -> None:
    with opened(case_home, **terminal) as plain:
        walk(plain)
        assert pens(plain.received) <= {0, 1, 4, 7, 22, 24, 27}
        cursor = plain.screen.cursor
        assert plain.screen.buffer[cursor.y][cursor.x + 2].reverse
