"""What happens next on a case, and when."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from data.documents import Case, CaseStatus, Claim, Fee, Payment
from services.rules.next_step import Kind, NextStep, next_steps
from tests.builders import case
from tests.services.rules.build import LATER_RATES, RATES, claim, fee, payment, settled

TODAY = date(2026, 11, 24)
DUE = date(2026, 8, 20)
SENT: dict[str, Any] = {"step": "IKV", "step_sent": date(2026, 11, 9), "step_date": date(2026, 11, 23)}
NUMBER = "0221-00000038"


def steps(
    *documents: Claim | Fee | Payment, today: date = TODAY, status: CaseStatus = "open", **more: Any
) -> Sequence[NextStep]:
    claims = [each for each in documents if isinstance(each, Claim)]
    fees = [each for each in documents if isinstance(each, Fee)]
    payments = [each for each in documents if isinstance(each, Payment)]
    settlement = settled(claims, fees, [each for each in payments if not each.deleted], until=today, rates=LATER_RATES)
    return next_steps(case(38, status=status, **more), claims, fees, payments, settlement, today)


def written(number: int = 1, due: date = DUE, unpaid: int = 1_000_00) -> Claim:
    """A claim whose case number is in Visma."""
    return replace(claim(number, due, unpaid), written_back="done")


def posted(number: int, amount: int) -> Payment:
    return replace(payment(number, date(2026, 11, 20), amount), posting="not_ours")


def test_an_overdue_case_can_be_notified_at_once_and_with_a_fee() -> None:
    assert steps(written()) == (NextStep(kind="notice", day=TODAY, fee_day=TODAY),)


def test_a_notice_waits_until_all_is_overdue_and_its_fee_for_14_days_after_the_oldest() -> None:
    newest, oldest = written(1, date(2026, 12, 2)), written(2, date(2026, 11, 20))
    assert steps(newest, oldest) == (NextStep(kind="notice", day=date(2026, 12, 3), fee_day=date(2026, 12, 4)),)


def test_what_is_paid_holds_no_notice_back() -> None:
    paid = replace(written(2, date(2026, 12, 20)), unpaid=0)
    assert steps(written(), paid)[0].day == TODAY


def test_the_fee_waits_for_the_deadline_of_the_reminder() -> None:
    reminder = replace(fee(1, date(2026, 11, 20), 38_00), claim=f"{NUMBER}/1")
    assert steps(written(), reminder) == (NextStep(kind="notice", day=TODAY, fee_day=date(2026, 12, 5)),)


@pytest.mark.parametrize(
    ("today", "kind"), [(date(2026, 11, 20), "deadline"), (date(2026, 11, 23), "deadline"), (TODAY, "demand")]
)
def test_a_notice_has_its_deadline_and_then_comes_the_demand(today: date, kind: str) -> None:
    (step,) = steps(written(), today=today, **SENT)
    assert (step.kind, step.day) == (kind, date(2026, 11, 23))


def test_a_case_with_only_charges_left_is_for_somebody_to_decide() -> None:
    found = steps(written(), posted(1, 1_000_00), **SENT)
    assert [step.kind for step in found] == ["only_charges"]


@pytest.mark.parametrize(("status", "kind"), [("closed", "closed"), ("paused", "paused"), ("manual", "manual")])
def test_a_case_that_is_not_open_says_so(status: CaseStatus, kind: Kind) -> None:
    assert steps(written(), status=status) == (NextStep(kind=kind),)


def test_an_open_case_where_nothing_is_owed_is_settled() -> None:
    assert steps() == (NextStep(kind="settled"),)


def test_a_closed_case_waits_for_what_is_not_posted_and_for_nothing_else() -> None:
    pending = payment(1, date(2026, 11, 20), 300_00)
    frozen = replace(payment(2, date(2026, 11, 20), 50_00), posting="frozen")
    gone = replace(payment(3, date(2026, 11, 20), 70_00), posting="excluded")
    assert steps(written(), pending, frozen, gone, status="closed") == (
        NextStep(kind="posting", count=1, amount=300_00),
        NextStep(kind="sending", count=1, amount=50_00),
    )


def test_a_surplus_a_missing_rate_and_a_case_number_on_its_way_are_told() -> None:
    too_much = steps(claim(1, DUE, 100_00), posted(1, 500_00), status="closed")
    assert [step.kind for step in too_much] == ["surplus", "write_back"]
    assert too_much[0].amount == settled([claim(1, DUE, 100_00)], [], [posted(1, 500_00)]).balance.surplus
    waits = replace(payment(1, date(2027, 1, 5), 1_100_00), waiting=5)
    found = next_steps(case(38), [written()], [], [waits], settled([written()], [], [waits], rates=RATES), TODAY)
    assert [step.kind for step in found] == ["settled", "rate"]


@pytest.mark.parametrize(("before", "warned"), [(timedelta(122), True), (timedelta(123), False), (timedelta(-9), True)])
def test_four_months_before_a_claim_can_be_time_barred_it_is_told(before: timedelta, warned: bool) -> None:
    barred = date(2026, 11, 24)
    found = steps(written(due=date(2023, 11, 24)), today=barred - before)
    assert (NextStep(kind="limitation", day=barred) in found) is warned


@given(
    st.sampled_from(("open", "closed", "paused", "manual")),
    st.lists(st.tuples(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 10_000_00)), max_size=3),
    st.lists(st.integers(-500_00, 9_000_00), max_size=3),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.booleans(),
)
def test_there_is_always_a_next_step_none_twice_and_what_can_be_done_is_not_in_the_past(
    status: CaseStatus, dues: list[tuple[date, int]], paid: list[int], today: date, sent: bool
) -> None:
    claims = [claim(number, due, unpaid) for number, (due, unpaid) in enumerate(dues)]
    payments = [payment(number, TODAY, amount) for number, amount in enumerate(paid)]
    settlement = settled(claims, (), payments, until=today)
    one: Case = case(38, status=status, **(SENT if sent else {}))
    found = next_steps(one, claims, [], payments, settlement, today)
    kinds = [step.kind for step in found]
    assert kinds
    assert len(set(kinds)) == len(kinds)
    for step in found:
        if step.kind in ("notice", "deadline"):
            assert step.day is not None
            assert step.day >= today
        if step.fee_day is not None and step.day is not None:
            assert step.fee_day >= step.day
