"""F2, on any screen: from the line that the cursor is on to the case that it is about."""

from collections.abc import Sequence
from typing import Any

from textual.screen import Screen
from textual.widgets import Input

from data.language import _
from screens.find import case_line, open_case
from screens.widgets.columns import Row
from screens.widgets.list_table import ListTable
from screens.widgets.row_table import RowTable
from services.cases import CaseRow


def texts_at_cursor(screen: Screen[Any]) -> list[str]:
    """What the line with the cursor says, the columns that there is no room for included; of a group, its lines too."""
    part = screen.focused
    if isinstance(part, Input):
        return [part.value]
    if not isinstance(part, RowTable):
        part = next((table for table in screen.query(RowTable) if table.display), None)
    if part is None or (row := part.cursor_row) is None:
        return []
    rows = [row, *(rows_under(part, row) if isinstance(part, ListTable) else ())]
    return [text for each in rows for text in texts_of_row(each)]


def rows_under(table: ListTable, group: Row) -> list[Row]:
    """The rows of a group, folded away or not."""
    if group.opened is None:
        return []
    under: list[Row] = []
    after = False
    for row in table.rows:
        if after and row.indent <= group.indent:
            break
        if after:
            under.append(row)
        after = after or row.key == group.key
    return under


def texts_of_row(row: Row) -> list[str]:
    """Its key, which is often an id, and its cells."""
    return [row.key, *(cell if isinstance(cell, str) else cell.text for cell in row.cells)]


def to_one_of(screen: Screen[Any], rows: Sequence[CaseRow]) -> None:
    """Go to the case, to the chosen one of several, or say that there is none."""
    here = getattr(screen, "number", "")
    others = [row for row in rows if row.case.id != here]
    if len(others) == 1:
        open_case(screen, others[0].case.id)
    elif others:
        from screens.dialogs.choice_dialog import ChoiceDialog

        lines = [(row.case.id, case_line(row)) for row in others]
        dialog = ChoiceDialog(_("Linjen er om {count} saker").format(count=len(others)), lines)
        screen.app.push_screen(dialog, lambda number: open_case(screen, number) if number else None)
    else:
        told = _("Linjen er om saken du er i.") if rows else _("Her er det ikke noe nummer som hører til en sak.")
        screen.app.notify(told, markup=False)
