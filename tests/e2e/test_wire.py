"""Bytes to a terminal of 120x40 for each key, with ten thousand cases: the budgets of the design, and what is reached.

A budget counts what the program sends until it is quiet; no time is asserted.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.large_home import LOGIN, make_large_home
from tests.e2e.program import COMMAND, Program
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.e2e

CASES = 10_000
MENU = "Løsningsgrad"
IN_SAKER = "Sortert: Saksnummer"
IN_CASE = "2 Fordringer"


@pytest.fixture(scope="module")
def large_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("large") / "home"
    make_large_home(home, CASES, payments=0)
    return home


@pytest.fixture
def saker(large_home: Path) -> Iterator[Terminal]:
    """The list of cases, just opened."""
    command = [*COMMAND, "--home", str(large_home), "--handler", LOGIN]
    with Terminal(command, Program(large_home).variables(), 120, 40) as terminal:
        terminal.wait_for(MENU)
        terminal.settle()
        terminal.answer_to("1", until=IN_SAKER)
        yield terminal


def test_a_key_in_the_list_costs_little(saker: Terminal) -> None:
    moves = [len(saker.answer_to("Down")) for _ in range(5)]
    pages = [len(saker.answer_to("PageDown")) for _ in range(4)]
    scrolls = [len(saker.answer_to("Down")) for _ in range(5)]
    assert max(moves) <= 300
    assert max(pages) <= 2_000
    assert max(scrolls) <= 260
    assert min(moves + pages + scrolls) > 0


def test_a_case_and_the_way_back_cost_little(saker: Terminal) -> None:
    opened = len(saker.answer_to("Enter", until=IN_CASE))
    back = len(saker.answer_to("ESC", until=IN_SAKER))
    assert opened <= 2_000
    assert back <= 4_000


def test_a_dialog_costs_little(saker: Terminal) -> None:
    assert len(saker.answer_to("\x10", until="Kommandoer")) <= 3_500
    assert len(saker.answer_to("ESC")) <= 3_500
    assert len(saker.answer_to("F1", until="Lukk")) <= 3_500


def test_a_letter_in_the_search_field_costs_little(saker: Terminal) -> None:
    saker.answer_to("/")
    assert len(saker.answer_to("z")) <= 200
    assert len(saker.answer_to("z")) <= 600  # the search begins at two letters: another list


def test_nothing_is_sent_while_nothing_happens(saker: Terminal) -> None:
    before = len(saker.received)
    saker.settle(2)
    assert len(saker.received) == before


def test_a_repaint_on_demand_shows_the_same_screen(saker: Terminal) -> None:
    before = saker.text
    saker.screen.reset()  # something else has written over everything
    sent = saker.answer_to("Ctrl+L", until=IN_SAKER)
    assert saker.text == before
    assert 1_000 < len(sent) <= 5_000
