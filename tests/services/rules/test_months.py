from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.rules.months import last_months

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


def test_the_months_up_to_november_begin_with_december_of_the_year_before() -> None:
    assert last_months(date(2026, 11, 24), 12) == [(2025, 12), *((2026, month) for month in range(1, 12))]


@given(DAYS, st.integers(1, 40))
def test_months_follow_each_other_without_a_gap(day: date, count: int) -> None:
    months = last_months(day, count)
    assert len(months) == count
    assert months[-1] == (day.year, day.month)
    for (year, month), (_, before) in zip(months[1:], months, strict=False):
        assert (date(year, month, 1) - timedelta(1)).month == before
