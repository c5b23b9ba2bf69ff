"""Vouchers for Visma, and how far they have come."""

from datetime import date, datetime
from typing import Literal

from data.documents.base import Document, Part

VoucherKind = Literal["R", "N", "G"]
DeliveryState = Literal["ready", "sending", "delivered", "registered", "posted", "rejected", "unknown", "deleted"]


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
    LISTS = (("creditor", "date", "id"),)

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
    """How far a voucher has come on its way into Visma. `id` is the voucher's reference.

    `untold`: what became of it when it was last sent, or asked for, stands in no receipt yet.
    """

    TABLE = "deliveries"
    INDEXED = ("state", "voucher_number", "visma_id", "untold")
    LISTS = (("needs_decision", "state", "id"),)

    state: DeliveryState = "ready"
    attempts: int = 0
    last_attempt: datetime | None = None
    visma_id: str = ""
    voucher_number: str = ""
    message: str = ""
    needs_decision: bool = False
    untold: bool = False
