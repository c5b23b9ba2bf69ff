"""Frames and terminals for the tests: what a real screen (pyte) shows, in the words of kk2tui.terminal.cells."""

import unicodedata

import pyte

from kk2tui.terminal.cells import DEFAULT_BACKGROUND, Frame, Look, Row, blank_look, cells_of, laid_over

Seen = list[list[tuple[object, ...]]]

BLANK = Look()
WIDTH, HEIGHT = 24, 10


def row(text: str = "", look: Look = BLANK, width: int = WIDTH) -> Row:
    """A row that begins with a text and is blank after it."""
    return laid_over(cells_of(" " * width, Look(background=look.background)), 0, cells_of(text, look))


def frame(*rows: Row) -> Frame:
    return (*rows, *[row()] * (HEIGHT - len(rows)))


class PyteTerminal:
    """A terminal as Textual leaves it: it does not wrap."""

    def __init__(self, width: int = WIDTH, height: int = HEIGHT) -> None:
        self.screen = pyte.Screen(width, height)
        self._stream = pyte.Stream(self.screen)
        self._stream.feed("\x1b[?7l")

    def feed(self, text: str) -> None:
        self._stream.feed(text.replace("\n", "\r\n"))  # as the line discipline does

    def seen(self) -> Seen:
        return seen_by_eye(self.screen)


def seen_by_eye(screen: pyte.Screen) -> Seen:
    """Character, colours and attributes of every cell. On a blank only what can be seen."""
    return [[_seen(screen.buffer[y][x]) for x in range(screen.columns)] for y in range(screen.lines)]


def _seen(cell: pyte.screens.Char) -> tuple[object, ...]:
    if cell.data == " " and not (cell.underscore or cell.reverse or cell.strikethrough):
        return (" ", cell.bg)
    return (
        cell.data,
        cell.fg,
        cell.bg,
        cell.bold,
        cell.italics,
        cell.underscore,
        cell.strikethrough,
        cell.reverse,
    )


def differences(seen: Seen, wanted: Seen) -> list[str]:
    """Which cells differ, and how; at most ten."""
    return [
        f"column {x}, row {y}: {is_!r} and not {should!r}"
        for y, (seen_row, wanted_row) in enumerate(zip(seen, wanted, strict=True))
        for x, (is_, should) in enumerate(zip(seen_row, wanted_row, strict=True))
        if is_ != should
    ][:10]


def expected(frame: Frame) -> Seen:
    """The same of a frame."""
    return [[_wanted(cell.text, cell.look) for cell in row] for row in frame]


def _wanted(text: str, look: Look) -> tuple[object, ...]:
    if text == " " and not {4, 7, 9} & set(look.attributes):
        return (" ", _colour(blank_look(look).background))
    on = [number in look.attributes for number in (1, 3, 4, 9, 7)]
    return (unicodedata.normalize("NFC", text), _colour(look.foreground), _colour(look.background), *on)


def _colour(parameters: str) -> str:
    if parameters in ("39", DEFAULT_BACKGROUND):
        return "default"
    if parameters in NAMES:
        return NAMES[parameters]
    red, green, blue = parameters.split(";")[2:]
    return f"{int(red):02x}{int(green):02x}{int(blue):02x}"


NAMES = {"31": "red", "42": "green", "93": "brightbrown", "104": "brightblue"}
