"""Escape sequences: a writer that knows where the cursor stands and what the pen looks like, and takes the short way.

Only what xterm, PuTTY, tmux, GNU screen and the Linux console have in common is used (ECMA-48 and the VT102):
CUP, CUU/CUD/CUF/CUB, CHA, VPA, EL, ECH, IL, DL, DECSTBM and SGR; not REP, SU or SD.
"""

from collections.abc import Sequence

from kk2tui.terminal.cells import (
    DEFAULT_BACKGROUND,
    DEFAULT_FOREGROUND,
    ON_A_BLANK,
    Cell,
    Look,
    is_blank,
)

CSI = "\x1b["
_OFF = {1: 22, 2: 22, 3: 23, 4: 24, 21: 24, 5: 25, 6: 25, 7: 27, 8: 28, 9: 29, 51: 54, 52: 54, 53: 55}


class Writer:
    """Collects a frame's bytes. The cursor's column and row, and the pen, are None while they are not known."""

    def __init__(self, x: int | None, y: int | None, pen: Look | None, width: int) -> None:
        self.x, self.y, self.pen = x, y, pen
        self._width = width
        self._parts: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def move(self, x: int, y: int) -> None:
        if (x, y) != (self.x, self.y):
            self._parts.append(way(self.x, self.y, x, y))
            self.x, self.y = x, y

    def put(self, cell: Cell) -> None:
        """Write a cell where the cursor stands. A wide one is written whole with its first half."""
        self.use(cell)
        self._parts.append(cell.text)
        if self.x is not None:
            self.x += 1
        if len(cell.text) > 1 or self.x is None or self.x >= self._width:
            # Terminals disagree about the width of what is put together, and about where the last column leaves you.
            self.x = None

    def put_wide(self, cell: Cell) -> None:
        self.put(cell)
        self.x = None

    def erase(self, cell: Cell, count: int) -> None:
        """Make so many cells from the cursor blank, in the cell's background. The cursor stays."""
        self.use(cell)
        self._parts.append(f"{CSI}{count}X")

    def erase_to_end(self, cell: Cell) -> None:
        self.use(cell)
        self._parts.append(f"{CSI}K")

    def scroll(self, top: int, bottom: int, lines: int, height: int) -> None:
        """Move the rows top..bottom up by so many lines, down by a negative number. The freed rows are not known."""
        bounded = bottom < height - 1
        if bounded:
            self._parts.append(f"{CSI}{top + 1};{bottom + 1}r")
            self.x = self.y = None
        self.move(0, top)
        self._parts.append(f"{CSI}{_count(abs(lines))}{'M' if lines > 0 else 'L'}")
        if bounded:
            self._parts.append(f"{CSI}r")
            self.x = self.y = None  # home on most, but not on all

    def use(self, cell: Cell) -> None:
        """Change the pen to what the cell needs. A blank does not care about the letters' colour."""
        look = cell.look
        if self.pen is not None and is_blank(cell):
            kept = tuple(number for number in self.pen.attributes if number not in ON_A_BLANK)
            look = Look(self.pen.foreground, look.background, kept)
        if look != self.pen:
            self._parts.append(pen_change(self.pen, look))
            self.pen = look


def way(x: int | None, y: int | None, to_x: int, to_y: int) -> str:
    """The shortest sequence that moves the cursor, from a column and a row that may not be known."""
    ways = [f"{CSI}H" if to_x == to_y == 0 else f"{CSI}{to_y + 1}H" if to_x == 0 else f"{CSI}{to_y + 1};{to_x + 1}H"]
    if y == to_y:
        ways.append(_sideways(x, to_x))
    elif x == to_x and y is not None:
        ways += [f"{CSI}{_count(abs(to_y - y))}{'B' if to_y > y else 'A'}", f"{CSI}{to_y + 1}d"]
    elif y is not None and to_y == y + 1:
        # Sent as CR LF, and an LF that the line discipline makes another CR LF of.
        ways.append("\r\n" + ("" if to_x == 0 else _sideways(0, to_x)))
    return min(ways, key=len)


def _sideways(x: int | None, to_x: int) -> str:
    ways = ["\r" if to_x == 0 else f"{CSI}{to_x + 1}G"]
    if x is not None and x < to_x:
        ways.append(f"{CSI}{_count(to_x - x)}C")
    elif x is not None and x > to_x:
        ways += [f"{CSI}{_count(x - to_x)}D", "\b" * (x - to_x)]
    return min(ways, key=len)


def _count(number: int) -> str:
    return "" if number == 1 else str(number)


def pen_change(old: Look | None, new: Look) -> str:
    """The shortest SGR from one look to another: what differs, or everything after a reset."""
    anew = [*new.attributes]
    colours = [
        colour
        for colour, default in ((new.foreground, DEFAULT_FOREGROUND), (new.background, DEFAULT_BACKGROUND))
        if colour != default
    ]
    whole = _sgr([0, *anew, *colours] if anew or colours else [])
    if old is None:
        return whole
    off = {_OFF[number] for number in old.attributes if number not in new.attributes}
    on = [number for number in new.attributes if number not in old.attributes or _OFF[number] in off]
    changed = [
        colour
        for colour, before in ((new.foreground, old.foreground), (new.background, old.background))
        if colour != before
    ]
    return min(_sgr([*sorted(off), *on, *changed]), whole, key=len)


def _sgr(parameters: Sequence[object]) -> str:
    return f"{CSI}{';'.join(map(str, parameters))}m"
