from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rules.limitation import limitation_day
from services.rules.working_days import is_working_day


@pytest.mark.parametrize(
    ("due", "day"),
    [
        (date(2023, 11, 24), date(2026, 11, 24)),
        (date(2023, 11, 28), date(2026, 11, 30)),  # a Saturday
        (date(2024, 2, 29), date(2027, 3, 1)),  # there is no such day, and the 28th is a Sunday
        (date(2023, 5, 17), date(2026, 5, 18)),
    ],
)
def test_a_claim_can_be_time_barred_three_years_after_its_due_date(due: date, day: date) -> None:
    assert limitation_day(due) == day


@given(st.dates(date(1990, 1, 1), date(2080, 12, 31)))
def test_the_period_ends_on_a_working_day_and_is_never_shorter(due: date) -> None:
    day = limitation_day(due)
    assert is_working_day(day)
    assert (day.year, day.month, day.day) >= (due.year + 3, due.month, min(due.day, 28))
