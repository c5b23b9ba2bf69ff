"""A case and what belongs to it."""

from datetime import date, datetime
from typing import Literal

from msgspec.structs import force_setattr

from data.documents.base import Document, Part
from data.documents.order import sort_key

CaseStatus = Literal["open", "closed", "paused", "manual"]
_FILTERS = ("status", "department", "handler", "creditor")  # what the list of cases is narrowed by
_NARROWING = ("outstanding", "step_date", "step_sent")  # and by less often: carried by the order by status alone,
_SORTED = ("debtor_sort", "run")  # with what those that are left are then sorted by


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

    `debtor_sort` follows from the debtor's name, whatever is given: lists are ordered by it.

    On the day `erased` the debtor was taken out of the case and of all that belongs to it (services/retention).

    `step` is what the case last came to, on `step_date`. For a letter `step_sent` is the day it was sent, and
    `step_date` its deadline.
    """

    TABLE = "cases"
    INDEXED = ("status", "handler", "department", "creditor", "run", "debtor_sort", "customer_key")
    UNIQUE = ("kid",)
    LISTS = (
        ("id", *_FILTERS),
        ("debtor_sort", "id", *_FILTERS),
        ("department", "id", *_FILTERS),
        ("handler", "id", *_FILTERS),
        ("run", "id", *_FILTERS),
        ("status", "id", *_FILTERS, *_NARROWING, *_SORTED),
        ("status", "debtor_sort", "id", *_FILTERS),
        ("status", "department", "id", *_FILTERS),
        ("status", "handler", "id", *_FILTERS),
        ("status", "run", "id", *_FILTERS),
        ("creditor", "department", "id", "status"),
    )
    SEARCHED = ("kid", "debtor_name", "debtor", "old_number")

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
    erased: date | None = None
    debtor_sort: str = ""

    def __post_init__(self) -> None:
        force_setattr(self, "debtor_sort", sort_key(self.debtor_name))

    @property
    def number(self) -> str:
        return self.id

    def search_entry(self) -> tuple[str, str]:
        from data.sealed_words import national_id_words, seal_ids  # a menu shows no case

        serial = self.id.rpartition("-")[2].lstrip("0")
        numbers = (self.id, serial, self.kid, national_id_words(self.debtor.national_id))
        debtor = self.debtor
        written = (self.debtor_name, debtor.org_number, self.old_number, debtor.email, phone_number(debtor.mobile))
        return self.id, " ".join(word for word in (*numbers, *map(seal_ids, written)) if word)


def phone_number(written: str) -> str:
    """A Norwegian number as it is looked for: its digits, without the country's."""
    digits = "".join(filter(str.isdecimal, written))
    return digits[-8:] if digits[:-8] in ("47", "0047") else digits


class Claim(Document, frozen=True, kw_only=True):
    """One invoice on a case. `id` is `<case>/<serial>`; `visma_id` is Visma's FakturaId.

    `amount` is the invoice's own, `unpaid` what Visma said was left when the case was taken over: the principal.
    A converted claim has no `visma_id` until its invoice is found ("unlinked"), or when it has none ("none").
    """

    TABLE = "claims"
    INDEXED = ("case", "kid", "written_back", "invoice")
    UNIQUE = ("visma_id",)
    SEARCHED = ("case", "invoice", "kid", "visma_id")

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
        from data.sealed_words import seal_ids

        return self.case, " ".join(word for word in (seal_ids(self.invoice), self.kid, seal_ids(self.visma_id)) if word)


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
