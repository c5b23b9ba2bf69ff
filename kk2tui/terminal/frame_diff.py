"""What to send to a terminal so that it shows another frame: the cells that differ, and no more.

Pure: frames in, text out. Textual sends a widget again when anything in it has changed; over a slow line that is
thousands of bytes for a key that moves one row.
"""

from typing import NamedTuple

from kk2tui.terminal.cells import Cell, Frame, Look, Row, is_blank, makes_blanks, unknown_frame
from kk2tui.terminal.escape import Writer, way
from kk2tui.terminal.scroll import Scroll, find_scroll, scrolled


class Shown(NamedTuple):
    """What a terminal shows. Cursor (column, row, from 0) and pen are None while they are not known."""

    frame: Frame
    cursor: tuple[int, int] | None = None
    pen: Look | None = None


def nothing_known(width: int, height: int) -> Shown:
    """A terminal that anybody may have written to: everything will be sent."""
    return Shown(unknown_frame(width, height))


def diff(shown: Shown, new: Frame, cursor: tuple[int, int], *, erases_in_colour: bool = True) -> tuple[str, Shown]:
    """The text that makes a terminal show `new` with its cursor at `cursor`, and what it shows then.

    Both frames have the same size. `erases_in_colour` is whether erased cells take the pen's background (all
    terminals but GNU screen and the oldest).
    """
    answers = [_sent(shown, new, cursor, None, erases_in_colour)]
    if scroll := find_scroll(shown.frame, new):
        answers.append(_sent(shown, new, cursor, scroll, erases_in_colour))
    return min(answers, key=lambda answer: len(answer[0]))


def _sent(
    shown: Shown, new: Frame, cursor: tuple[int, int], scroll: Scroll | None, erases_in_colour: bool
) -> tuple[str, Shown]:
    x, y = shown.cursor or (None, None)
    writer = Writer(x, y, shown.pen, len(new[0]))
    old = shown.frame
    if scroll:
        writer.scroll(*scroll, height=len(new))
        old = scrolled(old, scroll)
    for row, (before, after) in enumerate(zip(old, new, strict=True)):
        if before != after:
            _write_row(writer, row, before, after, erases_in_colour)
    writer.move(*cursor)
    return writer.text, Shown(new, cursor, writer.pen)


def _write_row(writer: Writer, y: int, old: Row, new: Row, erases_in_colour: bool) -> None:
    """Send a row's changed cells from left to right."""
    width = len(new)
    changed = _changed(old, new)
    index = 0
    while index < len(changed):
        x = changed[index]
        _go(writer, x, y, new)
        cell = new[x]
        end = x + 1
        if is_blank(cell) and (count := _blanks_to_send(new, x, changed, index)) > 1:
            end = x + count
            _write_blanks(writer, cell, x, count, _all_alike(new, x, width), end <= changed[-1], erases_in_colour)
        elif end < width and new[end].text == "":
            writer.put_wide(cell)
            end += 1
        else:
            writer.put(cell)
        while index < len(changed) and changed[index] < end:
            index += 1


def _changed(old: Row, new: Row) -> list[int]:
    """The columns to send. Half of a wide character is never sent, nor overwritten, alone."""
    differing = [x for x, (before, after) in enumerate(zip(old, new, strict=True)) if before != after]
    if not (_has_wide(old) or _has_wide(new)):
        return differing
    changed = set(differing)
    waiting = list(differing)
    while waiting:
        x = waiting.pop()
        halves = {x - 1} if "" in (old[x].text, new[x].text) else set()
        if x + 1 < len(new) and "" in (old[x + 1].text, new[x + 1].text):
            halves.add(x + 1)
        waiting += halves - changed
        changed |= halves
    return sorted(changed)


def _has_wide(row: Row) -> bool:
    return "" in [cell.text for cell in row]  # twice as fast as any(), and the first picture has thousands of cells


def _go(writer: Writer, x: int, y: int, row: Row) -> None:
    """Move to a column; over a short gap by writing what stands there already, where that is shorter."""
    if writer.y == y and writer.x is not None and writer.x < x:
        gap = row[writer.x : x]
        moving = len(way(writer.x, y, x, y))
        if len(gap) <= moving and all(_costs_one_byte(cell, writer.pen) for cell in gap):
            for cell in gap:
                writer.put(cell)
    writer.move(x, y)


def _costs_one_byte(cell: Cell, pen: Look | None) -> bool:
    if pen is None or not cell.text.isascii() or not cell.text:
        return False
    return cell.look == pen or (is_blank(cell) and makes_blanks(pen, cell.look.background))


def _blanks_to_send(row: Row, x: int, changed: list[int], index: int) -> int:
    """How many like blanks from x on reach to the last one that changed."""
    last = x
    while index < len(changed) and row[changed[index]] == row[x]:
        if not _all_alike(row, last, changed[index] + 1):
            break
        last = changed[index]
        index += 1
    return last - x + 1


def _all_alike(row: Row, start: int, end: int) -> bool:
    return row[start:end].count(row[start]) == end - start


def _write_blanks(
    writer: Writer, cell: Cell, x: int, count: int, to_end: bool, goes_on: bool, erases_in_colour: bool
) -> None:
    """Blanks: erased to the end of the row, erased in place, or written as spaces, whichever is shortest."""
    erasable = erases_in_colour or cell.look == Look()
    if erasable and to_end and count > 3:
        writer.erase_to_end(cell)
    elif erasable and count > 3 + len(str(count)) + (3 + len(str(count)) if goes_on else 0):
        writer.erase(cell, count)
    else:
        for _ in range(count):
            writer.put(cell)
