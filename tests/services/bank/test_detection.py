from io import BytesIO

import pytest

from services.bank.detection import detect, detect_file
from tests.services.bank.files import joined, put, two_payments

CAMT = '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02">'


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (joined(two_payments()), "ocr"),
        (b"\xef\xbb\xbf\r\n" + joined(two_payments()), "ocr"),
        (CAMT.encode(), "camt.054"),
        (CAMT.encode("utf-16"), "camt.054"),
        (CAMT.replace("054", "053").encode(), "unknown"),
        (joined(put(two_payments(), 1, 24, "00008080")), "outgoing"),
        (joined(put(two_payments(), 2, 1, "NY210020")), "outgoing"),
        (joined(put(two_payments(), 2, 1, "NY213620"), end=""), "outgoing"),
        (b"", "unknown"),
        (b"NYTT REGNEARK", "unknown"),
        (b"%PDF-1.7", "unknown"),
    ],
)
def test_the_kind_of_a_file_is_told_from_its_content(head: bytes, kind: str) -> None:
    assert detect(head) == kind


def test_looking_at_a_file_does_not_move_in_it() -> None:
    source = BytesIO(joined(two_payments()))
    assert detect_file(source) == "ocr"
    assert source.tell() == 0
