"""Testvik for the demo: the simulator's municipality with one wrong department in it, and bank files that fit."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from services.bank.kid import check_digit
from services.bank.ocr_writer import OcrAssignment, OcrPayment, write_ocr
from services.rules.interest import accrue, to_ore
from services.rules.rates import InterestRates, initial_rates
from services.rules.working_days import is_working_day
from services.visma.simulator.municipality import Municipality, municipality

RUN = 4711
WRONG_DEPARTMENT = "K019"
WRONG_CUSTOMER = 30  # the debtor, counted from 0, whose invoices came with a department that has no ledger line
RECIPIENT = "00221000"
PART = 500_00


def demo_town(today: date) -> Municipality:
    """The municipality on a day. One debtor's department leads to no ledger line, so that it can be set right."""
    town = municipality(today)
    customer = list(_debtors(town))[WRONG_CUSTOMER][0]["customer"]
    town.scenario["customers"][customer]["ledger_type"] = WRONG_DEPARTMENT
    return town


def demo_bank_files(town: Municipality, today: date) -> dict[str, bytes]:
    """Three OCR files by name: a normal one, one with a KID that nobody has, and a broken copy of the first."""
    later = _working_day_before(today)
    earlier = _working_day_before(later)
    debtors = list(_debtors(town))
    account = town.creditors[0]["bank_accounts"][0]["account"]
    rates = InterestRates(initial_rates()[0])
    first = list(_payments(debtors[:40], earlier, rates))
    second = [*_payments(debtors[40:70], later, rates), _stray(later)]
    normal = _file(account, first, transmission=2611, created=earlier)
    return {
        f"OCR.D{earlier:%y%m%d}": normal,
        f"OCR.D{later:%y%m%d}": _file(account, second, transmission=2612, created=later),
        f"OCR.D{earlier:%y%m%d}-kopi": _broken(normal),
    }


def _debtors(town: Municipality) -> Iterator[list[dict[str, Any]]]:
    """The invoices of the first proposal, a list for each debtor, in the order in which they become cases."""
    proposal = next(each for each in town.scenario["proposals"] if each["run"] == RUN)
    groups: dict[str, list[dict[str, Any]]] = {}
    for key in proposal["invoices"]:
        invoice = town.scenario["invoices"][key]
        groups.setdefault(invoice["customer"], []).append(invoice)
    yield from groups.values()


def _payments(debtors: Sequence[list[dict[str, Any]]], day: date, rates: InterestRates) -> Iterator[OcrPayment]:
    """People pay in different ways: all with fees and interest, the invoices only, a part, or too much."""
    dice = random.Random(day.toordinal())  # noqa: S311 -- made-up data that must come out the same each time
    for index, invoices in enumerate(debtors):
        principal = sum(invoice["amount"] - invoice["paid"] for invoice in invoices)
        extra = sum(_extra(invoice, day, rates) for invoice in invoices)
        amount = (principal + extra, principal, PART, principal + extra + 150_00, principal + extra)[index % 5]
        yield OcrPayment(
            date=day,
            amount=amount,
            kid=invoices[0]["kid"],
            order_date=day - timedelta(days=1),
            debit_account="99990000006",
            archive_reference=f"{dice.randrange(10**9):09d}",
            settlement=f"99{day:%d}1{index + 1:05d}",
        )


def _extra(invoice: dict[str, Any], day: date, rates: InterestRates) -> int:
    """Fees and interest on an invoice until the day, øre."""
    fees: int = sum(reminder["fee"] for reminder in invoice["reminders"])
    due = date.fromisoformat(invoice["due"])
    return fees + to_ore(accrue(invoice["amount"] - invoice["paid"], due, day, rates).units)


def _stray(day: date) -> OcrPayment:
    """A payment whose KID is well formed, but nobody's."""
    digits = "022199999999"
    kid = digits + check_digit(digits, "mod10")
    return OcrPayment(date=day, amount=1_240_00, kid=kid, archive_reference="900000001", settlement=f"99{day:%d}199999")


def _file(account: str, payments: Sequence[OcrPayment], *, transmission: int, created: date) -> bytes:
    assignment = OcrAssignment(account=account, payments=tuple(payments))
    return write_ocr([assignment], transmission=transmission, recipient=RECIPIENT, created=created)


def _broken(content: bytes) -> bytes:
    """The file as a bad copy would be: a payment is missing, and the sums tell."""
    lines = content.split(b"\r\n")
    return b"\r\n".join(lines[:6] + lines[8:])


def _working_day_before(day: date) -> date:
    before = day - timedelta(days=1)
    while not is_working_day(before):
        before -= timedelta(days=1)
    return before
