"""A national id is hidden but for the date of birth."""

from hypothesis import given
from hypothesis import strategies as st

from services.rules.masking import hidden, masked, spaced


def test_the_date_of_birth_is_left() -> None:
    assert masked("01019000000") == "010190 *****"
    assert masked("") == ""
    assert spaced("01019000000") == "010190 00000"


@given(st.text(max_size=20).filter(lambda text: len(text) != 11 or not text.isdecimal()))
def test_of_what_is_no_national_id_nothing_is_left(text: str) -> None:
    assert masked(text) == "*" * len(text)


def test_hidden_says_that_there_is_one_and_no_more() -> None:
    assert (hidden("01019012345"), hidden("")) == ("•" * 11, "")
