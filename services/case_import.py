"""Import av nye saker: take an approved dunning proposal over from Visma as cases, and write the case numbers back.

One proposal at a time. It is fetched in pages; each page is one transaction, keyed on Visma's invoice id, so that an
import that broke off is continued by running it again and no invoice ever makes two cases. Case numbers are written
back only after the cases are stored; what could not be written waits and is tried again.
"""

from collections.abc import Sequence
from contextlib import suppress

import msgspec
from msgspec.structs import replace

from data.documents import Case, Claim, Column, Creditor, Receipt, Run, Section
from data.errors import Kk2Error, NotFound
from data.store import Store, Transaction
from services.case_making import CaseMaker, converted_twins, creditor_of, why_not
from services.clock import Clock
from services.errors import Refused
from services.letters.letters import LetterService
from services.listing import everything
from services.progress import Progress, silent
from services.rates import interest_rates, notice_fees
from services.receipts import keep_receipt
from services.rules.claim_text import text_warnings
from services.rules.money import format_amount
from services.visma.port import (
    CaseNumber,
    CaseNumberResult,
    NoNewInvoices,
    Proposal,
    ProposalStatus,
    VismaError,
    VismaPort,
)

STATUS_NAMES: dict[ProposalStatus, str] = {
    "proposed": "Forslag",
    "approved": "Godkjent",
    "distributed": "Distribuer",
}
CHECKS = (
    "Ligger det fakturaer i forslaget i Visma?",
    "Er forslaget godkjent?",
    "Har oppdragsgiveren riktig purrekode (EWS)?",
)
DISTRIBUTED = (
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


class ImportedCases(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did."""

    run: int | None
    cases: tuple[str, ...]
    invoices: int
    written_back: int
    pending_write_back: int
    warnings: tuple[str, ...]
    receipt: str
    letters: int = 0


class CaseImport:
    """Fetches proposals, makes cases, writes case numbers back, and has the letters made; without `letters`, none."""

    def __init__(
        self,
        store: Store,
        visma: VismaPort,
        clock: Clock,
        *,
        dunning_codes: Sequence[str] = ("EWS", "PEWS", "PWS"),
        page_size: int = 200,
        letters: LetterService | None = None,
    ) -> None:
        self._store = store
        self._letters = letters
        self._visma = visma
        self._clock = clock
        self._codes = tuple(dunning_codes)
        self._page_size = page_size

    async def waiting(self) -> list[WaitingProposal]:
        """All proposals in Visma with our dunning codes, in any state, lowest run first. Changes nothing."""
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

    async def run(self, actor: str, run: int | None = None, progress: Progress = silent) -> ImportedCases:
        """Take one approved proposal over: the one asked for, else the one with the lowest run number.

        An import that broke off after its last page is finished first. What Visma will not take of case numbers waits,
        and is told among the warnings.

        Raises Refused("no_new_invoices") with the three things to check, Refused("not_approved"),
        NotFound for a run that is not there, and VismaError; whole pages that were stored stay stored.
        """
        with suppress(Kk2Error):  # told when it was tried first, and at each start
            await self.make_late_letters(actor)
        retried, _ = await self._write_back(actor, silent)
        waiting = await self.waiting()
        broken_off = await self._broken_off(waiting, run)
        if broken_off is not None:
            maker = await self._maker(broken_off.company, int(broken_off.number), actor)
            await maker.add_earlier_cases()
            return await self._finish(broken_off.company, maker, retried, actor, progress)
        chosen = self._choose(waiting, run, retried)
        resumed = await self._start(chosen, actor)
        maker = await self._maker(chosen.company, chosen.run, actor)
        await self._store_pages(chosen, maker, progress)
        written, failure = await self._write_back(actor, progress)
        if failure is not None:
            maker.warnings.append(f"Saksnumrene er ikke skrevet tilbake: {failure.message}")
        if resumed:
            await maker.add_earlier_cases()
            written += retried
        return await self._finish(chosen.company, maker, written, actor, progress)

    async def make_late_letters(self, actor: str) -> int:
        """Make the letters that could not be made with their run. Returns how many runs have all of theirs now.

        Raises what LetterService.make raises.
        """
        late = await self._store.find(Run, "state", "notices")
        for run in late:
            maker = await self._maker(run.company, int(run.number), actor)
            await maker.add_earlier_cases()
            await self._make_letters(run.company, maker, silent)
            async with self._store.transaction(actor, f"Inkassovarsler for kjøring {run.number} er laget") as tx:
                fresh = await tx.get(Run, run.id)
                if fresh is not None and fresh.state == "notices":
                    tx.put(replace(fresh, state="done"))
        return len(late)

    async def _make_letters(self, company: str, maker: CaseMaker, progress: Progress) -> int:
        """Letters for all cases of a run. Returns how many of the cases that `maker` has made have one."""
        if self._letters is None:
            return 0
        cases = sorted({claim.case for claim in await maker.claims_of_run()})
        made = await self._letters.make(cases, f"{company}/{maker.run}", maker.actor, progress)
        maker.warnings += made.warnings
        return len(made.cases & set(maker.cases))

    async def _broken_off(self, waiting: Sequence[WaitingProposal], run: int | None) -> Run | None:
        """An import that has begun, has nothing more to fetch, and lacks only its end."""
        ready = {(each.company, str(each.run)) for each in waiting if each.ready}
        for each in await self._store.find(Run, "state", "started"):
            if (each.company, each.number) not in ready and run in (None, int(each.number)):
                return each
        return None

    async def _maker(self, company: str, run: int, actor: str) -> CaseMaker:
        return CaseMaker(
            self._store,
            self._clock,
            run=run,
            creditors=[each for each in await everything(self._store, Creditor) if each.company == company],
            fees=await notice_fees(self._store),
            rates=await interest_rates(self._store),
            actor=actor,
        )

    async def _store_pages(self, chosen: WaitingProposal, maker: CaseMaker, progress: Progress) -> None:
        start: int | None = 0
        while start is not None:
            page = await self._visma.fetch_proposals(
                chosen.company, self._codes, run=chosen.run, start=start, count=self._page_size
            )
            for proposal in page.proposals:
                await maker.store_page(proposal.invoices)
            progress(maker.invoices, chosen.new, "fakturaer overtatt")
            start = page.next

    def _choose(self, waiting: Sequence[WaitingProposal], run: int | None, retried: int) -> WaitingProposal:
        if run is not None:
            named = [each for each in waiting if each.run == run]
            if not named:
                raise NotFound(f"Kjøring {run} finnes ikke i Visma, eller alle fakturaene i den er overtatt før.")
            if named[0].status != "approved":
                note = named[0].note or "Godkjenn det i Visma først."
                status = STATUS_NAMES[named[0].status]
                raise Refused(f"Kjøring {run} har status {status}. {note} Ingenting er hentet.", code="not_approved")
            waiting = named
        ready = [each for each in waiting if each.ready]
        if ready:
            return ready[0]
        details = [{"check": check} for check in CHECKS]
        details += [{"run": str(each.run), "status": STATUS_NAMES[each.status], "note": each.note} for each in waiting]
        again = f" {retried} saksnummer som ventet, er skrevet tilbake." if retried else ""
        raise Refused(f"Ingen nye fakturaer på EWS.{again}", code="no_new_invoices", details=details)

    async def _start(self, chosen: WaitingProposal, actor: str) -> bool:
        """Note that the run has begun. Answers whether it had begun before, and broke off."""
        key = f"{chosen.company}/{chosen.run}"
        async with self._store.transaction(actor, f"Import av kjøring {chosen.run} begynner") as tx:
            before = await tx.get(Run, key)
            if before is None:
                number = str(chosen.run)
                tx.put(Run(id=key, number=number, company=chosen.company, actor=actor, started=self._clock.now()))
            elif before.state == "done":
                tx.put(replace(before, state="started"))
        return before is not None and before.state == "started"

    async def write_back(self, actor: str, progress: Progress = silent) -> int:
        """Write the case numbers that Visma does not have yet. Returns how many it has now taken.

        Raises VismaError; those that were written until then are kept.
        """
        written, failure = await self._write_back(actor, progress)
        if failure is not None:
            raise failure
        return written

    async def _write_back(self, actor: str, progress: Progress) -> tuple[int, VismaError | None]:
        """How many case numbers were written, and why not all, if so."""
        done = 0
        waiting = await self._store.find(Claim, "written_back", "pending")
        for begin in range(0, len(waiting), self._page_size):
            claims = waiting[begin : begin + self._page_size]
            numbers = [CaseNumber(visma_id=claim.visma_id, case=claim.case) for claim in claims]
            try:
                results = await self._visma.write_case_numbers(numbers)
            except VismaError as error:
                return done, error
            done += await self._record(claims, results, actor)
            progress(done, len(waiting), "saksnummer skrevet tilbake")
        return done, None

    async def _record(self, claims: Sequence[Claim], results: Sequence[CaseNumberResult], actor: str) -> int:
        outcome = {result.visma_id: result for result in results}
        done = 0
        async with self._store.transaction(actor, "Saksnummer skrevet tilbake til Visma") as tx:
            fresh = await tx.get_many(Claim, [claim.id for claim in claims])
            for claim in fresh.values():
                result = outcome.get(claim.visma_id)
                if result is None or claim.written_back != "pending":
                    continue
                if result.outcome in ("ok", "unchanged"):
                    tx.put(replace(claim, written_back="done", write_back_note=""))
                    done += 1
                elif result.outcome == "taken":
                    tx.put(replace(claim, written_back="taken", write_back_note=result.case))
                else:
                    tx.put(replace(claim, write_back_note="Visma kjenner ikke fakturaen"))
        return done

    async def _finish(
        self, company: str, maker: CaseMaker, written: int, actor: str, progress: Progress
    ) -> ImportedCases:
        letters, state = 0, "done"
        try:
            letters = await self._make_letters(company, maker, progress)
        except Kk2Error as error:
            state = "notices"
            maker.warnings.append(f"Inkassovarslene er ikke laget. {error.message}")
        pending = await self._store.count(Claim, {"written_back": "pending"})
        claims = await maker.claims_of_run()
        maker.warnings += [*_not_written(claims), *text_warnings(claims)]
        async with self._store.transaction(actor, f"Kjøring {maker.run} er overtatt") as tx:
            run = await tx.get(Run, f"{company}/{maker.run}")
            if run is not None:
                cases = len({claim.case for claim in claims})
                tx.put(replace(run, state=state, cases=cases, invoices=len(claims)))
            receipt = await self._receipt(tx, maker, written, pending, letters, actor)
        return ImportedCases(
            run=maker.run,
            cases=tuple(maker.cases),
            invoices=maker.invoices,
            written_back=written,
            pending_write_back=pending,
            warnings=tuple(maker.warnings),
            receipt=receipt.id,
            letters=letters,
        )

    async def _receipt(
        self, tx: Transaction, maker: CaseMaker, written: int, pending: int, letters: int, actor: str
    ) -> Receipt:
        cases = await tx.get_many(Case, maker.cases)
        rows = [
            (case.id, case.debtor_name, case.department, maker.claims_on(case.id), case.outstanding)
            for case in cases.values()
        ]
        waits = f"{pending} saksnummer er ikke skrevet tilbake ennå; de prøves igjen neste gang." if pending else ""
        return await keep_receipt(
            tx,
            self._clock,
            actor,
            kind="cases",
            title=f"Import av nye saker, kjøring {maker.run}",
            summary=(
                f"{len(rows)} saker av {maker.invoices} fakturaer, "
                f"utestående {format_amount(sum(case.outstanding for case in cases.values()))}",
                f"{written} saksnummer skrevet tilbake til Visma",
                *((waits,) if waits else ()),
                *((f"{letters} inkassovarsler laget",) if letters else ()),
            ),
            warnings=maker.warnings,
            sections=(
                Section(
                    title="Nye saker",
                    columns=(
                        Column(title="Saksnummer", kind="case"),
                        Column(title="Skyldner"),
                        Column(title="Avdeling"),
                        Column(title="Fakturaer", kind="number"),
                        Column(title="Utestående", kind="amount"),
                    ),
                    rows=tuple(rows),
                ),
            ),
        )


def _note(status: ProposalStatus, held_back: int) -> str:
    if status == "distributed":
        return DISTRIBUTED
    if held_back:
        return f"{held_back} fakturaer kan ikke overtas: oppdragsgiveren er ukjent, eller en annen sak har dem."
    return ""


def _not_written(claims: Sequence[Claim]) -> list[str]:
    """What Visma said no to, so that a person can look."""
    taken = [
        f"Faktura {claim.invoice} har fått sak {claim.write_back_note} i Visma, og er sak {claim.case} her."
        for claim in claims
        if claim.written_back == "taken"
    ]
    unknown = [
        f"Faktura {claim.invoice}, sak {claim.case}: {claim.write_back_note}."
        for claim in claims
        if claim.written_back == "pending" and claim.write_back_note
    ]
    return taken + unknown
