"""One of a few things."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult

from data.language import N_, _
from screens.dialogs.dialog import Dialog
from screens.widgets.columns import Column, Row
from screens.widgets.list_table import ListTable
from screens.widgets.plain import Plain
from screens.widgets.row_table import RowTable


class ChoiceDialog(Dialog[str]):
    """Answers with the key of the chosen line. `choices` are (key, text)."""

    KEYS = N_("Enter Velg   ESC Avbryt")
    DEFAULT_CSS = "ChoiceDialog ListTable { height: auto; max-height: 14; }"

    def __init__(self, heading: str, choices: Sequence[tuple[str, str]], *, prompt: str = "", chosen: str = "") -> None:
        super().__init__(heading)
        self._prompt = prompt
        self._chosen = chosen
        self._table = ListTable(
            [Column("")], [Row(key, (text,)) for key, text in choices], empty=_("Ingenting å velge.")
        )

    def content(self) -> ComposeResult:
        if self._prompt:
            yield Plain(self._prompt)
        yield self._table

    def on_mount(self) -> None:
        self._table.go_to(self._chosen)
        self._table.focus()

    @on(RowTable.RowSelected)
    def choose(self, event: RowTable.RowSelected) -> None:
        self.dismiss(event.key)
