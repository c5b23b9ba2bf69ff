"""What a client may send and say of itself: any terminal, any locale, any size, any bytes, and all of it at once."""

import random
import time
from collections.abc import Mapping

import pytest

from kk2tui.terminal.paste import END, START
from tests.e2e.program import DEADLINE_S
from tests.e2e.ssh.office import KARI, Office
from tests.e2e.terminal import LEAVES_ALTERNATE_SCREEN, SHOWS_CURSOR, Terminal
from tests.e2e.test_terminal import MENU, leave

pytestmark = pytest.mark.e2e

SAKER = "Sortert: Saksnummer"


def is_alive(terminal: Terminal) -> None:
    """From wherever the attack has led, keys do what they say, to the end and a status of success."""
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        terminal.press("F10")
        terminal.settle()
        if terminal.status is not None:
            break
        terminal.press("j" if "Avslutte kk2?" in terminal.text else "ESC")
        terminal.settle()
    assert terminal.status == 0, terminal.text


@pytest.mark.parametrize(
    ("term", "variables"),
    [
        ("dumb", {"LANG": "C"}),
        ("linux", {"LC_ALL": "POSIX"}),
        ("no-such-terminal", {"LC_ALL": "nb_NO.ISO-8859-1"}),
        ("../../etc/passwd", {"LC_ALL": "x" * 200, "LANG": "\x1b[2J"}),
        ("", {"LC_CTYPE": "C", "LANG": ""}),
    ],
)
def test_any_terminal_and_any_locale_get_their_letters(office: Office, term: str, variables: Mapping[str, str]) -> None:
    with office.session(term=term, variables=variables) as terminal:
        terminal.wait_for(MENU, "Bokføringsforslag")
        terminal.answer_to("1", until=SAKER)
        terminal.answer_to("ESC", until=MENU)
        leave(terminal)
    assert LEAVES_ALTERNATE_SCREEN in terminal.received
    assert SHOWS_CURSOR in terminal.received


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (400, 150)], ids=["tiny", "none", "huge"])
def test_a_window_of_any_size_is_drawn_and_left(office: Office, size: tuple[int, int]) -> None:
    with office.session(size=size) as terminal:
        terminal.settle()
        for key in ("1", "Down", "Enter", "3", "ESC", "F1", "ESC"):
            terminal.answer_to(key)
        terminal.resize(100, 30)
        is_alive(terminal)


def test_thousands_of_resizes_end_with_the_size_that_is_last(office: Office) -> None:
    chance = random.Random(5)
    with office.session() as terminal:
        terminal.wait_for(MENU)
        terminal.answer_to("1", until=SAKER)
        for _ in range(3000):
            terminal.resize(chance.randint(1, 200), chance.randint(1, 60))
        terminal.resize(80, 24)
        terminal.settle()
        terminal.answer_to("\x0c", until=SAKER)
        assert max(len(line) for line in terminal.text.splitlines()) == 80
        is_alive(terminal)


def test_binary_garbage_is_no_end_and_leads_nowhere(office: Office) -> None:
    chance = random.Random(7)
    with office.session() as terminal:
        terminal.wait_for(MENU)
        terminal.answer_to("1", until=SAKER)
        terminal.answer_to("/")
        for _ in range(4):
            garbage = bytes(each for each in chance.randbytes(600) if each not in LEAVE_IT)
            terminal.type_bytes(b"\x80" + garbage)
        terminal.settle()
        is_alive(terminal)


LEAVE_IT = b"\x11"  # Ctrl+Q means the end

ANSWERS = (
    b"\x1b[?1;2c",
    b"\x1b[999;999R",
    b"\x1b]52;c;YQ==\x07",
    b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\",
    b"\x1bP1$r0m\x1b\\",
    b"\x1b[?2026;1$y",
    b"\x1b[<0;5;5M",
    b"\x1b[<64;999999999;999999999M",
    b"\x1b[I\x1b[O",
    b"\x1b[8;9999;9999t",
    b"\x1b[48;0;0;0;0t",
    b"\x1b[48;65535;65535;0;0t",
    b"\x1b[99999999u",
    b"\x1b[;;;;;;;;;;;;;;;;u",
    b"\x1b[" + b"1;" * 400 + b"m",
    b"\x1b]" + b"x" * 1_000,
    b"\x9b\x9d\x90",
)


def test_answers_of_a_terminal_that_was_asked_nothing_do_nothing(office: Office) -> None:
    with office.session() as terminal:
        terminal.wait_for(MENU)
        for answer in ANSWERS:
            terminal.type_bytes(answer)
        terminal.type_bytes(b"\x07\x1b\\")
        terminal.settle()
        is_alive(terminal)


def test_a_paste_bomb_is_text_and_no_keys(office: Office) -> None:
    bomb = (START + "1\r\x1b[24~j\x04" * 200_000 + END).encode()
    unfinished = (START + "\x1b[200~" * 1000).encode()
    with office.session() as terminal:
        terminal.wait_for(MENU)
        for raw in (bomb, unfinished, END.encode()):
            terminal.type_bytes(raw)
        terminal.settle()
        assert MENU in terminal.text
        terminal.answer_to("1", until=SAKER)
        terminal.answer_to("/")
        terminal.type_bytes(bomb)
        terminal.settle()
        is_alive(terminal)
    assert office.kk2("payments", "unplaced").status == 0


def test_stop_and_quit_keys_of_a_shell_stop_nothing_even_while_kk2_starts(office: Office) -> None:
    with office.session() as terminal:
        terminal.type_bytes(b"\x1a\x1a")
        terminal.wait_for(MENU)
        terminal.type_bytes(b"\x1a\x1c\x03\x1a\x04")
        terminal.settle()
        (process,) = office.processes(KARI)
        assert office.state_of(process) in "RS"
        terminal.answer_to("1", until=SAKER)
        is_alive(terminal)
