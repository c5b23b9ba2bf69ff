from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.bank.kid import make_kid
from services.rules.identifiers import IdentifierError, doubt, parse_kid, parse_national_id, parse_organisation

FIRST, SECOND, ORGANISATION = (3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), (3, 2, 7, 6, 5, 4, 3, 2)


def checked(digits: str, weights: tuple[int, ...]) -> str:
    """The digits with the one that makes their weighted sum go up in eleven; none when it would have to be ten."""
    rest = -sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    assume(rest < 10)
    return f"{digits}{rest}"


@st.composite
def made_up_ids(draw: st.DrawFn) -> str:
    """National ids of nobody: the month is raised by eighty, as in the tax administration's test data."""
    born = draw(st.dates(date(1900, 1, 1), date(2039, 12, 31)))
    day = born.day + draw(st.sampled_from((0, 40)))
    digits = f"{day:02}{born.month + 80:02}{born:%y}{draw(st.integers(0, 999)):03}"
    return checked(checked(digits, FIRST), SECOND)


organisations = st.integers(80_000_000, 99_999_999).map(lambda number: checked(str(number), ORGANISATION))
kids = st.builds(make_kid, st.just("0221"), st.integers(1, 99_999_999), st.sampled_from(["mod10", "mod11"]))


@given(made_up_ids())
def test_a_national_id_or_d_number_is_read_with_and_without_spaces(number: str) -> None:
    assert parse_national_id(number) == parse_national_id(f" {number[:6]} {number[6:]}") == number


@given(organisations)
def test_an_organisation_number_is_read_with_and_without_spaces(number: str) -> None:
    assert parse_organisation(number) == parse_organisation(f"{number[:3]} {number[3:6]}\u00a0{number[6:]}") == number


@given(st.one_of(made_up_ids(), organisations), st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_found_and_no_digit_is_told(number: str, place: int, more: int) -> None:
    place %= len(number)
    wrong = number[:place] + str((int(number[place]) + more) % 10) + number[place + 1 :]
    parse = parse_national_id if len(number) == 11 else parse_organisation
    with pytest.raises(IdentifierError) as error:
        parse(wrong)
    assert not any(char.isdigit() for char in error.value.message.replace("8 eller 9", ""))


@given(organisations, st.integers(0, 7))
def test_two_digits_that_changed_places_are_found(number: str, place: int) -> None:
    assume(number[place] != number[place + 1])
    with pytest.raises(IdentifierError):
        parse_organisation(number[:place] + number[place + 1] + number[place] + number[place + 2 :])


@given(kids)
def test_a_kid_is_read_and_one_wrong_digit_is_found_under_its_agreement(kid: str) -> None:
    assert parse_kid(f"{kid[:4]} {kid[4:]}") == kid
    check = next(each for each in ("mod10", "mod11") if _holds(kid, each))
    wrong = f"{(int(kid[0]) + 1) % 10}{kid[1:]}"
    with pytest.raises(IdentifierError, match="Kontrollsifferet i KID stemmer ikke"):
        parse_kid(wrong, (13,), check)  # type: ignore[arg-type] # one of the two


def _holds(kid: str, check: str) -> bool:
    try:
        return parse_kid(kid, (13,), check) == kid  # type: ignore[arg-type] # one of the two
    except IdentifierError:
        return False


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "11 siffer"), ("0101901234", "11 siffer"), ("01019012x45", "11 siffer"), ("99999912345", "fødselsdato")],
)
def test_what_is_wrong_with_a_national_id_is_told(text: str, told: str) -> None:
    with pytest.raises(IdentifierError, match=told):
        parse_national_id(text)


@pytest.mark.parametrize(("text", "told"), [("", "mangler"), ("12a", "bare siffer"), ("1234567", "13 siffer")])
def test_what_is_wrong_with_a_kid_is_told(text: str, told: str) -> None:
    with pytest.raises(IdentifierError, match=told):
        parse_kid(text, (13,))


def test_the_lengths_of_an_agreement_are_told() -> None:
    with pytest.raises(IdentifierError, match="8, 13 siffer"):
        parse_kid("1234", (8, 13), "mod10")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("010190 12345", "fødselsnummer"),
        ("999 888 776", "organisasjonsnummer"),
        ("0221000000381", "KID"),
        ("Kari Testesen", ""),
        ("0221-00000038", ""),
        ("900123", ""),
        ("1234.56.78903", ""),
    ],
)
def test_a_number_that_cannot_be_right_is_doubted_by_what_it_may_be(text: str, told: str) -> None:
    assert told in doubt(text)
    assert bool(told) == bool(doubt(text))


@given(st.one_of(made_up_ids(), organisations, kids))
def test_a_number_that_may_be_right_is_not_doubted(number: str) -> None:
    assert doubt(number) == ""
