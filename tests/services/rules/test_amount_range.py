"""Ranges of amounts as they are typed."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.wanted import Range
from services.rules.amount_range import parse_amount_range, range_text
from services.rules.money import AmountError


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        *(("1000-5000", Range(1_000_00, 5_000_00)), ("1 000,50 – 5 000", Range(1_000_50, 5_000_00))),
        *(("fra 1000", Range(1_000_00)), ("over 1000", Range(1_000_00)), (">1000", Range(1_000_00))),
        *(("1000", Range(1_000_00)), ("1000-", Range(1_000_00)), ("fra 10 til 20", Range(10_00, 20_00))),
        *(("-500", Range(None, 500_00)), ("under 500", Range(None, 500_00)), ("<= 500", Range(None, 500_00))),
    ],
)
def test_a_range_is_read_as_it_is_written(text: str, amounts: Range) -> None:
    assert parse_amount_range(text) == amounts


@pytest.mark.parametrize("text", ["", "-", "kari", "5000-1000", "1-2-3", "fra", "under"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(AmountError):
        parse_amount_range(text)


@given(
    least=st.none() | st.integers(0, 99_999_999),
    more=st.none() | st.integers(0, 99_999_999),
)
def test_what_is_shown_can_be_typed(least: int | None, more: int | None) -> None:
    most = None if more is None else (least or 0) + more
    if least is not None or most is not None:
        assert parse_amount_range(range_text(Range(least, most))) == Range(least, most)


@given(st.text(max_size=30))
def test_any_text_is_a_range_or_refused(text: str) -> None:
    with suppress(AmountError):
        assert isinstance(parse_amount_range(text), Range)
