"""One of several lists on a screen."""

from textual.strip import Strip

from screens.widgets.columns import Row
from screens.widgets.list_table import ListTable


class Pane(ListTable):
    """Only the list that the keys act on shows its cursor."""

    def _line(self, row: Row | None, current: bool = False) -> Strip:
        return super()._line(row, current and self.has_focus)
