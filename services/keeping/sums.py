"""Whether amounts add up: cases with what is on them, payments with what they cover, vouchers and bank files."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from data.documents import BankFile, Case, Claim, Creditor, Delivery, Document, Fee, Payment, Receipt, Voucher
from data.language import _
from data.store import Reader
from services.case_account import CaseAccount
from services.keeping.findings import Finding
from services.rules.money import format_amount
from services.rules.posting import kind_of
from services.rules.rates import InterestRates

OfCase = TypeVar("OfCase", Claim, Fee, Payment)
_FIXED = ("frozen", "posted")
_RECEIPT_COLUMNS = ("Innbetalt", "Beløp")


def _finding(code: str, document: Document, message: str) -> Finding:
    return Finding(code=code, table=document.TABLE, id=document.id, message=message)


# --- cases ----------------------------------------------------------------------------------------------------------


async def case_sums(reader: Reader, cases: Sequence[Case], rates: InterestRates, today: date) -> list[Finding]:
    """Each case settled anew: what is left of it, and where each payment that no voucher carries went."""
    return [
        finding for account in await _accounts(reader, cases) for finding in _settled_otherwise(account, rates, today)
    ]


async def _accounts(reader: Reader, cases: Sequence[Case]) -> list[CaseAccount]:
    """The accounts of those whose creditor is there; that one is missing is told as a reference."""
    numbers = [case.id for case in cases]
    creditors = await reader.get_many(Creditor, sorted({case.creditor for case in cases}))
    claims = _by_case(await reader.find_many(Claim, "case", numbers))
    fees = _by_case(await reader.find_many(Fee, "case", numbers))
    payments = _by_case(await reader.find_many(Payment, "case", numbers))
    return [
        CaseAccount(
            case=case,
            creditor=creditors[case.creditor],
            claims=tuple(claims.get(case.id, ())),
            fees=tuple(fees.get(case.id, ())),
            payments=tuple(payments.get(case.id, ())),
        )
        for case in cases
        if case.creditor in creditors
    ]


def _by_case(documents: Iterable[OfCase]) -> dict[str, list[OfCase]]:
    groups: dict[str, list[OfCase]] = {}
    for document in documents:
        groups.setdefault(document.case or "", []).append(document)
    return groups


def _settled_otherwise(account: CaseAccount, rates: InterestRates, today: date) -> Iterable[Finding]:
    settlement, case = account.settle(rates, today), account.case
    if settlement.outstanding != case.outstanding:
        text = _("utestående er {outstanding}, men {computed} regnet ut").format(
            outstanding=format_amount(case.outstanding), computed=format_amount(settlement.outstanding)
        )
        yield _finding("outstanding", case, text)
    for payment in account.payments:
        covered = settlement.coverage.get(payment.id)
        if covered is None or payment.posting in _FIXED:
            continue
        if (payment.coverage, payment.waiting) != (covered.allocations, covered.waiting):
            yield _finding(
                "coverage", payment, _("er fordelt på sak {id} på en annen måte enn reglene sier").format(id=case.id)
            )


# --- payments -------------------------------------------------------------------------------------------------------


def payment_sums(payments: Sequence[Payment]) -> list[Finding]:
    """What a payment on a case covers adds up to it, and one without a case covers nothing."""
    return [finding for payment in payments for finding in _payment_sums(payment)]


def _payment_sums(payment: Payment) -> Iterable[Finding]:
    covered = sum(part.amount for part in payment.coverage) + payment.waiting
    counts = payment.case is not None and payment.deleted is None
    if (counts or payment.posting in _FIXED) and covered != payment.amount:
        text = _("er på {amount}, men dekker {covered}").format(
            amount=format_amount(payment.amount), covered=format_amount(covered)
        )
        yield _finding("covered", payment, text)
    if payment.case is None and covered:
        yield _finding(
            "covered", payment, _("er ikke på noen sak, men dekker {covered}").format(covered=format_amount(covered))
        )
    if payment.case is not None and payment.unplaced is not None:
        yield _finding("unplaced", payment, _("er uplassert, men ligger på sak {case}").format(case=payment.case))
    if payment.posting == "frozen" and not payment.vouchers:
        yield _finding("posting", payment, _("er på vei til Visma, men ikke i noe bilag"))


# --- vouchers -------------------------------------------------------------------------------------------------------


async def voucher_sums(reader: Reader, vouchers: Sequence[Voucher]) -> list[Finding]:
    """Vouchers balance, and are equal to what the payments that they carry say."""
    keys = sorted({key for voucher in vouchers for key in voucher.payments})
    payments = await reader.get_many(Payment, keys)
    deliveries = await reader.get_many(Delivery, [voucher.id for voucher in vouchers])
    found: list[Finding] = []
    for voucher in vouchers:
        carried = [payments[key] for key in voucher.payments if key in payments]
        found += (*_balance(voucher), *_carried(voucher, deliveries.get(voucher.id), carried))
    return found


def _balance(voucher: Voucher) -> Iterable[Finding]:
    rest = sum(line.amount for line in voucher.lines)
    if rest:
        yield _finding("unbalanced", voucher, _("går ikke i null: {rest} til overs").format(rest=format_amount(rest)))
    credited = -sum(line.amount for line in voucher.lines if line.payment)
    if credited != voucher.amount:
        text = _("er på {amount}, men linjene på {credited}").format(
            amount=format_amount(voucher.amount), credited=format_amount(credited)
        )
        yield _finding("voucher_amount", voucher, text)
    if set(voucher.payments) != {line.payment for line in voucher.lines if line.payment}:
        yield _finding("voucher_payments", voucher, _("nevner andre innbetalinger enn linjene"))


def _carried(voucher: Voucher, delivery: Delivery | None, payments: Sequence[Payment]) -> Iterable[Finding]:
    """Payments that are free again are in no voucher: then this one was rejected, or withdrawn."""
    for payment in payments:
        if voucher.id not in payment.vouchers:
            if delivery is not None and delivery.state != "rejected":
                yield _finding(
                    "voucher_payments", voucher, _("har innbetaling {id}, som ikke vet om det").format(id=payment.id)
                )
            continue
        said = sum(part.amount for part in payment.coverage if kind_of(part) == voucher.kind)
        said += payment.waiting if voucher.kind == "R" else 0
        written = -sum(line.amount for line in voucher.lines if line.payment == payment.id)
        if written != said:
            text = _("fører {written} av innbetaling {id}, som sier {said}").format(
                written=format_amount(written), id=payment.id, said=format_amount(said)
            )
            yield _finding("voucher_amount", voucher, text)


# --- bank files -----------------------------------------------------------------------------------------------------


async def bank_file_sums(reader: Reader, files: Sequence[BankFile]) -> list[Finding]:
    """Every payment of a file is kept, but those that an earlier file had: then its receipt says what was new."""
    stored: dict[str, list[int]] = {file.id: [] for file in files}
    for payment in await reader.find_many(Payment, "bank_file", list(stored)):
        stored[payment.bank_file or ""].append(payment.amount)
    receipts = await reader.get_many(Receipt, [file.receipt for file in files])
    found = []
    for file in files:
        number, amount = len(stored[file.id]), sum(stored[file.id])
        expected = file.amount if number >= file.payments else _new_of(receipts.get(file.receipt))
        if number > file.payments or expected not in (None, amount):
            text = _("har {payments} innbetalinger på {amount}; {number} på {stored} er lagret").format(
                payments=file.payments, amount=format_amount(file.amount), number=number, stored=format_amount(amount)
            )
            found.append(_finding("bank_file", file, text))
    return found


def _new_of(receipt: Receipt | None) -> int | None:
    """The sum of the payments that were new, as the receipt lists them by case and unplaced."""
    if receipt is None:
        return None
    return sum(
        cell
        for section in receipt.sections
        for row in section.rows
        for column, cell in zip(section.columns, row, strict=False)
        if column.title in _RECEIPT_COLUMNS and isinstance(cell, int)
    )
