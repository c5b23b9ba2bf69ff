"""Uplasserte innbetalinger: why each is here, where it may belong, and placing, splitting or dismissing it."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from data.documents import Payment
from data.language import N_, _
from screens.dialogs.choice_dialog import ChoiceDialog
from screens.dialogs.choose_case_dialog import ChooseCaseDialog
from screens.dialogs.text_dialog import TextDialog
from screens.find import case_search
from screens.job_screen import JobScreen
from screens.marked import marked_text
from screens.split_dialog import Part, SplitDialog
from screens.widgets.columns import Column, Row
from screens.widgets.list_table import ListTable
from screens.widgets.plain import Plain
from screens.widgets.row_table import RowTable
from services.bank.kid import format_account
from services.bank_receipt import REASONS
from services.cases import CaseRow
from services.payments import Suggestion
from services.rules.counting import counted
from services.rules.dates import format_date
from services.rules.money import format_amount

OTHER = "other"
KID_WIDTH = 13
NO_SUGGESTION = N_("Ingen forslag. P søker etter en sak.")
SUGGESTION_COLUMNS = (
    Column("Forslag", 13),
    Column("Skyldner"),
    Column("Utestående", 13, right=True),
    Column("Hvorfor", 26),
)


class UnplacedScreen(JobScreen):
    """Payments above, suggestions for the chosen one below."""

    TITLE = N_("Uplasserte innbetalinger")
    SHOWS = frozenset({"payments"})
    comes_back = True
    HELP = N_("""
Her ligger innbetalinger som ikke kunne føres på en sak: ukjent eller feil KID, avsluttet sak, tilbakeføringer og \
kortbetalinger. Pengene er kommet inn, så hver av dem må få en plass.

P plasserer innbetalingen på en sak. Finnes det forslag, står de øverst; ellers søker du etter saken.
D deler den på flere saker. Delene må bli like mye som innbetalingen.
I tar den av listen som ikke vår, med en begrunnelse. Den blir da ikke bokført herfra.

Mellomrom merker flere, Ctrl+A alle. P og I gjelder da dem som er merket; ESC fjerner merkene. U angrer det siste.

En innbetaling som er plassert, kommer med i Bokføringsforslag, hvis den ikke er hentet fra Visma og ført der før.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "place", "Plasser", id="unplaced.place"),
        Binding("d", "split", "Del", id="unplaced.split"),
        Binding("i", "dismiss_payment", "Ikke vår", id="unplaced.dismiss"),
        Binding("f5", "reload", "Oppdater", id="common.reload"),
    ]
    WRITES = frozenset({"place", "split", "dismiss_payment"})
    DEFAULT_CSS = """
    UnplacedScreen #about { height: auto; padding: 0 2; color: $secondary; border-top: solid $panel; }
    UnplacedScreen #suggestions { height: auto; max-height: 7; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._payments: list[Payment] = []
        self._table = ListTable(_columns(KID_WIDTH), empty=N_("Henter …")).let_mark()
        self._about = Plain(id="about")
        self._suggestions = ListTable(SUGGESTION_COLUMNS, empty=NO_SUGGESTION, id="suggestions")

    def content(self) -> ComposeResult:
        yield self._table
        yield self._about
        yield self._suggestions

    def on_mount(self) -> None:
        self._table.focus()

    def load(self) -> None:
        self.run_service(self.services.payments.unplaced(), self._show)

    # --- showing ---

    def _show(self, payments: Sequence[Payment]) -> None:
        self._payments = list(payments)
        self._table.empty = _("Alle innbetalinger er plassert.")
        self._table.set_columns(_columns(max([KID_WIDTH, *(len(payment.kid) for payment in payments)])))
        self._table.set_rows([_row(payment) for payment in payments])
        self._show_heading()
        self._show_chosen()

    @on(RowTable.MarksChanged)
    def _show_heading(self) -> None:
        payments, marked = self._payments, self._marked
        total = format_amount(sum(payment.amount for payment in payments))
        all_of_them = _("Sum {total}").format(total=total) if payments else ""
        self.show_title(
            _("Uplasserte innbetalinger · {count}").format(count=len(payments)),
            marked_text(len(marked), sum(payment.amount for payment in marked)) or all_of_them,
        )

    @on(RowTable.RowHighlighted)
    def highlight(self, event: RowTable.RowHighlighted) -> None:
        if event.table is self._table:
            self._show_chosen()

    def _show_chosen(self) -> None:
        chosen = self._chosen
        self._suggestions.display = self._about.display = chosen is not None
        self.refresh_bindings()
        if chosen is not None:
            self._about.show(_about(chosen))
            self.run_service(self.services.payments.suggestions(chosen), self._show_suggestions, group="suggestions")

    def _show_suggestions(self, found: Sequence[Suggestion]) -> None:
        self._suggestions.set_rows([_suggestion_row(suggestion) for suggestion in found])

    @property
    def _chosen(self) -> Payment | None:
        key = self._table.cursor_key
        return next((payment for payment in self._payments if payment.id == key), None)

    @property
    def _marked(self) -> list[Payment]:
        marks = set(self._table.marks)
        return [payment for payment in self._payments if payment.id in marks]

    @property
    def _acting(self) -> list[Payment]:
        """The payments that a key acts on: those marked, else the chosen one."""
        return self._marked or ([self._chosen] if self._chosen is not None else [])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if (action in self.WRITES and self._chosen is None) or (action == "split" and len(self._acting) > 1):
            return False
        return super().check_action(action, parameters)

    # --- placing ---

    @on(RowTable.RowSelected)
    def select(self, event: RowTable.RowSelected) -> None:
        if self._chosen is None or self.writing:
            return
        if event.table is self._suggestions:
            self._confirm_place([self._chosen], event.key)
        else:
            self.action_place()

    def action_place(self) -> None:
        """Offer the suggestions first; without any, and for several payments, search at once."""
        payments = self._acting
        if len(payments) == 1:
            self.run_service(
                self.services.payments.suggestions(payments[0]),
                lambda found: self._offer(payments[0], found),
                group="place",
            )
        elif payments:
            self._search_case(payments)

    def _offer(self, payment: Payment, found: Sequence[Suggestion]) -> None:
        if self.app.screen is not self:
            return  # another key was pressed while the suggestions were found, and its dialog is up
        if not found:
            self._search_case([payment])
            return
        choices = [(each.case.id, f"{each.case.id}  {each.case.debtor_name}  ({each.why})") for each in found]
        self.app.push_screen(
            ChoiceDialog(
                _("Plassere {what}").format(what=_what(payment)), [*choices, (OTHER, _("Søk etter en annen sak …"))]
            ),
            lambda chosen: self._placed_where(payment, chosen),
        )

    def _placed_where(self, payment: Payment, chosen: str | None) -> None:
        if chosen == OTHER:
            self._search_case([payment])
        elif chosen is not None:
            self._confirm_place([payment], chosen)

    def _search_case(self, payments: Sequence[Payment]) -> None:
        heading = _("Plassere {what}").format(what=_which(payments))
        dialog = ChooseCaseDialog(case_search(self.services, payments[0].creditor), heading=heading)
        self.app.push_screen(dialog, lambda case: self._confirm_place(payments, case) if case else None)

    def _confirm_place(self, payments: Sequence[Payment], number: str) -> None:
        self.run_service(self.services.cases.row(number), lambda row: self._ask_place(payments, row), group="place")

    def _ask_place(self, payments: Sequence[Payment], row: CaseRow) -> None:
        number = row.case.id
        effect = [
            _("{debtor_name}. Saldo {balance} i dag.").format(
                debtor_name=row.case.debtor_name, balance=format_amount(row.balance)
            )
        ]
        if row.case.status == "closed":
            effect.append(_("Saken er avsluttet."))
        effect.append(_("Det kommer med i Bokføringsforslag."))
        what, keys = _how_much(payments), [payment.id for payment in payments]
        self.confirm(
            _("Plassere {what} på sak {number}?").format(what=what, number=number),
            effect,
            lambda: self._change(
                payments,
                lambda: self.services.payments.place_several(keys, number, self.services.actor),
                _("{what} er plassert på sak {number}").format(what=what, number=number),
                action="place",
            ),
        )

    def _change(
        self,
        payments: Sequence[Payment],
        work: Callable[[], Coroutine[Any, Any, Sequence[Payment]]],
        told: str,
        *,
        action: str,
    ) -> None:
        self.run_write(
            work(),
            lambda changed: self._changed(changed, told),
            action=action,
            failed=self.load,
            seen=payments[0] if len(payments) == 1 else None,
            again=lambda: self._change(payments, work, told, action=action),
        )

    def _changed(self, changed: Sequence[Payment], told: str) -> None:
        from services.undo import undo_of

        self.done(told, undo_of(*changed))
        self.load()

    # --- splitting and dismissing ---

    def action_split(self) -> None:
        if (payment := next(iter(self._acting), None)) is not None:
            dialog = SplitDialog(payment.amount, payment.date, case_search(self.services, payment.creditor))
            self.app.push_screen(dialog, lambda parts: self._confirm_split(payment, parts) if parts else None)

    def _confirm_split(self, payment: Payment, parts: Sequence[Part]) -> None:
        cases = counted(len({part.case for part in parts}), N_("sak"), N_("saker"))
        work = self.services.payments.split
        self.confirm(
            _("Dele {what} på {cases}?").format(what=_what(payment), cases=cases),
            [f"{part.case}  {format_amount(part.amount):>14}" for part in parts],
            lambda: self._change(
                [payment],
                lambda: work(payment.id, parts, self.services.actor),
                _("{amount} er delt på {cases}").format(amount=format_amount(payment.amount), cases=cases),
                action="split",
            ),
        )

    def action_dismiss_payment(self) -> None:
        if payments := self._acting:
            prompt = _("{what} tas av listen, og blir ikke bokført herfra. Hvorfor er det ikke vårt?").format(
                what=_which(payments)
            )
            self.app.push_screen(
                TextDialog(_("Ikke vår innbetaling"), prompt),
                lambda reason: self._dismiss(payments, reason) if reason else None,
            )

    def _dismiss(self, payments: Sequence[Payment], reason: str) -> None:
        keys = [payment.id for payment in payments]
        self._change(
            payments,
            lambda: self.services.payments.dismiss_several(keys, reason, self.services.actor),
            _("{what} er tatt av listen").format(what=_how_much(payments)),
            action="dismiss_payment",
        )


def _columns(kid_width: int) -> list[Column]:
    return [
        Column("Dato", 10),
        Column("Beløp", 13, right=True),
        Column("KID", kid_width),
        Column("Årsak"),
        Column("Tekst", 26, from_width=100),
    ]


def _row(payment: Payment) -> Row:
    cells = (format_date(payment.date), format_amount(payment.amount), payment.kid, _reason(payment), payment.text)
    return Row(payment.id, cells)


def _suggestion_row(suggestion: Suggestion) -> Row:
    case = suggestion.case
    return Row(case.id, (case.id, case.debtor_name, format_amount(case.outstanding), suggestion.why))


def _reason(payment: Payment) -> str:
    return _(REASONS[payment.unplaced]) if payment.unplaced else ""


def _what(payment: Payment) -> str:
    return _("{amount} fra {day}").format(amount=format_amount(payment.amount), day=format_date(payment.date))


def _which(payments: Sequence[Payment]) -> str:
    """`500,00 fra 20.11.2026`, `3 innbetalinger, sum 1 500,00`."""
    return _what(payments[0]) if len(payments) == 1 else _how_much(payments)


def _how_much(payments: Sequence[Payment]) -> str:
    """`500,00`, `3 innbetalinger, sum 1 500,00`."""
    total = format_amount(sum(payment.amount for payment in payments))
    if len(payments) == 1:
        return total
    number = counted(len(payments), N_("innbetaling"), N_("innbetalinger"))
    return _("{number}, sum {total}").format(number=number, total=total)


def _about(payment: Payment) -> str:
    """All that is known of the payment, in a line or two: what the table may have cut."""
    bank = payment.bank
    parts = [
        f"{payment.id}: {_reason(payment)}",
        f"KID {payment.kid}" if payment.kid else "",
        payment.text,
        _("fra konto {debit_account}").format(debit_account=format_account(bank.debit_account))
        if bank and bank.debit_account.strip("0")
        else "",
        _("arkivreferanse {reference}").format(reference=bank.archive_reference)
        if bank and bank.archive_reference.strip("0")
        else "",
    ]
    return " · ".join(part for part in parts if part)
