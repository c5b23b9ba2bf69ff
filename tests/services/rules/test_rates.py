from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.documents import InterestRate
from data.rates import RatesFileError, read_rates, shipped_rates
from services.rules.rates import InterestRates, NoticeFees, RateError, initial_rates

INTEREST, FEES = initial_rates()
RATES = InterestRates(INTEREST)


def rate(first: date, last: date, basis_points: int = 1200) -> InterestRate:
    return InterestRate(
        id=first.isoformat(),
        valid_from=first,
        valid_to=last,
        basis_points=basis_points,
        regulation="FOR",
        source="test",
    )


def test_the_shipped_rates_have_no_hole_and_end_with_2026() -> None:
    assert RATES.gaps == ()
    assert RATES.rows[0].valid_from == date(2009, 7, 1)
    assert RATES.known_until == date(2026, 12, 31)


def test_every_shipped_row_says_where_it_comes_from() -> None:
    assert all(row.source and row.url for row in INTEREST)
    assert all(row.source and row.url for row in FEES)
    assert all(law.number and law.purpose and law.source_url for law in shipped_rates().laws)
    assert {row.id for row in INTEREST} == {row.valid_from.isoformat() for row in INTEREST}


@pytest.mark.parametrize(
    ("day", "basis_points"),
    [
        (date(2024, 6, 30), 1250),
        (date(2025, 7, 1), 1225),
        (date(2026, 6, 30), 1200),
        (date(2026, 7, 1), 1225),
        (date(2026, 12, 31), 1225),
    ],
)
def test_the_rate_of_a_day_is_that_of_its_half_year(day: date, basis_points: int) -> None:
    row = RATES.rate_on(day)
    assert row is not None
    assert row.basis_points == basis_points


@pytest.mark.parametrize("day", [date(2009, 6, 30), date(2027, 1, 1)])
def test_no_rate_is_guessed_outside_the_known_days(day: date) -> None:
    assert RATES.rate_on(day) is None


def test_days_between_rows_are_shown_as_a_gap() -> None:
    rates = InterestRates([rate(date(2026, 7, 1), date(2026, 12, 31)), rate(date(2025, 1, 1), date(2025, 6, 30))])
    assert rates.gaps == ((date(2025, 7, 1), date(2026, 6, 30)),)
    assert rates.rate_on(date(2025, 7, 1)) is None


def test_without_rows_nothing_is_known() -> None:
    assert InterestRates([]).known_until is None
    assert InterestRates([]).sums(date(2026, 1, 1).toordinal()) == (0, 0)


@pytest.mark.parametrize(
    "rows",
    [
        [rate(date(2026, 1, 1), date(2026, 7, 1)), rate(date(2026, 7, 1), date(2026, 12, 31))],
        [rate(date(2026, 1, 1), date(2026, 12, 31)), rate(date(2026, 3, 1), date(2026, 3, 31))],
        [rate(date(2026, 7, 1), date(2026, 1, 1))],
        [rate(date(2026, 1, 1), date(2026, 6, 30), 0)],
        [rate(date(2026, 1, 1), date(2026, 6, 30), -1200)],
    ],
)
def test_rows_that_contradict_each_other_are_refused(rows: list[InterestRate]) -> None:
    with pytest.raises(RateError, match="Ingenting er lagret"):
        InterestRates(rows)


def test_notice_fees_that_share_a_day_are_refused() -> None:
    earlier = msgspec.structs.replace(FEES[-1], id="2025-12-31", valid_from=date(2025, 12, 31))
    with pytest.raises(RateError, match=r"31\.12\.2025"):
        NoticeFees([*FEES, earlier])


def test_the_row_of_notice_fees_without_an_end_goes_on() -> None:
    fees = NoticeFees(FEES)
    assert fees.on(date(2030, 1, 1)) == FEES[-1]
    assert fees.on(date(2009, 12, 31)) is None


@given(st.dates(date(2008, 1, 1), date(2028, 1, 1)), st.integers(0, 3000))
def test_stretches_are_whole_known_days_each_inside_one_half_year_and_sum_up(first: date, length: int) -> None:
    last = first + timedelta(length)
    stretches = list(RATES.stretches(first, last))
    for stretch in stretches:
        row = RATES.rate_on(stretch.first)
        assert row is not None
        assert row.basis_points == stretch.basis_points
        assert row.valid_from <= stretch.first <= stretch.last <= row.valid_to
        assert (stretch.first.year, stretch.first.month > 6) == (stretch.last.year, stretch.last.month > 6)
    lengths = [(stretch.last - stretch.first).days + 1 for stretch in stretches]
    before, through = RATES.sums(first.toordinal() - 1), RATES.sums(last.toordinal())
    assert through[1] - before[1] == sum(lengths)
    assert through[0] - before[0] == sum(
        stretch.weight * days for stretch, days in zip(stretches, lengths, strict=True)
    )


def file_of(percent: str) -> bytes:
    row = {
        "valid_from": "2027-01-01",
        "valid_to": "2027-06-30",
        "rate_percent": percent,
        "regulation": "F",
        "source": "S",
    }
    return msgspec.json.encode({"late_interest": [row]})


@pytest.mark.parametrize(("percent", "basis_points"), [("12", 1200), ("12.5", 1250), ("12,25", 1225), ("8.05", 805)])
def test_a_new_half_year_is_read_from_a_file(percent: str, basis_points: int) -> None:
    (row,) = read_rates(file_of(percent)).interest
    assert (row.id, row.basis_points) == ("2027-01-01", basis_points)


@pytest.mark.parametrize(
    "content",
    [
        file_of("12.255"),
        file_of("-1"),
        file_of("tolv"),
        b"{",
        b"[]",
        b"\xff",
        b'{"laws": [1]}',
    ],
)
def test_a_file_of_rates_that_is_not_right_is_refused(content: bytes) -> None:
    with pytest.raises(RatesFileError, match="Ingenting er lagret"):
        read_rates(content)
