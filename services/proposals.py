"""The dunning proposals that lie in Visma, in every state, and what of them can be taken over."""

from collections.abc import Sequence

import msgspec

from data.documents import Claim, Creditor
from data.language import N_, _
from data.store import Store
from services.case_making import converted_twins, creditor_of, why_not
from services.listing import everything
from services.visma.port import NoNewInvoices, Proposal, ProposalStatus, VismaPort

STATUS_NAMES: dict[ProposalStatus, str] = {
    "proposed": N_("Forslag"),
    "approved": N_("Godkjent"),
    "distributed": N_("Distribuer"),
}
DISTRIBUTED = N_(
    "Forslaget har status «Distribuer»: feil knapp ble brukt ved godkjenning i Visma. "
    "Bare Vismas brukerstøtte kan rette det; lag så et nytt forslag."
)


class WaitingProposal(msgspec.Struct, frozen=True, kw_only=True):
    """A dunning proposal as it lies in Visma. `new` counts the invoices that no case has yet."""

    run: int
    company: str
    creditors: str
    ledger_type: str
    dunning_code: str
    status: ProposalStatus
    invoices: int
    new: int
    amount: int  # øre, unpaid on the new invoices
    note: str = ""
    held_back: int = 0  # invoices that no case has, but that another case or an unknown oppdragsgiver keeps from us

    @property
    def ready(self) -> bool:
        return self.status == "approved" and self.new > 0


class Proposals:
    """Looks through Visma's proposals. Changes nothing."""

    def __init__(self, store: Store, visma: VismaPort, codes: Sequence[str], page_size: int) -> None:
        self._store = store
        self._visma = visma
        self._codes = tuple(codes)
        self._page_size = page_size

    async def waiting(self) -> list[WaitingProposal]:
        """All proposals in Visma with our dunning codes, in any state, lowest run first. Raises VismaError."""
        found: dict[tuple[str, int], WaitingProposal] = {}
        creditors = await everything(self._store, Creditor)
        for company in sorted({creditor.company for creditor in creditors}):
            mine = [creditor for creditor in creditors if creditor.company == company]
            start: int | None = 0
            while start is not None:
                try:
                    page = await self._visma.fetch_proposals(company, self._codes, start=start, count=self._page_size)
                except NoNewInvoices:
                    break
                for proposal in page.proposals:
                    key = (company, proposal.run)
                    found[key] = await self._add_page(found.get(key), proposal, mine)
                start = page.next
        return sorted(found.values(), key=lambda each: (each.run, each.company))

    async def _add_page(
        self, before: WaitingProposal | None, proposal: Proposal, creditors: Sequence[Creditor]
    ) -> WaitingProposal:
        ids = [invoice.visma_id for invoice in proposal.invoices]
        known = {claim.visma_id for claim in await self._store.find_many(Claim, "visma_id", ids)}
        untaken = [invoice for invoice in proposal.invoices if invoice.visma_id not in known]
        twins = await converted_twins(self._store, untaken)
        new = [invoice for invoice in untaken if not why_not(invoice, creditor_of(invoice, creditors), twins)]
        held_back = len(untaken) - len(new) + (before.held_back if before else 0)
        return WaitingProposal(
            run=proposal.run,
            company=proposal.company,
            creditors=", ".join(creditor.name for creditor in creditors),
            ledger_type=proposal.ledger_type,
            dunning_code=proposal.dunning_code,
            status=proposal.status,
            invoices=len(ids) + (before.invoices if before else 0),
            new=len(new) + (before.new if before else 0),
            amount=sum(invoice.unpaid for invoice in new) + (before.amount if before else 0),
            note=_note(proposal.status, held_back),
            held_back=held_back,
        )


def _note(status: ProposalStatus, held_back: int) -> str:
    if status == "distributed":
        return _(DISTRIBUTED)
    if held_back:
        return _(
            "{held_back} fakturaer kan ikke overtas: oppdragsgiveren er ukjent, eller en annen sak har dem."
        ).format(held_back=held_back)
    return ""
