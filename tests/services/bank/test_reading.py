from io import BytesIO

import pytest

from services.bank.reading import read_bank_file
from tests.services.bank.camt_files import document, entry, kid_of, notification, transaction
from tests.services.bank.files import TODAY, joined, two_payments

CAMT = document(notification(entry(123450, transaction())))


@pytest.mark.parametrize(
    ("content", "file_format", "payments"),
    [
        (joined(two_payments()), "ocr", 2),
        (CAMT, "camt", 1),
        (CAMT.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "camt", 1),
        (b"\xef\xbb\xbf" + CAMT, "camt", 1),
        (CAMT.replace(b"?>", b"?><!-- " + b"x" * 5000 + b" -->", 1), "camt", 1),
    ],
)
def test_each_format_is_read_by_its_own_reader(content: bytes, file_format: str, payments: int) -> None:
    reading = read_bank_file(BytesIO(content), today=TODAY)
    found = list(reading)
    assert reading.summary.ok, reading.summary.findings
    assert (reading.summary.format, len(found), found[0].amount) == (file_format, payments, 123450)
    assert found[0].kid == kid_of()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"%PDF-1.7", "not_ocr"),
        (CAMT.replace(b"camt.054", b"camt.053"), "unknown_version"),
        (b"<html/>", "not_camt"),
    ],
)
def test_what_is_neither_is_refused_with_what_it_is(content: bytes, code: str) -> None:
    reading = read_bank_file(BytesIO(content), today=TODAY)
    assert list(reading) == []
    assert [found.code for found in reading.summary.findings] == [code]


def test_looking_at_a_file_does_not_move_in_it() -> None:
    source = BytesIO(b"xyz" + CAMT)
    source.seek(3)
    assert len(list(read_bank_file(source, today=TODAY))) == 1
