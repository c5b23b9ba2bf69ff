from calendar import isleap
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rules.interest import UNITS_PER_ORE, accrue, to_ore
from tests.services.rules.build import LATER_RATES, RATES

principals = st.integers(0, 10_000_000_00)
known_days = st.dates(date(2009, 7, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("principal", "after", "through", "ore"),
    [
        # 10 000 · 12,5 % · 29/366
        (10_000_00, date(2024, 2, 15), date(2024, 3, 15), 99_04),
        # 10 000 · (11,75 % · 16/365 + 12,5 % · 15/366)
        (10_000_00, date(2023, 12, 15), date(2024, 1, 15), 102_74),
        # 5 000 · (12,5 % · 10 + 12,25 % · 184 + 12 % · 10) / 365
        (5_000_00, date(2025, 6, 20), date(2026, 1, 10), 342_33),
        # one day: the day after the due date
        (365_000_00, date(2026, 1, 1), date(2026, 1, 2), 120_00),
        (365_000_00, date(2026, 1, 2), date(2026, 1, 2), 0),
        # a whole leap year: 366/366
        (1_000_00, date(2023, 12, 31), date(2024, 12, 31), 125_00),
    ],
)
def test_interest_is_what_it_is_by_hand(principal: int, after: date, through: date, ore: int) -> None:
    accrual = accrue(principal, after, through, RATES)
    assert accrual.ore == ore
    assert accrual.complete


def test_the_lines_are_cut_at_new_year_at_midsummer_and_nowhere_else() -> None:
    segments = accrue(5_000_00, date(2025, 6, 20), date(2026, 1, 10), RATES).segments
    assert [(line.first, line.last, line.days, line.basis_points) for line in segments] == [
        (date(2025, 6, 21), date(2025, 6, 30), 10, 1250),
        (date(2025, 7, 1), date(2025, 12, 31), 184, 1225),
        (date(2026, 1, 1), date(2026, 1, 10), 10, 1200),
    ]


def test_nothing_is_guessed_past_the_last_known_rate() -> None:
    known = accrue(1_000_00, date(2026, 12, 1), date(2026, 12, 31), RATES)
    beyond = accrue(1_000_00, date(2026, 12, 1), date(2027, 1, 31), RATES)
    assert known.complete
    assert not beyond.complete
    assert beyond.segments == known.segments
    assert accrue(1_000_00, date(2026, 12, 1), date(2027, 1, 31), LATER_RATES).complete


def test_half_an_ore_is_rounded_up() -> None:
    assert [to_ore(units) for units in (0, UNITS_PER_ORE // 2 - 1, UNITS_PER_ORE // 2, UNITS_PER_ORE)] == [0, 0, 1, 1]


@given(principals, known_days, st.integers(0, 1500))
def test_interest_is_the_sum_of_the_days_exactly(principal: int, after: date, length: int) -> None:
    through = min(after + timedelta(length), date(2026, 12, 31))
    exact = Fraction(0)
    for ordinal in range(after.toordinal() + 1, through.toordinal() + 1):
        day = date.fromordinal(ordinal)
        row = RATES.rate_on(day)
        assert row is not None
        exact += Fraction(principal * row.basis_points, 10_000 * (366 if isleap(day.year) else 365))
    assert Fraction(accrue(principal, after, through, RATES).units, UNITS_PER_ORE) == exact


@given(principals, st.lists(st.dates(date(2008, 1, 1), date(2028, 1, 1)), min_size=3, max_size=3))
def test_a_span_split_in_two_has_the_same_interest(principal: int, days: list[date]) -> None:
    first, middle, last = sorted(days)
    parts = accrue(principal, first, middle, RATES), accrue(principal, middle, last, RATES)
    whole = accrue(principal, first, last, RATES)
    assert whole.units == sum(part.units for part in parts)
    assert whole.complete == all(part.complete for part in parts)


@given(principals, principals, known_days, known_days)
def test_a_principal_split_in_two_has_the_same_interest(one: int, other: int, after: date, through: date) -> None:
    both = accrue(one + other, after, through, RATES).units
    assert both == accrue(one, after, through, RATES).units + accrue(other, after, through, RATES).units


@given(principals, known_days, known_days)
def test_there_is_no_interest_before_the_day_after(principal: int, after: date, through: date) -> None:
    accrual = accrue(principal, max(after, through), min(after, through), RATES)
    assert (accrual.units, accrual.segments, accrual.complete) == (0, (), True)
