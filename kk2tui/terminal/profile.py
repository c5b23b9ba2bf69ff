"""How the terminal is used: sparingly over SSH, and as kk2.toml says.

Nothing blinks, spins or moves by itself in kk2, on any line; what is left to decide is the mouse and the frame diff.
"""

from collections.abc import Mapping
from typing import NamedTuple

from kk2tui.settings import UiSettings

OFF = ("0", "off", "false", "nei")


class Profile(NamedTuple):
    """`mouse` sends every click and move to the program; `erases_in_colour` is what the terminal does by itself."""

    mouse: bool
    frame_diff: bool
    erases_in_colour: bool


def profile(ui: UiSettings, environment: Mapping[str, str]) -> Profile:
    """The profile for a terminal that the environment tells of. KK2_FRAME_DIFF=0 wins over kk2.toml."""
    slow = ui.low_bandwidth or bool(environment.get("SSH_TTY") or environment.get("SSH_CONNECTION"))
    frame_diff = environment.get("KK2_FRAME_DIFF", "").lower() not in OFF and ui.frame_diff
    gnu_screen = "STY" in environment or environment.get("TERM", "").startswith("screen")
    return Profile(mouse=ui.mouse and not slow, frame_diff=frame_diff, erases_in_colour=not gnu_screen)
