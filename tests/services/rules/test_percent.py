import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rules.percent import PercentError, format_percent, parse_percent


@pytest.mark.parametrize(
    ("text", "basis_points"), [("12", 1200), ("12,5", 1250), (" 12.25 % ", 1225), ("8,05%", 805), ("0,01", 1)]
)
def test_a_rate_is_read_as_people_write_it(text: str, basis_points: int) -> None:
    assert parse_percent(text) == basis_points


@pytest.mark.parametrize("text", ["", "tolv", "-1", "12,255", "100", "1 2", "12,", "1e1", "١٢"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(PercentError, match="for eksempel 12,25"):
        parse_percent(text)


@given(st.integers(0, 9999))
def test_a_rate_that_is_shown_is_read_back(basis_points: int) -> None:
    assert parse_percent(format_percent(basis_points)) == basis_points
