"""Cases taken over from an older system, and the search for their invoices in Visma."""

from datetime import date, datetime
from typing import Literal

from data.documents.base import Document, Part


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
