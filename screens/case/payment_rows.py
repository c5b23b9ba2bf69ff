"""The table of Avdrag: its columns at each width, a row for each payment, and their sum. Pure functions."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from data.documents import Payment, PaymentSource
from data.language import N_, _
from screens.widgets.columns import Column, Look, Row
from services.cases import CaseView
from services.rules.coverage import Coverage
from services.rules.dates import format_date
from services.rules.money import format_amount

SOURCES: dict[PaymentSource, str] = {
    "ocr": N_("OCR"),
    "camt": N_("camt"),
    "manual": N_("Manuell"),
    "visma": N_("Visma"),
    "moved": N_("Flyttet"),
    "converted": N_("Gammel"),
}
WIDE = 100


class Shares(NamedTuple):
    """How a payment is shared, øre."""

    amount: int = 0
    principal: int = 0
    charges: int = 0
    interest: int = 0
    surplus: int = 0

    def plus(self, other: "Shares") -> "Shares":
        return Shares(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


def columns(width: int, *, surplus: bool) -> list[Column]:
    """The columns for a terminal of `width`. The narrow one has no room for both Kilde and Til gode: what is there
    to see decides, and the lines under the table tell the rest."""
    wide = width >= WIDE
    return [
        Column("Dato", 10),
        Column("Kilde", 8 if wide else 7, from_width=WIDE if surplus else 0),
        Column("Beløp", 12 if wide else 10, right=True),
        Column("Bokføring"),
        Column("Hovedstol", 12 if wide else 10, right=True),
        Column(N_("Omk./gebyr") if wide else N_("Omk."), 10 if wide else 8, right=True),
        Column("Renter", 10 if wide else 8, right=True),
        Column("Til gode", 10 if wide else 8, right=True, from_width=0 if surplus else WIDE),
    ]


def listed(view: CaseView, *, deleted: bool) -> list[Payment]:
    """The payments to show, the newest first."""
    shown = [payment for payment in view.account.payments if deleted or payment.deleted is None]
    return sorted(shown, key=lambda payment: (payment.date, payment.id), reverse=True)


def shares(payment: Payment, view: CaseView) -> Shares:
    """How a live payment is shared; what waits for a rate counts as surplus. Nothing of a deleted one counts."""
    if payment.deleted is not None:
        return Shares()
    covered = view.settlement.coverage.get(payment.id, Coverage(payment.coverage, payment.waiting))
    sums = dict.fromkeys(("principal", "costs", "fees", "interest", "surplus"), 0)
    for part in covered.allocations:
        sums[part.component] += part.amount
    return Shares(
        amount=payment.amount,
        principal=sums["principal"],
        charges=sums["costs"] + sums["fees"],
        interest=sums["interest"],
        surplus=sums["surplus"] + covered.waiting,
    )


def payment_row(payment: Payment, view: CaseView) -> Row:
    """A payment; a deleted one is quiet."""
    parts = shares(payment, view)
    cells = (
        format_date(payment.date),
        _(SOURCES[payment.source]),
        format_amount(payment.amount),
        posting_text(payment),
        *(amount_or_nothing(part) for part in parts[1:]),
    )
    return Row(payment.id, cells, Look.QUIET if payment.deleted else Look.NORMAL)


def sum_row(payments: Iterable[Payment], view: CaseView) -> Row:
    """The sums under the table, deleted payments not counted."""
    total = Shares()
    for payment in payments:
        total = total.plus(shares(payment, view))
    return Row("", (_("Sum"), "", format_amount(total.amount), "", *(format_amount(part) for part in total[1:])))


def has_surplus(payments: Sequence[Payment], view: CaseView) -> bool:
    return any(shares(payment, view).surplus for payment in payments)


def posting_text(payment: Payment) -> str:
    """How far the payment has come into the accounts, in a word or two."""
    if payment.deleted is not None:
        return _("flyttet") if payment.moved_to else _("slettet")
    match payment.posting:
        case "pending":
            return _("til bokføring")
        case "frozen":
            return _("sendes {vouchers}").format(vouchers=", ".join(payment.vouchers))
        case "posted":
            return _("bokført {vouchers}").format(vouchers=", ".join(payment.vouchers))
        case "excluded":
            return _("bokføres ikke")
        case "not_ours":
            return _("ført i Visma")


def amount_or_nothing(amount: int) -> str:
    return format_amount(amount) if amount else ""
