"""The cases of an older system, as a conversion file tells them. Amounts are øre; `line` is where it stands."""

import re
from datetime import date
from typing import Literal

import msgspec

from data.documents import CaseStatus, Debtor
from services.bank.findings import Finding

_OUR_SHAPE = re.compile(r"[0-9]{4}-[0-9]{8}")


class Old(msgspec.Struct, frozen=True, kw_only=True):
    """Something in the file."""

    line: int


class OldClaim(Old, frozen=True, kw_only=True):
    """An invoice. `principal` is what was unpaid of it when the case was made."""

    invoice: str
    text: str
    kid: str
    issued: date
    due: date
    amount: int
    principal: int


class OldCharge(Old, frozen=True, kw_only=True):
    """A fee or a cost; `invoice` names the claim that it belongs to, if any."""

    code: str
    component: Literal["costs", "fees"]
    date: date
    amount: int
    invoice: str
    text: str


class OldPayment(Old, frozen=True, kw_only=True):
    """A payment that the older system has placed, and posted."""

    date: date
    amount: int
    text: str
    kid: str


class OldCase(Old, frozen=True, kw_only=True):
    """A case with all that belongs to it. `handler` and `kid` may be empty; `counted_until` is as in Case."""

    number: str
    creditor: str
    department: str
    handler: str
    status: CaseStatus
    opened: date
    closed: date | None
    counted_until: date
    kid: str
    debtor: Debtor
    claims: tuple[OldClaim, ...]
    charges: tuple[OldCharge, ...]
    payments: tuple[OldPayment, ...]

    @property
    def key(self) -> str:
        """What keeps the case from being made twice: Case.customer_key."""
        return f"old|{self.creditor}|{self.number}"

    @property
    def serial(self) -> int:
        """Its serial, when its number has the shape of ours; else 0."""
        mine = _OUR_SHAPE.fullmatch(self.number) and self.number.startswith(self.creditor)
        return int(self.number[-8:]) if mine else 0

    @property
    def highest_serial(self) -> int:
        """The highest serial that its number and its KID stand in the way of."""
        own_kid = len(self.kid) == 13 and self.kid.startswith(self.creditor) and self.kid[:12].isdecimal()
        return max(self.serial, int(self.kid[4:12]) if own_kid else 0)


class OldFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was read through. `cases` are to be trusted only when no finding is an error."""

    sha256: str
    rows: int
    cases: tuple[OldCase, ...]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return all(finding.severity != "error" for finding in self.findings)
