import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.documents import KidCheck
from services.bank.kid import check_digit, classify, format_account, make_kid, mod10, mod11, valid_account

CHECKS = st.sampled_from(["mod10", "mod11"])


def test_the_specifications_own_examples() -> None:
    assert mod10("12345678") == "2"
    assert mod11("12345678") == "5"
    assert mod11("104") == "-"


def test_a_cases_kid_is_creditor_serial_and_check_digit() -> None:
    assert make_kid("0221", 38) == "0221" + "00000038" + mod10("022100000038")


@pytest.mark.parametrize(("creditor", "serial"), [("221", 38), ("02211", 38), ("022x", 38), ("0221", 10**8)])
def test_no_kid_is_made_of_what_does_not_fit(creditor: str, serial: int) -> None:
    with pytest.raises(ValueError, match="no KID"):
        make_kid(creditor, serial)


@given(st.integers(0, 10**8 - 1), CHECKS)
def test_a_kid_that_is_made_is_ok(serial: int, check: KidCheck) -> None:
    assert classify(make_kid("0221", serial, check), (13,), check) == "ok"


@given(st.text("0123456789", min_size=3, max_size=24), st.data())
def test_one_wrong_digit_never_passes(digits: str, data: st.DataObject) -> None:
    kid = digits + check_digit(digits, "mod10")
    at = data.draw(st.integers(0, len(kid) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != kid[at]]))
    assert classify(kid[:at] + other + kid[at + 1 :]) == "bad_check"


@pytest.mark.parametrize(
    ("kid", "check", "expected"),
    [
        ("", "mod10", "blank"),
        ("   ", "mod10", "blank"),
        ("02210000003A1", "mod10", "bad_chars"),
        ("0221 00000381", "mod10", "bad_chars"),
        ("022100000038²", "mod10", "bad_chars"),
        ("٠٢٢١٠٠٠٠٠٠٣٨١", "mod10", "bad_chars"),
        ("104-", "mod10", "bad_chars"),
        ("1-40", "mod11", "bad_chars"),
        ("104-", "mod11", "bad_length"),
        ("0221000000380", "mod10", "bad_check"),
    ],
)
def test_what_is_wrong_with_a_kid(kid: str, check: KidCheck, expected: str) -> None:
    assert classify(kid, (13,), check) == expected


def test_a_modulus_11_kid_may_end_in_a_dash() -> None:
    assert classify("104-", (4,), "mod11") == "ok"


@given(st.text(max_size=30), CHECKS)
def test_any_text_has_a_class_and_nothing_is_raised(kid: str, check: KidCheck) -> None:
    assert classify(kid, check=check) in {"ok", "blank", "bad_chars", "bad_length", "bad_check"}


def test_an_account_has_eleven_digits_and_a_right_check_digit() -> None:
    assert valid_account("12345678903")
    assert not valid_account("12345678904")
    assert not valid_account("1234567890")
    assert not valid_account("1234.56.78903")


def test_an_account_is_shown_in_three_groups() -> None:
    assert format_account("12345678903") == "1234.56.78903"
    assert format_account("NO93") == "NO93"
