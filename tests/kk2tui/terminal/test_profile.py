"""How the terminal is used depends on the line, on kk2.toml and on an off switch."""

import pytest

from kk2tui.settings import UiSettings
from kk2tui.terminal.profile import profile


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
