"""Finds text of the program's own that is cut off on the screen, with nothing to show that more was there.

What people have written (names, remarks) may be cut, with `…`; a label, a heading, a key or a sentence may not.
"""

from collections.abc import Iterator
from typing import Any

from rich.cells import cell_len
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Static

from data.language import _
from screens.admin.order_pick import OrderPick
from screens.widgets.columns import Column
from screens.widgets.key_line import KeyLine
from screens.widgets.pick import Pick
from screens.widgets.row_table import RowTable
from screens.widgets.tab_line import TabLine
from screens.widgets.tick import Tick


def clipped(screen: Screen[Any], *, headings: bool = True) -> list[str]:
    """What is cut off in what is shown now, each with the class of what shows it."""
    return [
        f"{type(widget).__name__}: {text}"
        for widget in screen.walk_children(Widget)
        if widget.display and widget.region.area
        for text in _cut(widget, headings)
    ]


def _cut(widget: Widget, headings: bool) -> Iterator[str]:
    match widget:
        case Static():
            if _needs(widget) > widget.content_size.height or _is_covered(widget):
                yield str(widget.content)
        case Tick() | Pick() | OrderPick():
            yield from _too_wide(widget, str(widget.render()))
        case Input(value=""):
            yield from _too_wide(widget, str(widget.placeholder))
        case KeyLine() | TabLine():
            yield from _too_wide(widget, widget.text)
        case RowTable():
            if headings:
                yield from cut_headings(widget)
            if not widget.total:
                yield from _too_wide(widget, widget.instead_of_rows)


def _too_wide(widget: Widget, text: str) -> Iterator[str]:
    if cell_len(text) > widget.content_size.width:
        yield text


def _needs(widget: Static) -> int:
    size = widget.content_size
    return widget.get_content_height(size, size, size.width)


def _is_covered(widget: Widget) -> bool:
    """Some of it is outside what it is in, and cannot be scrolled into view."""
    if any(isinstance(each, Widget) and each.is_scrollable and each.max_scroll_y for each in widget.ancestors):
        return False
    region: Region = widget.region
    return widget.screen.find_widget(widget).visible_region != region


def cut_headings(table: RowTable) -> Iterator[str]:
    """Headings that there is no room for."""
    columns: list[Column] = list(table.columns)
    for slot in table._slots:
        title = _(columns[slot.place].title)
        if cell_len(title) > slot.width:
            yield f"{title} ({slot.width})"
