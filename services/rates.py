"""The dated rates as they lie in the store, made ready for the rules."""

from datetime import timedelta

from data.documents import InterestRate, NoticeFee, Payment
from data.store import Store
from services.case_account import update
from services.clock import Clock
from services.errors import InvalidInput
from services.listing import everything
from services.rules.dates import format_date
from services.rules.rates import InterestRates, NoticeFees, initial_rates


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


async def add_interest_rate(store: Store, clock: Clock, rate: InterestRate, actor: str) -> int:
    """Add the rate of the next half-year, and cover what payments had waiting for it. Returns how many cases it moved.

    A rate is never changed: raises InvalidInput unless it begins on the day after the last known one, and RateError
    for one that is no rate.
    """
    known = await interest_rates(store)
    if known.known_until is not None and rate.valid_from != known.known_until + timedelta(days=1):
        raise InvalidInput(
            f"Satsene er kjent til {format_date(known.known_until)}; den neste skal gjelde fra dagen etter. "
            "Ingenting er lagret."
        )
    rates = InterestRates([*known.rows, rate])
    async with store.transaction(actor, f"Rentesats fra {format_date(rate.valid_from)}") as tx:
        tx.put(rate)
        open_for_change = await tx.find_many(Payment, "posting", ("pending", "excluded", "not_ours"))
        cases = sorted({each.case for each in open_for_change if each.waiting and each.case and not each.deleted})
        await update(tx, cases, rates=rates, clock=clock, actor=actor)
    return len(cases)
