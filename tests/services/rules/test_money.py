import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rules.money import AmountError, format_amount, parse_amount

amounts = st.integers(-99_999_999_999, 99_999_999_999)


@pytest.mark.parametrize(
    ("text", "ore"),
    [
        ("1234,5", 123450),
        ("1 234,50", 123450),
        ("1.234,50", 123450),
        ("1\u00a0234\u00a0567,89", 123456789),
        ("1\u202f234", 123400),
        ("1\u2009234", 123400),
        ("  42  ", 4200),
        ("-3", -300),
        ("−3,00", -300),
        ("\u20133,00", -300),
        ("- 3", -300),
        ("kr 38", 3800),
        ("Kr. 38,00", 3800),
        ("38,00 kr", 3800),
        ("kr 38,-", 3800),
        ("0", 0),
        ("0,05", 5),
        ("007", 700),
    ],
)
def test_an_amount_is_read_the_ways_people_write_it(text: str, ore: int) -> None:
    assert parse_amount(text) == ore


@pytest.mark.parametrize(
    "text",
    [
        "1.234",
        "12.5",
        "1,234.50",
        "1.23,50",
        "12 34",
        "1 2",
        "1,234",
        "1,",
        ",50",
        "--3",
        "3-",
        "kr",
        "en",
        "１２",
        "1e3",
        "٣",
    ],
)
def test_an_amount_that_could_be_misread_is_refused(text: str) -> None:
    with pytest.raises(AmountError) as error:
        parse_amount(text)
    assert error.value.code == "bad_amount"
    assert "komma" in error.value.message


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("1.234", ("1 234,00", "1,234")),
        ("−12.345", ("12 345,00", "12,345")),
        ("kr 123456.789", ("123 456 789,00", "123456,789")),
        ("12.5", ("12,5",)),
        ("0.50", ("0,50",)),
    ],
)
def test_a_lone_dot_is_refused_with_what_it_may_mean(text: str, readings: tuple[str, ...]) -> None:
    with pytest.raises(AmountError) as error:
        parse_amount(text)
    assert all(reading in error.value.message for reading in readings)


@given(st.from_regex(r"[1-9][0-9]{5}[ .\u00a0]?[1-9][0-9]{4}", fullmatch=True))
def test_a_national_id_in_the_wrong_field_is_never_repeated(text: str) -> None:
    with pytest.raises(AmountError) as error:
        parse_amount(text)
    assert not any(part in error.value.message.replace(" ", "") for part in (text[:6], text[-5:]))


def test_a_missing_amount_is_said_to_be_missing() -> None:
    with pytest.raises(AmountError, match="mangler"):
        parse_amount("   ")


def test_a_long_number_in_the_amount_field_is_refused_and_not_repeated() -> None:
    with pytest.raises(AmountError) as error:
        parse_amount("99999999999")
    assert "99" not in error.value.message


@pytest.mark.parametrize(
    ("ore", "text"),
    [
        (123450, "1 234,50"),
        (-123450, "−1 234,50"),
        (0, "0,00"),
        (5, "0,05"),
        (-5, "−0,05"),
        (100000000, "1 000 000,00"),
    ],
)
def test_an_amount_is_shown_the_norwegian_way(ore: int, text: str) -> None:
    assert format_amount(ore) == text


@given(amounts)
def test_what_is_shown_reads_back_as_the_same_amount(ore: int) -> None:
    assert parse_amount(format_amount(ore)) == ore


@given(amounts)
def test_an_amount_reads_the_same_with_other_spaces_and_signs(ore: int) -> None:
    text = format_amount(ore).replace(" ", "\u00a0").replace("−", "-")
    assert parse_amount(f" kr {text} ") == ore


@given(st.text(max_size=30))
def test_any_other_text_is_refused_with_a_sentence_and_never_with_a_crash(text: str) -> None:
    try:
        answer: int | str = parse_amount(text)
    except AmountError as error:
        answer = error.message
    assert isinstance(answer, int) or answer.endswith(".")
