from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rules.working_days import easter_sunday, is_working_day, next_working_day, public_holidays

days = st.dates(date(1990, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    "easter",
    [date(2000, 4, 23), date(2008, 3, 23), date(2011, 4, 24), date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5)],
)
def test_easter_is_where_the_almanac_has_it(easter: date) -> None:
    assert easter_sunday(easter.year) == easter


def test_the_holidays_of_2026_are_those_of_the_almanac() -> None:
    assert sorted(public_holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 4, 2),
        date(2026, 4, 3),
        date(2026, 4, 5),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 14),
        date(2026, 5, 17),
        date(2026, 5, 24),
        date(2026, 5, 25),
        date(2026, 12, 25),
        date(2026, 12, 26),
    ]


@pytest.mark.parametrize(
    ("day", "payable"),
    [
        (date(2026, 11, 24), date(2026, 11, 24)),
        (date(2026, 11, 21), date(2026, 11, 23)),  # Saturday
        (date(2026, 4, 2), date(2026, 4, 7)),  # Maundy Thursday
        (date(2026, 5, 1), date(2026, 5, 4)),  # Friday 1 May
        (date(2027, 5, 15), date(2027, 5, 18)),  # Saturday before Whit Sunday, and 17 May after it
        (date(2026, 12, 25), date(2026, 12, 28)),
        (date(2026, 12, 24), date(2026, 12, 24)),
    ],
)
def test_what_is_due_on_a_day_off_may_be_paid_on_the_next_working_day(day: date, payable: date) -> None:
    assert next_working_day(day) == payable


@given(days)
def test_easter_is_a_sunday_in_spring(day: date) -> None:
    easter = easter_sunday(day.year)
    assert easter.weekday() == 6
    assert date(day.year, 3, 22) <= easter <= date(day.year, 4, 25)


@given(days)
def test_the_next_working_day_is_the_first_one_that_is_not_before(day: date) -> None:
    found = next_working_day(day)
    assert is_working_day(found)
    assert not any(is_working_day(day + timedelta(offset)) for offset in range((found - day).days))
