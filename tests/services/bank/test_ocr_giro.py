import tracemalloc
from datetime import date
from io import BytesIO

import pytest

from services.bank.ocr_giro import BankPayment, read_ocr
from services.bank.ocr_writer import OcrPayment
from tests.services.bank.files import (
    ACCOUNT,
    DAY,
    TODAY,
    assignment,
    findings,
    joined,
    payment,
    put,
    read,
    two_payments,
    with_text,
    written,
)

MANDATES = [
    "NY212420" + "0" * 9 + "0000001" + ACCOUNT + "0" * 45,
    "NY219470" + "0000001" + "1" + "0221000000381".rjust(25) + "J" + "0" * 38,
    "NY219470" + "0000002" + "2" + "0221000000399".rjust(25) + "N" + "0" * 38,
    f"NY212488{2:08d}{4:08d}" + "0" * 56,
]


def with_inserted(lines: list[str], inserted: list[str], transactions: int) -> list[str]:
    """`lines` with an assignment before the end of the transmission, whose counts follow."""
    *head, last = lines
    counts = f"{int(last[8:16]) + transactions:08d}{int(last[16:24]) + len(inserted):08d}"
    return [*head, *inserted, last[:8] + counts + last[24:]]


def test_every_field_of_a_payment_is_read() -> None:
    told = OcrPayment(
        date=DAY,
        amount=123450,
        kid="0221000000384",
        transaction_type="11",
        order_date=date(2026, 11, 19),
        debit_account="99990512341",
        form_number="9636827194",
        archive_reference="099038562",
        settlement="1320101464",
    )
    payments, summary = read(joined(written(assignment(told, number=2114))))
    assert payments == [
        BankPayment(
            line=3,
            account=ACCOUNT,
            agreement="008566000",
            transaction_type="11",
            number="0000001",
            date=DAY,
            amount=123450,
            kid="0221000000384",
            order_date=date(2026, 11, 19),
            debit_account="99990512341",
            form_number="9636827194",
            archive_reference="099038562",
            settlement="1320101464",
        )
    ]
    assert summary.assignments[0].number == "0002114"


def test_the_summary_says_what_the_file_holds() -> None:
    _, summary = read(joined(two_payments()))
    assert summary.ok
    assert (summary.payments, summary.amount, summary.created) == (2, 173450, DAY)
    assert summary.transmission == "00008080-0170031-00010200-2026-11-20"
    (only,) = summary.assignments
    assert (only.line, only.service, only.account, only.payments, only.amount) == (2, "09", ACCOUNT, 2, 173450)


def test_a_card_purchase_has_its_text_and_issuer() -> None:
    told = payment(transaction_type="21", kid="REF 42", text="Årsavgift, hytte", card_issuer="07")
    (found,), summary = read(joined(written(assignment(told))))
    assert (found.text, found.card_issuer, found.kid) == ("Årsavgift, hytte", "07", "REF 42")
    assert summary.ok


def test_a_kid_that_nobody_knows_is_no_fault_of_the_file() -> None:
    payments, summary = read(joined(written(assignment(payment(kid="A-1"), payment(kid="")))))
    assert [each.kid for each in payments] == ["A-1", ""]
    assert summary.ok


def test_payments_on_accounts_that_share_an_assignment_number_are_all_kept() -> None:
    lines = written(assignment(payment()), assignment(payment(), account="12345678911"))
    payments, summary = read(joined(lines))
    assert [each.account for each in payments] == [ACCOUNT, "12345678911"]
    assert len(summary.assignments) == 2


def test_a_future_date_is_one_that_is_later_than_tomorrow() -> None:
    assert read(joined(two_payments()), today=date(2026, 11, 19))[1].ok
    assert not read(joined(two_payments()), today=date(2026, 11, 18))[1].ok


def test_a_file_with_odd_fillers_gives_the_same_payments_with_warnings() -> None:
    odd = [put([line], 1, 80, "9")[0] for line in with_text()]
    payments, summary = read(joined(odd))
    assert payments == read(joined(with_text()))[0]
    assert [(found.line, found.code) for found in summary.findings] == [(line, "filler") for line in range(1, 10)]


# --- signs and sums -----------------------------------------------------------------------------------------------


def test_a_credit_is_negative_and_deducted_from_the_sum() -> None:
    lines = written(assignment(payment(1000), payment(-300)))
    payments, summary = read(joined(lines))
    assert [each.amount for each in payments] == [1000, -300]
    assert (summary.ok, summary.amount, lines[-1][24:41]) == (True, 700, f"{700:017d}")


@pytest.mark.parametrize("kind", ["18", "20"])
def test_a_reversal_is_negative_and_added_to_the_sum(kind: str) -> None:
    lines = written(assignment(payment(1000), payment(-300, transaction_type=kind)))
    payments, summary = read(joined(lines))
    assert [each.amount for each in payments] == [1000, -300]
    assert (summary.ok, summary.amount, lines[-1][24:41]) == (True, 700, f"{1300:017d}")


def test_a_reversal_that_is_signed_as_well_is_negated_once() -> None:
    lines = put(written(assignment(payment(1000), payment(-300, transaction_type="18"))), 5, 32, "-")
    payments, summary = read(joined(lines))
    assert payments[1].amount == -300
    assert summary.ok


def test_a_sum_with_the_reversals_deducted_is_accepted_with_a_warning() -> None:
    lines = written(assignment(payment(1000), payment(-300, transaction_type="18")))
    for line in (7, 8):
        lines = put(lines, line, 25, f"{700:017d}")
    assert findings(lines) == [
        ("warning", "sum_deducts_reversals", 7, 25),
        ("warning", "sum_deducts_reversals", 8, 25),
    ]


def test_an_assignment_below_zero_is_an_error() -> None:
    lines = put(two_payments(), 3, 32, "-")
    assert ("error", "negative_sum", 7, 25) in findings(lines)


# --- several things in one file -----------------------------------------------------------------------------------


def test_several_transmissions_in_one_file_are_each_checked() -> None:
    both = two_payments() + put(two_payments(), 1, 17, "0170032")
    payments, summary = read(joined(both))
    assert (len(payments), summary.ok) == (4, True)
    assert summary.transmission == "00008080-0170031-00010200-2026-11-20+00008080-0170032-00010200-2026-11-20"
    assert findings(put(both, 16, 41, "1")) == [("error", "sum", 16, 25)]


def test_an_empty_transmission_is_right() -> None:
    first, last = written()
    payments, summary = read(joined([first, last]))
    assert (payments, summary.ok, summary.payments) == ([], True, 0)


def test_mandates_are_counted_and_are_no_money() -> None:
    lines = with_inserted(two_payments(), MANDATES, transactions=2)
    payments, summary = read(joined(lines))
    assert summary.ok
    assert (len(payments), summary.payments, summary.mandates, summary.amount) == (2, 2, 2, 173450)


def test_a_file_of_mandates_only_may_lack_its_date() -> None:
    first, last = written()
    lines = with_inserted([first, put([last], 1, 42, "000000")[0]], MANDATES, transactions=2)
    _, summary = read(joined(lines))
    assert (summary.ok, summary.created, summary.mandates) == (True, None, 2)
    assert summary.transmission.endswith("uten dato")


def test_mandates_are_checked_too() -> None:
    wrong = [MANDATES[0], put(MANDATES, 2, 42, "X")[1], MANDATES[2], put(MANDATES, 4, 9, "00000003")[3]]
    lines = with_inserted(two_payments(), wrong, transactions=2)
    assert findings(lines) == [("warning", "bad_value", 9, 42), ("error", "transaction_count", 11, 9)]


def test_an_unknown_service_is_skipped_and_its_records_counted() -> None:
    other = ["NY040020" + "0" * 72, "NY040430" + "X" * 72, f"NY040088{1:08d}{3:08d}" + "0" * 56]
    lines = with_inserted(two_payments(), other, transactions=1)
    payments, summary = read(joined(lines))
    assert (len(payments), summary.ok) == (2, True)
    assert findings(lines) == [("warning", "unknown_service", 8, 3)]
    assert findings(put(lines, 11, 17, "00000099"))[-1] == ("error", "record_count", 11, 17)


def test_an_unknown_service_that_never_ends_is_an_error() -> None:
    lines = with_inserted(two_payments(), ["NY040020" + "0" * 72], transactions=0)
    assert findings(lines)[1] == ("error", "unexpected_record", 9, 1)


# --- not an OCR file ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\r\n \x1a", "empty_file"),
        (b"Hei, her er fila", "not_ocr"),
        (b'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08">', "is_camt"),
        (joined(put(two_payments(), 1, 24, "00008080")), "wrong_direction"),
    ],
)
def test_a_file_that_is_something_else_is_refused_with_one_finding(content: bytes, code: str) -> None:
    payments, summary = read(content)
    assert payments == []
    assert [(found.severity, found.code) for found in summary.findings] == [("error", code)]
    assert not summary.ok


def test_messages_are_norwegian_and_repeat_no_payer_text() -> None:
    lines = put(with_text(), 7, 16, "Fødselsnr 01010112345\x07")
    _, summary = read(joined(lines))
    (found,) = summary.findings
    assert found.code == "bad_characters"
    assert "01010112345" not in found.message + found.value


def test_reading_ten_times_as_many_payments_takes_no_more_memory() -> None:
    small, large = (joined(written(assignment(*[payment()] * count))) for count in (1_000, 10_000))
    assert peak_of_reading(large) < peak_of_reading(small) + 100_000


def peak_of_reading(content: bytes) -> int:
    """The most bytes that reading needs at once, when nobody keeps the payments."""
    reading = read_ocr(BytesIO(content), today=TODAY)
    tracemalloc.start()
    count = sum(1 for _ in reading)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == reading.summary.payments
    return peak


def test_no_summary_before_the_file_is_read() -> None:
    reading = read_ocr(BytesIO(joined(two_payments())), today=TODAY)
    with pytest.raises(RuntimeError):
        _ = reading.summary
