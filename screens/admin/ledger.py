"""Reskontroer: one line for each ledger that cases come from and payments are posted to."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from data.documents import Creditor, LedgerLine
from data.language import N_, _
from screens.admin.creditor_tab import CreditorTab
from screens.admin.entry_form import Entry, EntryForm
from screens.widgets.columns import Column, Row
from screens.widgets.form_input import FormInput
from screens.widgets.list_table import ListTable
from services.creditors import LedgerUse, with_ledger_line
from services.rules.counting import counted
from services.rules.money import format_amount

COLUMNS = (Column("Reskontrotype", 20), Column("Konto", 20), Column("Saksgang"))


class LedgerTab(CreditorTab):
    """A table, and a form for a new line. A line is added and deleted, never edited where it stands."""

    NAME = N_("Reskontroer")
    UNSAVED = N_("Reskontrolinjen er ikke lagret.")
    HELP = N_("""
Reskontroer har en linje for hver reskontro det kommer saker fra: reskontrotypen, kontoen hovedstolen føres på, og \
saksgangen for nye saker. Sakens Avdeling er reskontrotypen.

N legger til en linje, S sletter den som er merket. En linje endres ikke der den står: legg til en ny med samme \
reskontrotype, så spør kk2 om den nye skal erstatte den gamle. Begge deler skjer da samtidig, og står i endringsloggen.

Uten linje for sakens Avdeling stopper bokføringen av innbetalinger på saken.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "add", "Ny", tooltip="Ny reskontrolinje", id="creditor.ledger.new"),
        Binding("s", "delete", "Slett", tooltip="Slett reskontrolinjen", id="creditor.ledger.delete"),
    ]

    def __init__(self) -> None:
        self._table = ListTable(COLUMNS, empty=N_("Ingen reskontroer. N legger til en."))
        form = EntryForm(
            "Ny reskontrolinje",
            {
                "ledger_type": Entry("Reskontrotype", FormInput(max_length=20), "Som Avdeling på sakene: K010."),
                "account": Entry("Konto", FormInput(max_length=20), "Hovedstolen krediteres her."),
                "flow": Entry("Saksgang", FormInput(max_length=40), "Gjelder nye saker. Kan være tom."),
            },
        )
        super().__init__(self._table, form, id="reskontroer")

    def read(self, creditor: Creditor) -> None:
        self._table.set_rows([line_row(line) for line in creditor.ledger_lines])
        self.frame.refresh_bindings()

    def values(self, creditor: Creditor) -> dict[str, Any]:
        return {"ledger_type": "", "account": "", "flow": ""}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "delete" and self._table.cursor_key is None:
            return False
        return super().check_action(action, parameters)

    # --- adding ---

    def action_add(self) -> None:
        self.open_form()

    def save(self, creditor: Creditor) -> None:
        line = LedgerLine(**self.form.values)
        if self.is_wrong(with_ledger_line(creditor, line), within="ledger_lines"):
            return
        old = creditor.ledger_line(line.ledger_type)
        if old is None:
            self._add(creditor, line)
        else:
            self._ask_use(creditor, line.ledger_type, lambda use: self._ask_replace(creditor, old, line, use))

    def _ask_replace(self, creditor: Creditor, old: LedgerLine, line: LedgerLine, use: LedgerUse) -> None:
        effect = [
            _("Slettes:     {told}").format(told=told(old)),
            _("Legges til:  {told}").format(told=told(line)),
            replace_effect(use),
        ]
        question = _("Erstatte linjen for {ledger_type}?").format(ledger_type=line.ledger_type)
        self.frame.confirm(question, effect, lambda: self._add(creditor, line, replacing=True))

    def _add(self, creditor: Creditor, line: LedgerLine, *, replacing: bool = False) -> None:
        service, actor = self.services.creditors, self.services.actor
        work = service.add_ledger_line(creditor, line, actor, replacing=replacing)
        self.frame.run_write(work, self.saved, action="add", failed=self.frame.load, again=self.save_form)

    # --- deleting ---

    def action_delete(self) -> None:
        creditor, line = self.creditor, self._chosen
        if creditor is not None and line is not None:
            self._ask_use(creditor, line.ledger_type, lambda use: self._ask_delete(creditor, line, use))

    def _ask_delete(self, creditor: Creditor, line: LedgerLine, use: LedgerUse) -> None:
        effect = [told(line), delete_effect(use)]
        question = _("Slette linjen for {ledger_type}?").format(ledger_type=line.ledger_type)
        self.frame.confirm(question, effect, lambda: self._delete(creditor, line))

    def _delete(self, creditor: Creditor, line: LedgerLine) -> None:
        work = self.services.creditors.delete_ledger_line(creditor, line.ledger_type, self.services.actor)
        again = partial(self.on_fresh, lambda fresh: self._delete(fresh, line))
        self.frame.run_write(work, self.saved, action="delete", failed=self.frame.load, again=again)

    # --- shared ---

    @property
    def _chosen(self) -> LedgerLine | None:
        key = self._table.cursor_key
        return self.creditor.ledger_line(key) if self.creditor is not None and key is not None else None

    def _ask_use(self, creditor: Creditor, ledger_type: str, then: Callable[[LedgerUse], None]) -> None:
        self.frame.run_service(self.services.creditors.ledger_use(creditor.number, ledger_type), then, group="use")


def line_row(line: LedgerLine) -> Row:
    return Row(line.ledger_type, (line.ledger_type, line.account, line.flow))


def told(line: LedgerLine) -> str:
    """`K010   konto 1510   saksgang standard`."""
    flow = _("   saksgang {flow}").format(flow=line.flow) if line.flow else ""
    return _("{ledger_type}   konto {account}").format(ledger_type=line.ledger_type, account=line.account) + flow


def use_of(use: LedgerUse) -> str:
    """`12 saker og 3 innbetalinger til bokføring, sum 1 234,50`; empty when nothing leads here."""
    if not use.cases and not use.payments:
        return ""
    cases = counted(use.cases, "sak", "saker")
    if not use.payments:
        return cases
    payments = counted(use.payments, "innbetaling", "innbetalinger")
    return _("{cases} og {payments} til bokføring, sum {amount}").format(
        cases=cases, payments=payments, amount=format_amount(use.amount)
    )


def replace_effect(use: LedgerUse) -> str:
    found = use_of(use)
    return (
        _("{found}, går over til den nye linjen.").format(found=found) if found else _("Ingen åpne saker bruker den.")
    )


def delete_effect(use: LedgerUse) -> str:
    found = use_of(use)
    if not found:
        return _("Ingen åpne saker bruker den.")
    return _(
        "! {found}, blir uten reskontro. Innbetalinger på dem bokføres ikke før reskontrotypen har en linje igjen."
    ).format(found=found)
