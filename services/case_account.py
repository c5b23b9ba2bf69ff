"""The account of a case: its claims, fees and payments settled together, and what follows from the result.

Whatever changes a payment, a fee or a claim ends here, in the same transaction: coverage is computed anew for every
payment that no voucher carries, the case is closed or opened again by its threshold, and `outstanding` is kept true.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from data.documents import Case, Claim, Creditor, Fee, InterestRate, Payment
from data.errors import NotFound
from data.language import _
from data.store import Reader, Transaction
from services.clock import Clock
from services.events import log
from services.rules.coverage import Settlement, settle
from services.rules.money import format_amount
from services.rules.rates import ONE_DAY, InterestRates
from services.rules.threshold import should_close

OfCase = TypeVar("OfCase", Claim, Fee, Payment)


class CaseAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A case with all that its balance is made of. `payments` has the deleted ones too."""

    case: Case
    creditor: Creditor
    claims: tuple[Claim, ...]
    fees: tuple[Fee, ...]
    payments: tuple[Payment, ...]

    def settle(self, rates: InterestRates, until: date) -> Settlement:
        """Coverage of every live payment, and the balance on `until`."""
        return settle(
            self.claims,
            self.fees,
            [payment for payment in self.payments if payment.deleted is None],
            order=self.creditor.coverage,
            rates=rates,
            until=until,
        )

    @property
    def threshold(self) -> int:
        """The balance under which the case is closed: its own, else its creditor's."""
        return self.creditor.threshold if self.case.threshold is None else self.case.threshold


class Updated(msgspec.Struct, frozen=True, kw_only=True):
    """What `update` did to a case."""

    case: Case
    settlement: Settlement
    closed: bool = False
    reopened: bool = False

    @property
    def total(self) -> int:
        return self.settlement.balance.total


async def read_accounts(reader: Reader, numbers: Sequence[str]) -> list[CaseAccount]:
    """The accounts of these cases, in the order given. Raises NotFound for a case that is not there."""
    cases = await reader.get_many(Case, numbers)
    for number in numbers:
        if number not in cases:
            raise NotFound(_("Sak {number} finnes ikke. Ingenting er endret.").format(number=number))
    creditors = await reader.get_many(Creditor, sorted({case.creditor for case in cases.values()}))
    claims = _by_case(await reader.find_many(Claim, "case", numbers))
    fees = _by_case(await reader.find_many(Fee, "case", numbers))
    payments = _by_case(await reader.find_many(Payment, "case", numbers))
    return [
        CaseAccount(
            case=cases[number],
            creditor=creditors[cases[number].creditor],
            claims=tuple(claims.get(number, ())),
            fees=tuple(fees.get(number, ())),
            payments=tuple(payments.get(number, ())),
        )
        for number in numbers
    ]


async def read_account(reader: Reader, number: str) -> CaseAccount:
    """The account of one case. Raises NotFound."""
    return (await read_accounts(reader, [number]))[0]


async def update(
    tx: Transaction, numbers: Sequence[str], *, rates: InterestRates, clock: Clock, actor: str
) -> list[Updated]:
    """Settle cases after their payments, fees or claims were changed in this transaction, and store what follows.

    `rates` may have been read before the transaction began: a rate that came since is counted too.
    """
    rates = await with_later(tx, rates)
    updated = [_settle_anew(tx, account, rates, clock) for account in await read_accounts(tx, numbers)]
    await log(tx, clock, actor, [line for each in updated for line in _closing_lines(each)])
    return updated


async def with_later(tx: Transaction, known: InterestRates) -> InterestRates:
    """The rates with those that an administrator has added after `known` was read."""
    rows = list(known.rows)
    while rows and (row := await tx.get(InterestRate, (rows[-1].valid_to + ONE_DAY).isoformat())) is not None:
        rows.append(row)
    return known if len(rows) == len(known.rows) else InterestRates(rows)


def _settle_anew(tx: Transaction, account: CaseAccount, rates: InterestRates, clock: Clock) -> Updated:
    settlement = account.settle(rates, clock.today())
    for payment in account.payments:
        covered = settlement.coverage.get(payment.id)
        if covered is None or payment.posting in ("frozen", "posted"):
            continue
        if (payment.coverage, payment.waiting) != (covered.allocations, covered.waiting):
            tx.put(replace(payment, coverage=covered.allocations, waiting=covered.waiting))
    case = _close_or_open(account, settlement, clock.today())
    if case != account.case:
        case = tx.put(case)
    was, now = account.case.status, case.status
    return Updated(
        case=case,
        settlement=settlement,
        closed=was != "closed" and now == "closed",
        reopened=was == "closed" and now != "closed",
    )


def _close_or_open(account: CaseAccount, settlement: Settlement, today: date) -> Case:
    """The case as the threshold wants it. Only a case with a payment closes, only what the threshold closed reopens."""
    case = replace(account.case, outstanding=settlement.outstanding)
    paid = any(payment.deleted is None for payment in account.payments)
    small = should_close(settlement.balance.total, case.threshold, account.creditor.threshold)
    if case.status != "closed" and paid and small:
        return replace(case, status="closed", closed=today, closed_by_threshold=True, closed_from=case.status)
    if case.status == "closed" and case.closed_by_threshold and not (paid and small):
        return replace(case, status=case.closed_from, closed=None, closed_by_threshold=False)
    return case


def _closing_lines(updated: Updated) -> Iterable[tuple[str, str]]:
    total = format_amount(updated.total)
    if updated.closed:
        yield updated.case.id, f"Saken er avsluttet: saldo {total} er under behandlingsterskelen."
    if updated.reopened:
        yield updated.case.id, f"Saken er åpnet igjen: saldo {total} er ikke lenger under behandlingsterskelen."


def _by_case(documents: Iterable[OfCase]) -> dict[str, list[OfCase]]:
    groups: dict[str, list[OfCase]] = {}
    for document in documents:
        if document.case is not None:
            groups.setdefault(document.case, []).append(document)
    return groups
