"""What a bank file gives, whichever format it came in."""

import datetime
from collections.abc import Iterator
from typing import Literal, Protocol

import msgspec

from services.bank.findings import Finding

FileFormat = Literal["ocr", "camt"]


class BankPayment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One payment of a bank file. `amount` is øre, negative when money goes back out.

    `date` is the settlement date, the day the money is on the account; `order_date` the day the payer ordered it.
    A number that the file fills with zeros is "". `settlement` is the lump sum on the bank statement: in OCR giro
    centre (2), day code (2), partial settlement (1) and serial (5). In camt.054 it and `archive_reference` are the
    bank's references, and `transaction_type` is the bank's code, which has a slash in it.
    """

    line: int
    account: str
    transaction_type: str
    date: datetime.date
    amount: int
    kid: str = ""
    agreement: str = ""
    number: str = ""
    order_date: datetime.date | None = None
    debit_account: str = ""
    form_number: str = ""
    archive_reference: str = ""
    settlement: str = ""
    text: str = ""
    card_issuer: str = ""


class AssignmentSummary(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One assignment (oppdrag) of a file: payments to one account under one agreement. `amount` is signed øre."""

    line: int
    service: str
    account: str
    agreement: str
    number: str
    payments: int
    amount: int


class FileSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a whole file says of itself, and what is wrong with it.

    `sha256` is of the records, line ends made equal. `transmission` names the file at the bank (sender, serial,
    recipient, date made), so that a changed copy is recognised. `amount` is the signed sum of all payments in øre.
    """

    sha256: str
    transmission: str
    created: datetime.date | None
    payments: int
    amount: int
    assignments: tuple[AssignmentSummary, ...]
    mandates: int
    findings: tuple[Finding, ...]
    encoding: str = "ascii"
    format: FileFormat = "ocr"

    @property
    def ok(self) -> bool:
        """Whether the file may be stored: no error among the findings."""
        return not any(finding.severity == "error" for finding in self.findings)


class BankReading(Protocol):
    """A reading of one file: iterate it once for the payments, then take `summary`; keep them only if that is `ok`."""

    @property
    def summary(self) -> FileSummary: ...

    def __iter__(self) -> Iterator[BankPayment]: ...
