"""A frame of the terminal: rows of cells, each a character and how it looks."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from rich.cells import split_graphemes

DEFAULT_FOREGROUND = "39"
DEFAULT_BACKGROUND = "49"
ON_A_BLANK = frozenset((4, 7, 9, 21, 53))  # underline, reverse, strike, double underline, overline


class Look(NamedTuple):
    """Colours as parameters of SGR ("39", "38;2;215;218;224"), attributes as the SGR numbers that turn them on."""

    foreground: str = DEFAULT_FOREGROUND
    background: str = DEFAULT_BACKGROUND
    attributes: tuple[int, ...] = ()


class Cell(NamedTuple):
    """`text` is one character with its combining marks; empty in the second half of a wide one."""

    text: str
    look: Look


Row = tuple[Cell, ...]
Frame = tuple[Row, ...]

UNKNOWN = Cell("\0", Look())  # nobody knows what stands there: equal to nothing that is ever drawn


def unknown_frame(width: int, height: int) -> Frame:
    return ((UNKNOWN,) * width,) * height


@lru_cache(maxsize=16384)
def cells_of(text: str, look: Look) -> Row:
    """The cells that a text takes. Control characters take none, so that no data can move the cursor."""
    if text.isascii() and text.isprintable():
        return tuple(_cell(character, look) for character in text)
    cells: list[Cell] = []
    for start, end, width in split_graphemes(text)[0]:
        shown = "".join(character for character in text[start:end] if character >= " " and character != "\x7f")
        if width and shown and not "\x80" <= shown[0] < "\xa0":
            cells += [_cell(shown, look), *[Cell("", look)] * (width - 1)]
    return tuple(cells)


@lru_cache(maxsize=16384)
def _cell(text: str, look: Look) -> Cell:
    return Cell(text, blank_look(look) if text == " " else look)


def blank_look(look: Look) -> Look:
    """As much of a look as the eye sees on a blank: two looks that differ only in the letters' colour are one."""
    if ON_A_BLANK.isdisjoint(look.attributes):
        return Look(background=look.background)
    return look


def is_blank(cell: Cell) -> bool:
    """A cell that erasing gives: nothing in it but a background."""
    return cell.text == " " and not cell.look.attributes


def makes_blanks(pen: Look, background: str) -> bool:
    """Whether a space written with the pen is a blank in that background."""
    return pen.background == background and ON_A_BLANK.isdisjoint(pen.attributes)


def laid_over(row: Row, x: int, cells: Iterable[Cell]) -> Row:
    """The row with cells put into it from column x; what falls outside is cut.

    Half of a wide character that was cut in two becomes a blank, as on a terminal.
    """
    width = len(row)
    new = list(row)
    for column, cell in enumerate(cells, x):
        if 0 <= column < width:
            new[column] = cell
    return _mended(new)


def _mended(row: list[Cell]) -> Row:
    texts = {cell.text for cell in row}
    if "" not in texts and not any(map(_is_wide, texts)):
        return tuple(row)
    for x, cell in enumerate(row):
        before = row[x - 1].text if x else ""
        after = row[x + 1].text if x + 1 < len(row) else " "
        lost_its_first = cell.text == "" and not _is_wide(before)
        lost_its_second = after != "" and _is_wide(cell.text)
        if lost_its_first or lost_its_second:
            row[x] = _cell(" ", cell.look)
    return tuple(row)


@lru_cache(maxsize=16384)
def _is_wide(text: str) -> bool:
    return not text.isascii() and split_graphemes(text)[1] == 2
