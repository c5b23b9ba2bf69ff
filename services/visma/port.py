"""What the services see of Visma: seven calls in the words of this project, and the ways in which a call can fail.

Amounts are øre. An adapter (SOAP, simulator in process) turns them into its own shapes and back. No call is made
inside a store transaction.

VismaError
├── VismaUnreachable    the request was certainly not carried out: no connection. Safe to try again
├── VismaUncertain      the answer was lost or could not be trusted: it may have been carried out
├── VismaRefused        the service answered with a fault of its own (code, and whether trying again may help)
│   └── NoNewInvoices   INGEN_NYE
├── VismaAccess         log-in, certificate or address is wrong (401, 403, 404, redirect)
└── VismaContract       an answer to a read that is not as the contract says
"""

import datetime as dt
from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from data.documents import Voucher
from data.errors import Kk2Error


class VismaError(Kk2Error):
    """Something went wrong with Visma."""

    code = "visma"


class VismaUnreachable(VismaError):
    """No connection: nothing was carried out."""

    code = "visma_unreachable"


class VismaUncertain(VismaError):
    """Sent, but the answer was lost or unreadable: nobody knows yet whether it was carried out."""

    code = "visma_uncertain"


class VismaRefused(VismaError):
    """The service answered with a fault: `fault` is its code, `retryable` its own word on trying again."""

    code = "visma_refused"

    def __init__(self, message: str, *, fault: str, retryable: bool = False) -> None:
        super().__init__(message, details=({"fault": fault},))
        self.fault = fault
        self.retryable = retryable


class NoNewInvoices(VismaRefused):
    """There is no approved proposal with invoices for the dunning codes."""

    code = "no_new_invoices"


class VismaAccess(VismaError):
    """Log-in, certificate or address is wrong; nothing was carried out."""

    code = "visma_access"


class VismaContract(VismaError):
    """The answer is not as the contract says; the message names the element."""

    code = "visma_contract"


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """A value that crosses the port."""


class Capabilities(Value, frozen=True, kw_only=True):
    """What Ping tells. `recognises_references`: a voucher sent twice under one reference is stored once.

    `takes_vouchers` is false where vouchers go another way, as files.
    """

    version: str
    time: dt.datetime
    recognises_references: bool = False
    takes_vouchers: bool = True
    max_count: int | None = None


class Customer(Value, frozen=True, kw_only=True):
    id: str
    ledger_type: str
    name: str
    national_id: str = ""
    org_number: str = ""
    address: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""
    email: str = ""
    mobile: str = ""


class Reminder(Value, frozen=True, kw_only=True):
    """A dunning letter that Visma has sent for an invoice, with the fee it charged for it (øre)."""

    code: str
    date: dt.date
    due: dt.date | None = None
    fee: int = 0


class Invoice(Value, frozen=True, kw_only=True):
    visma_id: str
    number: str
    company: str
    client: str = ""  # oppdragsgiver
    customer: Customer
    text: str = ""
    kid: str = ""
    issued: dt.date
    due: dt.date
    amount: int
    paid: int
    unpaid: int
    case_number: str = ""
    reminders: tuple[Reminder, ...] = ()


ProposalStatus = Literal["proposed", "approved", "distributed"]


class Proposal(Value, frozen=True, kw_only=True):
    """A dunning proposal. Only an approved one carries invoices; "distributed" came of the wrong button in Visma."""

    run: int
    company: str
    ledger_type: str
    dunning_type: str
    dunning_code: str
    status: ProposalStatus
    approved_at: dt.datetime | None = None
    approved_by: str = ""
    invoices: tuple[Invoice, ...] = ()


class ProposalPage(Value, frozen=True, kw_only=True):
    """Proposals with the invoices that fall inside the page. `next` continues; None at the end."""

    proposals: tuple[Proposal, ...]
    next: int | None = None


class CaseNumber(Value, frozen=True, kw_only=True):
    visma_id: str
    case: str


class CaseNumberResult(Value, frozen=True, kw_only=True):
    """`taken`: the invoice has another external case number, named in `case`."""

    visma_id: str
    outcome: Literal["ok", "unchanged", "taken", "unknown_invoice"]
    case: str = ""


class LedgerTransaction(Value, frozen=True, kw_only=True):
    """A movement on an invoice in Visma's ledger. A negative amount reduces the claim."""

    serial: int
    type: str
    category: int
    visma_id: str
    case: str = ""
    voucher_number: str
    date: dt.date
    amount: int
    text: str = ""
    reference: str = ""


class TransactionPage(Value, frozen=True, kw_only=True):
    transactions: tuple[LedgerTransaction, ...]
    last_serial: int
    more: bool


VoucherState = Literal["received", "registered", "approved", "posted", "rejected", "deleted"]


class VoucherReceipt(Value, frozen=True, kw_only=True):
    """The answer to a delivery. `duplicate`: the same content was stored before, under the same reference."""

    reference: str
    outcome: Literal["ok", "duplicate", "rejected"]
    visma_id: str = ""
    state: VoucherState | None = None
    errors: tuple[str, ...] = ()


class VoucherStatus(Value, frozen=True, kw_only=True):
    visma_id: str
    reference: str
    number: str = ""
    state: VoucherState
    registered_by: str
    content_hash: str
    received: dt.datetime


class InvoiceQuery(Value, frozen=True, kw_only=True):
    """Look an invoice up by number, KID or customer; `key` comes back with the answer."""

    key: str
    number: str = ""
    kid: str = ""
    customer: str = ""


class InvoiceMatch(Value, frozen=True, kw_only=True):
    key: str
    invoices: tuple[Invoice, ...]


class VismaPort(Protocol):
    """Reads and write_case_numbers are idempotent and are tried again by the adapter; deliver_voucher never is."""

    async def ping(self) -> Capabilities: ...

    async def fetch_proposals(
        self, company: str, codes: Sequence[str], *, run: int | None = None, start: int = 0, count: int = 200
    ) -> ProposalPage:
        """Proposals with one of the dunning codes, `count` invoices a page. Raises NoNewInvoices."""

    async def write_case_numbers(self, numbers: Sequence[CaseNumber]) -> list[CaseNumberResult]: ...

    async def fetch_transactions(self, company: str, *, after: int = 0, count: int = 500) -> TransactionPage: ...

    async def deliver_voucher(self, voucher: Voucher) -> VoucherReceipt:
        """Deliver one voucher, once. Raises VismaUncertain when the outcome is not known, VismaUnreachable
        and VismaAccess when it certainly did not arrive, VismaRefused when the service said no."""

    async def find_vouchers(self, company: str, references: Sequence[str]) -> list[VoucherStatus]: ...

    async def find_invoices(self, company: str, queries: Sequence[InvoiceQuery]) -> list[InvoiceMatch]: ...

    async def close(self) -> None: ...
