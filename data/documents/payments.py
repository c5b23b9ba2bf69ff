"""Money in and out, and where it came from."""

from datetime import date, datetime
from typing import Literal

from msgspec.structs import force_setattr

from data.documents.base import Component, Document, Mark, Part

PaymentSource = Literal["ocr", "camt", "manual", "visma", "moved", "converted"]
PostingState = Literal["pending", "frozen", "posted", "excluded", "not_ours"]
UnplacedReason = Literal[
    "unknown_kid",
    "ambiguous_kid",
    "blank_kid",
    "bad_chars",
    "bad_length",
    "bad_check",
    "closed_case",
    "negative",
    "card",
    "visma_invoice",
    "visma_voucher",
    "unlinked",
    "before_case",
]


class Allocation(Part, frozen=True, kw_only=True):
    """How much of a payment went where. `target` is a claim's or a fee's id, None for surplus."""

    component: Component
    amount: int
    target: str | None = None


class BankReference(Part, frozen=True, kw_only=True):
    """What the bank's file says of a payment beyond date, amount and KID."""

    account: str
    transaction_type: str
    order_date: date | None = None
    debit_account: str = ""
    archive_reference: str = ""
    form_number: str = ""
    settlement: str = ""  # centre, day code, partial settlement, serial: the lump sum on the bank statement


class LedgerReference(Part, frozen=True, kw_only=True):
    """The transaction in Visma's ledger that a payment was read from. `serial` counts within `company`."""

    company: str
    serial: int
    visma_id: str  # of the invoice
    type: str
    voucher_number: str = ""


class Payment(Document, frozen=True, kw_only=True):
    """Money in (or, negative, back out). `case` is None while it waits among the unplaced.

    Nothing with money is erased: a deleted payment stays, with its mark. `waiting` is the part that would reach
    interest of a day whose rate is not known yet.

    `to_post` follows from the rest, whatever is given: whether the payment is in the posting proposal, and whether it
    waits for a rate there. So does `paid_month`, 202611 for November 2026: the month in which it was paid, of a
    payment that counts on a case.
    """

    TABLE = "payments"
    INDEXED = ("case", "posting", "bank_file", "unplaced", "date", "creditor", "to_post", "amount")
    UNIQUE = ("fingerprint",)
    LISTS = (("to_post", "id", "amount"), ("unplaced", "id", "amount"), ("paid_month", "id", "amount"))

    case: str | None
    creditor: str
    source: PaymentSource
    date: date
    amount: int
    posting: PostingState = "pending"
    coverage: tuple[Allocation, ...] = ()
    waiting: int = 0
    kid: str = ""
    text: str = ""
    bank: BankReference | None = None
    bank_file: str | None = None
    ledger: LedgerReference | None = None
    fingerprint: str | None = None
    unplaced: UnplacedReason | None = None
    dismissed: Mark | None = None  # "not ours": taken off the list of unplaced payments, with the reason
    deleted: Mark | None = None
    moved_from: str | None = None
    moved_to: str | None = None
    vouchers: tuple[str, ...] = ()
    to_post: Literal["ready", "waits"] | None = None
    paid_month: int | None = None

    def __post_init__(self) -> None:
        """For the store, which counts by what lies in the document."""
        counts = self.case is not None and self.deleted is None
        force_setattr(self, "paid_month", self.date.year * 100 + self.date.month if counts else None)
        proposed = self.posting == "pending" and counts
        force_setattr(self, "to_post", ("waits" if self.waiting else "ready") if proposed else None)

    def covered(self, component: Component) -> int:
        """Øre of this payment that went to `component`."""
        return sum(part.amount for part in self.coverage if part.component == component)


class BankFile(Document, frozen=True, kw_only=True):
    """A bank file that was read. `id` is the SHA-256 of its content, line ends made equal."""

    TABLE = "bank_files"
    INDEXED = ("name",)
    UNIQUE = ("transmission",)

    name: str
    transmission: str
    created: date | None
    imported: datetime
    actor: str
    payments: int
    amount: int
    receipt: str


class BankSource(Document, frozen=True, kw_only=True):
    """Which of the bank's formats an account's payments are read from. `id` is the account.

    OCR giro and camt.054 may carry the same payments, so an account has one source.
    """

    TABLE = "bank_sources"

    format: Literal["ocr", "camt"]


class Cursor(Document, frozen=True, kw_only=True):
    """How far a company's transactions in Visma have been read, and when last. `id` is the company."""

    TABLE = "cursors"

    serial: int = 0
    fetched: datetime
    actor: str
    receipt: str
