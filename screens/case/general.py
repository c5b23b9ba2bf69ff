"""Generelt: the debtor, and how the case is set."""

import textwrap
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Resize

from data.documents import Case, Debtor, Handler
from screens.case.general_form import GeneralForm, save_settings
from screens.case.tab import CaseTab
from screens.widgets.form import Form
from screens.widgets.plain import Plain
from screens.widgets.safe_text import safe
from screens.widgets.sheet import Sheet
from services.case_account import CaseAccount
from services.cases import STATUS_NAMES, CaseView
from services.rules.dates import format_date
from services.rules.money import format_amount

MASKED = "•••••• •••••"
LABEL = 15
NO_LEDGER = (
    "Kreditor har ingen reskontro med det navnet. Innbetalinger på saken kan ikke bokføres før Avdeling er rettet, "
    "eller reskontroen er lagt inn under Administrasjon."
)


class GeneralTab(CaseTab):
    """Two columns to read, and a form under them."""

    NAME = "Generelt"
    HELP = """
Generelt viser hvem som skylder, og hvordan saken er satt opp.

E endrer Avdeling, saksbehandler, behandlingsterskel og status. Avdeling avgjør hvilken reskontro innbetalinger \
bokføres på; finnes den ikke hos kreditor, stopper bokføringen. Et tomt felt for terskel betyr kreditors. F12 lagrer.
"""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("e", "edit", "Endre", id="case.edit")]
    DEFAULT_CSS = """
    GeneralTab .columns { height: auto; margin-top: 1; }
    GeneralTab .columns Plain { width: 1fr; height: auto; }
    """

    def __init__(self) -> None:
        super().__init__(id="generelt")
        self._sheet = Sheet()
        self._debtor = Plain()
        self._case = Plain()
        self._form = GeneralForm()
        self._view: CaseView | None = None
        self._handlers: Sequence[Handler] = ()
        self._field: str | None = None

    def compose(self) -> ComposeResult:
        with self._sheet, Horizontal(classes="columns"):
            yield self._debtor
            yield self._case
        yield self._form

    def show(self, view: CaseView) -> None:
        self._view = view
        self._show_lines()
        if self._form.is_open:
            self._form.follow(view.case)
        self.frame.run_service(self.services.handlers.all(), self._know_handlers, group="handlers")

    def _show_lines(self) -> None:
        if self._view is not None:
            width = self.app.size.width // 2 - 4
            names = {handler.id: handler.name for handler in self._handlers}
            self._debtor.show(pairs(debtor_lines(self._view.case.debtor), width))
            self._case.show(pairs(case_lines(self._view.account, names), width))

    def on_resize(self, _event: Resize) -> None:
        self._show_lines()

    def _know_handlers(self, handlers: Sequence[Handler]) -> None:
        self._handlers = handlers
        self._show_lines()
        if self._field is not None:
            self._edit(self._field)
            self._field = None

    def start(self, field: str | None = None) -> None:
        if field and self._handlers:
            self._edit(field)
        elif self._form.is_open:
            self._form.query("#avdeling").first().focus()
        else:
            self._field = field
            self._sheet.focus()

    def unsaved(self) -> str:
        return "Endringene under Generelt er ikke lagret." if self._form.is_open and self._form.changed else ""

    def action_edit(self) -> None:
        self._edit(None)

    def _edit(self, field: str | None) -> None:
        if self._view is not None:
            self._form.edit(self._view.case, self._view.account.creditor, self._handlers, field)

    @on(Form.Save)
    def save(self) -> None:
        if self._view is None:
            return
        case, creditor, department = self._view.case, self._view.account.creditor, self._form.wanted.department
        if department == case.department or creditor.ledger_line(department) is not None:
            self._save()
        else:
            self.frame.confirm(f"Lagre Avdeling {department or '(tom)'}?", [NO_LEDGER], self._save)

    def _save(self) -> None:
        if self._view is not None:
            case, wanted = self._view.case, self._form.wanted
            work = save_settings(self.services.cases, case, wanted, self.services.actor)
            # A refusal keeps what was typed, and shows it beside the case as it is now.
            self.frame.run_write(
                work,
                lambda saved: self._saved(saved, wanted.status),
                action="save_case",
                failed=self.frame.load,
                again=self.save,
            )

    def _saved(self, case: Case, chosen: str) -> None:
        self._leave_form()
        if case.status != chosen:
            self.app.notify(f"Ny terskel: saken er nå {STATUS_NAMES[case.status]}.", markup=False)
        self.frame.load()

    @on(Form.Close)
    def close(self) -> None:
        if self._form.changed:
            self.frame.confirm("Forkaste endringene?", [self.unsaved()], self._leave_form)
        else:
            self._leave_form()

    def _leave_form(self) -> None:
        self._form.close()
        self._sheet.focus()


def debtor_lines(debtor: Debtor) -> list[tuple[str, str]]:
    """Label and value, of what is known."""
    lines = [
        ("Skyldner", debtor.name),
        ("Fødselsnummer", masked(debtor.national_id)),
        ("Org.nummer", debtor.org_number),
        ("Kundenummer", debtor.customer),
        *(("Adresse" if not index else "", line) for index, line in enumerate(debtor.address)),
        ("Poststed" if not debtor.address else "", f"{debtor.postcode} {debtor.city}".strip()),
        ("E-post", debtor.email),
        ("Mobil", debtor.mobile),
    ]
    return [(label, value) for label, value in lines if value]


def case_lines(account: CaseAccount, handlers: dict[str, str]) -> list[tuple[str, str]]:
    """Label and value."""
    case, creditor = account.case, account.creditor
    known = creditor.ledger_line(case.department) is not None
    own = "sakens egen" if case.threshold is not None else "kreditors"
    return [
        ("Avdeling", case.department if known else f"{case.department or '(tom)'}  ! ingen reskontro"),
        ("Saksbehandler", handlers.get(case.handler, case.handler)),
        ("Terskel", f"{format_amount(account.threshold)} ({own})"),
        ("Status", status_text(case)),
        ("Steg", f"{case.step} {format_date(case.step_date) if case.step_date else ''}".strip()),
        ("KID", case.kid),
        ("Kjøring", case.run),
        ("Kreditor", f"{creditor.number} {creditor.name}"),
        ("Opprettet", format_date(case.opened)),
    ]


def status_text(case: Case) -> str:
    """`avsluttet 02.11.2026 (under terskelen)`."""
    day = f" {format_date(case.closed)}" if case.closed else ""
    why = " (under terskelen)" if case.closed_by_threshold else ""
    return STATUS_NAMES[case.status] + day + why


def masked(national_id: str) -> str:
    """A national id with nothing of it shown but that there is one."""
    return MASKED if national_id else ""


def pairs(lines: Sequence[tuple[str, str]], width: int) -> str:
    """Labels and values under each other in `width` cells; a long value goes on in its own column."""
    shown = []
    for label, value in lines:
        parts = textwrap.wrap(safe(value), max(width - LABEL, 10)) or [""]
        shown += [f"{label:<{LABEL}}{parts[0]}", *(" " * LABEL + part for part in parts[1:])]
    return "\n".join(shown)
