"""Dated rates in the store: seeded once, added to, never changed."""

import pytest
from msgspec.structs import replace

from data.documents import InterestRate
from data.store import Store
from services.errors import InvalidInput
from services.rates import add_interest_rate, interest_rates, notice_fees, seed_rates
from services.rules.rates import RateError
from tests.builders import NEXT_HALF_YEAR
from tests.services.fakes import FakeClock


async def test_seeding_again_changes_nothing(store: Store) -> None:
    before = await store.last_change()
    await seed_rates(store, "kari")
    assert await store.last_change() == before
    assert (await notice_fees(store)).rows


async def test_the_next_half_year_is_added_after_the_last_known(store: Store, clock: FakeClock) -> None:
    assert await add_interest_rate(store, clock, NEXT_HALF_YEAR, "kari") == 0
    assert (await interest_rates(store)).known_until == NEXT_HALF_YEAR.valid_to
    with pytest.raises(InvalidInput, match=r"Satsene er kjent til 30\.06\.2027"):
        await add_interest_rate(store, clock, NEXT_HALF_YEAR, "kari")


async def test_a_rate_that_leaves_a_gap_or_is_no_rate_is_refused(store: Store, clock: FakeClock) -> None:
    before = await store.count(InterestRate)
    late = replace(NEXT_HALF_YEAR, valid_from=NEXT_HALF_YEAR.valid_from.replace(day=2))
    with pytest.raises(InvalidInput):
        await add_interest_rate(store, clock, late, "kari")
    with pytest.raises(RateError):
        await add_interest_rate(store, clock, replace(NEXT_HALF_YEAR, basis_points=0), "kari")
    assert await store.count(InterestRate) == before
