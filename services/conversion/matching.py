"""Which of Visma's invoices a converted claim is. Pure.

Looked for by invoice number, then by KID, then among the customer's. Of several, those that carry the case's number
already, else those of the same amount and due date, are the likely ones. One that is left is the claim's, unless
nothing but what it was found by agrees, or it belongs to another case in Visma: then a person must look.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from data.documents import Candidate, Case, Claim
from data.language import N_
from services.visma.port import Invoice, InvoiceQuery

By = Literal["invoice", "kid", "customer"]
ORDER: tuple[By, ...] = ("invoice", "kid", "customer")
BY_NAMES: dict[By, str] = {"invoice": N_("fakturanummer"), "kid": N_("KID"), "customer": N_("kunde")}
MOST_CANDIDATES = 20


class Verdict(NamedTuple):
    """The claim's invoice, or those it may be."""

    invoice: Invoice | None
    candidates: tuple[Candidate, ...]


def query(claim: Claim, by: By) -> InvoiceQuery | None:
    """What to ask Visma, or None: the claim does not have it."""
    match by:
        case "invoice":
            return InvoiceQuery(key=claim.id, number=claim.invoice) if claim.invoice else None
        case "kid":
            return InvoiceQuery(key=claim.id, kid=claim.kid) if claim.kid else None
        case "customer":
            return InvoiceQuery(key=claim.id, customer=claim.customer) if claim.customer else None


def decide(claim: Claim, case: Case, invoices: Sequence[Invoice], by: By) -> Verdict:
    """What to make of the invoices that were found; there is at least one."""
    likely = [each for each in invoices if each.case_number in (case.id, case.old_number)]
    likely = likely or [each for each in invoices if _same_sum_and_day(claim, each)] or list(invoices)
    if len(likely) == 1 and _agrees(claim, likely[0], by) and not _is_others(case, likely[0]):
        return Verdict(likely[0], ())
    best = sorted(invoices, key=lambda each: (each not in likely, abs((each.due - claim.due).days), each.visma_id))
    return Verdict(None, tuple(candidate(each, by) for each in best[:MOST_CANDIDATES]))


def _same_sum_and_day(claim: Claim, invoice: Invoice) -> bool:
    return (invoice.amount, invoice.due) == (claim.amount, claim.due)


def _agrees(claim: Claim, invoice: Invoice, by: By) -> bool:
    """Whether something speaks for the invoice besides what it was found by."""
    if by == "customer":
        return _same_sum_and_day(claim, invoice)
    others = (
        by != "invoice" and invoice.number == claim.invoice,
        by != "kid" and bool(claim.kid) and invoice.kid == claim.kid,
        bool(claim.customer) and invoice.customer.id == claim.customer,
        invoice.amount == claim.amount,
        invoice.due == claim.due,
    )
    return any(others)


def _is_others(case: Case, invoice: Invoice) -> bool:
    return invoice.case_number not in ("", case.id, case.old_number)


def candidate(invoice: Invoice, by: By) -> Candidate:
    return Candidate(
        visma_id=invoice.visma_id,
        invoice=invoice.number,
        kid=invoice.kid,
        customer=invoice.customer.id,
        name=invoice.customer.name,
        text=invoice.text,
        due=invoice.due,
        amount=invoice.amount,
        unpaid=invoice.unpaid,
        case_number=invoice.case_number,
        by=by,
    )


def unique(invoices: Iterable[Invoice]) -> list[Invoice]:
    """Each invoice once."""
    return list({each.visma_id: each for each in invoices}.values())
