"""The dated rates as they lie in the store, made ready for the rules."""

from data.documents import InterestRate, NoticeFee
from data.store import Store
from services.listing import everything
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
