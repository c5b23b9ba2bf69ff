"""Ny sats: the form for the next half-year's late-payment interest."""

from collections.abc import Mapping
from datetime import date

from textual.app import ComposeResult

from data.language import N_, _
from screens.widgets.date_input import DateInput
from screens.widgets.field import Field
from screens.widgets.form import Form
from screens.widgets.form_field import FormField
from screens.widgets.form_input import FormInput
from screens.widgets.percent_input import PercentInput
from screens.widgets.speaking import Label
from services.rates import Preview
from services.rules.dates import format_date
from services.rules.money import format_amount
from services.rules.percent import format_percent


class NewRateForm(Form):
    """First day, last day, rate and regulation. The days of the next half-year stand there from the start."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self._first = DateInput(today)
        self._last = DateInput(today)
        self._rate = PercentInput()
        self._regulation = FormInput(max_length=60, placeholder=N_("for eksempel FOR-2026-12-17-1234"))

    @property
    def inputs(self) -> Mapping[str, FormField]:
        return {"first": self._first, "last": self._last, "rate": self._rate, "regulation": self._regulation}

    def compose(self) -> ComposeResult:
        yield Label(N_("Ny sats for forsinkelsesrente"), classes="title")
        yield Field("Fra", self._first)
        yield Field("Til", self._last)
        yield Field("Sats %", self._rate)
        yield Field("Forskrift", self._regulation)

    def enter(self, days: tuple[date, date] | None) -> None:
        """Open the form, empty but for the days."""
        first, last = days or (None, None)
        self._first.set_value(first)
        self._last.set_value(last)
        self._rate.set_value(None)
        self._regulation.value = ""
        self.open()
        (self._rate if days else self._first).focus()

    @property
    def days(self) -> tuple[date, date]:
        """As `Save` was posted: both can be read then."""
        first, last = self._first.value_or_none, self._last.value_or_none
        if first is None or last is None:
            raise ValueError("the form has been saved without its days")
        return first, last

    @property
    def basis_points(self) -> int:
        return self._rate.value_or_none or 0

    @property
    def regulation(self) -> str:
        return self._regulation.value


def effect_of(preview: Preview) -> list[str]:
    """What adding a rate does, in numbers."""
    rate = preview.rate
    lines = [
        _("{rate} fra {valid_from} til {valid_to}, {regulation}.").format(
            rate=format_percent(rate.basis_points),
            valid_from=format_date(rate.valid_from),
            valid_to=format_date(rate.valid_to),
            regulation=rate.regulation,
        )
    ]
    if preview.before is not None:
        lines.append(_("Satsen før er {rate}.").format(rate=format_percent(preview.before.basis_points)))
    if preview.payments:
        lines.append(
            _(
                "{payments} innbetalinger på {cases} saker venter på den, til sammen {amount}; de regnes på nytt."
            ).format(payments=preview.payments, cases=preview.cases, amount=format_amount(preview.amount))
        )
    return [*lines, _("En sats kan ikke endres eller slettes etterpå.")]
