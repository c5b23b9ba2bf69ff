"""What a transaction in Visma's ledger means for the cases here: pure rules, and the look-ups that they need.

A transaction that reduces an invoice is a payment or a credit note, one that raises it a correction; both are booked
on the case that has the invoice. Not everything is booked by itself, because the ledger also tells

- what came from us: our own vouchers, known by their reference (visma.md D3);
- the invoices themselves, and invoices posted as payments: `20-UTG. FAKTURA` with a negative amount is a wrong
  posting in Visma, to be corrected there (specification, "Error messages");
- what had happened before the case was taken over, and may be in what it began with, or, on a converted case, is;
- invoices that carry a case number of ours, but that the case does not have.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from data.documents import Case, Claim, Payment, UnplacedReason, Voucher
from data.store import Reader
from services.visma.port import LedgerTransaction

INVOICE = "20-UTG. FAKTURA"
TRANSFERRED = 0  # the only category that is meant for us (specification)
_REFERENCE = re.compile(r"KK2-[0-9]{4}-[0-9]{8}-[0-9]{3,}-[RNG](?![0-9A-Z])")

Outcome = Literal["book", "hold", "own", "foreign", "nothing"]


class Verdict(msgspec.Struct, frozen=True):
    """What to do with a transaction: "book" it on `case`, or "hold" it among the unplaced payments for `reason`.

    "own" comes from one of our vouchers, "foreign" is on an invoice that no case has, "nothing" is not for us at all.
    """

    outcome: Outcome
    reason: UnplacedReason | None = None
    case: Case | None = None
    kid: str = ""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known here of a page's transactions. `claims` are those of the company, by Visma's id."""

    claims: Mapping[str, Claim]
    cases: Mapping[str, Case]
    vouchers: Mapping[str, Voucher]


async def look_up(reader: Reader, company: str, transactions: Sequence[LedgerTransaction]) -> Known:
    """All that `judge` needs for these transactions."""
    invoices = sorted({each.visma_id for each in transactions})
    claims = [claim for claim in await reader.find_many(Claim, "visma_id", invoices) if claim.company == company]
    cases = {claim.case for claim in claims} | {each.case for each in transactions if each.case}
    references = {reference for each in transactions if (reference := voucher_reference(each))}
    return Known(
        claims={claim.visma_id: claim for claim in claims},
        cases=await reader.get_many(Case, sorted(cases)),
        vouchers=await reader.get_many(Voucher, sorted(references)),
    )


def voucher_reference(transaction: LedgerTransaction) -> str:
    """Our voucher's reference: what the transaction's own begins with, else one in its text; empty when none is there.

    It is in the text of every line we send, for services that have no field of their own for it.
    """
    found = _REFERENCE.match(transaction.reference) or _REFERENCE.search(transaction.text)
    return found[0] if found else ""


def judge(transaction: LedgerTransaction, known: Known) -> Verdict:
    """What to do with a transaction."""
    if transaction.category != TRANSFERRED or not transaction.amount:
        return Verdict("nothing")
    reference = voucher_reference(transaction)
    voucher = known.vouchers.get(reference)
    if voucher is not None and not _is_reversal(transaction, voucher):
        return Verdict("own")
    claim = known.claims.get(transaction.visma_id)
    case = known.cases.get(claim.case if claim else transaction.case)
    if case is None:
        return Verdict("foreign")
    if case.counted_until is not None and transaction.date < case.counted_until:
        return Verdict("nothing")  # the case came with it from the older system
    if is_invoice(transaction.type) and transaction.amount > 0 and transaction.date <= case.opened:
        return Verdict("nothing")  # the invoice itself
    reason = "visma_voucher" if reference else _why_not(transaction, claim, case)
    return Verdict("hold" if reason else "book", reason, case, claim.kid if claim else case.kid)


def _why_not(transaction: LedgerTransaction, claim: Claim | None, case: Case) -> UnplacedReason | None:
    """Why a movement on a case's invoice cannot be booked by itself."""
    if is_invoice(transaction.type):
        return "visma_invoice"
    if claim is None:
        return "unlinked"
    if _may_be_counted_already(transaction, claim, case):
        return "before_case"
    raised_again = transaction.amount > 0 and case.closed_by_threshold
    return "closed_case" if case.status == "closed" and not raised_again else None


def is_invoice(kind: str) -> bool:
    """Whether a transaction's type is that of an invoice."""
    return " ".join(kind.upper().split()) == INVOICE


def corrects(new: Payment, wrong: Payment) -> bool:
    """Whether a payment from Visma takes back a wrongly posted invoice: the same invoice, and the amount reversed.

    The type of a correction is Visma's to choose. Only one of the invoice's own type takes back an invoice posted
    anew; an ordinary payment of the same amount is a payment of it.
    """
    if new.ledger is None or wrong.ledger is None:
        return False
    same = (new.ledger.company, new.ledger.visma_id) == (wrong.ledger.company, wrong.ledger.visma_id)
    return same and new.amount == -wrong.amount and (new.amount < 0 or is_invoice(new.ledger.type))


def _may_be_counted_already(transaction: LedgerTransaction, claim: Claim, case: Case) -> bool:
    """Whether a movement may be part of what had been paid when the case was taken over.

    The claim began with what Visma said was left. A movement no later than that day, and no larger than the difference
    from the invoice's amount, may be in it or not: the serial at that moment is not known, so a person must look.
    So it is on the last day that a converted case has counted.
    """
    if case.counted_until is not None:
        return transaction.date == case.counted_until
    paid_before = claim.amount - claim.unpaid
    paid_now = -transaction.amount
    same_way = (paid_now > 0) == (paid_before > 0)
    return transaction.date <= case.opened and same_way and abs(paid_now) <= abs(paid_before)


def _is_reversal(transaction: LedgerTransaction, voucher: Voucher) -> bool:
    """Whether it goes against what our voucher entered on the invoice: somebody has taken it back in Visma.

    A voucher may have lines on an invoice both ways, when money came in and went out again on one day. What one of its
    lines says is that line; else it is held against their sum, since Visma may have entered them as one.
    """
    lines = [line.amount for line in voucher.lines if line.visma_id == transaction.visma_id]
    if transaction.amount in lines:
        return False
    entered = sum(lines)
    against = (entered < 0 < transaction.amount) or (transaction.amount < 0 < entered)
    return against or -transaction.amount in lines
