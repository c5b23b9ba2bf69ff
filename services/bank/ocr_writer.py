"""Writes OCR giro files: the demo municipality's inbox, and the files that tests read.

Layout as in "System specification OCR giro"; services/bank/ocr_records.py has the same positions for reading.
"""

import datetime
from collections.abc import Iterable, Sequence

import msgspec

from services.bank.detection import CLEARING_HOUSE
from services.bank.ocr_records import LENGTH, REVERSALS, WITH_TEXT


class OcrPayment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment to write. `amount` is øre; types 18 and 20 are reversals, and negative, the others may be (credit)."""

    date: datetime.date
    amount: int
    kid: str = ""
    transaction_type: str = "13"
    order_date: datetime.date | None = None
    debit_account: str = ""
    form_number: str = ""
    archive_reference: str = ""
    settlement: str = ""
    text: str = ""
    card_issuer: str = ""


class OcrAssignment(msgspec.Struct, frozen=True, kw_only=True):
    """Payments to one account. `number` is the assignment's serial."""

    account: str
    payments: tuple[OcrPayment, ...]
    agreement: str = "008566000"
    number: int = 1


class _Total(msgspec.Struct, frozen=True):
    transactions: int
    records: int
    amount: int


def write_ocr(
    assignments: Sequence[OcrAssignment], *, transmission: int, recipient: str, created: datetime.date
) -> bytes:
    """A whole OCR giro file, ISO-8859-1 with CR LF.

    Raises ValueError for what the format cannot say: a field that is too long, a positive reversal, an assignment
    without payments or whose net is below zero.
    """
    records = [_record("NY000010", CLEARING_HOUSE.decode(), _number(transmission, 7), _digits(recipient, 8))]
    totals = [_assignment(records, assignment, created) for assignment in assignments]
    whole = _Total(
        sum(total.transactions for total in totals),
        sum(total.records for total in totals) + 2,
        sum(total.amount for total in totals),
    )
    records.append(_record("NY000089", *_sums(whole), _date(created)))
    return "".join(record + "\r\n" for record in records).encode("iso-8859-1")


def _assignment(records: list[str], assignment: OcrAssignment, created: datetime.date) -> _Total:
    if not assignment.payments:
        raise ValueError("an assignment has at least one payment")
    before = len(records)
    agreement, account = _digits(assignment.agreement, 9), _digits(assignment.account, 11)
    records.append(_record("NY090020", agreement, _number(assignment.number, 7), account))
    for number, payment in enumerate(assignment.payments, 1):
        records.extend(_payment(number, payment))
    dates = [payment.date for payment in assignment.payments]
    amount = sum(_counted(payment) for payment in assignment.payments)
    total = _Total(len(dates), len(records) - before + 1, amount)
    records.append(_record("NY090088", *_sums(total), _date(created), _date(min(dates)), _date(max(dates))))
    return total


def _payment(number: int, payment: OcrPayment) -> Iterable[str]:
    kind, serial = _digits(payment.transaction_type, 2), _number(number, 7)
    if kind in REVERSALS and payment.amount > 0:
        raise ValueError(f"type {kind} is a reversal: its amount is not positive")
    sign = "-" if payment.amount < 0 and kind not in REVERSALS else "0"
    amount = _number(abs(payment.amount), 17)
    kid = _fits(payment.kid, 25).rjust(25)
    settled = _date(payment.date) + _digits(payment.settlement, 10)
    yield _record(f"NY09{kind}30", serial, settled, sign, amount, kid, _digits(payment.card_issuer, 2))
    form, archive = _digits(payment.form_number, 10), _digits(payment.archive_reference, 9)
    ordered = _date(payment.order_date) if payment.order_date else "000000"
    yield _record(f"NY09{kind}31", serial, form, archive, "0" * 7, ordered, _digits(payment.debit_account, 11))
    if kind in WITH_TEXT:
        yield _record(f"NY09{kind}32", serial, _fits(payment.text, 40).ljust(40))


def _counted(payment: OcrPayment) -> int:
    """What the end records count: reversals are added, credits deducted."""
    return abs(payment.amount) if payment.transaction_type in REVERSALS else payment.amount


def _sums(total: _Total) -> tuple[str, str, str]:
    return _number(total.transactions, 8), _number(total.records, 8), _number(total.amount, 17)


def _record(*fields: str) -> str:
    return "".join(fields).ljust(LENGTH, "0")


def _date(day: datetime.date) -> str:
    if not 2000 <= day.year <= 2099:
        raise ValueError(f"the format has no room for {day}")
    return f"{day:%d%m%y}"


def _number(value: int, length: int) -> str:
    if value < 0:
        raise ValueError(f"{value} is below zero")
    return _fits(f"{value:0{length}d}", length)


def _digits(text: str, length: int) -> str:
    if text and not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is not digits")
    return _fits(text.rjust(length, "0"), length)


def _fits(text: str, length: int) -> str:
    if len(text) > length or not (text.isprintable() or not text):
        raise ValueError(f"{text!r} does not fit in {length} characters")
    return text
