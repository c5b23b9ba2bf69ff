"""Ny innbetaling: the form for a payment entered by hand."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from data.documents import Payment
from data.language import N_, _
from screens.widgets.amount_input import AmountInput
from screens.widgets.date_input import DateInput
from screens.widgets.field import Field
from screens.widgets.form import Form
from screens.widgets.form_field import FormField
from screens.widgets.form_input import FormInput
from screens.widgets.plain import Plain
from screens.widgets.speaking import Label
from screens.widgets.tick import Tick
from services.rules.dates import format_date
from services.rules.money import format_amount


class NewPaymentForm(Form):
    """Amount, date, whether it "skal ikke bokføres", and a text. Arrow up takes the details of the last one deleted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "take_deleted", "Hent slettet", id="case.payment.fetch_deleted")
    ]
    DEFAULT_CSS = "NewPaymentForm .offer { color: $warning; height: 1; }"

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today
        self._amount = AmountInput()
        self._date = DateInput(today, today)
        self._not_posted = Tick(_("skal ikke bokføres"))
        self._text = FormInput(max_length=100)
        self._offer = Plain(classes="offer")
        self._deleted: Payment | None = None

    @property
    def inputs(self) -> Mapping[str, FormField]:
        return {"amount": self._amount, "date": self._date, "not_posted": self._not_posted, "text": self._text}

    def compose(self) -> ComposeResult:
        yield Label(N_("Ny innbetaling"), classes="title")
        yield Field("Beløp", self._amount)
        yield Field("Dato", self._date)
        yield Field("Bokføring", self._not_posted)
        yield Field("Tekst", self._text)
        yield self._offer

    def enter(self, deleted: Payment | None) -> None:
        """Open the form, empty, with the payment deleted last on offer."""
        self._deleted = deleted
        self._offer.show(offer_of(deleted) if deleted else "")
        self._amount.set_value(None)
        self._date.set_value(self._today)
        self._not_posted.on = False
        self._text.value = ""
        self.open()
        self._amount.focus()

    def return_to(self) -> None:
        """Back to the open form, from another tab."""
        self._amount.focus()

    @property
    def amount(self) -> int:
        return self._amount.value_or_none or 0

    @property
    def day(self) -> date:
        return self._date.value_or_none or self._today

    @property
    def posting(self) -> bool:
        return not self._not_posted.on

    @property
    def text(self) -> str:
        return self._text.value

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return None if action == "take_deleted" and self._deleted is None else super().check_action(action, parameters)

    def action_take_deleted(self) -> None:
        """What was posted already is posted once, and only once: then it "skal ikke bokføres" here."""
        if self._deleted is not None:
            self._amount.set_value(self._deleted.amount)
            self._date.set_value(self._deleted.date)
            self._text.value = self._deleted.text
            self._not_posted.on = self._deleted.posting in ("posted", "excluded", "not_ours")


def offer_of(payment: Payment) -> str:
    """`↑ henter detaljene fra slettet innbetaling 20.11.2026  1 000,00`."""
    return _("↑ henter detaljene fra slettet innbetaling {date}  {amount}").format(
        date=format_date(payment.date), amount=format_amount(payment.amount)
    )
