"""Rows that moved: where a terminal can scroll what it shows instead of being sent it again."""

from collections import Counter
from typing import NamedTuple

from kk2tui.terminal.cells import UNKNOWN, Frame, Row

FEWEST_ROWS = 3  # fewer are sent again in about as many bytes


class Scroll(NamedTuple):
    """The rows top..bottom moved up by `lines`, or down by a negative number."""

    top: int
    bottom: int
    lines: int


def find_scroll(old: Frame, new: Frame) -> Scroll | None:
    """The move that explains most of the rows that changed; None when there is hardly any.

    Rows that stand alike in several places (blank ones, rules) are no evidence.
    """
    changed = [y for y, row in enumerate(new) if row != old[y]]
    if len(changed) < FEWEST_ROWS:
        return None
    once = Counter(old)
    places = {row: y for y, row in enumerate(old) if once[row] == 1 and row[0] != UNKNOWN}
    votes = Counter(places[new[y]] - y for y in changed if new[y] in places)
    if not votes or (best := votes.most_common(1)[0])[1] < FEWEST_ROWS:
        return None
    lines = best[0]
    moved = [y for y in changed if places.get(new[y]) == y + lines]
    return Scroll(min(moved[0], moved[0] + lines), max(moved[-1], moved[-1] + lines), lines)


def scrolled(frame: Frame, scroll: Scroll) -> Frame:
    """What a terminal shows after a scroll. What stands in the freed rows differs between terminals."""
    freed: tuple[Row, ...] = ((UNKNOWN,) * len(frame[0]),) * abs(scroll.lines)
    band = frame[scroll.top : scroll.bottom + 1]
    band = (*band[scroll.lines :], *freed) if scroll.lines > 0 else (*freed, *band[: scroll.lines])
    return (*frame[: scroll.top], *band, *frame[scroll.bottom + 1 :])
