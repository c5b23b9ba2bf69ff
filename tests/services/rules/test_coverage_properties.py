"""What always holds of coverage, whatever the case."""

import itertools
from datetime import date
from random import Random
from typing import Literal

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from data.documents import DEFAULT_COVERAGE, Claim, Component, Fee, Payment
from services.rules.coverage import Settlement
from services.rules.interest import to_ore
from tests.services.rules.build import LATER_RATES, RATES, claim, fee, payment, settled

# Few days and few amounts, so that payments meet on a day and cover things exactly.
days = st.sampled_from([date(2024, 2, 29), date(2025, 7, 1), date(2026, 1, 5), date(2026, 6, 30)]) | st.dates(
    date(2023, 6, 1), date(2026, 12, 31)
)
late_days = days | st.dates(date(2027, 1, 1), date(2027, 6, 30))
amounts = st.sampled_from([100_00, 38_00, 1]) | st.integers(1, 2_000_00)
orders = st.sampled_from(list(itertools.permutations(DEFAULT_COVERAGE))) | st.just(DEFAULT_COVERAGE)
kinds: st.SearchStrategy[Literal["costs", "fees"]] = st.sampled_from(("costs", "fees"))
LAST = date(2027, 6, 30)

claim_lists = st.lists(st.tuples(days, amounts), max_size=3).map(
    lambda rows: [claim(number, *row) for number, row in enumerate(rows, 1)]
)
fee_lists = st.lists(st.tuples(days, amounts, kinds), max_size=3).map(
    lambda rows: [fee(number, *row) for number, row in enumerate(rows, 1)]
)


def payment_lists(when: st.SearchStrategy[date] = late_days, first: int = 1) -> st.SearchStrategy[list[Payment]]:
    signed = amounts | amounts | amounts.map(lambda amount: -amount)
    return st.lists(st.tuples(when, signed), max_size=5).map(
        lambda rows: [payment(number, *row) for number, row in enumerate(rows, first)]
    )


def covered(answer: Settlement, component: Component) -> int:
    return sum(
        part.amount
        for coverage in answer.coverage.values()
        for part in coverage.allocations
        if part.component == component
    )


def check(answer: Settlement, payments: list[Payment]) -> None:
    """What holds of every settlement."""
    for paid in payments:
        coverage = answer.coverage[paid.id]
        assert sum(part.amount for part in coverage.allocations) + coverage.waiting == paid.amount
    balance = answer.balance
    owed = balance.principal + balance.costs + balance.fees + balance.interest
    assert balance.paid == sum(paid.amount for paid in payments)
    assert balance.total == owed - balance.paid
    left = sum(line.unpaid + line.interest - line.interest_paid for line in answer.claims)
    left += sum(line.unpaid for line in answer.fees)
    assert balance.total == left - balance.surplus - balance.waiting
    assert all(0 <= line.unpaid <= line.principal for line in answer.claims)
    assert all(0 <= line.interest_paid <= line.interest for line in answer.claims)
    assert all(0 <= line.unpaid <= line.amount for line in answer.fees)
    unpaid = {
        "principal": sum(line.unpaid for line in answer.claims),
        "costs": sum(line.unpaid for line in answer.fees if line.component == "costs"),
        "fees": sum(line.unpaid for line in answer.fees if line.component == "fees"),
    }
    assert covered(answer, "principal") + unpaid["principal"] == balance.principal
    assert covered(answer, "costs") + unpaid["costs"] == balance.costs
    assert covered(answer, "fees") + unpaid["fees"] == balance.fees


@given(claim_lists, fee_lists, payment_lists(), orders)
def test_nothing_is_gained_or_lost(
    claims: list[Claim], fees: list[Fee], payments: list[Payment], order: tuple[Component, ...]
) -> None:
    answer = settled(claims, fees, payments, order=order)
    check(answer, payments)
    interest = sum(line.interest_paid for line in answer.claims)
    assert covered(answer, "interest") == interest
    assert covered(answer, "surplus") == answer.balance.surplus
    assert sum(coverage.waiting for coverage in answer.coverage.values()) == answer.balance.waiting


@given(claim_lists, fee_lists, payment_lists(), st.randoms(use_true_random=False))
def test_the_order_in_which_documents_are_given_makes_no_difference(
    claims: list[Claim], fees: list[Fee], payments: list[Payment], random: Random
) -> None:
    answer = settled(claims, fees, payments)
    for documents in (claims, fees, payments):
        random.shuffle(documents)
    assert settled(claims, fees, payments) == answer


@given(claim_lists, fee_lists, st.lists(amounts, max_size=4), late_days, orders)
def test_which_of_the_days_payments_comes_first_makes_no_difference_to_the_case(
    claims: list[Claim], fees: list[Fee], sums: list[int], day: date, order: tuple[Component, ...]
) -> None:
    one, other = (
        settled(claims, fees, [payment(number, day, amount) for number, amount in enumerate(row)], order=order)
        for row in (sums, sums[::-1])
    )
    assert (one.balance, one.claims, one.fees) == (other.balance, other.claims, other.fees)


@given(claim_lists, fee_lists, payment_lists(), late_days, amounts, orders)
def test_a_payment_that_is_reversed_on_its_day_leaves_no_trace(
    claims: list[Claim], fees: list[Fee], payments: list[Payment], day: date, amount: int, order: tuple[Component, ...]
) -> None:
    reversed_payment = [payment(100, day, amount), payment(101, day, -amount)]
    without = settled(claims, fees, payments, order=order, until=LAST)
    after = settled(claims, fees, [*payments, *reversed_payment], order=order, until=LAST)
    assert (after.balance, after.claims, after.fees) == (without.balance, without.claims, without.fees)


@given(claim_lists, fee_lists, payment_lists(), payment_lists(first=100), orders)
def test_a_later_payment_does_not_change_what_the_earlier_ones_covered(
    claims: list[Claim], fees: list[Fee], payments: list[Payment], more: list[Payment], order: tuple[Component, ...]
) -> None:
    last = max((paid.date for paid in payments), default=date.min)
    later = [paid for paid in more if paid.date > last]
    before = settled(claims, fees, payments, order=order).coverage
    after = settled(claims, fees, [*payments, *later], order=order).coverage
    assert {paid.id: after[paid.id] for paid in payments} == before


@given(claim_lists, fee_lists, payment_lists(), payment_lists(first=100), orders)
def test_what_vouchers_carry_is_never_touched_and_the_rest_still_adds_up(
    claims: list[Claim], fees: list[Fee], payments: list[Payment], more: list[Payment], order: tuple[Component, ...]
) -> None:
    before = settled(claims, fees, payments, order=order, rates=LATER_RATES).coverage
    posted = [replace(paid, posting="posted", coverage=before[paid.id].allocations) for paid in payments]
    answer = settled(claims, fees, [*posted, *more], order=order, rates=LATER_RATES)
    assert {paid.id: answer.coverage[paid.id] for paid in posted} == before
    check(answer, [*posted, *more])


@given(claim_lists, fee_lists, payment_lists(), orders)
def test_freezing_everything_changes_nothing(
    claims: list[Claim], fees: list[Fee], payments: list[Payment], order: tuple[Component, ...]
) -> None:
    answer = settled(claims, fees, payments, order=order)
    posted = [
        replace(paid, posting="frozen", coverage=part.allocations, waiting=part.waiting)
        for paid in payments
        for part in [answer.coverage[paid.id]]
    ]
    assert settled(claims, fees, posted, order=order) == answer


@given(claim_lists, fee_lists, payment_lists(), orders)
def test_what_comes_before_interest_is_covered_the_same_with_and_without_the_rate(
    claims: list[Claim], fees: list[Fee], payments: list[Payment], order: tuple[Component, ...]
) -> None:
    early = order[: order.index("interest")]
    waiting, complete = (
        settled(claims, fees, payments, order=order, rates=rates).coverage for rates in (RATES, LATER_RATES)
    )
    for paid in payments:
        assert complete[paid.id].waiting == 0
        assert [part for part in waiting[paid.id].allocations if part.component in early] == [
            part for part in complete[paid.id].allocations if part.component in early
        ]


@given(claim_lists, fee_lists, payment_lists(days), orders)
def test_nothing_waits_while_every_rate_is_known(
    claims: list[Claim], fees: list[Fee], payments: list[Payment], order: tuple[Component, ...]
) -> None:
    answer = settled(claims, fees, payments, order=order, until=date(2026, 12, 31))
    assert answer.balance.waiting == 0
    assert answer.balance.interest_complete


@given(claim_lists, payment_lists(days))
def test_the_lines_of_the_calculation_add_up_to_the_interest(claims: list[Claim], payments: list[Payment]) -> None:
    assume(claims)
    for line in settled(claims, payments=payments).claims:
        assert to_ore(sum(segment.units for segment in line.segments)) == line.interest
        assert all(earlier.last < later.first for earlier, later in zip(line.segments, line.segments[1:], strict=False))
