"""Dated rates in the store: seeded once, added to by administrators, never changed."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from data.documents import Event, InterestRate, NoticeFee, Payment
from data.errors import Kk2Error
from data.rates import RatesFileError
from data.store import Reader, Store
from services.case_account import CaseAccount, read_accounts, update
from services.errors import InvalidInput, Refused
from services.payments import PaymentService
from services.posting import PostingService
from services.rates import RateService, interest_rates, notice_fees, seed_rates
from services.rules.rates import RateError
from tests.builders import NEXT_HALF_YEAR, case, claim, number_of, put
from tests.services.fakes import FakeClock

JANUARY_2 = date(2027, 1, 2)


@pytest.fixture
def rates(store: Store, clock: FakeClock) -> RateService:
    return RateService(store, clock)


def file_of(*interest: dict[str, Any], **more: Any) -> bytes:
    return msgspec.json.encode({"late_interest": list(interest), **more})


def row(first: str = "2027-01-01", last: str = "2027-06-30", percent: str = "12.25") -> dict[str, Any]:
    return {"valid_from": first, "valid_to": last, "rate_percent": percent, "regulation": "FOR-0", "source": "test"}


def fee_row(first: str, base: int | None = 800) -> dict[str, Any]:
    share = {"factor_purring": "1/20", "factor_inkassovarsel": "1/20", "factor_betalingsoppfordring_egen": "3/20"}
    return {"valid_from": first, "inkassosats_nok": base, "source": "test", **share}


async def test_seeding_again_changes_nothing(store: Store) -> None:
    before = await store.last_change()
    await seed_rates(store, "kari")
    assert await store.last_change() == before
    assert (await notice_fees(store)).rows


async def test_the_next_half_year_is_added_after_the_last_known(store: Store, rates: RateService) -> None:
    assert await rates.next_half_year() == (NEXT_HALF_YEAR.valid_from, NEXT_HALF_YEAR.valid_to)
    assert (await rates.add(NEXT_HALF_YEAR, "kari")).interest == (NEXT_HALF_YEAR,)
    assert (await interest_rates(store)).known_until == NEXT_HALF_YEAR.valid_to
    assert await rates.next_half_year() == (date(2027, 7, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"valid_from": date(2026, 10, 1), "valid_to": date(2026, 12, 31)}, "rate_overlap"),
        ({"valid_from": date(2026, 7, 1), "valid_to": date(2026, 12, 31), "basis_points": 1300}, "rate_overlap"),
        ({"valid_from": date(2027, 1, 2)}, "rate_gap"),
        ({"valid_from": date(2027, 7, 1), "valid_to": date(2027, 12, 31)}, "rate_gap"),
        ({"valid_to": date(2027, 12, 31)}, "bad_rates"),
        ({"valid_to": date(2026, 6, 30)}, "bad_rates"),
        ({"basis_points": 0}, "bad_rates"),
        ({"regulation": " "}, "invalid_input"),
    ],
)
async def test_a_row_that_overlaps_leaves_a_gap_or_is_no_rate_is_refused(
    store: Store, rates: RateService, change: dict[str, Any], code: str
) -> None:
    before = await store.last_change()
    wrong = replace(NEXT_HALF_YEAR, **change)
    for attempt in (rates.preview(wrong), rates.add(wrong, "kari")):
        with pytest.raises(Kk2Error, match="Ingenting er lagret") as refused:
            await attempt
        assert refused.value.code == code
    assert await store.last_change() == before


async def test_only_an_administrator_adds_a_rate(store: Store, rates: RateService) -> None:
    before = await store.last_change()
    for attempt in (rates.add(NEXT_HALF_YEAR, "ola"), rates.load(file_of(row()), "ola")):
        with pytest.raises(Refused) as refused:
            await attempt
        assert refused.value.code == "not_admin"
    assert await store.last_change() == before


async def test_a_file_adds_what_is_new_and_loading_it_again_changes_nothing(store: Store, rates: RateService) -> None:
    known = {"valid_from": "2026-07-01", "valid_to": "2026-12-31", "percent": "12.25"}
    later = row("2027-07-01", "2027-12-31", "11,5")
    content = file_of(later, row(known["valid_from"], known["valid_to"], known["percent"]), row())
    added = await rates.load(content, "kari")
    assert [(each.id, each.basis_points) for each in added.interest] == [("2027-01-01", 1225), ("2027-07-01", 1150)]
    before = await store.last_change()
    assert await rates.load(content, "kari") == type(added)()
    assert await store.last_change() == before


async def test_a_file_with_one_wrong_row_adds_nothing(store: Store, rates: RateService) -> None:
    before = await store.count(InterestRate)
    for content in (file_of(row(), row("2028-01-01", "2028-06-30")), file_of(row("2026-07-01", "2026-12-31", "13"))):
        with pytest.raises(RateError):
            await rates.load(content, "kari")
    for nothing in (b"{}", b'{"laws": []}'):
        with pytest.raises(InvalidInput, match="ingenting er lagret"):
            await rates.load(nothing, "kari")
    with pytest.raises(RatesFileError):
        await rates.load(file_of(row(percent="12.255")), "kari")
    assert await store.count(InterestRate) == before


async def test_new_fees_take_over_where_the_row_without_an_end_is(store: Store, rates: RateService) -> None:
    added = await rates.load(file_of(notice_fees=[fee_row("2027-01-01")]), "kari")
    assert [each.base for each in added.fees] == [800_00]
    fees = await notice_fees(store)
    days = (date(2026, 12, 31), date(2027, 1, 1))
    assert [each.base for day in days if (each := fees.on(day))] == [750_00, 800_00]


@pytest.mark.parametrize("wrong", [fee_row("2026-01-01"), fee_row("2025-06-01"), fee_row("2027-01-01", None)])
async def test_fees_that_change_a_row_or_have_no_inkassosats_are_refused(
    store: Store, rates: RateService, wrong: dict[str, Any]
) -> None:
    before = await store.count(NoticeFee)
    with pytest.raises(RateError, match="Ingenting er lagret"):
        await rates.load(file_of(notice_fees=[wrong]), "kari")
    assert await store.count(NoticeFee) == before


async def waiting_case(store: Store, clock: FakeClock, serial: int, amount: int = 1_100_00) -> Payment:
    """A case with one claim of 1 000, and a payment of 2 January 2027 that covers it and reaches the interest."""
    owed = case(serial)
    await put(store, owed, claim(owed))
    return await PaymentService(store, clock).add(owed.id, amount, JANUARY_2, "kari")


async def test_what_waited_for_a_rate_is_covered_to_the_ore_when_it_is_there(
    store: Store, clock: FakeClock, rates: RateService
) -> None:
    clock.turn_to(JANUARY_2)
    first, second = await waiting_case(store, clock, 1), await waiting_case(store, clock, 2)
    assert (first.waiting, first.covered("principal")) == (100_00, 1_000_00)
    preview = await rates.preview(NEXT_HALF_YEAR)
    assert (preview.payments, preview.cases, preview.amount) == (2, 2, 200_00)
    assert preview.before is not None
    assert preview.before.id == "2026-07-01"
    added = await rates.add(NEXT_HALF_YEAR, "kari")
    assert added.cases == (number_of(1), number_of(2))
    # 21 August to 31 December 2026 is 133 days of 365, then two days of 2027.
    interest = round(Fraction(1_000_00 * 1225 * 135, 365 * 10_000))
    for payment in (await store.get_many(Payment, [first.id, second.id])).values():
        assert (payment.waiting, payment.covered("interest")) == (0, interest)
        assert payment.covered("surplus") == 100_00 - interest
    assert (await PostingService(store, clock).proposal()).problems == ()
    events = await store.find(Event, "case", number_of(1))
    assert events[-1].text == "Rentesatsen er kjent nå: innbetalingene som ventet på den, er regnet på nytt."


async def test_a_payment_still_waiting_though_its_rate_is_known_is_covered_when_the_file_is_loaded_again(
    store: Store, clock: FakeClock, rates: RateService
) -> None:
    """As when a bank file was being read in at the very moment that the rate came."""
    clock.turn_to(JANUARY_2)
    payment = await waiting_case(store, clock, 1)
    await put(store, NEXT_HALF_YEAR)
    assert (await rates.load(file_of(row()), "kari")).cases == (number_of(1),)
    covered = await store.get(Payment, payment.id)
    assert covered is not None
    assert covered.waiting == 0


async def test_a_rate_that_came_while_a_payment_was_entered_counts_for_it(
    store: Store, clock: FakeClock, rates: RateService
) -> None:
    new = case()
    await put(store, new, claim(new))
    clock.turn_to(JANUARY_2)
    read_before = await interest_rates(store)
    await rates.add(NEXT_HALF_YEAR, "kari")
    payment = await PaymentService(store, clock).add(new.id, 1_100_00, JANUARY_2, "kari")
    async with store.transaction("kari", "Prøve") as tx:
        await update(tx, [new.id], rates=read_before, clock=clock, actor="kari")
    assert await store.get(Payment, payment.id) == payment
    assert payment.waiting == 0


async def test_a_rate_for_another_half_year_leaves_a_payment_waiting(
    store: Store, clock: FakeClock, rates: RateService
) -> None:
    clock.turn_to(date(2027, 8, 2))
    owed = case(1)
    await put(store, owed, claim(owed))
    await PaymentService(store, clock).add(owed.id, 1_100_00, date(2027, 8, 2), "kari")
    assert (await rates.preview(NEXT_HALF_YEAR)).payments == 0
    assert (await rates.add(NEXT_HALF_YEAR, "kari")).cases == ()
    assert len((await PostingService(store, clock).proposal()).problems) == 1


async def test_a_payment_waits_for_the_days_that_interest_runs_and_not_for_its_own(
    store: Store, clock: FakeClock, rates: RateService
) -> None:
    """The principal is paid in the half-year that comes; the next payment, in the one after it, waits for no more."""
    clock.turn_to(date(2027, 7, 9))
    owed = case(1)
    await put(store, owed, claim(owed))
    payments = PaymentService(store, clock)
    await payments.add(owed.id, 1_000_00, JANUARY_2, "kari")
    later = await payments.add(owed.id, 100_00, date(2027, 7, 9), "kari")
    assert later.waiting == 100_00
    preview = await rates.preview(NEXT_HALF_YEAR)
    assert (preview.payments, preview.cases, preview.amount) == (1, 1, 100_00)
    assert (await rates.add(NEXT_HALF_YEAR, "kari")).cases == (owed.id,)
    covered = await store.get(Payment, later.id)
    assert covered is not None
    assert covered.waiting == 0
    assert covered.covered("interest") == round(Fraction(1_000_00 * 1225 * 135, 365 * 10_000))


async def test_a_payment_deleted_while_the_preview_is_made_waits_for_nothing(
    store: Store, clock: FakeClock, rates: RateService, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.turn_to(JANUARY_2)
    payment = await waiting_case(store, clock, 1)

    async def after_it_is_deleted(reader: Reader, numbers: Sequence[str]) -> list[CaseAccount]:
        await PaymentService(store, clock).delete(payment.id, "Prøve", "ola")
        return await read_accounts(reader, numbers)

    monkeypatch.setattr("services.rates.read_accounts", after_it_is_deleted)
    assert (await rates.preview(NEXT_HALF_YEAR)).payments == 0
