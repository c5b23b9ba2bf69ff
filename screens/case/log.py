"""Logg: what has happened on the case, the newest first."""

from textual import on
from textual.app import ComposeResult

from data.documents import Event
from data.language import N_
from screens.case.tab import CaseTab
from screens.widgets.columns import Column, Row
from screens.widgets.list_table import ListTable
from screens.widgets.plain import Plain
from screens.widgets.row_table import RowTable
from services.cases import CaseView
from services.rules.dates import format_instant

COLUMNS = (Column("Tid", 16), Column("Hvem", 8), Column("Hva"))


class LogTab(CaseTab):
    """A table, and under it the whole text of the chosen line."""

    NAME = N_("Logg")
    HELP = N_("""
Loggen viser alt som er gjort med saken, av hvem og når. Den kan ikke endres. Hele teksten til linjen som er merket, \
står nederst.
""")

    def __init__(self) -> None:
        super().__init__(id="logg")
        self._table = ListTable(COLUMNS, empty=N_("Ingen hendelser."))
        self._text = Plain(classes="note")
        self._events: dict[str, Event] = {}

    def compose(self) -> ComposeResult:
        yield self._table
        yield self._text

    def show(self, view: CaseView) -> None:
        newest_first = sorted(view.events, key=lambda event: (event.time, event.id), reverse=True)
        self._events = {event.id: event for event in newest_first}
        self._table.set_rows(
            [Row(event.id, (format_instant(event.time), event.actor, event.text)) for event in newest_first]
        )
        self._show_text()

    def start(self, field: str | None = None) -> None:
        self._table.focus()

    @on(RowTable.RowHighlighted)
    def _show_text(self) -> None:
        event = self._events.get(self._table.cursor_key or "")
        self._text.show(event.text if event else "")
