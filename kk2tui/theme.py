"""Two calm themes. The accent says where you are, the warning colour what needs you; everything else is quiet.

Widgets use five names only: foreground, secondary (quiet text), accent, warning, error, on background and panel.
"""

from typing import Any

from textual.app import App
from textual.theme import Theme

DARK = Theme(
    name="kk2",
    dark=True,
    primary="#7fb4ca",
    accent="#7fb4ca",
    secondary="#8b949e",
    warning="#e6b450",
    error="#e5786d",
    success="#8fb573",
    foreground="#d7dae0",
    background="#14171c",
    surface="#14171c",
    panel="#252b34",
)

LIGHT = Theme(
    name="kk2-lys",
    dark=False,
    primary="#0b5c8a",
    accent="#0b5c8a",
    secondary="#5a6370",
    warning="#8a5a00",
    error="#a3261b",
    success="#3c6e1f",
    foreground="#1b1f24",
    background="#fbfbf9",
    surface="#fbfbf9",
    panel="#e3e7ec",
)


def use_themes(app: App[Any], name: str = DARK.name) -> None:
    """Make both themes known to the application and choose one; an unknown name means the dark one."""
    for theme in (DARK, LIGHT):
        app.register_theme(theme)
    app.theme = name if name in app.available_themes else DARK.name
