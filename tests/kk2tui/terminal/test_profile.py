"""How the terminal is used depends on the line, on kk2.toml and on an off switch."""

import msgspec
import pytest

from kk2tui.settings import UiSettings
from kk2tui.terminal.profile import profile
from kk2tui.theme import THEMES


def test_the_frame_diff_is_on_unless_it_is_switched_off() -> None:
    assert profile(UiSettings(), {}).frame_diff
    assert not profile(UiSettings(frame_diff=False), {}).frame_diff
    assert not profile(UiSettings(), {"KK2_FRAME_DIFF": "0"}).frame_diff


@pytest.mark.parametrize("variable", ["SSH_TTY", "SSH_CONNECTION"])
def test_the_mouse_is_never_on_over_ssh(variable: str) -> None:
    assert profile(UiSettings(mouse=True), {}).mouse
    assert not profile(UiSettings(mouse=True), {variable: "x"}).mouse
    assert not profile(UiSettings(mouse=True, low_bandwidth=True), {}).mouse
    assert not profile(UiSettings(), {}).mouse


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({"TERM": "xterm-256color"}, True), ({"TERM": "screen-256color"}, False), ({"TERM": "xterm", "STY": "1"}, False)],
)
def test_gnu_screen_erases_without_colour(environment: dict[str, str], expected: bool) -> None:
    assert profile(UiSettings(), environment).erases_in_colour is expected


MANY: dict[str, str] = {"TERM": "xterm-256color"}


@pytest.mark.parametrize("theme", THEMES)
def test_a_terminal_with_many_colours_gets_the_theme_that_is_wanted(theme: str) -> None:
    ui = msgspec.structs.replace(UiSettings(), theme=theme)
    assert profile(ui, MANY).theme == theme
    assert profile(UiSettings(), MANY, theme).theme == theme, "what the handler has chosen goes before kk2.toml"
    assert profile(UiSettings(), {"TERM": "linux", "COLORTERM": "truecolor"}, theme).theme == theme


@pytest.mark.parametrize("term", ["linux", "xterm", "screen", "xterm-16color", "ansi"])
def test_a_terminal_with_few_colours_gets_the_sixteen(term: str) -> None:
    assert profile(UiSettings(), {"TERM": term}).theme == "16-farger"
    assert profile(UiSettings(theme="kk2-lys"), {"TERM": term}).theme == "16-farger"
    assert profile(UiSettings(theme="uten-farge"), {"TERM": term}).theme == "uten-farge"


@pytest.mark.parametrize("environment", [{**MANY, "NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": "vt100"}, {}])
def test_without_colours_there_are_none(environment: dict[str, str]) -> None:
    assert profile(UiSettings(theme="kk2-lys"), environment, "kk2").theme == "uten-farge"


def test_an_empty_no_color_means_nothing() -> None:
    assert profile(UiSettings(), {**MANY, "NO_COLOR": ""}).theme == "kk2"
