"""A table of rows that are already here: claims, payments, a proposal's vouchers, the hits of a search."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from data.language import N_
from screens.widgets.columns import Column, Row
from screens.widgets.row_table import RowTable, Standing


class ListTable(RowTable):
    """Rows given directly. A row with `opened` set is a group: ← folds away the more indented rows under it, → back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "fold(True)", "Fold sammen", show=False, id="list.fold"),
        Binding("right", "fold(False)", "Fold ut", show=False, id="list.unfold"),
    ]

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Sequence[Row] = (),
        *,
        empty: str = N_("Ingen rader."),
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(columns, empty=empty, id=id, classes=classes)
        self._folds: dict[str, bool] = {}
        self._all: tuple[Row, ...] = tuple(rows)
        self._shown = self._unfolded()

    @property
    def total(self) -> int:
        return len(self._shown)

    @property
    def standing(self) -> Standing:
        return super().standing._replace(folds=dict(self._folds))

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, those folded away included."""
        return self._all

    def row_at(self, index: int) -> Row | None:
        return self._shown[index] if index < len(self._shown) else None

    def on_mount(self) -> None:
        self._rows_changed()

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows. The cursor stays on the same key, else at the same place; groups stay folded.

        Nothing is drawn when they are the same rows.
        """
        if tuple(rows) == self._all:
            return
        self._all = tuple(rows)
        if self._start is None:
            self._show_again(self.cursor_key)
        else:
            self._show_from(self._start)
        here = {row.key for row in self._all}
        self.set_marks([key for key in self.marks if key in here])

    async def first_keys(self, most: int) -> Sequence[str]:
        return [row.key for row in self._shown if row.opened is None][:most]

    def go_to(self, key: str) -> bool:
        """Put the cursor on a row, unfolding nothing. False when it is not among those shown."""
        place = self._place(key)
        if place is not None:
            self.cursor = place
        return place is not None

    def action_fold(self, folded: bool) -> None:
        row = self.cursor_row
        if row is not None and folded and row.opened is None:
            row = self._group_of(self.cursor)
        if row is not None and row.opened is not None:
            self._folds[row.key] = folded
            self._show_again(row.key)

    def toggle_group(self) -> None:
        """Fold or unfold the group under the cursor."""
        row = self.cursor_row
        if row is not None and row.opened is not None:
            self.action_fold(row.opened)

    def _show_from(self, standing: Standing) -> None:
        self._start = None
        self._folds.update(standing.folds)
        self.set_reactive(RowTable.cursor, standing.cursor)
        self._show_again(standing.key)
        self.scroll_to(y=max(standing.top + self.cursor - standing.cursor, 0), animate=False, force=True)

    def _show_again(self, key: str | None) -> None:
        self._shown = self._unfolded()
        place = self._place(key)
        if place is not None:
            self.set_reactive(RowTable.cursor, place)
        self._rows_changed()

    def _place(self, key: str | None) -> int | None:
        return next((index for index, row in enumerate(self._shown) if row.key == key), None)

    def _group_of(self, index: int) -> Row | None:
        indent = self._shown[index].indent
        return next((row for row in reversed(self._shown[:index]) if row.indent < indent), None)

    def _unfolded(self) -> list[Row]:
        shown: list[Row] = []
        hidden_below: int | None = None
        for row in self._all:
            if hidden_below is not None and row.indent > hidden_below:
                continue
            opened = row.opened
            if opened is not None:
                opened = not self._folds.get(row.key, not opened)
            hidden_below = row.indent if opened is False else None
            shown.append(row if opened == row.opened else _with_fold(row, opened))
        return shown


def _with_fold(row: Row, opened: bool | None) -> Row:
    return Row(row.key, row.cells, row.look, row.indent, opened)
