"""What a line to a terminal may do: carry any byte, carry far too much, stop, and break."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from kk2tui.terminal.paste import END, LIMIT, START
from tests.e2e.program import COMMAND, Program
from tests.e2e.terminal import LEAVES_ALTERNATE_SCREEN, SHOWS_CURSOR, Terminal

pytestmark = pytest.mark.e2e

MENU = "Løsningsgrad"
SAKER = "Sortert: Saksnummer"
RESETS_THE_PEN = b"\x1b[m"


def opened(home: Path, *before: str) -> Terminal:
    command = [*before, *COMMAND, "--home", str(home), "--handler", "kari"]
    return Terminal(command, Program(home).variables(), 100, 30)


@pytest.fixture
def terminal(demo_home: Path) -> Iterator[Terminal]:
    with opened(demo_home) as terminal:
        terminal.wait_for(MENU)
        yield terminal


def leave(terminal: Terminal) -> None:
    terminal.press("F10")
    assert terminal.wait_for_end() == 0


def test_a_letter_from_a_terminal_with_another_character_set_is_no_end(terminal: Terminal) -> None:
    terminal.answer_to("1", until=SAKER)
    terminal.answer_to("/")
    terminal.type_bytes("båt".encode("latin-1"))
    terminal.wait_for("b\ufffdt")
    leave(terminal)


def test_a_letter_split_between_two_packets_is_one_letter(terminal: Terminal) -> None:
    terminal.answer_to("1", until=SAKER)
    first, second = "å".encode()[:1], "å".encode()[1:]
    terminal.answer_to("/")
    terminal.type_bytes(b"b" + first)
    terminal.settle()
    terminal.type_bytes(second + b"t")
    terminal.wait_for("båt")
    leave(terminal)


def test_a_paste_of_megabytes_is_cut_with_a_message(terminal: Terminal) -> None:
    terminal.answer_to("1", until=SAKER)
    terminal.answer_to("/")
    terminal.type_bytes(f"{START}{'x' * 2_000_000}{END}".encode())
    terminal.wait_for("Det innlimte var for langt", f"{2_000_000 - LIMIT} er")
    leave(terminal)


def test_a_broken_connection_ends_the_program_with_the_status_of_a_hangup(demo_home: Path) -> None:
    with opened(demo_home) as terminal:
        terminal.wait_for(MENU)
        assert terminal.hang_up() == 128 + signal.SIGHUP


def test_a_session_that_was_told_to_ignore_hangups_ends_all_the_same(demo_home: Path) -> None:
    with opened(demo_home, "sh", "-c", 'trap "" HUP; exec "$@"', "sh") as terminal:
        terminal.wait_for(MENU)
        assert terminal.hang_up() == 128 + signal.SIGHUP


def test_a_terminate_leaves_the_terminal_as_it_was(terminal: Terminal) -> None:
    terminal.signal(signal.SIGTERM)
    assert terminal.wait_for_end() == 128 + signal.SIGTERM
    end = terminal.received[terminal.received.rfind(RESETS_THE_PEN) :]
    assert LEAVES_ALTERNATE_SCREEN in end
    assert SHOWS_CURSOR in end


def test_after_a_stop_the_whole_screen_is_sent_again(terminal: Terminal) -> None:
    terminal.settle()
    before = terminal.text
    terminal.signal(signal.SIGTSTP)
    terminal.wait_until(lambda: terminal.is_stopped, "the stop")
    terminal.screen.reset()  # the shell has written in the meantime
    terminal.signal(signal.SIGCONT)
    terminal.wait_until(lambda: terminal.text == before, "the screen")
    leave(terminal)
