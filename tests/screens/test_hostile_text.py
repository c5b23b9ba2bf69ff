"""What people, banks and other systems write may be anything: on every screen it is text, and nothing but text.

Texts come by many ways, and files and forms refuse some of them; here they are in the store already.
"""

import re
import unicodedata
from itertools import count
from pathlib import Path
from typing import Any

import pyte
from textual.app import App

from kk2tui.terminal.cells import Frame, Look, cells_of, laid_over
from kk2tui.terminal.frame_diff import diff, nothing_known
from kk2tui.terminal.textual_seam import pieces
from tests.screens.every_screen import PLACES, Size, home, running
from tests.screens.full_office import Say, full_office
from tests.screens.widgets.stage import LARGE, SMALL

# What is written, and what is seen of it.
HOSTILE = {
    "[b]A[/b][as]": "[b]A[/b][as]",
    "[/b]": "[/b]",
    "[@click=app.quit]x[/]": "[@click=a",
    "\\[red": "\\[red",
    "\x1b[2J": "·[2J",
    "\x1b[?1049l": "·[?1049l",
    "\x1b]52;c;aGVp\x07": "·]52;c;aGVp·",
    "\x1b]8;;http://x.invalid\x1b\\": "·]8;;",
    "\x9b31m": "·31m",
    "\x8d\x85": "· ",
    "\u202e123": "·123",
    "\u2067\u200f\u061c": "···",
    "a\u0301A\u030a": "áÅ",  # NFD
    "q\u0323\u0301\u0302": "q",  # no such letter: three marks over one
    "én\nto\r\ntre": "én to tre",
    "a\tb": "a b",
    "u\u200bs\ufeffy\u00adn": "u·s·y·n",
    "漢字かな": "漢字",
    "👩\u200d👩\u200d👧": "👩·👩·",
    "\U000e0041\ue000\u2028x": "··",
    "\x07\x08\x7f": "···",
    "W" * 300: "WWWWWWWW",
}
NATIONAL_ID = re.compile(r"(?<!\d)01810100000|01019000000(?!\d)")
SEQUENCE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\r\n\x08]")  # all that the frame diff has to say by itself


# Where to begin, so that between them every one of them comes where it is seen.
BEGINNINGS: dict[Size, int] = {SMALL: 3, LARGE: 17}


def hostile(beginning: int) -> Say:
    """Puts one after another before the texts that it is given."""
    samples, number = list(HOSTILE), count(beginning)
    return lambda plain: samples[next(number) % len(samples)] + plain


def frame_of(app: App[Any]) -> Frame:
    """What the terminal is to show, as the seam takes it in."""
    width, height = app.size
    rows = [cells_of(" " * width, Look())] * height
    for x, y, cells in pieces(app.screen._compositor.render_full_update(), "truecolor"):
        rows[y] = laid_over(rows[y], x, cells)
    return tuple(rows)


def lines_of(frame: Frame) -> list[str]:
    return ["".join(cell.text for cell in row) for row in frame]


def shown_by_a_terminal(sent: str, size: Size) -> list[str]:
    screen = pyte.Screen(*size)
    pyte.Stream(screen).feed(sent)
    return list(screen.display)


def faults(app: App[Any], size: Size) -> list[str]:
    """What is wrong on the screen in front."""
    frame = frame_of(app)
    sent, _shown = diff(nothing_known(*size), frame, (0, 0))
    text = lines_of(frame)
    odd = {char for char in SEQUENCE.sub("", sent) if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    found = [f"the terminal is sent {sorted(odd)!r}"] if odd else []
    found += [
        f"not as wide as the screen: {line!r}" for line, row in zip(text, frame, strict=True) if len(row) != size[0]
    ]
    found += [f"a national id: {line!r}" for line in text if NATIONAL_ID.search(line)]
    for drawn, line in zip(shown_by_a_terminal(sent, size), text, strict=True):
        if drawn.rstrip() != line.rstrip() and unicodedata.normalize("NFC", drawn).rstrip() != line.rstrip():
            found.append(f"shown as {drawn!r}, not {line!r}")
    return found


async def test_hostile_text_is_text_on_every_screen(tmp_path: Path) -> None:
    found: list[str] = []
    seen = ""
    for size, beginning in BEGINNINGS.items():
        folder = tmp_path / str(size[0])
        folder.mkdir()
        async with (
            full_office(folder, say=hostile(beginning)) as services,
            running(services, folder, size=size) as (app, pilot),
        ):
            for place in PLACES:
                await place.open(pilot)
                found += [f"{place}: {fault}" for fault in faults(app, size)]
                seen += "\n".join(lines_of(frame_of(app)))
                await home(pilot)
    assert not found, "\n".join(found)
    swallowed = [text for text, visible in HOSTILE.items() if visible not in seen]
    assert not swallowed, f"not seen anywhere (with other BEGINNINGS they may be): {swallowed}"
