"""Whatever bytes arrive, the reader answers with findings; it never raises, and never accepts what does not add up."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.bank.camt054_fields import read_amount, read_day
from tests.services.bank.camt_files import (
    VERSIONS,
    Version,
    document,
    entry,
    money,
    notification,
    one_entry,
    read,
    strd,
    tag,
    transaction,
)

WHOLE = document(
    notification(
        entry(
            600,
            transaction(100, version="08", reference="A1", ordered="2026-11-19T10:00:00+01:00"),
            transaction(200, version="08", remittance=strd("1", amount=100) + strd("2", amount=100)),
            transaction(300, version="08", remittance=tag("Ustrd", "Hei")),
            version="08",
        ),
        entry(50, way="DBIT", reversal=True, version="08"),
        summary=tag("TtlNtries", tag("NbOfNtries", "2"), tag("Sum", "6.50")),
    ),
    version="08",
)
NAMES = sorted(set(WHOLE.replace(b"</", b"<").split(b"<")))
LINES = WHOLE.split(b"\n")


def answered(content: bytes) -> bool:
    """Whether the file was accepted, after a look at the answer."""
    payments, summary = read(content)
    assert all(found.line >= 1 and found.column >= 1 and found.message.isprintable() for found in summary.findings)
    if summary.ok:
        assert len(payments) == summary.payments
        assert sum(payment.amount for payment in payments) == summary.amount
    return summary.ok


def test_the_file_to_be_mutated_is_right() -> None:
    assert answered(WHOLE)


@given(st.binary(max_size=400))
@example(b"<")
@example(b"\xff\xfe")
@example(b"<Document/>")
def test_any_bytes_are_answered(content: bytes) -> None:
    assert not answered(content)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 3), st.binary(max_size=3)), max_size=4))
def test_a_file_with_a_few_wrong_bytes_is_answered(changes: list[tuple[int, int, bytes]]) -> None:
    content = bytearray(WHOLE)
    for at, length, new in changes:
        content[at : at + length] = new
    answered(bytes(content))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(0, 3)), min_size=1, max_size=3))
def test_a_file_with_elements_renamed_or_values_swapped_is_answered(changes: list[tuple[bytes, bytes, int]]) -> None:
    content = WHOLE
    for old, new, count in changes:
        if old:
            content = content.replace(old, new, count or -1)
    answered(content)


@settings(max_examples=150, deadline=None)
@given(st.integers(2, len(LINES) - 2), st.integers(1, 12), st.integers(2, len(LINES) - 2))
def test_a_file_with_lines_moved_is_answered(start: int, count: int, to: int) -> None:
    moved, rest = LINES[start : start + count], LINES[:start] + LINES[start + count :]
    answered(b"\n".join(rest[:to] + moved + rest[to:]))


@given(st.integers(0, len(WHOLE.rstrip()) - 1))
def test_a_file_that_is_cut_off_anywhere_is_refused(end: int) -> None:
    assert not answered(WHOLE[:end])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 10**13), min_size=1, max_size=6), st.sampled_from(VERSIONS))
def test_amounts_come_through_to_the_last_ore(amounts: list[int], version: Version) -> None:
    told = (transaction(amount, version=version) for amount in amounts)
    payments, summary = read(one_entry(*told, total=sum(amounts), version=version))
    assert summary.ok
    assert [payment.amount for payment in payments] == amounts


@given(st.integers(0, 10**17))
def test_an_amount_is_what_was_written(amount: int) -> None:
    assert read_amount(money(amount)) == amount


@given(st.text(max_size=30))
@example("9999-12-31T23:59:59-12:00")
@example("0001-01-01T00:00:00+12:00")
@example("2026-W47-5")
def test_any_text_is_a_day_or_none(text: str) -> None:
    day = read_day(text)
    assert day is None or day.year >= 2000
