"""How the terminal is used: sparingly over SSH, in the colours that it has, and as kk2.toml says.

Nothing blinks, spins or moves by itself in kk2, on any line; what is left to decide is the mouse, the frame diff, the
theme and whether the terminal's cursor is seen.
"""

from collections.abc import Mapping
from typing import NamedTuple

from kk2tui.settings import UiSettings

OFF = ("0", "off", "false", "nei")
MANY_COLOURS = ("256color", "kitty")  # how the TERM of a terminal with more than sixteen ends
NO_COLOURS = ("", "dumb", "unknown", "vt52", "vt100", "vt102", "vt220", "vt320")
IN_FEW_COLOURS = ("16-farger", "uten-farge")


class Profile(NamedTuple):
    """`mouse` sends every click and move to the program; `erases_in_colour` is what the terminal does by itself.

    `cursor` is whether the terminal's cursor is seen where the selection is; it is there in any case.
    """

    mouse: bool
    frame_diff: bool
    erases_in_colour: bool
    theme: str
    cursor: bool


def profile(ui: UiSettings, environment: Mapping[str, str], own_theme: str = "") -> Profile:
    """The profile for a terminal that the environment tells of, and a handler who has chosen a theme or none ("").

    KK2_FRAME_DIFF=0 wins over kk2.toml, and NO_COLOR (no-color.org) over any theme.
    """
    slow = ui.low_bandwidth or bool(environment.get("SSH_TTY") or environment.get("SSH_CONNECTION"))
    frame_diff = environment.get("KK2_FRAME_DIFF", "").lower() not in OFF and ui.frame_diff
    gnu_screen = "STY" in environment or environment.get("TERM", "").startswith("screen")
    return Profile(
        mouse=ui.mouse and not slow,
        frame_diff=frame_diff,
        erases_in_colour=not gnu_screen,
        theme=_theme(own_theme or ui.theme, environment),
        cursor=ui.cursor,
    )


def _theme(wanted: str, environment: Mapping[str, str]) -> str:
    """The theme that is wanted, or the one that the terminal has colours for."""
    term = environment.get("TERM", "").strip().lower()
    if environment.get("NO_COLOR") or term in NO_COLOURS:
        return "uten-farge"
    many = environment.get("COLORTERM", "").lower() in ("truecolor", "24bit") or term.endswith(MANY_COLOURS)
    return wanted if many or wanted in IN_FEW_COLOURS else "16-farger"
