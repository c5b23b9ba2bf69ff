"""Puts a payment together from its two or three records, and counts it."""

from datetime import date

import msgspec

from data.language import _
from services.bank.findings import Findings, printable
from services.bank.ocr_fields import FieldReader
from services.bank.ocr_records import CARD, REVERSALS
from services.bank.ocr_totals import Assignment
from services.bank.payments import BankPayment
from services.rules.dates import format_date


class _Item1(msgspec.Struct, frozen=True, gc=False):
    """Item 1 of a payment that waits for item 2. `date` is None when it was wrong, and told."""

    line: int
    transaction_type: str
    number: str
    date: date | None
    amount: int
    kid: str
    settlement: str
    card_issuer: str


class PaymentBuilder:
    """Takes the items of one payment after another. Each method takes the fields in the order of the layout."""

    def __init__(self, findings: Findings, fields: FieldReader) -> None:
        self._findings = findings
        self._fields = fields
        self._assignment = Assignment(0, 0, service="09")
        self._item_1: _Item1 | None = None
        self._payment: BankPayment | None = None

    def start(self, assignment: Assignment, line: int, fields: tuple[str, ...]) -> None:
        """Item 1: count the payment and its amount. A reversal is negative, and so is what is signed "-"."""
        kind, number, settled, settlement, sign, digits, kid, issuer = fields
        assignment.transactions += 1
        if int(number) == len(assignment.numbers):
            assignment.numbers.append(1)
        else:
            self._jump(assignment, line, number)
        day = self._fields.settlement_days.get(settled) or self._fields.settlement_day(line, settled)
        if day is not None and day is not assignment.last:
            self._another_day(assignment, line, day)
        amount = int(digits)
        if amount == 0:
            self._findings.warning(line, 33, "Beløp", "zero_amount", "Beløpet er null.", digits)
        if kind in REVERSALS:
            assignment.reversed += amount
        if kind in REVERSALS or sign == "-":
            amount = -amount
        assignment.economic += amount
        if issuer != "00" and kind not in CARD:
            message = _("«{issuer}» skulle vært nuller: transaksjonstype {kind} har ingen kortutsteder.").format(
                issuer=issuer, kind=kind
            )
            self._findings.warning(line, 75, "Filler", "filler", message, issuer)
        self._assignment = assignment
        self._item_1 = _Item1(line, kind, number, day, amount, kid.strip(" "), settlement, issuer)

    def start_unreadable(self, assignment: Assignment) -> None:
        """An item 1 with a field that cannot be trusted: a payment all the same, of an amount that is not known."""
        assignment.transactions += 1
        assignment.numbers.append(1)
        assignment.sum_known = False
        self.drop()

    def finish(self, line: int, fields: tuple[str, ...] | None) -> BankPayment | None:
        """Item 2: the payment, unless something in it is wrong, and told (then `fields` may be None)."""
        item, self._payment = self._item_1, None
        if item is None or fields is None:
            return None
        kind, number, form, archive, ordered, debit = fields
        if not self._belongs(line, item, kind, number):
            return None
        order_days = self._fields.order_days
        order_date = order_days[ordered] if ordered in order_days else self._fields.order_day(line, ordered)
        if item.date is None:
            return None
        self._payment = BankPayment(
            line=item.line,
            account=self._assignment.account,
            agreement=self._assignment.agreement,
            transaction_type=kind,
            number=number,
            date=item.date,
            amount=item.amount,
            kid=item.kid,
            order_date=order_date,
            debit_account="" if debit == "00000000000" else debit,
            form_number="" if form == "0000000000" else form,
            archive_reference="" if archive == "000000000" else archive,
            settlement="" if item.settlement == "0000000000" else item.settlement,
            card_issuer="" if item.card_issuer == "00" else item.card_issuer,
        )
        return self._payment

    def add_text(self, line: int, fields: tuple[str, ...] | None) -> BankPayment | None:
        """Item 3: the payment that `finish` gave, with its text."""
        payment = self._payment
        self.drop()
        if payment is None or fields is None:
            return None
        kind, number, text = fields
        if not self._belongs(line, payment, kind, number):
            return None
        return msgspec.structs.replace(payment, text=printable(text.rstrip(" ")))

    def drop(self) -> None:
        """What was begun is not to be had."""
        self._item_1 = self._payment = None

    def _belongs(self, line: int, first: _Item1 | BankPayment, kind: str, number: str) -> bool:
        if kind != first.transaction_type:
            message = _("Transaksjonstypen er {kind}, men {transaction_type} i beløpspost 1.").format(
                kind=kind, transaction_type=first.transaction_type
            )
            self._findings.error(line, 5, "Transaksjonstype", "item_mismatch", message, kind)
        elif number != first.number:
            message = _("Transaksjonsnummeret er {number}, men {first} i beløpspost 1.").format(
                number=number, first=first.number
            )
            self._findings.error(line, 9, "Transaksjonsnummer", "item_mismatch", message, number)
        else:
            return True
        return False

    def _jump(self, assignment: Assignment, line: int, number: str) -> None:
        """A number that is not the next: it must be new, so that two payments never are taken for one."""
        numbers, value = assignment.numbers, int(number)
        if value >= len(numbers):
            message = _("Transaksjonsnummer {number} kommer etter {count:07d}: det er et hull.").format(
                number=number, count=len(numbers) - 1
            )
            self._findings.warning(line, 9, "Transaksjonsnummer", "number_gap", message, number)
            numbers.extend(bytes(value + 1 - len(numbers)))
        elif numbers[value]:
            message = _("Transaksjonsnummer {number} er brukt før i oppdraget.").format(number=number)
            self._findings.error(line, 9, "Transaksjonsnummer", "duplicate_number", message, number)
        else:
            message = _("Transaksjonsnummer {number} kommer etter et høyere nummer.").format(number=number)
            self._findings.warning(line, 9, "Transaksjonsnummer", "number_order", message, number)
        numbers[value] = 1

    def _another_day(self, assignment: Assignment, line: int, day: date) -> None:
        if assignment.first is None or assignment.last is None:
            assignment.first = assignment.last = day
        elif day > assignment.last:
            assignment.last = day
        else:
            assignment.first = min(assignment.first, day)
            if assignment.sorted:
                message = _("Oppgjørsdatoen {day} kommer etter en senere dato.").format(day=format_date(day))
                self._findings.warning(line, 16, "Oppgjørsdato", "date_order", message, f"{day:%d%m%y}")
            assignment.sorted = False
