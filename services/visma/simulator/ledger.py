"""What the simulated Visma does with proposals, invoices and transactions. Pure on the world: no XML, no I/O."""

import datetime as dt
from collections.abc import Sequence
from typing import Literal

import msgspec

from services.visma.simulator.world import StoredInvoice, StoredProposal, StoredTransaction, World

INVOICE_SENT = "20-UTG. FAKTURA"
PAYMENT = "30-INNBETALING"


class Refusal(Exception):
    """A fault of the service's own: code and Norwegian message."""

    def __init__(self, code: str, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retryable = retryable


def require_company(world: World, company: str) -> None:
    if company not in world.companies:
        raise Refusal("UKJENT_SELSKAP", "Selskapet finnes ikke.")


def waiting_proposals(
    world: World, company: str, codes: Sequence[str], ledger_types: Sequence[str], run: int | None
) -> list[StoredProposal]:
    """Proposals that match and are not done. A proposal is done when each invoice has an external case number."""
    require_company(world, company)
    found = [
        proposal
        for proposal in world.proposals
        if proposal.company == company
        and (not codes or proposal.code in codes)
        and (not ledger_types or proposal.ledger_type in ledger_types)
        and run in (None, proposal.run)
        and not _is_done(world, proposal)
    ]
    if not found:
        raise Refusal("INGEN_NYE", f"Ingen nye fakturaer på {'/'.join(codes) or 'EWS'}.")
    return found


def _is_done(world: World, proposal: StoredProposal) -> bool:
    return proposal.status == "approved" and all(world.invoices[key].case_number for key in proposal.invoices)


ProposalWindow = list[tuple[StoredProposal, list[str]]]


def proposal_window(proposals: Sequence[StoredProposal], start: int, count: int) -> tuple[ProposalWindow, int | None]:
    """The invoices from `start` on, `count` at most, each with its proposal, and where to go on.

    The first window names every proposal, also those without invoices to give; later ones only those with invoices.
    """
    window: ProposalWindow = []
    position = 0
    for proposal in proposals:
        invoices = proposal.invoices if proposal.status == "approved" else []
        inside = invoices[max(start - position, 0) : max(start + count - position, 0)]
        position += len(invoices)
        if inside or start == 0:
            window.append((proposal, inside))
    following = start + count
    return window, following if following < position else None


CaseNumberOutcome = Literal["OK", "UENDRET", "OPPTATT", "UKJENT_FAKTURA"]


def set_case_number(world: World, visma_id: str, case: str) -> tuple[CaseNumberOutcome, str]:
    """Set if empty or equal. Returns the outcome and the number that the invoice has now."""
    invoice = world.invoices.get(visma_id)
    if invoice is None:
        return "UKJENT_FAKTURA", ""
    if not invoice.case_number:
        invoice.case_number = case
        _enter_upcoming(world, visma_id)
        return "OK", case
    return ("UENDRET" if invoice.case_number == case else "OPPTATT"), invoice.case_number


def _enter_upcoming(world: World, visma_id: str) -> None:
    for movement in [found for found in world.upcoming if found.visma_id == visma_id]:
        world.upcoming.remove(movement)
        add_transaction(world, **msgspec.structs.asdict(movement))


def transactions_after(
    world: World, company: str, after: int, since: dt.date | None, invoices: Sequence[str], count: int
) -> tuple[list[StoredTransaction], int, bool]:
    """Transactions in order of serial, the last serial that was looked at, and whether there are more."""
    require_company(world, company)
    later = sorted(
        (found for found in world.transactions if found.company == company and found.serial > after),
        key=lambda found: found.serial,
    )
    wanted = [
        found
        for found in later
        if (since is None or found.date >= since)
        and (not invoices or found.visma_id in invoices)
        and not (world.rules.only_category_0 and found.category)
    ]
    given = wanted[:count]
    more = len(wanted) > count
    last = given[-1].serial if more else later[-1].serial if later else after
    return given, last, more


def add_transaction(
    world: World,
    *,
    visma_id: str,
    amount: int,
    date: dt.date,
    type: str = PAYMENT,  # noqa: A002 - the name that the contract and the port have
    category: int = 0,
    text: str = "",
    reference: str = "",
    voucher_number: str = "",
) -> StoredTransaction:
    """Enter a movement on an invoice; of category 0 it changes what is paid. Raises Refusal for an unknown invoice."""
    invoice = world.invoices.get(visma_id)
    if invoice is None:
        raise Refusal("UKJENT_FAKTURA", "Fakturaen finnes ikke.")
    serial = 1 + max((found.serial for found in world.transactions if found.company == invoice.company), default=0)
    entered = StoredTransaction(
        serial=serial,
        company=invoice.company,
        type=type,
        category=category,
        visma_id=visma_id,
        voucher_number=voucher_number or f"I{serial:06}",
        date=date,
        amount=amount,
        text=text,
        reference=reference,
    )
    world.transactions.append(entered)
    if category == 0:
        invoice.paid -= amount
    return entered


def find_invoices(world: World, company: str, number: str, kid: str, customer: str) -> dict[str, StoredInvoice]:
    """Invoices that have all that is given; nothing given finds nothing."""
    require_company(world, company)
    if not (number or kid or customer):
        return {}
    return {
        key: invoice
        for key, invoice in world.invoices.items()
        if invoice.company == company
        and number in ("", invoice.number)
        and kid in ("", invoice.kid)
        and customer in ("", invoice.customer)
    }
