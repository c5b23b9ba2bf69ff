"""The themes. The accent says where you are, the warning colour what needs you; everything else is quiet.

Widgets use five names only: foreground, secondary (quiet text), accent, warning, error, on background and panel. What
a ground shows where there are colours, a text style shows where there are none: the chosen row has $cursor-ground and
$cursor-style, a field to type in $field-style, the part that the keys act on $focus-style.
"""

from collections.abc import Mapping
from typing import Any

from textual.app import App
from textual.theme import Theme

from data.language import N_


def _of_ours(name: str, *, dark: bool, field: str = "none", focus: str = "none", **colours: Any) -> Theme:
    """A theme in colours of its own."""
    variables = {
        "cursor-ground": colours["panel"],
        "cursor-style": "bold",
        "field-style": field,
        "focus-style": focus,
        "input-selection-background": colours["accent"],
        "input-selection-foreground": colours["background"],
    }
    ground = colours["background"]
    return Theme(name=name, dark=dark, primary=colours["accent"], surface=ground, variables=variables, **colours)


def _of_the_terminal(name: str, *, panel: str, field: str, focus: str, **colours: Any) -> Theme:
    """A theme in the terminal's own colours; Textual makes some of its own besides, which are put out here."""
    text, ground = colours["foreground"], colours["background"]
    variables = {
        "cursor-ground": ground,
        "cursor-style": "bold reverse",
        "field-style": field,
        "focus-style": focus,
        "panel": panel,
        "surface": ground,
        "text": text,
        "text-muted": text,
        "text-disabled": text,
        "ansi-background": ground,
        "ansi-foreground": text,
        "block-cursor-background": ground,
        "input-cursor-background": ground,
        "input-cursor-foreground": text,
        "input-cursor-text-style": "reverse",
        "input-selection-background": ground,
        "input-selection-foreground": text,
        "scrollbar": text,
        "scrollbar-hover": text,
        "scrollbar-active": text,
        "scrollbar-background": ground,
        "scrollbar-background-hover": ground,
        "scrollbar-background-active": ground,
    }
    return Theme(name=name, ansi=True, primary=colours["accent"], variables=variables, **colours)


DARK = _of_ours(
    name="kk2",
    dark=True,
    accent="#7fb4ca",
    secondary="#8b949e",
    warning="#e6b450",
    error="#e5786d",
    success="#8fb573",
    foreground="#d7dae0",
    background="#14171c",
    panel="#252b34",
)
LIGHT = _of_ours(
    name="kk2-lys",
    dark=False,
    accent="#0b5c8a",
    secondary="#5a6370",
    warning="#8a5a00",
    error="#a3261b",
    success="#3c6e1f",
    foreground="#1b1f24",
    background="#fbfbf9",
    panel="#e3e7ec",
)
CONTRAST = _of_ours(
    name="kk2-kontrast",
    dark=True,
    accent="#66e0ff",
    secondary="#d0d0d0",
    warning="#ffd500",
    error="#ffb8b0",
    success="#8cff66",
    foreground="#ffffff",
    background="#000000",
    panel="#303030",
    field="underline",
    focus="bold",
)
CONTRAST_LIGHT = _of_ours(
    name="kk2-kontrast-lys",
    dark=False,
    accent="#00395c",
    secondary="#333333",
    warning="#5c3300",
    error="#7a0d05",
    success="#1d4700",
    foreground="#000000",
    background="#ffffff",
    panel="#dcdcdc",
    field="underline",
    focus="bold",
)
SIXTEEN = _of_the_terminal(
    "16-farger",
    accent="ansi_bright_cyan",
    secondary="ansi_white",
    warning="ansi_bright_yellow",
    error="ansi_bright_red",
    success="ansi_bright_green",
    foreground="ansi_bright_white",
    background="ansi_black",  # not the terminal's own ground, which may be as bright as these letters
    panel="ansi_blue",
    field="none",
    focus="bold",
)
COLOURLESS = _of_the_terminal(
    "uten-farge",
    accent="ansi_default",
    secondary="ansi_default",
    warning="ansi_default",
    error="ansi_default",
    success="ansi_default",
    foreground="ansi_default",
    background="ansi_default",
    panel="ansi_default",
    field="underline",
    focus="reverse",
)

THEMES: Mapping[str, tuple[Theme, str]] = {
    "kk2": (DARK, N_("Mørkt")),
    "kk2-lys": (LIGHT, N_("Lyst")),
    "kk2-kontrast": (CONTRAST, N_("Mørkt, sterk kontrast")),
    "kk2-kontrast-lys": (CONTRAST_LIGHT, N_("Lyst, sterk kontrast")),
    "16-farger": (SIXTEEN, N_("Terminalens 16 farger")),
    "uten-farge": (COLOURLESS, N_("Uten farge")),
}
"""Each theme with what it is called, by its name in kk2.toml."""


def use_theme(app: App[Any], name: str = DARK.name) -> None:
    """Show the application in a theme; an unknown name means the dark one. No other theme is made known to it."""
    theme, _called = THEMES.get(name, THEMES[DARK.name])
    app.register_theme(theme)
    app.theme = theme.name
