"""Keys are what was pressed, whatever else a terminal sends."""

import random

import pytest
from textual.events import Key

from kk2tui.terminal.keyboard import Keyboard
from kk2tui.terminal.remote_driver import usable

F10 = "\x1b[21~"


def keys(*texts: str) -> list[str]:
    """The keys in what came, each text by itself."""
    keyboard = Keyboard()
    found = [message for text in texts for message in (*keyboard.feed(text), *keyboard.tick())]
    return [message.key for message in found if isinstance(message, Key)]


@pytest.mark.parametrize(
    "answer",
    [
        "\x1b[?1;2c",
        "\x1b[>41;354;0c",
        "\x1b[8;24;80t",
        "\x1b[57358;1:3x",
        "\x1b[;;;;;;u",
        "\x1b]11;rgb:ffff/ffff/ffff\x07",
        "\x1b[?62;1;6;9q",
    ],
)
def test_a_sequence_that_nobody_knows_types_nothing(answer: str) -> None:
    assert [key for key in keys(answer, F10) if key != "ctrl+g"] == ["f10"]
    assert [key for key in keys(answer + F10) if key != "ctrl+g"] == ["f10"]


@pytest.mark.parametrize(
    "impossible", ["\x1b[99999999u", "\x1b[1114112;1u", "\x1b[48;0;0;0;0t\x1b[<0;5;5M", "\x1b[48;5;5;0;0t\x1b[<64;9;9M"]
)
def test_what_cannot_be_read_is_not_the_end_of_the_keyboard(impossible: str) -> None:
    assert keys(impossible, "a", F10) == ["a", "f10"]


@pytest.mark.parametrize(
    ("typed", "pressed"),
    [
        ("1aå", ["1", "a", "å"]),
        ("\x1b[A\x1b[B", ["up", "down"]),
        ("\x1bx" + F10, ["x", "f10"]),
        ("\x1b", []),  # until its time is out
        ("\x1b\x1b[A", ["escape", "up"]),
    ],
)
def test_keys_are_what_they_were(typed: str, pressed: list[str]) -> None:
    assert keys(typed)[: len(pressed)] == pressed


def test_no_bytes_stop_it() -> None:
    chance = random.Random(3)
    for _ in range(200):
        letters = "".join(chance.choice("\x1b[]0123456789;:?<>~uMmRcty\x07aå\x00\x9b") for _ in range(400))
        assert keys(letters, "\x1b[201~", "x" * 40, F10)[-1] == "f10"


@pytest.mark.parametrize(
    ("told", "drawn"),
    [((0, 0), (80, 24)), ((100, 30), (100, 30)), ((65535, 65535), (1000, 400)), ((1, 1), (1, 1)), ((0, 50), (80, 50))],
)
def test_a_window_is_drawn_in_a_size_that_can_be_drawn(told: tuple[int, int], drawn: tuple[int, int]) -> None:
    assert usable(*told) == drawn
