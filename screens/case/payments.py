"""Avdrag: the payments of a case, where they went, and what can be done with them."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize

from data.documents import Payment
from data.language import N_, _
from screens.case.coverage_lines import coverage_lines, detail_line
from screens.case.new_payment import NewPaymentForm
from screens.case.payment_rows import columns, has_surplus, listed, payment_row, sum_row
from screens.case.tab import CaseTab
from screens.dialogs.text_dialog import TextDialog
from screens.find import find_dialog
from screens.widgets.form import Form
from screens.widgets.list_table import ListTable
from screens.widgets.plain import Plain
from screens.widgets.row_table import RowTable
from services.cases import CaseView
from services.payments import MovePreview
from services.rules.dates import format_date
from services.rules.money import format_amount

OTHER_ACTIONS = ("enter_new", "show_deleted")


class PaymentsTab(CaseTab):
    """The table of payments; under it the coverage of the chosen one, or the form for a new one."""

    NAME = N_("Avdrag")
    HELP = N_("""
Avdrag viser innbetalingene på saken, hva hver av dem dekket, og om den er bokført. Under tabellen står dekningen av \
den som er merket.

N fører en innbetaling for hånd, for eksempel fra bankens liste over innbetalinger uten KID. Den kommer med i \
bokføringsforslaget, hvis du ikke krysser av for at den ikke skal bokføres. B snur det siden, så \
lenge den ikke er bokført.

F flytter til en annen sak i én operasjon. Er innbetalingen alt bokført, flyttes den bare i kk2. S sletter; \
opplysningene blir stående, vises med V, og kan hentes med ↑ når du fører en ny innbetaling.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "enter_new", "Ny", tooltip="Ny innbetaling", id="case.payment.new"),
        Binding("f", "move", "Flytt", tooltip="Flytt innbetalingen til en annen sak", id="case.payment.move"),
        Binding("s", "delete", "Slett", tooltip="Slett innbetalingen", id="case.payment.delete"),
        Binding("b", "turn_posting", "Bokføring", tooltip="Skal ikke bokføres, av eller på", id="case.payment.posting"),
        Binding(
            "v", "show_deleted", "Slettede", tooltip="Vis eller skjul slettede innbetalinger", id="case.payment.deleted"
        ),
    ]
    DEFAULT_CSS = """
    PaymentsTab #coverage { height: auto; max-height: 8; padding: 0 2; }
    PaymentsTab #details { height: auto; max-height: 2; padding: 0 2; color: $secondary; }
    """

    def __init__(self) -> None:
        super().__init__(id="avdrag")
        self._table = ListTable(columns(80, surplus=False), empty=N_("Ingen innbetalinger. N fører en ny."))
        self._coverage = Plain(id="coverage")
        self._details = Plain(id="details")
        self._view: CaseView | None = None
        self._payments: dict[str, Payment] = {}
        self._with_deleted = False
        self._new: str | None = None  # the payment just entered: the cursor goes there when it is shown

    def compose(self) -> ComposeResult:
        self._form = NewPaymentForm(self.services.clock.today())
        yield self._table
        yield self._coverage
        yield self._details
        yield self._form

    # --- showing ---

    def show(self, view: CaseView) -> None:
        self._view = view
        payments = listed(view, deleted=self._with_deleted)
        self._payments = {payment.id: payment for payment in payments}
        self._table.set_columns(columns(self.app.size.width, surplus=has_surplus(payments, view)))
        self._table.set_rows([payment_row(payment, view) for payment in payments])
        self._table.summary = sum_row(payments, view) if payments else None
        if self._new is not None and self._table.go_to(self._new):
            self._new = None
        self._show_coverage()

    def on_resize(self, _event: Resize) -> None:
        if self._view is not None:
            self.show(self._view)

    @on(RowTable.RowHighlighted)
    def _show_coverage(self) -> None:
        payment = self._chosen
        if payment is None or self._view is None:
            self._coverage.show("")
            self._details.show("")
        else:
            self._coverage.show("\n".join(coverage_lines(payment, self._view, self.app.size.width - 4)))
            self._details.show(detail_line(payment))
        self.frame.refresh_bindings()

    @property
    def _chosen(self) -> Payment | None:
        return self._payments.get(self._table.cursor_key or "")

    def start(self, field: str | None = None) -> None:
        if self._form.is_open:
            self._form.return_to()
        else:
            self._table.focus()

    def unsaved(self) -> str:
        return _("Innbetalingen er ikke lagret.") if self._form.changed else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Off while the form is open; what acts on a live payment needs one under the cursor."""
        acting = action in ("move", "delete", "turn_posting")
        if (acting and self._live() is None) or (self._form.is_open and (acting or action in OTHER_ACTIONS)):
            return False
        return super().check_action(action, parameters)

    def action_show_deleted(self) -> None:
        self._with_deleted = not self._with_deleted
        if self._view is not None:
            self.show(self._view)

    # --- a new payment ---

    def action_enter_new(self) -> None:
        self._show_form(True)
        if self._view is not None:
            self._form.kept_as = ("payment", self._view.case.id)
        self._form.enter(self.services.payments.last_deleted)

    def open_again(self, typed: Mapping[str, str]) -> None:
        self._form.resume(typed)
        self.action_enter_new()

    @on(Form.Save)
    def save_new(self) -> None:
        if self._view is not None:
            form = self._form
            work = self.services.payments.add(
                self._view.case.id,
                form.amount,
                form.day,
                self.services.actor,
                posting=form.posting,
                text=form.text,
                seen=self._view.case,
            )
            self.frame.run_write(work, self._saved, action="add_payment", failed=self.frame.load, again=self.save_new)

    def _saved(self, payment: Payment) -> None:
        self._leave_form()
        self._new = payment.id
        self._changed(_("Innbetaling {amount} er ført"), payment)

    @on(Form.Close)
    def close(self) -> None:
        if self._form.changed:
            self.frame.confirm(_("Forkaste innbetalingen?"), [self.unsaved()], self._leave_form)
        else:
            self._leave_form()

    def _leave_form(self) -> None:
        self._show_form(False)
        self._table.focus()

    def _show_form(self, shown: bool) -> None:
        self._coverage.display = self._details.display = not shown
        if not shown:
            self._form.close()
        self.frame.refresh_bindings()

    # --- deleting ---

    def action_delete(self) -> None:
        if (payment := self._live()) is not None:
            dialog = TextDialog(_("Slette innbetalingen?"), describe(payment) + _("\nHvorfor slettes den?"))
            self.app.push_screen(dialog, lambda reason: self._confirm_delete(payment, reason))

    def _confirm_delete(self, payment: Payment, reason: str | None) -> None:
        if reason:
            effect = [describe(payment), _("Begrunnelse: {reason}").format(reason=reason), delete_effect(payment)]
            self.frame.confirm(_("Slette innbetalingen?"), effect, lambda: self._delete(payment, reason))

    def _delete(self, payment: Payment, reason: str) -> None:
        work = self.services.payments.delete(payment.id, reason, self.services.actor)
        told = _("Innbetaling {amount} er slettet")
        self._change(work, payment, told, "delete_payment", lambda: self._delete(payment, reason))

    # --- moving ---

    def action_move(self) -> None:
        if (payment := self._live()) is not None:
            heading = _("Flytt {amount} til sak").format(amount=format_amount(payment.amount))
            dialog = find_dialog(self.services, heading)
            self.app.push_screen(dialog, lambda number: self._preview(payment, number))

    def _preview(self, payment: Payment, number: str | None) -> None:
        if number:
            work = self.services.payments.preview_move(payment.id, number)
            self.frame.run_service(work, self._confirm_move, group="move")

    def _confirm_move(self, preview: MovePreview) -> None:
        question = _("Flytte innbetalingen til sak {id}?").format(id=preview.target.id)
        self.frame.confirm(question, move_effect(preview), lambda: self._move(preview))

    def _move(self, preview: MovePreview) -> None:
        work = self.services.payments.move(preview.payment.id, preview.target.id, self.services.actor)
        told = _("Innbetaling {amount} er flyttet til sak {case}")
        self._change(work, preview.payment, told, "move_payment", lambda: self._move(preview))

    # --- posting on and off ---

    def action_turn_posting(self) -> None:
        if (payment := self._live()) is not None:
            self._turn_posting(payment)

    def _turn_posting(self, payment: Payment) -> None:
        posting = payment.posting == "excluded"
        work = self.services.payments.set_posting(payment.id, posting, self.services.actor)
        told = _("Innbetaling {amount} skal bokføres") if posting else _("Innbetaling {amount} skal ikke bokføres")
        self._change(work, payment, told, "turn_posting", lambda: self._turn_posting(payment))

    # --- shared ---

    def _live(self) -> Payment | None:
        """The payment under the cursor, unless it is deleted."""
        payment = self._chosen
        return payment if payment is not None and payment.deleted is None else None

    def _change(
        self, work: Coroutine[Any, Any, Payment], seen: Payment, told: str, action: str, again: Callable[[], None]
    ) -> None:
        self.frame.run_write(
            work,
            lambda payment: self._changed(told, payment),
            action=action,
            failed=self.frame.load,
            seen=seen,
            again=again,
        )

    def _changed(self, told: str, payment: Payment) -> None:
        from services.undo import undo_of

        told = told.format(amount=format_amount(payment.amount), case=payment.case)
        self.frame.done(told, undo_of(payment))
        self.frame.load()


def describe(payment: Payment) -> str:
    """`20.11.2026   1 000,00   Barnehage`."""
    return "   ".join(part for part in (format_date(payment.date), format_amount(payment.amount), payment.text) if part)


def delete_effect(payment: Payment) -> str:
    """What becomes of the posting."""
    if payment.posting == "posted":
        return _("Den er bokført; bilaget i Visma endres ikke. Skal pengene til en annen sak, flytt i stedet (F).")
    if payment.posting == "not_ours":
        return _("Den er ført i Visma; der endres ingenting.")
    return _("Den går ut av bokføringsforslaget. Opplysningene blir stående på saken.")


def move_effect(preview: MovePreview) -> list[str]:
    """The amount, both balances before and after, and what happens to the posting."""
    posting = (
        _("Den bokføres fra den nye saken.")
        if preview.posting == "pending"
        else _("Den bokføres ikke fra den nye saken; endringen er bare i kk2.")
    )
    return [
        describe(preview.payment),
        "",
        f"{'':<16}{_('Saldo nå'):>14}{_('Saldo etter'):>16}",
        _balance_line(preview.source.id, preview.source_before, preview.source_after),
        _balance_line(preview.target.id, preview.target_before, preview.target_after),
        "",
        _("Skyldner på den nye saken: {debtor_name}").format(debtor_name=preview.target.debtor_name),
        posting,
    ]


def _balance_line(case: str, before: int, after: int) -> str:
    return f"{case:<16}{format_amount(before):>14}{format_amount(after):>16}"
