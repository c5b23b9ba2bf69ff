"""What is counted while an OCR giro file is read, and held against its end records.

The rules of the sums are the specification's: reversals (types 18, 20) are added, not deducted; credit notes, signed
"-", are deducted.
"""

from datetime import date

import msgspec

from data.language import _
from services.bank.findings import Findings
from services.bank.payments import AssignmentSummary
from services.rules.dates import format_date
from services.rules.money import format_amount


class Counted(msgspec.Struct):
    """Running totals of an assignment or a transmission that starts on `line`. Amounts are øre.

    `before` is how many records the file had before this one began. `economic` is what reached the account; `reversed`
    is the reversals' part of it, as a positive number. What could not be read makes a total unknown, and is told once:
    an unknown total is not checked.
    """

    line: int
    before: int
    records: int = 0
    transactions: int = 0
    economic: int = 0
    reversed: int = 0
    first: date | None = None
    last: date | None = None
    records_known: bool = True
    transactions_known: bool = True
    sum_known: bool = True

    @property
    def stated(self) -> int:
        """The sum as the end record shall state it: `economic` with the reversals added instead of deducted."""
        return self.economic + 2 * self.reversed

    def include(self, part: "Counted") -> None:
        """Add what an assignment counted to its transmission."""
        self.transactions += part.transactions
        self.economic += part.economic
        self.reversed += part.reversed
        self.sum_known = self.sum_known and part.sum_known
        self.transactions_known = self.transactions_known and part.transactions_known
        if part.last is not None:
            self.last = max(self.last or part.last, part.last)

    def lose_record(self) -> None:
        """A record is there that says nothing: it may have been anything."""
        self.records_known = self.transactions_known = self.sum_known = False


class Assignment(Counted, kw_only=True):
    """An assignment that is being read. `numbers` marks the transaction numbers seen, a byte each, from 0.

    `sorted` is whether the settlement dates ascend so far.
    """

    service: str
    account: str = ""
    agreement: str = ""
    number: str = ""
    numbers: bytearray = msgspec.field(default_factory=lambda: bytearray(1))
    sorted: bool = True

    def summary(self) -> AssignmentSummary:
        return AssignmentSummary(
            line=self.line,
            service=self.service,
            account=self.account,
            agreement=self.agreement,
            number=self.number,
            payments=self.transactions,
            amount=self.economic,
        )


class EndRecord(msgspec.Struct, frozen=True):
    """What an end record states. The dates are None where it has none."""

    line: int
    transactions: int
    records: int
    amount: int
    created: date | None
    first: date | None = None
    last: date | None = None


def check_end(counted: Counted, end: EndRecord, findings: Findings) -> None:
    """Hold an end record against what was counted: control rules 3 to 7."""
    _check_counts(counted, end, findings)
    if counted.sum_known and end.amount != counted.stated:
        _tell_sum(counted, end, findings)
    _check_dates(counted, end, findings)


def _check_counts(counted: Counted, end: EndRecord, findings: Findings) -> None:
    if counted.transactions_known and end.transactions != counted.transactions:
        message = _("Sluttrecorden sier {transactions} transaksjoner, men det er {counted}.").format(
            transactions=end.transactions, counted=counted.transactions
        )
        findings.error(end.line, 9, _("Antall transaksjoner"), "transaction_count", message, str(end.transactions))
    if counted.records_known and end.records != counted.records:
        message = _("Sluttrecorden sier {records} records, men det er {counted}.").format(
            records=end.records, counted=counted.records
        )
        findings.error(end.line, 17, _("Antall records"), "record_count", message, str(end.records))


def _tell_sum(counted: Counted, end: EndRecord, findings: Findings) -> None:
    stated, right = format_amount(end.amount), format_amount(counted.stated)
    if counted.stated < 0:
        message = _("Summen av transaksjonene er under null ({right}), og det har formatet ikke plass til.").format(
            right=right
        )
        findings.error(end.line, 25, _("Sum"), "negative_sum", message, str(end.amount))
    elif counted.reversed and end.amount == counted.economic:
        message = _(
            "Sluttrecordens sum {stated} har reverseringene trukket fra. Standarden legger dem til ({right})."
        ).format(stated=stated, right=right)
        findings.warning(end.line, 25, _("Sum"), "sum_deducts_reversals", message, str(end.amount))
    else:
        message = _("Sluttrecorden sier at summen er {stated}, men transaksjonene er til sammen {right}.").format(
            stated=stated, right=right
        )
        findings.error(end.line, 25, _("Sum"), "sum", message, str(end.amount))


def _check_dates(counted: Counted, end: EndRecord, findings: Findings) -> None:
    # two public files that deviate here are accepted by their systems, so it is only ever a warning
    for column, name, stated, right in (
        (48, _("Første oppgjørsdato"), end.first, counted.first),
        (54, _("Siste oppgjørsdato"), end.last, counted.last),
    ):
        if stated and right and stated != right:
            message = _("{name} er {stated} i sluttrecorden, men {right} i transaksjonene.").format(
                name=name, stated=format_date(stated), right=format_date(right)
            )
            findings.warning(end.line, column, name, "date_range", message, f"{stated:%d%m%y}")
    if end.created and counted.last and end.created < counted.last:
        message = _("Filen er laget {created}, før siste oppgjørsdato {last}.").format(
            created=format_date(end.created), last=format_date(counted.last)
        )
        findings.warning(end.line, 42, _("Dato"), "created_before_settlement", message, f"{end.created:%d%m%y}")
