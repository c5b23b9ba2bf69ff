"""Which cases are due for anonymising."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.documents import Payment
from services.rules.retention import YEARS, Matter, is_anonymous, latest_before, why_kept
from tests.builders import case, fee, unplaced
from tests.services.retention_world import letter, mail, voucher

BEFORE = date(2021, 1, 1)
OLD = date(2020, 12, 31)
days = st.dates(date(2015, 1, 1), date(2030, 12, 31))


def closed(day: date = OLD, **more: Any) -> Any:
    return case(1, status="closed", closed=day, opened=date(2019, 1, 1), **more)


def paid(day: date = OLD, **more: Any) -> Payment:
    return unplaced(1, case=case(1).id, date=day, unplaced=None, **({"posting": "posted"} | more))


@given(days)
def test_what_may_go_belongs_to_a_year_that_ended_five_whole_years_ago(today: date) -> None:
    before = latest_before(today)
    newest = before - timedelta(days=1)
    year_end = date(newest.year, 12, 31)
    assert date(year_end.year + YEARS, 12, 31) < today
    assert date(before.year + YEARS, 12, 31) >= today  # and one day more would be too much


@given(days, days, days, st.dates(date(2021, 1, 1), date(2026, 1, 1)))
def test_a_due_case_has_nothing_from_the_day_on(ended: date, payment: date, charged: date, before: date) -> None:
    matter = Matter(case=closed(ended), payments=(paid(payment),), fees=(fee(case(1), date=charged),))
    assert (why_kept(matter, before) is None) == (max(ended, payment, charged) < before)


def test_a_settled_case_closed_before_the_day_is_due() -> None:
    matter = Matter(case=closed(), payments=(paid(),), letters=(letter(),), mails={"M1": mail()})
    assert why_kept(matter, BEFORE) is None


@pytest.mark.parametrize(
    ("matter", "reason"),
    [
        (Matter(case=case(1)), "open"),
        (Matter(case=case(1, status="paused")), "open"),
        (Matter(case=case(1, status="closed")), "undated"),
        (Matter(case=closed(BEFORE)), "recent"),
        (Matter(case=closed(), payments=(paid(BEFORE),)), "recent"),
        (Matter(case=closed(), fees=(fee(case(1), date=BEFORE),)), "recent"),
        (Matter(case=closed(), letters=(letter(sent=BEFORE),), mails={"M1": mail()}), "recent"),
        (Matter(case=closed(), vouchers=(voucher(OLD, made=datetime(2021, 1, 4, tzinfo=UTC)),)), "recent"),
        (Matter(case=closed(), vouchers=(voucher(OLD, made=datetime(2020, 12, 31, 23, 30, tzinfo=UTC)),)), "recent"),
        (Matter(case=closed(), payments=(paid(posting="pending"),)), "unposted"),
        (Matter(case=closed(), payments=(paid(posting="frozen"),)), "unposted"),
        (Matter(case=closed(outstanding=-100)), "surplus"),
        (Matter(case=closed(), letters=(letter(),)), "mail"),
        (Matter(case=closed(), letters=(letter(),), mails={"M1": mail(state="unknown")}), "mail"),
    ],
)
def test_a_case_is_kept_for_a_reason(matter: Matter, reason: str) -> None:
    assert why_kept(matter, BEFORE) == reason


def test_a_case_that_something_has_come_to_since_is_anonymous_no_more() -> None:
    done = closed(erased=date(2026, 11, 24))
    assert not is_anonymous(Matter(case=closed()))
    assert is_anonymous(Matter(case=done, payments=(paid(),)))
    assert not is_anonymous(Matter(case=done, payments=(paid(date(2026, 11, 25)),)))
