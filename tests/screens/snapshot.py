"""What the eye sees on a screen, as text that can be kept and compared.

Under the lines stands what only colours tell, line by line: `3: 1-78 chosen` (columns from 1).
"""

import difflib
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.style import Style
from textual.app import App
from textual.screen import ModalScreen
from textual.strip import Strip

FOLDER = Path(__file__).parent / "snapshots"
TOLD = {"accent": "here", "warning": "warning", "error": "error", "secondary": "quiet"}
LINES_AND_BOXES = set("─│╭╮╰╯╷╵▌▐ ")


def picture(app: App[Any]) -> str:
    """The screen in front; of a dialog, its box."""
    strips = app.screen._compositor.render_strips()
    if isinstance(app.screen, ModalScreen):
        box = app.screen.query_one("#box").region
        strips = [strip.crop(box.x, box.right) for strip in strips[box.y : box.bottom]]
    lines = [strip.text.rstrip() for strip in strips]
    colours = {app.theme_variables[name].lower(): told for name, told in TOLD.items()}
    ground = app.theme_variables["background"].lower()
    told = [f"{y}: {runs}" for y, strip in enumerate(strips, 1) if (runs := _runs(strip, colours, ground))]
    return "\n".join([*lines, "", *told, ""])


def _runs(strip: Strip, colours: dict[str, str], ground: str) -> str:
    """`1-12 quiet, 30-42 warning`: what is written in another colour, or on another ground, than the rest."""
    looks: list[str] = []
    for segment in strip:
        plain = set(segment.text) <= LINES_AND_BOXES
        looks += [_look(segment.style or Style(), colours, ground, plain)] * segment.cell_length
    runs, start = [], 1
    for look, cells in groupby(looks):
        end = start + len(list(cells))
        if look:
            runs.append(f"{start}-{end - 1} {look}")
        start = end
    return ", ".join(runs)


def _look(style: Style, colours: dict[str, str], ground: str, plain: bool) -> str:
    on = style.bgcolor.get_truecolor().hex if style.bgcolor else ground
    written = colours.get(style.color.get_truecolor().hex, "") if style.color and not plain else ""
    weight = "bold" if style.bold and not plain else ""
    chosen = "chosen" if on != ground or style.reverse else ""
    return " ".join(filter(None, (chosen, written, weight)))


def difference(name: str, now: str) -> str:
    """A unified diff from the kept snapshot of this name to `now`; empty when they are the same."""
    path = FOLDER / f"{name}.txt"
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = difflib.unified_diff(
        before.split("\n"), now.split("\n"), f"{name} (kept)", f"{name} (now)", lineterm="", n=1
    )
    return "\n".join(lines)


def keep(name: str, now: str) -> None:
    """From now on the screen shall look like this."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.txt").write_text(now, encoding="utf-8")
