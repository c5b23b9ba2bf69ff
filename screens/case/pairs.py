"""Labels and values under each other. Pure."""

import textwrap
from collections.abc import Sequence

from screens.widgets.safe_text import safe

LABEL = 15


def pairs(lines: Sequence[tuple[str, str]], width: int) -> str:
    """Labels and values under each other in `width` cells; a long value goes on in its own column."""
    shown = []
    for label, value in lines:
        parts = textwrap.wrap(safe(value), max(width - LABEL, 10)) or [""]
        shown += [f"{label:<{LABEL}}{parts[0]}", *(" " * LABEL + part for part in parts[1:])]
    return "\n".join(shown)
