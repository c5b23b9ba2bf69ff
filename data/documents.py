"""The documents that the store keeps.

Money is whole øre (int). Dates are `date`, instants aware UTC `datetime`. Case numbers, KID, account numbers,
invoice numbers and Visma's ids are text. Documents are frozen: change one with `msgspec.structs.replace`.
"""

from datetime import date, datetime
from typing import ClassVar, Literal

import msgspec

Component = Literal["principal", "costs", "fees", "interest", "surplus"]
CaseStatus = Literal["open", "closed", "paused", "manual"]
PaymentSource = Literal["ocr", "camt", "manual", "visma", "moved", "converted"]
PostingState = Literal["pending", "frozen", "posted", "excluded", "not_ours"]
VoucherKind = Literal["R", "N", "G"]
DeliveryState = Literal["ready", "sending", "delivered", "registered", "posted", "rejected", "unknown", "deleted"]
Role = Literal["admin", "handler"]
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
KidCheck = Literal["mod10", "mod11"]
Language = Literal["nb", "nn"]
LettersBy = Literal["each", "run"]
MailState = Literal["queued", "sending", "sent", "unknown", "rejected"]

DEFAULT_COVERAGE: tuple[Component, ...] = ("principal", "costs", "fees", "interest")
DEFAULT_THRESHOLD = 210_00


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A value inside a document."""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What every document has. `rev` is the store's: 0 until stored, then one more at each change.

    TABLE names the table, INDEXED and UNIQUE the fields that can be found by, OWNER the field that search answers with.
    """

    TABLE: ClassVar[str]
    INDEXED: ClassVar[tuple[str, ...]] = ()
    UNIQUE: ClassVar[tuple[str, ...]] = ()

    id: str
    rev: int = 0

    def search_entry(self) -> tuple[str, str] | None:
        """(id of the document that search shall answer with, words to find it by), or None: not searched."""
        return None


class Mark(Part, frozen=True, kw_only=True):
    """Who did something to a document, when and why."""

    actor: str
    time: datetime
    reason: str


# --- set-up -------------------------------------------------------------------------------------------------------


class BankAccount(Part, frozen=True, kw_only=True):
    """An account that receives payments with KID, with the KID agreement for it."""

    account: str
    kid_lengths: tuple[int, ...] = (13,)
    kid_check: KidCheck = "mod10"


class Accounting(Part, frozen=True, kw_only=True):
    """Where vouchers are posted in Visma: voucher type, general-ledger accounts, department and project."""

    voucher_type: str
    bank: str
    interest: str
    fees: str
    department: str = ""
    project: str = ""
    approve: bool = False


class LedgerLine(Part, frozen=True, kw_only=True):
    """One ledger: the ledger type (= a case's department), its account and the case flow of its new cases."""

    ledger_type: str
    account: str
    flow: str = ""


class Creditor(Document, frozen=True, kw_only=True):
    """The one who is owed. `id` is its four-digit number."""

    TABLE = "creditors"
    INDEXED = ("company",)

    name: str
    company: str
    threshold: int = DEFAULT_THRESHOLD
    coverage: tuple[Component, ...] = DEFAULT_COVERAGE
    bank_accounts: tuple[BankAccount, ...] = ()
    accounting: Accounting
    ledger_lines: tuple[LedgerLine, ...] = ()
    address: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    language: Language = "nb"  # of the letters
    letters: LettersBy = "run"  # the notices of a run in one e-mail, or one e-mail each

    @property
    def number(self) -> str:
        return self.id

    def ledger_line(self, department: str) -> LedgerLine | None:
        """The ledger line that a case's department leads to, if there is one."""
        return next((line for line in self.ledger_lines if line.ledger_type == department), None)


class Handler(Document, frozen=True, kw_only=True):
    """A person who works with cases. `id` is the login."""

    TABLE = "handlers"

    name: str
    email: str
    role: Role = "handler"
    keys: tuple[str, ...] = ()

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:3]).upper()


class InterestRate(Document, frozen=True, kw_only=True):
    """Late-payment interest for a period (forsinkelsesrenteloven § 3). `id` is the first day."""

    TABLE = "interest_rates"

    valid_from: date
    valid_to: date
    basis_points: int  # hundredths of a per cent a year
    regulation: str
    source: str
    url: str = ""


class NoticeFee(Document, frozen=True, kw_only=True):
    """What a creditor may charge for its own notices (inkassoforskriften §§ 1-1 to 1-3). `id` is the first day.

    `base` is the inkassosats in øre, None where it is not known. The factors are those of claims due on or after
    `valid_from`; the base is that of letters sent in the period.
    """

    TABLE = "notice_fees"

    valid_from: date
    valid_to: date | None
    base: int | None
    reminder_factor: tuple[int, int]
    notice_factor: tuple[int, int]
    demand_factor: tuple[int, int]
    source: str
    url: str = ""


# --- cases --------------------------------------------------------------------------------------------------------


class Debtor(Part, frozen=True, kw_only=True):
    """Who owes. `customer` is Visma's customer id."""

    customer: str
    name: str
    national_id: str = ""
    org_number: str = ""
    address: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""
    email: str = ""
    mobile: str = ""


class Case(Document, frozen=True, kw_only=True):
    """A case. `id` is its number, `<creditor, 4 digits>-<8 digits>`.

    `outstanding` is what is left of principal, costs and fees less surplus, in øre, interest not counted; it is
    kept up to date so that lists and totals need not settle every case.

    A case that was converted from an older system has its number there as `old_number`. What had been paid before
    `counted_until` came with it, so what Visma tells of earlier days is counted already.

    `step` is what the case last came to, on `step_date`. For a letter `step_sent` is the day it was sent, and
    `step_date` its deadline.
    """

    TABLE = "cases"
    INDEXED = ("status", "handler", "department", "creditor", "run", "debtor_name", "customer_key")
    UNIQUE = ("kid",)

    creditor: str
    kid: str
    debtor: Debtor
    debtor_name: str
    customer_key: str  # "<run>|<company>|<creditor>|<customer>|<department>": which invoices share the case
    department: str
    handler: str
    run: str
    opened: date
    status: CaseStatus = "open"
    step: str = ""
    step_date: date | None = None
    step_sent: date | None = None
    threshold: int | None = None
    closed: date | None = None
    closed_by_threshold: bool = False
    closed_from: CaseStatus = "open"  # what the threshold closed it from, and opens it to
    outstanding: int = 0
    old_number: str = ""
    counted_until: date | None = None

    @property
    def number(self) -> str:
        return self.id

    def search_entry(self) -> tuple[str, str]:
        serial = self.id.rpartition("-")[2].lstrip("0")
        debtor = self.debtor
        words = (self.id, serial, self.kid, self.debtor_name, debtor.national_id, debtor.org_number, self.old_number)
        return self.id, " ".join(word for word in words if word)


class Claim(Document, frozen=True, kw_only=True):
    """One invoice on a case. `id` is `<case>/<serial>`; `visma_id` is Visma's FakturaId.

    `amount` is the invoice's own, `unpaid` what Visma said was left when the case was taken over: the principal.
    A converted claim has no `visma_id` until its invoice is found ("unlinked"), or when it has none ("none").
    """

    TABLE = "claims"
    INDEXED = ("case", "kid", "written_back", "invoice")
    UNIQUE = ("visma_id",)

    case: str
    visma_id: str
    company: str
    invoice: str
    text: str
    kid: str
    issued: date
    due: date
    amount: int
    unpaid: int
    customer: str
    written_back: Literal["pending", "done", "taken", "unlinked", "none"] = "pending"
    write_back_note: str = ""

    def search_entry(self) -> tuple[str, str]:
        return self.case, " ".join(word for word in (self.invoice, self.kid, self.visma_id) if word)


class Fee(Document, frozen=True, kw_only=True):
    """A fee or a cost on a case. `code` is the notice's (PUR, IKV); `component` says where coverage finds it."""

    TABLE = "fees"
    INDEXED = ("case",)

    case: str
    code: str
    component: Literal["costs", "fees"]
    date: date
    amount: int
    claim: str | None = None
    basis: str = ""


class Event(Document, frozen=True, kw_only=True):
    """One line of a case's log."""

    TABLE = "events"
    INDEXED = ("case",)

    case: str
    time: datetime
    actor: str
    text: str


# --- conversion ---------------------------------------------------------------------------------------------------


class Conversion(Document, frozen=True, kw_only=True):
    """A file of an older system's cases that was read. `id` is the SHA-256 of its content, line ends made equal."""

    TABLE = "conversions"

    name: str
    read: datetime
    actor: str
    cases: int
    claims: int
    receipt: str


class Candidate(Part, frozen=True, kw_only=True):
    """An invoice in Visma that a converted claim may be, as it was when it was found, and `by` what it was found."""

    visma_id: str
    invoice: str
    kid: str
    customer: str
    name: str
    text: str
    due: date
    amount: int
    unpaid: int
    case_number: str
    by: Literal["invoice", "kid", "customer"]


class ClaimLink(Document, frozen=True, kw_only=True):
    """How far the search for a converted claim's invoice in Visma has come. `id` is the claim's.

    `candidates` are to choose between, when it is "several"; "without" is what a handler says when there is none.
    """

    TABLE = "claim_links"
    INDEXED = ("state", "case")

    case: str
    state: Literal["waiting", "several", "none", "linked", "without"] = "waiting"
    candidates: tuple[Candidate, ...] = ()
    note: str = ""


# --- payments -----------------------------------------------------------------------------------------------------


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
    """

    TABLE = "payments"
    INDEXED = ("case", "posting", "bank_file", "unplaced", "date", "creditor")
    UNIQUE = ("fingerprint",)

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


# --- vouchers -----------------------------------------------------------------------------------------------------


class VoucherLine(Part, frozen=True, kw_only=True):
    """Debit is positive, credit negative."""

    account: str
    amount: int
    text: str = ""
    ledger_type: str = ""
    customer: str = ""
    invoice: str = ""
    visma_id: str = ""
    kid: str = ""
    case: str = ""
    payment: str = ""
    department: str = ""
    project: str = ""


class Voucher(Document, frozen=True, kw_only=True):
    """A voucher for Visma; its content is never changed once made. `id` is its reference."""

    TABLE = "vouchers"
    INDEXED = ("creditor", "date")

    creditor: str
    date: date
    kind: VoucherKind
    company: str
    voucher_type: str
    approve: bool
    text: str
    amount: int  # what the bank is debited, øre; below zero on a day when more went out than in
    lines: tuple[VoucherLine, ...]
    payments: tuple[str, ...]
    created: datetime
    actor: str

    @property
    def reference(self) -> str:
        return self.id


class Delivery(Document, frozen=True, kw_only=True):
    """How far a voucher has come on its way into Visma. `id` is the voucher's reference."""

    TABLE = "deliveries"
    INDEXED = ("state",)

    state: DeliveryState = "ready"
    attempts: int = 0
    last_attempt: datetime | None = None
    visma_id: str = ""
    voucher_number: str = ""
    message: str = ""
    needs_decision: bool = False


# --- letters and mails --------------------------------------------------------------------------------------------


class Sender(Part, frozen=True, kw_only=True):
    """Who a letter is from, as it says itself. `account` is where to pay."""

    name: str
    address: tuple[str, ...]
    email: str
    phone: str
    account: str
    handler: str


class LetterClaim(Part, frozen=True, kw_only=True):
    """A claim as a letter states it. `fees` are those of earlier letters, `notice_fee` that of this one; all unpaid."""

    invoice: str
    text: str
    due: date
    principal: int
    fees: int
    notice_fee: int
    interest: int

    @property
    def total(self) -> int:
        return self.principal + self.fees + self.notice_fee + self.interest


class Letter(Document, frozen=True, kw_only=True):
    """A letter to a debtor: a snapshot of all that it says, never changed. `id` is `<case>/<kind>`.

    `pdf` is the SHA-256 of the PDF, which names its file; `template` that of the template it was made with. `total` is
    the sum of the claims, of `costs` and of `fees` that belong to no claim, less `surplus`. `mail` is the e-mail that
    carries it, empty while it waits for one; `run` is the id of its Run.
    """

    TABLE = "letters"
    INDEXED = ("case", "run", "mail")

    kind: Literal["IKV"] = "IKV"
    case: str
    creditor: str
    run: str
    handler: str
    language: Language
    sent: date
    deadline: date
    sender: Sender
    name: str
    address: tuple[str, ...]
    kid: str
    claims: tuple[LetterClaim, ...]
    costs: int = 0
    fees: int = 0
    surplus: int = 0
    total: int
    interest_until: date
    basis_points: int
    created: datetime
    actor: str
    pdf: str = ""
    template: str = ""
    mail: str = ""


class Attachment(Part, frozen=True, kw_only=True):
    """A PDF among the letters' files, and what it is called in the e-mail."""

    name: str
    pdf: str


class Mail(Document, frozen=True, kw_only=True):
    """An e-mail to a handler, and how far it has come. `message_id` is made once: a second sending is the same e-mail.

    `via` is how it was last sent. A mail is not sent by itself before `not_before`.
    """

    TABLE = "mails"
    INDEXED = ("state",)
    UNIQUE = ("message_id",)

    message_id: str
    handler: str
    to: str
    subject: str
    text: str
    attachments: tuple[Attachment, ...]
    letters: int
    created: datetime
    state: MailState = "queued"
    via: Literal["", "smtp", "file"] = ""
    attempts: int = 0
    last_attempt: datetime | None = None
    not_before: datetime | None = None
    message: str = ""


# --- runs and receipts --------------------------------------------------------------------------------------------


class Run(Document, frozen=True, kw_only=True):
    """One dunning proposal taken over. `id` is `<company>/<run number>`.

    It is `started` until its invoices are cases, and then `done`, or `notices` while some of its letters wait.
    """

    TABLE = "runs"
    INDEXED = ("state",)

    number: str
    company: str
    actor: str
    started: datetime
    state: Literal["started", "notices", "done"] = "started"
    cases: int = 0
    invoices: int = 0


class Column(Part, frozen=True, kw_only=True):
    """A column of a receipt: its heading, and what its cells are."""

    title: str
    kind: Literal["text", "amount", "date", "number", "case"] = "text"


class Section(Part, frozen=True, kw_only=True):
    """A table of a receipt. Amount cells are øre, date cells ISO text."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | int | None, ...], ...]


class Receipt(Document, frozen=True, kw_only=True):
    """What an import, a posting or another job did, to be read again later."""

    TABLE = "receipts"
    INDEXED = ("kind", "time")

    kind: Literal["cases", "payments", "posting"]
    time: datetime
    actor: str
    title: str
    summary: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()


ALL_DOCUMENTS: tuple[type[Document], ...] = (
    Creditor,
    Handler,
    InterestRate,
    NoticeFee,
    Case,
    Claim,
    Fee,
    Event,
    Payment,
    Conversion,
    ClaimLink,
    BankFile,
    BankSource,
    Cursor,
    Voucher,
    Delivery,
    Letter,
    Mail,
    Run,
    Receipt,
)
