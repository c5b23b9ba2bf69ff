"""A table as Textual brings it, with Saker's columns: what the peers in wire.py are compared with."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen
from textual.widgets import DataTable, Footer, Header, Input, Label, Static

from tests.benchmarks.large_home import DEPARTMENTS, case_of

ROWS = 1_000
FIELDS = 14


class CaseScreen(Screen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Back")]

    def compose(self) -> ComposeResult:
        yield Header()
        for number in range(FIELDS):
            yield Static(f"Felt {number:<12} Verdi {number}")
        yield Footer()


class Dialog(ModalScreen[None]):
    CSS = "Dialog { align: center middle; } Label { width: 72; height: 20; border: round white; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Back")]

    def compose(self) -> ComposeResult:
        yield Label("Hjelp")


class StockTable(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f1", "help", "Help")]

    def compose(self) -> ComposeResult:
        yield Header()
        yield Input(placeholder="Finn")
        yield DataTable(cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        table: DataTable[str] = self.query_one(DataTable)
        table.add_columns("Saksnummer", "Skyldner", "Avd.", "Steg", "Dato", "Saldo", "Saksbeh.")
        for number in range(1, ROWS + 1):
            case = case_of(number)
            row = (case.id, case.debtor.name, DEPARTMENTS[number % 3], "Overtatt", "02.11.2026", "1 234,50", "KT")
            table.add_row(*row)
        table.focus()

    def on_data_table_row_selected(self) -> None:
        self.push_screen(CaseScreen())

    def action_help(self) -> None:
        self.push_screen(Dialog())


if __name__ == "__main__":
    StockTable().run(mouse=False)
