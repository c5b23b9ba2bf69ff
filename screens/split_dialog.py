"""Shares an unplaced payment between several cases."""

from datetime import date
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from data.language import N_, _
from screens.dialogs.amount_dialog import AmountDialog
from screens.dialogs.choose_case_dialog import ChooseCaseDialog, Search
from screens.dialogs.dialog import Dialog
from screens.widgets.columns import Column, Row
from screens.widgets.list_table import ListTable
from screens.widgets.plain import Plain
from screens.widgets.row_table import RowTable
from services.rules.dates import format_date
from services.rules.money import format_amount


class Part(NamedTuple):
    """What a case gets, øre."""

    case: str
    amount: int


class SplitDialog(Dialog[list[Part]]):
    """Answers with parts that add up to the amount; until they do, F12 only says what is left."""

    KEYS = N_("N Ny del   E Endre beløp   S Slett del   F12 Del   ESC Avbryt")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "add", "Ny del", id="dialog.split.new"),
        Binding("e", "change", "Endre beløp", id="dialog.split.amount"),
        Binding("s,delete", "remove", "Slett del", id="dialog.split.remove"),
        Binding("f12,ctrl+s", "accept", "Del innbetalingen", id="dialog.split.accept"),
    ]
    DEFAULT_CSS = """
    SplitDialog > #box { width: 76; }
    SplitDialog ListTable { height: 8; margin-top: 1; }
    """

    def __init__(self, amount: int, day: date, search: Search) -> None:
        super().__init__(_("Dele {amount} fra {day}").format(amount=format_amount(amount), day=format_date(day)))
        self._amount = amount
        self._search = search
        self._parts: list[Part] = []
        self._table = ListTable(
            [Column("Saksnummer"), Column("Beløp", 14, right=True)],
            empty=N_("N legger til en sak med sin del av beløpet."),
        )
        self._rest = Plain()

    def content(self) -> ComposeResult:
        yield self._table
        yield self._rest

    def on_mount(self) -> None:
        self._table.focus()
        self._show()

    @property
    def left(self) -> int:
        """What no case has got yet, øre."""
        return self._amount - sum(part.amount for part in self._parts)

    def _show(self) -> None:
        rows = [Row(str(place), (part.case, format_amount(part.amount))) for place, part in enumerate(self._parts)]
        self._table.set_rows(rows)
        self._say_rest()

    def _say_rest(self, mark: str = "") -> None:
        text = (
            _("Gjenstår {left}").format(left=format_amount(self.left))
            if self.left
            else _("Alt er fordelt: F12 deler innbetalingen.")
        )
        self._rest.show(mark + text)
        self._rest.set_class(bool(mark), "attention")

    def action_add(self) -> None:
        self.app.push_screen(ChooseCaseDialog(self._search, heading=_("Hvilken sak?")), self._ask_amount)

    def _ask_amount(self, case: str | None) -> None:
        if case is not None:
            dialog = AmountDialog(_("Hvor mye til sak {case}?").format(case=case), value=self.left or None)
            self.app.push_screen(dialog, lambda amount: self._put(len(self._parts), case, amount))

    def action_change(self) -> None:
        place = self._table.cursor
        if place < len(self._parts):
            part = self._parts[place]
            dialog = AmountDialog(_("Hvor mye til sak {case}?").format(case=part.case), value=part.amount)
            self.app.push_screen(dialog, lambda amount: self._put(place, part.case, amount))

    @on(RowTable.RowSelected)
    def change_selected(self) -> None:
        self.action_change()

    def _put(self, place: int, case: str, amount: int | None) -> None:
        if amount is not None:
            self._parts[place : place + 1] = [Part(case, amount)]
            self._show()

    def action_remove(self) -> None:
        del self._parts[self._table.cursor : self._table.cursor + 1]
        self._show()

    def action_accept(self) -> None:
        if self.left or not self._parts:
            self._say_rest("! ")
        else:
            self.dismiss(self._parts)
