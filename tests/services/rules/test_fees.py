from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rules.fees import Notice, may_charge, notice_fee
from services.rules.rates import NoRateError, NoticeFees
from tests.services.rules.build import FEES

RATES = NoticeFees(FEES)
OLD, NEW = date(2020, 9, 30), date(2020, 10, 1)


@pytest.mark.parametrize(
    ("kind", "sent", "due", "kroner"),
    [
        ("reminder", date(2026, 3, 1), date(2026, 1, 31), 38),
        ("notice", date(2026, 3, 1), date(2026, 1, 31), 38),
        ("demand", date(2026, 3, 1), date(2026, 1, 31), 113),
        ("reminder", date(2025, 12, 31), date(2025, 11, 1), 35),
        ("notice", date(2025, 12, 31), date(2025, 11, 1), 35),
        ("demand", date(2025, 12, 31), date(2025, 11, 1), 105),
        ("notice", date(2026, 1, 1), date(2025, 11, 1), 38),
        ("reminder", date(2020, 11, 1), OLD, 70),
        ("demand", date(2020, 11, 1), OLD, 210),
        ("reminder", date(2020, 11, 1), NEW, 35),
        ("demand", date(2026, 3, 1), OLD, 225),
        ("reminder", date(2026, 3, 1), date(2009, 5, 1), 75),
        ("reminder", date(2016, 3, 1), date(2016, 1, 31), 67),
    ],
)
def test_the_base_goes_by_the_letter_and_the_share_by_the_due_date(
    kind: Notice, sent: date, due: date, kroner: int
) -> None:
    assert notice_fee(kind, sent, due, RATES) == kroner * 100


@pytest.mark.parametrize("sent", [date(2009, 12, 31), date(2012, 6, 1)])
def test_a_fee_without_a_known_base_is_not_guessed(sent: date) -> None:
    with pytest.raises(NoRateError, match="ikke kjent") as error:
        notice_fee("reminder", sent, date(2009, 1, 1), RATES)
    assert error.value.code == "no_rate"


def test_without_rows_there_is_no_fee_to_know() -> None:
    with pytest.raises(NoRateError):
        notice_fee("reminder", date(2026, 3, 1), date(2026, 1, 1), NoticeFees([]))


def test_a_share_that_is_not_known_is_not_guessed() -> None:
    with pytest.raises(NoRateError):
        notice_fee("reminder", date(2026, 3, 1), date(2018, 1, 1), NoticeFees([FEES[0], FEES[-1]]))


@given(st.dates(date(2015, 1, 1), date(2026, 12, 31)), st.dates(date(2010, 1, 1), date(2026, 12, 31)))
def test_a_fee_is_whole_kroner_and_within_half_a_krone_of_its_share(sent: date, due: date) -> None:
    base, share = RATES.on(sent), RATES.on(due)
    assert base is not None
    assert base.base is not None
    assert share is not None
    amount = notice_fee("demand", sent, due, RATES)
    numerator, denominator = share.demand_factor
    assert amount % 100 == 0
    assert -50 * denominator < amount * denominator - base.base * numerator <= 50 * denominator


@given(st.dates(date(2010, 1, 1), date(2030, 1, 1)), st.integers(-400, 400))
def test_a_letter_may_carry_a_fee_from_the_fourteenth_day_after_the_due_date(due: date, days: int) -> None:
    assert may_charge(due + timedelta(days), due) == (days >= 14)
