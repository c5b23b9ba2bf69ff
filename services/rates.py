"""The dated rates as they lie in the store: made ready for the rules, and added to by administrators.

A row is only ever added after the last known one, never changed or deleted (design.md 5). Payments that had to wait
for a rate are covered in the transaction that brings it.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

import msgspec

from data.documents import InterestRate, NoticeFee, Payment
from data.language import _
from data.rates import read_rates
from data.store import Reader, Store, Transaction
from services.batches import batches
from services.case_account import read_accounts, update
from services.clock import Clock
from services.errors import InvalidInput
from services.events import log
from services.handlers import HandlerService
from services.listing import everything
from services.rules.dates import format_date
from services.rules.percent import format_percent
from services.rules.rates import (
    InterestRates,
    NoticeFees,
    initial_rates,
    next_half_year,
    with_next_fees,
    with_next_rate,
)

BATCH = 250  # cases: the screens stay awake
_OPEN = ("pending", "excluded", "not_ours")  # what a voucher carries is fixed, and waits for nothing

_NUMBER = re.compile(r"FOR-(\d{4}-\d{2}-\d{2}-\d+)", re.ASCII)

Row = TypeVar("Row", InterestRate, NoticeFee)


async def interest_rates(store: Store) -> InterestRates:
    """All known rates of late-payment interest."""
    return InterestRates(await everything(store, InterestRate))


async def notice_fees(store: Store) -> NoticeFees:
    """All known fees for the creditor's own notices."""
    return NoticeFees(await everything(store, NoticeFee))


async def seed_rates(store: Store, actor: str) -> None:
    """Put the rates that come with the program into a store that lacks them. Rows that are there are left alone."""
    interest, fees = initial_rates()
    async with store.transaction(actor, "Satser fra programmet") as tx:
        for rate in interest:
            if await tx.get(InterestRate, rate.id) is None:
                tx.put(rate)
        for fee in fees:
            if await tx.get(NoticeFee, fee.id) is None:
                tx.put(fee)


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """What was added, and the cases whose waiting payments were covered."""

    interest: tuple[InterestRate, ...] = ()
    fees: tuple[NoticeFee, ...] = ()
    cases: tuple[str, ...] = ()


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What adding a rate would do. `before` is the last known one; `amount` is what waits for this one alone, øre."""

    rate: InterestRate
    before: InterestRate | None
    payments: int
    cases: int
    amount: int


class _Freed(NamedTuple):
    """What of a payment need wait no longer, øre."""

    case: str
    amount: int


class RateService:
    """Adds rates, for administrators."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def next_half_year(self) -> tuple[date, date] | None:
        """The first and last day of the rate that comes next; None in a store without rates."""
        return next_half_year(await interest_rates(self._store))

    def entered(self, first: date, last: date, basis_points: int, regulation: str, name: str) -> InterestRate:
        """A rate as a person enters it; `name` is the person's. Lovdata's address follows from the regulation."""
        number = _NUMBER.fullmatch(regulation.strip())
        return InterestRate(
            id=first.isoformat(),
            valid_from=first,
            valid_to=last,
            basis_points=basis_points,
            regulation=regulation.strip(),
            source=f"Lagt inn i kk2 av {name} {format_date(self._clock.today())}",
            url=f"https://lovdata.no/forskrift/{number[1]}" if number else "",
        )

    async def preview(self, rate: InterestRate) -> Preview:
        """What `add` would do. Raises as `add` does, and changes nothing."""
        known = await interest_rates(self._store)
        freed = await self._freed(self._store, with_next_rate(known, _complete(rate)))
        return Preview(
            rate=rate,
            before=known.rows[-1] if known.rows else None,
            payments=len(freed),
            cases=len({each.case for each in freed}),
            amount=sum(each.amount for each in freed),
        )

    async def add(self, rate: InterestRate, actor: str) -> Added:
        """Add the rate of the next half-year. Raises Refused unless `actor` is an administrator, and RateError."""
        return await self._add([_complete(rate)], [], actor)

    async def load(self, content: bytes, actor: str) -> Added:
        """Add the rows of a file of rates (data/rates) that are not here yet. Loading it again changes nothing.

        All or nothing. Raises RatesFileError, and what `add` raises.
        """
        wanted = read_rates(content)
        if not wanted.interest and not wanted.notice_fees:
            raise InvalidInput(
                _(
                    "Filen har verken late_interest eller notice_fees, og ingenting er lagret. "
                    "Se eksempelet i docs/administrator.md."
                )
            )
        return await self._add(wanted.interest, wanted.notice_fees, actor)

    async def _add(self, interest: Sequence[InterestRate], fees: Sequence[NoticeFee], actor: str) -> Added:
        await HandlerService(self._store).require_admin(actor)
        rates, known_fees = await interest_rates(self._store), await notice_fees(self._store)
        new_rates, new_fees = _new(rates.rows, interest), _new(known_fees.rows, fees)
        for rate in new_rates:
            rates = with_next_rate(rates, rate)
        for fee in new_fees:
            known_fees = with_next_fees(known_fees, fee)
        async with self._store.transaction(actor, _reason(new_rates, new_fees)) as tx:
            for rate in new_rates:
                tx.put(rate)
            for fee in new_fees:
                tx.put(fee)
            cases = await self._cover_waiting(tx, rates, actor)
        return Added(interest=tuple(new_rates), fees=tuple(new_fees), cases=tuple(cases))

    async def _cover_waiting(self, tx: Transaction, rates: InterestRates, actor: str) -> list[str]:
        """Settle the cases with a payment that waited for a rate that is known now."""
        cases = sorted({each.case for each in await self._freed(tx, rates)})
        for batch in batches(cases, BATCH):
            await update(tx, batch, rates=rates, clock=self._clock, actor=actor)
            line = "Rentesatsen er kjent nå: innbetalingene som ventet på den, er regnet på nytt."
            await log(tx, self._clock, actor, [(case, line) for case in batch])
        return cases

    async def _freed(self, reader: Reader, rates: InterestRates) -> list[_Freed]:
        """The payments that wait, and with these rates would not, or for less.

        A payment need not wait for the rate of its own day: interest stops when the principal is paid.
        """
        found = await reader.find_many(Payment, "posting", _OPEN)
        cases = sorted({each.case for each in found if each.waiting and each.case and not each.deleted})
        freed = []
        for batch in batches(cases, BATCH):
            for account in await read_accounts(reader, batch):
                coverage = account.settle(rates, self._clock.today()).coverage
                for payment in account.payments:  # read anew: without a transaction, some may be gone from the case
                    covered = coverage.get(payment.id)
                    if covered and payment.posting in _OPEN and covered.waiting != payment.waiting:
                        freed.append(_Freed(account.case.id, payment.waiting - covered.waiting))
        return freed


def _complete(rate: InterestRate) -> InterestRate:
    """Raises InvalidInput for a rate that does not say where it is from."""
    if not rate.regulation.strip():
        raise InvalidInput(_("Oppgi forskriften som fastsetter satsen. Ingenting er lagret."))
    return rate


def _new(known: Iterable[Row], wanted: Iterable[Row]) -> list[Row]:
    """Those that are not known, the first day first. One that is known, but otherwise, is left for the rules to refuse.

    Where a row comes from may be told in other words: what counts is what it does.
    """
    there = {_effect(row) for row in known}
    return sorted((row for row in wanted if _effect(row) not in there), key=lambda row: row.valid_from)


def _effect(row: InterestRate | NoticeFee) -> tuple[object, ...]:
    if isinstance(row, InterestRate):
        return row.valid_from, row.valid_to, row.basis_points
    return row.valid_from, row.valid_to, row.base, row.reminder_factor, row.notice_factor, row.demand_factor


def _reason(interest: Sequence[InterestRate], fees: Sequence[NoticeFee]) -> str:
    told = [f"Rentesats {format_percent(each.basis_points)} fra {format_date(each.valid_from)}" for each in interest]
    told += [f"Gebyrsatser fra {format_date(each.valid_from)}" for each in fees]
    return ", ".join(told) or "Innbetalinger som ventet på rentesats"
