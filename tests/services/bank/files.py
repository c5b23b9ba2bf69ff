"""Made-up OCR giro files for the tests, and ways to break them."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

from services.bank.kid import make_kid
from services.bank.ocr_giro import BankPayment, FileSummary, read_ocr
from services.bank.ocr_writer import OcrAssignment, OcrPayment, write_ocr

TODAY = date(2026, 11, 23)
DAY = date(2026, 11, 20)
ACCOUNT = "12345678903"


def payment(amount: int = 123450, *, serial: int = 38, **fields: Any) -> OcrPayment:
    values: dict[str, Any] = {"date": DAY, "amount": amount, "kid": make_kid("0221", serial)}
    return OcrPayment(**(values | fields))


def assignment(*payments: OcrPayment, account: str = ACCOUNT, number: int = 1) -> OcrAssignment:
    return OcrAssignment(account=account, payments=payments, number=number)


def written(*assignments: OcrAssignment) -> list[str]:
    """The records of a file with these assignments."""
    content = write_ocr(assignments, transmission=170031, recipient="00010200", created=DAY)
    return content.decode("iso-8859-1").split("\r\n")[:-1]


def two_payments() -> list[str]:
    """Line 1 starts the transmission, 2 the assignment, 3-4 and 5-6 are payments, 7 and 8 the end records."""
    return written(assignment(payment(), payment(50000, serial=39)))


def with_text() -> list[str]:
    """As `two_payments`, but the second payment (lines 5-7) is a purchase with free text."""
    return written(assignment(payment(), payment(50000, transaction_type="21", kid="", text="Hei")))


def put(lines: Sequence[str], line: int, column: int, text: str) -> list[str]:
    """`lines` with `text` written over what stands at `line` and `column`, both from 1."""
    changed = list(lines)
    old = changed[line - 1]
    changed[line - 1] = old[: column - 1] + text + old[column - 1 + len(text) :]
    return changed


def joined(lines: Sequence[str], end: str = "\r\n") -> bytes:
    return "".join(line + end for line in lines).encode("iso-8859-1")


def read(content: bytes, today: date = TODAY) -> tuple[list[BankPayment], FileSummary]:
    reading = read_ocr(BytesIO(content), today=today)
    return list(reading), reading.summary


def findings(lines: Sequence[str]) -> list[tuple[str, str, int, int]]:
    """(severity, code, line, column) of all that is found in a file of these lines."""
    _, summary = read(joined(lines))
    return [(found.severity, found.code, found.line, found.column) for found in summary.findings]
