"""Every check, by the smallest change that provokes it, with the line and column that is told."""

import pytest

from tests.services.bank.files import assignment, findings, payment, put, two_payments, with_text, written

Found = list[tuple[str, str, int, int]]


def error(code: str, line: int, column: int) -> Found:
    return [("error", code, line, column)]


def warning(code: str, line: int, column: int) -> Found:
    return [("warning", code, line, column)]


def test_a_right_file_has_no_findings() -> None:
    assert findings(two_payments()) == []
    assert findings(with_text()) == []


@pytest.mark.parametrize(
    ("line", "column", "text", "expected"),
    [
        # start records
        (1, 9, "00008081", warning("unknown_sender", 1, 9)),
        (1, 17, "A", error("not_digits", 1, 17)),
        (1, 24, "00008080", error("wrong_direction", 1, 1)),
        (1, 40, "1", warning("filler", 1, 32)),
        (2, 5, "01", error("bad_value", 2, 1)),
        (2, 9, " ", error("not_digits", 2, 9)),
        (2, 25, "X", error("not_digits", 2, 25)),
        (2, 35, "4", warning("account_check", 2, 25)),
        (2, 80, "9", warning("filler", 2, 36)),
        # item 1
        (3, 16, "310226", error("bad_date", 3, 16)),
        (3, 16, "000000", error("bad_date", 3, 16)),
        (3, 16, "251126", error("future_date", 3, 16)),
        (3, 16, "201169", error("future_date", 3, 16)),
        (3, 18, "O", error("not_digits", 3, 16)),
        (3, 25, "²", error("not_digits", 3, 22)),
        (3, 32, "+", error("bad_value", 3, 32)),
        (3, 40, "O", error("not_digits", 3, 33)),
        (3, 50, "\x1b", warning("bad_characters", 3, 50)),
        (3, 75, "42", warning("filler", 3, 75)),
        (3, 75, "A1", warning("reference_not_digits", 3, 75) + warning("filler", 3, 75)),
        (3, 78, "1", warning("filler", 3, 77)),
        (3, 9, "0000000", warning("number_order", 3, 9) + error("item_mismatch", 4, 9) + warning("number_gap", 5, 9)),
        # item 2
        (4, 5, "12", error("item_mismatch", 4, 5)),
        (4, 5, "22", error("bad_value", 4, 5)),
        (4, 9, "0000002", error("item_mismatch", 4, 9)),
        (4, 16, "FORM", warning("reference_not_digits", 4, 16)),
        (4, 26, "A", warning("reference_not_digits", 4, 26)),
        (4, 35, "1883206", []),
        (4, 42, "300226", error("bad_date", 4, 42)),
        (4, 48, "           ", error("not_digits", 4, 48)),
        (4, 48, "12345678904", []),
        (4, 59, "1", warning("filler", 4, 59)),
        # end records
        (7, 9, "00000003", error("transaction_count", 7, 9)),
        (7, 17, "00000005", error("record_count", 7, 17)),
        (7, 41, "1", error("sum", 7, 25)),
        (7, 42, "191126", warning("created_before_settlement", 7, 42)),
        (7, 42, "320126", error("bad_date", 7, 42)),
        (7, 42, "000000", []),
        (7, 48, "191126", warning("date_range", 7, 48)),
        (7, 54, "211126", warning("date_range", 7, 54)),
        (7, 54, "000000", []),
        (7, 60, "9", warning("filler", 7, 60)),
        (8, 9, "00000001", error("transaction_count", 8, 9)),
        (8, 17, "00000009", error("record_count", 8, 17)),
        (8, 25, "1", error("sum", 8, 25)),
        (8, 42, "000000", error("bad_date", 8, 42)),
        (8, 42, "191126", warning("created_before_settlement", 8, 42)),
        (8, 48, "1", warning("filler", 8, 48)),
        (8, 20, "-", error("not_digits", 8, 17)),
    ],
)
def test_one_wrong_field_is_told_where_it_stands(line: int, column: int, text: str, expected: Found) -> None:
    assert findings(put(two_payments(), line, column, text)) == expected


def test_a_transaction_type_that_does_not_exist_is_an_error() -> None:
    lines = put(put(two_payments(), 3, 5, "22"), 4, 5, "22")
    assert findings(lines) == error("bad_value", 3, 5) + error("bad_value", 4, 5)


def test_an_amount_of_zero_is_kept_with_a_warning() -> None:
    assert findings(written(assignment(payment(0)))) == warning("zero_amount", 3, 33)


def test_a_number_that_is_used_again_is_an_error() -> None:
    lines = put(put(two_payments(), 5, 9, "0000001"), 6, 9, "0000001")
    assert findings(lines) == error("duplicate_number", 5, 9)


def test_a_gap_in_the_numbers_is_a_warning() -> None:
    lines = put(put(two_payments(), 5, 9, "0002114"), 6, 9, "0002114")
    assert findings(lines) == warning("number_gap", 5, 9)


def test_numbers_out_of_order_are_a_warning_and_still_unique() -> None:
    lines = two_payments()
    swapped = [*lines[:2], *lines[4:6], *lines[2:4], *lines[6:]]
    assert findings(swapped) == warning("number_gap", 3, 9) + warning("number_order", 5, 9)


def test_dates_out_of_order_are_told_once() -> None:
    lines = written(assignment(payment(), payment(), payment()))
    for line in (5, 7):
        lines = put(lines, line, 16, "191126")
    lines = put(lines, 9, 48, "191126")
    assert findings(lines) == warning("date_order", 5, 16)


# --- structure ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("removed", "expected"),
    [
        (1, error("missing_start", 1, 1)),
        (2, error("unexpected_record", 2, 1)),
        (3, error("unexpected_record", 3, 1)),
        (4, error("unexpected_record", 4, 1)),
        (7, error("unexpected_record", 7, 1)),
        (8, error("truncated", 7, 81)),
    ],
)
def test_a_missing_record_is_told_where_it_is_missed(removed: int, expected: Found) -> None:
    lines = two_payments()
    del lines[removed - 1]
    found = findings(lines)
    assert found[0] == expected[0]
    assert {code for _, code, _, _ in found[1:]} <= {"number_gap", "transaction_count", "record_count", "sum"}


def test_a_purchase_with_text_has_item_3() -> None:
    lines = with_text()
    del lines[6]
    assert findings(lines)[0] == ("error", "unexpected_record", 7, 1)


def test_an_ordinary_payment_has_no_item_3() -> None:
    lines = two_payments()
    lines.insert(4, "NY0913320000001" + "Hei".ljust(40) + "0" * 25)
    assert findings(lines)[0] == ("error", "unexpected_record", 5, 1)


def test_item_3_belongs_to_the_payment_before_it() -> None:
    assert findings(put(with_text(), 7, 9, "0000009")) == error("item_mismatch", 7, 9)


@pytest.mark.parametrize("line", range(1, 9))
def test_a_record_of_79_characters_is_an_error_where_it_ends(line: int) -> None:
    lines = two_payments()
    lines[line - 1] = lines[line - 1][:-1]
    assert findings(lines) == error("record_length", line, 80)


@pytest.mark.parametrize("line", range(1, 9))
def test_a_record_of_81_characters_is_an_error_where_it_goes_on(line: int) -> None:
    lines = two_payments()
    lines[line - 1] += "0"
    assert findings(lines) == error("record_length", line, 81)


@pytest.mark.parametrize("line", range(2, 9))
def test_a_line_that_is_no_record_is_told_once(line: int) -> None:
    found = findings(put(two_payments(), line, 1, "XX"))
    assert [each for each in found if each[0] == "error"] == error("not_a_record", line, 1)


def test_what_stands_after_the_end_is_an_error() -> None:
    assert findings([*two_payments(), "Med vennlig hilsen", "banken"]) == error("trailing_data", 9, 1)


def test_an_assignment_without_payments_is_an_error() -> None:
    first, start, *_, end, last = two_payments()
    end = f"NY090088{0:08d}{2:08d}{0:017d}201126000000000000".ljust(80, "0")
    last = f"NY000089{0:08d}{4:08d}{0:017d}201126".ljust(80, "0")
    assert findings([first, start, end, last]) == error("empty_assignment", 3, 9)


def test_a_file_that_is_cut_off_says_so_at_its_last_line() -> None:
    assert findings(two_payments()[:5]) == error("truncated", 5, 81)


def test_errors_in_several_places_are_all_told() -> None:
    lines = put(put(put(two_payments(), 3, 16, "310226"), 6, 42, "310226"), 8, 17, "00000099")
    assert findings(lines) == error("bad_date", 3, 16) + error("bad_date", 6, 42) + error("record_count", 8, 17)


def test_an_outgoing_assignment_further_down_is_refused() -> None:
    lines = two_payments()
    lines[7:7] = [("NY210020" + "0" * 72)]
    assert findings(lines) == error("wrong_direction", 8, 1)
