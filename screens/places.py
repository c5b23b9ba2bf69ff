"""Back to where you were: how a screen was left, for when it is opened again in the same session."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from screens.base import Kk2Screen
from screens.widgets.row_table import RowTable, Standing


class Place(NamedTuple):
    """Where the cursor stood in each table, the table that had focus, and what the screen itself has to say."""

    standings: tuple[Standing, ...]
    focused: int | None
    own: object


def place_on(screen: Kk2Screen) -> Place:
    """Where the handler is now."""
    tables = list(screen.query(RowTable))
    focused = next((index for index, table in enumerate(tables) if table.has_focus), None)
    return Place(tuple(table.standing for table in tables), focused, screen.own_place())


def return_to(screen: Kk2Screen, place: Place) -> Callable[[], None]:
    """Have a screen that has no rows yet show them from there. What is answered is to be done when it has loaded."""
    screen.return_to(place.own)
    for table, standing in zip(screen.query(RowTable), place.standings, strict=False):
        table.start_at(standing)
    return partial(_focus, screen, place.focused)


def _focus(screen: Kk2Screen, index: int | None) -> None:
    """A handler who has gone to a field meanwhile stays there."""
    tables = list(screen.query(RowTable))
    here = screen.focused
    if index is not None and index < len(tables) and (here is None or isinstance(here, RowTable)):
        tables[index].focus()
