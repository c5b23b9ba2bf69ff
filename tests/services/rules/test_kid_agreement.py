"""Account numbers and KID lengths as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.bank.kid import ANY_LENGTH, format_account, mod11
from services.rules.kid_agreement import AgreementError, format_kid_lengths, parse_account, parse_kid_lengths

ACCOUNT = "12345678911"


@pytest.mark.parametrize("text", ["12345678911", "1234.56.78911", " 1234 56 78911 ", "1234\N{NO-BREAK SPACE}56 78911"])
def test_an_account_may_be_written_with_dots_or_blanks(text: str) -> None:
    assert parse_account(text) == ACCOUNT


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "mangler"),
        (" . ", "mangler"),
        ("1234", "11 siffer, ikke 4"),
        ("123456789111", "11 siffer, ikke 12"),
        ("12345678912", "Kontrollsifferet stemmer ikke"),
        ("NO9312345678911", "bare siffer"),
        ("①2345678911", "bare siffer"),
    ],
)
def test_what_is_no_account_is_explained_and_never_repeated(text: str, told: str) -> None:
    with pytest.raises(AgreementError, match=told) as refused:
        parse_account(text)
    assert len(text.strip()) < 5 or text not in refused.value.message


@given(st.from_regex(r"[0-9]{10}", fullmatch=True))
def test_an_account_is_read_back_from_how_it_is_shown(digits: str) -> None:
    check = mod11(digits)
    if check != "-":
        assert parse_account(format_account(digits + check)) == digits + check


@given(st.sets(st.sampled_from(ANY_LENGTH), min_size=1))
def test_lengths_are_read_back_from_how_they_are_shown(lengths: set[int]) -> None:
    ordered = tuple(sorted(lengths))
    assert parse_kid_lengths(format_kid_lengths(ordered)) == ordered


def test_lengths_may_be_parted_by_anything_and_come_in_any_order() -> None:
    assert parse_kid_lengths("13;8 13, ") == (8, 13)


@pytest.mark.parametrize("text", ["", " , ", "1", "26", "tretten", "8-13", "²5", "013"])
def test_what_are_no_lengths_is_explained(text: str) -> None:
    with pytest.raises(AgreementError, match=r"KID-lengden mangler|tall fra 2 til 25"):
        parse_kid_lengths(text)
