"""The look and the keys that all tables share: a header, a cursor row, columns that fit, lines made on demand.

A subclass says where rows come from: `row_at` and `total`. Only lines in view are ever made, and a cursor move
repaints two of them.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple, Self

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from data.language import N_, _
from screens.widgets.columns import MARKS, Column, Look, Piece, Row, Slot, lay_out, pieces
from screens.widgets.safe_text import ELLIPSIS

LOADING = N_("Henter …")
SUMMARY = 2
MOST_MARKS = 500  # a change of several is one transaction, and a person can answer for so many
MARKED = "*"


class Standing(NamedTuple):
    """Where the cursor stood: on which key, in which row, and which row was the first in view. `folds` says of each
    group that was folded or unfolded by hand whether it is folded."""

    key: str | None
    cursor: int
    top: int
    folds: Mapping[str, bool] = {}


class RowTable(ScrollView, can_focus=True, inherit_bindings=False):
    """A table of rows with a key each. Posts RowHighlighted as the cursor moves and RowSelected on Enter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Opp", show=False, id="list.up"),
        Binding("down", "move(1)", "Ned", show=False, id="list.down"),
        Binding("pageup", "page(-1)", "Forrige side", show=False, id="list.page_up"),
        Binding("pagedown", "page(1)", "Neste side", show=False, id="list.page_down"),
        Binding("home,ctrl+home", "first", "Første rad", show=False, id="list.first"),
        Binding("end,ctrl+end", "last", "Siste rad", show=False, id="list.last"),
        Binding("enter", "select", "Åpne", show=False, id="list.open"),
        Binding("space", "mark", "Merk raden", show=False, id="list.mark"),
        Binding("ctrl+a", "mark_all", "Merk alle", show=False, id="list.mark_all"),
        Binding("escape", "unmark", "Fjern merker", id="list.unmark"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row-table--header",
        "row-table--cursor",
        "row-table--mark",
        *(f"row-table--{look}" for look in Look if look is not Look.NORMAL),
    }
    DEFAULT_CSS = """
    RowTable {
        width: 1fr; height: 1fr; overflow: hidden hidden; scrollbar-size: 0 0; background: $background;
        & > .row-table--header { color: $secondary; }
        & > .row-table--cursor { background: $cursor-ground; text-style: $cursor-style; }
        & > .row-table--mark { color: $accent; text-style: bold; }
        & > .row-table--strong { text-style: bold; }
        & > .row-table--quiet { color: $secondary; }
        & > .row-table--attention { color: $warning; }
        & > .row-table--bad { color: $error; }
    }
    """

    cursor: var[int] = var(0)

    class RowMessage(Message):
        """About the row with `key`, in `table`."""

        def __init__(self, table: "RowTable", key: str, index: int) -> None:
            super().__init__()
            self.table = table
            self.key = key
            self.index = index

        @property
        def control(self) -> "RowTable":
            return self.table

    class RowHighlighted(RowMessage):
        """The cursor stands on another row."""

    class RowSelected(RowMessage):
        """Enter was pressed on a row."""

    class MarksChanged(Message):
        """Other rows are marked in `table`."""

        def __init__(self, table: "RowTable") -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> "RowTable":
            return self.table

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        empty: str = N_("Ingen rader."),
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.columns = tuple(columns)
        self._empty = empty
        self._summary: Row | None = None
        self._slots: tuple[Slot, ...] = ()
        self._slots_for: tuple[object, ...] = ()
        self._announced: str | None = None
        self._start: Standing | None = None
        self._markable = False
        self._marks: tuple[str, ...] = ()
        self._ground = Style.null()

    # --- what a subclass answers ---

    @property
    def total(self) -> int | None:
        """How many rows there are; None while that is not known."""
        raise NotImplementedError

    def row_at(self, index: int) -> Row | None:
        """The row, or None while it is on its way."""
        raise NotImplementedError

    @property
    def instead_of_rows(self) -> str:
        """What stands where the rows would be, when there are none."""
        return _(LOADING if self.total is None else self.empty)

    def view_changed(self) -> None:
        """Other rows came into view."""

    async def first_keys(self, most: int) -> Sequence[str]:
        """The keys of the first rows that can be marked, `most` of them."""
        raise NotImplementedError

    # --- what a screen asks ---

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor, when there is one and it has arrived."""
        return self.row_at(self.cursor) if self.cursor < (self.total or 0) else None

    @property
    def cursor_key(self) -> str | None:
        row = self.cursor_row
        return row.key if row else None

    @property
    def standing(self) -> Standing:
        """Where the cursor stands, for `start_at` of another table of the same rows."""
        return Standing(self.cursor_key, self.cursor, self.first_in_view)

    def start_at(self, standing: Standing) -> None:
        """Be where another table was, when there are rows to show for the first time."""
        self._start = standing

    def copyable(self) -> Sequence[str]:
        """What stands in the row under the cursor, for Ctrl+Y."""
        row = self.cursor_row
        return [cell if isinstance(cell, str) else cell.text for cell in row.cells] if row else []

    @property
    def spot(self) -> tuple[int, int]:
        """Where the terminal's cursor belongs: at the mark of the row under the cursor, in view or not."""
        line = self._head + self.cursor - self.first_in_view
        return 0, max(0, min(line, self.size.height - 1))

    @property
    def summary(self) -> Row | None:
        """A row of sums under the table, in the table's columns; always in view."""
        return self._summary

    @summary.setter
    def summary(self, row: Row | None) -> None:
        if row != self._summary:
            self._summary = row
            self._rows_changed()

    @property
    def empty(self) -> str:
        """What stands where the rows would be, when there are none."""
        return self._empty

    @empty.setter
    def empty(self, text: str) -> None:
        if text != self._empty:
            self._empty = text
            if not self.total:
                self.refresh()

    def speak(self) -> None:
        """The headings; the rows come from the screen."""
        self.refresh()

    def set_columns(self, columns: Sequence[Column]) -> Self:
        """Show other columns; the rows' cells must match."""
        if tuple(columns) != self.columns:
            self.columns = tuple(columns)
            self.refresh()
        return self

    # --- marks ---

    def let_mark(self) -> Self:
        """Let the handler mark rows, for what can be done with several at once."""
        self._markable = True
        return self

    @property
    def marks(self) -> tuple[str, ...]:
        """The keys of the marked rows, in the order they were marked. A row that is gone is not marked any more."""
        return self._marks

    def set_marks(self, keys: Sequence[str]) -> None:
        """Mark these rows and no others."""
        changed = set(keys) ^ set(self._marks)
        self._marks = tuple(keys)
        if not changed:
            return
        top = self.first_in_view
        for index in range(top, min(top + self._rows_in_view, self.total or 0)):
            row = self.row_at(index)
            if row is not None and row.key in changed:
                self._refresh_row(index)
        self.post_message(self.MarksChanged(self))
        self.screen.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("mark", "mark_all"):
            return self._markable and self.cursor_row is not None
        return bool(self._marks) if action == "unmark" else True

    def action_mark(self) -> None:
        key = self.cursor_key
        if key is not None and key in self._marks:
            self.set_marks([each for each in self._marks if each != key])
        elif key is not None and len(self._marks) < MOST_MARKS:
            self.set_marks([*self._marks, key])

    async def action_mark_all(self) -> None:
        self.set_marks(await self.first_keys(MOST_MARKS))

    def action_unmark(self) -> None:
        self.set_marks(())

    # --- the cursor ---

    def validate_cursor(self, index: int) -> int:
        return max(0, min(index, (self.total or 1) - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        self._refresh_row(old)
        self._refresh_row(new)
        self._bring_into_view(new)
        self._announce()

    def _announce(self) -> None:
        """Tell which row the cursor is on, once for each row, and as soon as it has arrived."""
        key = self.cursor_key
        if key is not None and key != self._announced:
            self.post_message(self.RowHighlighted(self, key, self.cursor))
        self._announced = key

    def action_move(self, rows: int) -> None:
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        self.cursor += pages * max(self._rows_in_view - 1, 1)

    def action_first(self) -> None:
        self.cursor = 0

    def action_last(self) -> None:
        self.cursor = (self.total or 1) - 1

    def action_select(self) -> None:
        if (row := self.cursor_row) is not None:
            self.post_message(self.RowSelected(self, row.key, self.cursor))

    # --- scrolling ---

    @property
    def _rows_in_view(self) -> int:
        return max(self.size.height - self._head - self._foot, 1)

    @property
    def _head(self) -> int:
        return 1 if any(column.title for column in self.columns) else 0

    @property
    def _foot(self) -> int:
        return SUMMARY if self._summary else 0

    @property
    def first_in_view(self) -> int:
        return self.scroll_offset.y

    def _bring_into_view(self, index: int) -> None:
        top, height = self.first_in_view, self._rows_in_view
        if not self.size.height or top <= index < top + height:
            return
        self.scroll_to(y=index if index < top else index - height + 1, animate=False, force=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        if round(old_value) != round(new_value):
            self._refresh_rows()
            self.view_changed()

    def on_resize(self, event: Resize) -> None:
        self._bring_into_view(self.cursor)
        self.view_changed()

    def _rows_changed(self) -> None:
        """The rows are others than before: all that is in view is drawn anew."""
        lines = self._head + max(self.total or 0, 1) + self._foot
        self.virtual_size = Size(self.size.width, lines)
        self.cursor = self.validate_cursor(self.cursor)
        self.refresh(layout=self.styles.is_auto_height)
        self._bring_into_view(self.cursor)
        self._announce()

    def _refresh_rows(self) -> None:
        self.refresh(Region(0, self._head, self.size.width, self._rows_in_view))

    def _refresh_row(self, index: int) -> None:
        line = self._head + index - self.first_in_view
        if self._head <= line < self._head + self._rows_in_view:
            self.refresh(Region(0, line, self.size.width, 1))

    # --- drawing ---

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def render_lines(self, crop: Region) -> list[Strip]:
        room = (self.columns, self.size.width, self.app.size.width)
        if room != self._slots_for:  # here and not when told of a new size: the first picture comes before that
            self._slots, self._slots_for = lay_out(*room), room
        self._ground = self.rich_style  # once for all lines: it is worked out from all that the table lies in
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        if y < self._head:
            return self._header()
        if self._summary and y >= self.size.height - SUMMARY:
            return self._rule() if y == self.size.height - SUMMARY else self._line(self._summary)
        index = self.first_in_view + y - self._head
        if index < (self.total or 0):
            return self._line(self.row_at(index), index == self.cursor)
        if index > 0:
            return Strip.blank(self.size.width, self._ground)
        return self._words(self.instead_of_rows)

    def _header(self) -> Strip:
        titles = Row("", [_(column.title) for column in self.columns])
        text = "".join(piece.text for piece in pieces(titles, self._slots))
        return self._strip([Segment("  " + text, self._style("header"))])

    def _rule(self) -> Strip:
        return self._strip([Segment("─" * self.size.width, self._style(Look.QUIET))])

    def _words(self, text: str) -> Strip:
        return self._strip([Segment("  " + text, self._style(Look.QUIET))])

    def _line(self, row: Row | None, current: bool = False) -> Strip:
        under = self._style("cursor") if current and self.has_focus else self._ground
        if row is None:
            body, mark = [Piece(ELLIPSIS, Look.QUIET)], " "
        else:
            body, mark = pieces(row, self._slots), MARKS.get(row.look, " ")
        marked = row is not None and row.key in self._marks
        first = "›" if current else MARKED if marked else ""
        second = (MARKED if marked else mark) if current else mark + ("" if marked else " ")
        own = "mark" if current and marked else row.look if row else Look.NORMAL
        margin = [Segment(first, under + self._part("mark")), Segment(second, under + self._part(own))]
        segments = [*margin, *(Segment(text, under + self._part(look)) for text, look in body)]
        return self._strip(segments, under)

    def _strip(self, segments: list[Segment], under: Style | None = None) -> Strip:
        return Strip(segments).adjust_cell_length(self.size.width, under or self._ground)

    def _style(self, part: str) -> Style:
        return self._ground + self._part(part)

    def _part(self, part: str) -> Style:
        """The style of a part alone, to be laid over another."""
        if part == Look.NORMAL:
            return Style.null()
        return self.get_component_rich_style(f"row-table--{part}", partial=True)
