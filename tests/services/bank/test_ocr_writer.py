from datetime import date
from typing import Any, cast

import netsgiro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.bank.ocr_giro import BankPayment
from services.bank.ocr_records import CARD, REVERSALS, WITH_TEXT
from services.bank.ocr_writer import OcrAssignment, OcrPayment, write_ocr
from tests.services.bank.files import ACCOUNT, DAY, assignment, payment, read, written

LAST = date(2099, 12, 31)
DAYS = st.dates(date(2000, 1, 1), LAST)
LETTERS = st.characters(min_codepoint=32, max_codepoint=255, exclude_categories=["Cc", "Cf", "Zs"])


def number(length: int) -> st.SearchStrategy[str]:
    """Digits of that length, or "" for what is not known."""
    return st.integers(0, 10**length - 1).map(lambda value: f"{value:0{length}d}" if value else "")


@st.composite
def payments(draw: st.DrawFn) -> OcrPayment:
    kind = draw(st.sampled_from([str(value) for value in range(10, 22)]))
    amount = draw(st.integers(1, 10**9))
    return OcrPayment(
        date=draw(DAYS),
        amount=-amount if kind in REVERSALS else amount,
        kid=draw(st.text("0123456789-", max_size=25)),
        transaction_type=kind,
        order_date=draw(st.none() | DAYS),
        debit_account=draw(number(11)),
        form_number=draw(number(10)),
        archive_reference=draw(number(9)),
        settlement=draw(number(10)),
        text=draw(st.text(LETTERS, max_size=40)) if kind in WITH_TEXT else "",
        card_issuer=draw(number(2)) if kind in CARD else "",
    )


FILES = st.lists(
    st.builds(
        OcrAssignment,
        account=st.integers(1, 10**11 - 1).map("{:011d}".format),
        agreement=st.integers(0, 10**9 - 1).map("{:09d}".format),
        number=st.integers(0, 10**7 - 1),
        payments=st.lists(payments(), min_size=1, max_size=5).map(tuple),
    ),
    max_size=3,
)


def without_place(payment: BankPayment) -> OcrPayment:
    names = OcrPayment.__struct_fields__
    values: dict[str, Any] = {name: getattr(payment, name) for name in names}
    return OcrPayment(**values)


@settings(max_examples=60, deadline=None)
@given(FILES, st.integers(0, 10**7 - 1))
def test_what_is_written_is_what_is_read(assignments: list[OcrAssignment], transmission: int) -> None:
    content = write_ocr(assignments, transmission=transmission, recipient="00010200", created=LAST)
    found, summary = read(content, today=LAST)
    assert summary.ok, summary.findings
    told = [payment for assignment in assignments for payment in assignment.payments]
    assert [without_place(payment) for payment in found] == told
    assert [(each.account, each.agreement, int(each.number), each.payments) for each in summary.assignments] == [
        (each.account, each.agreement, each.number, len(each.payments)) for each in assignments
    ]
    assert summary.amount == sum(payment.amount for payment in told)


def test_netsgiro_reads_the_same_payments() -> None:
    lines = written(assignment(*(payment(1000 + serial, serial=serial) for serial in range(1, 30))))
    theirs = netsgiro.parse("\n".join(lines)).assignments[0]
    transactions = cast(list[netsgiro.Transaction], theirs.transactions)  # an OCR file has no others
    ours, _ = read("\n".join(lines).encode())
    assert [(each.kid, int(each.amount * 100), each.date) for each in transactions] == [
        (each.kid, each.amount, each.date) for each in ours
    ]
    assert theirs.account == ACCOUNT


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (payment(10**17), "does not fit"),
        (payment(300, transaction_type="18"), "reversal"),
        (payment(kid="1" * 26), "does not fit"),
        (payment(debit_account="1234.56.78903"), "not digits"),
        (payment(transaction_type="21", text="a\nb"), "does not fit"),
        (payment(date=date(1999, 12, 31)), "no room"),
        (payment(-100), "below zero"),
    ],
)
def test_what_the_format_cannot_say_is_refused(wrong: OcrPayment, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        write_ocr([assignment(wrong)], transmission=1, recipient="1", created=DAY)


def test_an_assignment_has_at_least_one_payment() -> None:
    with pytest.raises(ValueError, match="at least one"):
        write_ocr([assignment()], transmission=1, recipient="1", created=DAY)
