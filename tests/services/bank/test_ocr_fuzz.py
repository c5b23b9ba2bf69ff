"""Whatever bytes arrive, the reader answers with findings; it never raises, and never accepts what does not add up."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.bank.ocr_records import ITEM_1, ITEM_2, ITEM_3, LENGTH, Layout
from tests.services.bank.files import joined, read, two_payments, with_text
from tests.services.bank.test_ocr_giro import MANDATES, with_inserted

WHOLE = joined(with_inserted(with_text(), MANDATES, transactions=2), end="\n")
RECORDS = [*WHOLE.splitlines(), *joined(two_payments(), end="\n").splitlines()]


@given(st.binary(max_size=400))
def test_any_bytes_are_answered(content: bytes) -> None:
    payments, summary = read(content)
    assert payments == []
    assert not summary.ok


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 2), st.binary(max_size=3)), max_size=4))
def test_a_file_with_a_few_wrong_bytes_is_answered(changes: list[tuple[int, int, bytes]]) -> None:
    content = bytearray(WHOLE)
    for at, length, new in changes:
        content[at : at + length] = new
    payments, summary = read(bytes(content))
    assert all(found.line >= 1 and found.column >= 1 and found.message.isprintable() for found in summary.findings)
    if summary.ok:
        assert len(payments) == summary.payments
        assert sum(payment.amount for payment in payments) == summary.amount


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(RECORDS), max_size=12))
def test_records_in_any_order_are_answered(records: list[bytes]) -> None:
    payments, summary = read(b"\n".join([RECORDS[0], *records]))
    if summary.ok:
        assert len(payments) == summary.payments
    else:
        assert summary.findings


@given(st.integers(0, len(WHOLE) - 2))
def test_a_file_that_is_cut_off_anywhere_is_refused(end: int) -> None:
    assert not read(WHOLE[:end])[1].ok


def test_each_layout_has_a_field_for_every_position() -> None:
    from services.bank import ocr_records

    layouts = [value for value in vars(ocr_records).values() if isinstance(value, Layout)]
    assert {ITEM_1, ITEM_2, ITEM_3} <= set(layouts)
    for layout in layouts:
        covered = [position for field in layout.fields for position in range(field.first, field.last + 1)]
        assert covered == list(range(1, LENGTH + 1)), layout.name
