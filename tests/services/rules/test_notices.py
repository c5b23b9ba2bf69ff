"""When an inkassovarsel may be sent, its deadline and its fee."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rules.notices import RESPITE, deadline, fee_from, lawful_notice_fee, may_notify
from services.rules.rates import NoRateError, NoticeFees
from services.rules.working_days import is_working_day
from tests.services.rules.build import FEES

RATES = NoticeFees(FEES)
DUE = date(2026, 8, 20)
FEE = 38_00
days = st.dates(date(2020, 1, 1), date(2026, 12, 31))


def test_only_what_is_overdue_can_be_notified() -> None:
    assert not may_notify(DUE, DUE)
    assert may_notify(DUE + timedelta(days=1), DUE)


@pytest.mark.parametrize(
    ("sent", "last_day"),
    [
        (date(2026, 11, 24), date(2026, 12, 8)),
        (date(2026, 11, 21), date(2026, 12, 7)),  # 14 days on is a Saturday
        (date(2026, 12, 11), date(2026, 12, 28)),  # the first day of Christmas, a Friday
        (date(2026, 3, 19), date(2026, 4, 7)),  # Maundy Thursday
    ],
)
def test_the_deadline_is_14_days_on_moved_to_a_working_day(sent: date, last_day: date) -> None:
    assert deadline(sent) == last_day


@given(days)
def test_the_deadline_is_a_working_day_and_never_shorter_than_14_days(sent: date) -> None:
    assert deadline(sent) >= sent + RESPITE
    assert is_working_day(deadline(sent))


@pytest.mark.parametrize(("after_due", "fee"), [(1, 0), (13, 0), (14, FEE), (100, FEE)])
def test_a_fee_needs_14_days_after_the_due_date(after_due: int, fee: int) -> None:
    assert lawful_notice_fee(DUE + timedelta(days=after_due), DUE, [], RATES) == fee


@pytest.mark.parametrize(("after_reminder", "fee"), [(5, 0), (14, 0), (15, FEE)])
def test_a_second_fee_needs_a_missed_deadline_in_the_first_letter(after_reminder: int, fee: int) -> None:
    reminder = DUE + timedelta(days=20)
    assert lawful_notice_fee(reminder + timedelta(days=after_reminder), DUE, [reminder], RATES) == fee


def test_a_third_letter_carries_no_fee() -> None:
    reminders = [date(2026, 9, 10), date(2026, 10, 10)]
    assert lawful_notice_fee(date(2026, 11, 24), DUE, reminders, RATES) == 0


def test_a_new_round_may_begin_six_months_after_the_last_fee() -> None:
    reminders = [date(2025, 9, 10), date(2025, 10, 31)]
    assert lawful_notice_fee(date(2026, 4, 30), date(2025, 8, 20), reminders, RATES) == 0
    assert lawful_notice_fee(date(2026, 5, 1), date(2025, 8, 20), reminders, RATES) == FEE


def test_an_earlier_round_does_not_count_in_a_new_one() -> None:
    reminders = [date(2025, 9, 10), date(2025, 10, 10), date(2026, 5, 1)]
    assert lawful_notice_fee(date(2026, 6, 1), date(2025, 8, 20), reminders, RATES) == FEE


def test_a_rate_that_is_not_known_is_not_guessed() -> None:
    with pytest.raises(NoRateError):
        lawful_notice_fee(date(2014, 3, 1), date(2014, 1, 1), [], RATES)


@given(sent=days, due=days, earlier=st.lists(days, max_size=4))
def test_the_law_is_never_exceeded(sent: date, due: date, earlier: list[date]) -> None:
    earlier = [day for day in earlier if day < sent]
    fee = lawful_notice_fee(sent, due, earlier, RATES)
    recent = [day for day in earlier if (sent - day).days < 181]
    assert fee == 0 or (sent >= due + RESPITE and len(recent) < 2 and all(sent - day > RESPITE for day in recent))


@given(st.dates(date(2021, 1, 1), date(2025, 1, 31)), st.lists(st.integers(14, 300), max_size=4))
def test_the_first_day_of_a_fee_is_the_first_day_that_the_law_allows_one(due: date, letters: list[int]) -> None:
    earlier = [due + timedelta(days) for days in letters]
    day = max((due, *earlier))
    while not lawful_notice_fee(day, due, earlier, RATES):
        day += timedelta(1)
    assert day == fee_from(due, earlier)
