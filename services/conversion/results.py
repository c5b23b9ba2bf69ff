"""What the conversion answers."""

from typing import Literal

import msgspec

from data.documents import Case, Claim, ClaimLink
from services.bank.findings import Finding

FileStatus = Literal["converted", "valid", "duplicate", "rejected"]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """An answer."""


class ReadFile(Result, frozen=True, kw_only=True):
    """What became of a file, or would. `known` cases were read before and left alone; `principal` is øre.

    `renumbered` are (old number, new number) of cases whose old number could not be kept.
    """

    name: str
    status: FileStatus
    rows: int = 0
    cases: int = 0
    claims: int = 0
    charges: int = 0
    payments: int = 0
    principal: int = 0
    known: int = 0
    closed: tuple[str, ...] = ()
    renumbered: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    receipt: str = ""

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "error")


class Matched(Result, frozen=True, kw_only=True):
    """What a search in Visma came to. `stopped` tells why it broke off, if it did; what it had found is kept."""

    asked: int = 0
    linked: int = 0
    several: int = 0
    none: int = 0
    written_back: int = 0
    pending_write_back: int = 0
    stopped: str = ""
    receipt: str = ""


class Difference(Result, frozen=True, kw_only=True):
    """A linked claim of which Visma says that another sum is unpaid than we do, øre."""

    case: str
    invoice: str
    here: int
    visma: int


class Counts(Result, frozen=True, kw_only=True):
    """How many converted claims there are in each state, and the case numbers that Visma does not have yet."""

    waiting: int
    several: int
    none: int
    linked: int
    without: int
    pending_write_back: int

    @property
    def unlinked(self) -> int:
        return self.waiting + self.several + self.none


class Unlinked(Result, frozen=True, kw_only=True):
    """A claim without an invoice in Visma yet."""

    link: ClaimLink
    claim: Claim
    case: Case
