"""How a table row becomes one line: which columns there is room for, and what goes where. Pure functions."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from screens.widgets.safe_text import ELLIPSIS, safe

GAP = 2
MARGIN = 2  # cursor mark and attention mark
LEAST_FLEXIBLE = 12
LONGEST_NUMBER = 24  # right-aligned text beyond this is no amount, and may be cut


class Look(StrEnum):
    """How a row or a cell is shown. The last two also get a mark, so that colour is never alone."""

    NORMAL = "normal"
    STRONG = "strong"
    QUIET = "quiet"
    ATTENTION = "attention"
    BAD = "bad"


MARKS = {Look.ATTENTION: "!", Look.BAD: "×"}


class Column(NamedTuple):
    """A column. `width` in cells, None for the one that takes what is left; `right` for amounts and counts;
    `from_width` is the narrowest terminal that it is shown on."""

    title: str
    width: int | None = None
    right: bool = False
    from_width: int = 0


class Cell(NamedTuple):
    """A cell that looks different from its row."""

    text: str
    look: Look


class Row(NamedTuple):
    """A row. `key` is the business key (case number, payment id) that messages carry. `indent` puts the row under
    the group row above it; `opened` makes it a group row, with its rows shown or folded away."""

    key: str
    cells: Sequence[str | Cell]
    look: Look = Look.NORMAL
    indent: int = 0
    opened: bool | None = None


class Slot(NamedTuple):
    """A column that there is room for: its place in Row.cells, and its width here."""

    place: int
    width: int
    right: bool


class Piece(NamedTuple):
    """A stretch of a line in one look."""

    text: str
    look: Look


def lay_out(columns: Sequence[Column], width: int, terminal: int | None = None) -> tuple[Slot, ...]:
    """The columns shown in `width` cells. Too narrow: text columns go first, from the right; amounts last."""
    kept = [index for index, column in enumerate(columns) if column.from_width <= (terminal or width)]
    while len(kept) > 1 and _needed(columns, kept) > width:
        kept.remove(_least_important(columns, kept))
    spare = width - _needed(columns, kept) + LEAST_FLEXIBLE
    return tuple(Slot(index, columns[index].width or max(spare, 1), columns[index].right) for index in kept)


def _needed(columns: Sequence[Column], kept: Sequence[int]) -> int:
    widths = sum(columns[index].width or LEAST_FLEXIBLE for index in kept)
    return MARGIN + widths + GAP * (len(kept) - 1)


def _least_important(columns: Sequence[Column], kept: Sequence[int]) -> int:
    texts = [index for index in kept[1:] if not columns[index].right]
    return texts[-1] if texts else kept[-1]


def pieces(row: Row, slots: Sequence[Slot]) -> list[Piece]:
    """The row's text without its margin, in order.

    Laid from the right, so that an amount wider than its column borrows from the text to its left.
    """
    laid: list[Piece] = []
    owed = 0
    for slot in reversed(slots):
        text, look = _cell(row, slot)
        room = max(slot.width - owed, 0)
        text, borrowed = _right(text, room) if slot.right else (fit(text, room), 0)
        owed += borrowed - (slot.width - room)
        gap = 0 if slot is slots[0] else GAP
        laid.append(Piece(" " * gap + text, look))
    laid.reverse()
    return _merged(laid)


def _cell(row: Row, slot: Slot) -> Piece:
    cell = row.cells[slot.place] if slot.place < len(row.cells) else ""
    text, look = (cell.text, cell.look) if isinstance(cell, Cell) else (cell, row.look)
    if slot.place:
        return Piece(safe(text), look)
    fold = {None: "", True: "▾ ", False: "▸ "}[row.opened]
    return Piece("  " * row.indent + fold + safe(text), look)


def _right(text: str, room: int) -> tuple[str, int]:
    """The text against the right edge, and how many cells it took from its neighbour."""
    width = cell_len(text)
    if width <= room:
        return " " * (room - width) + text, 0
    return (text, width - room) if width <= LONGEST_NUMBER else (fit(text, room), 0)


def fit(text: str, width: int) -> str:
    """The text in exactly `width` cells, with `…` where it was cut."""
    if text.isascii() and len(text) <= width:
        return text.ljust(width)
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + ELLIPSIS if width > 0 else ""


def _merged(laid: Sequence[Piece]) -> list[Piece]:
    """Neighbours in one look as one piece: fewer style changes on the wire."""
    merged: list[Piece] = []
    for piece in laid:
        if merged and merged[-1].look == piece.look:
            merged[-1] = Piece(merged[-1].text + piece.text, piece.look)
        else:
            merged.append(piece)
    return merged
