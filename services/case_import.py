"""Import av nye saker: take an approved dunning proposal over from Visma as cases, and write the case numbers back.

One proposal at a time. It is fetched in pages; each page is one transaction, keyed on Visma's invoice id, so that an
import that broke off is continued by running it again and no invoice ever makes two cases. Case numbers are written
back only after the cases are stored; what could not be written waits and is tried again.
"""

from collections.abc import Sequence
from contextlib import suppress

import msgspec
from msgspec.structs import replace

from data.documents import Claim, Creditor, Run
from data.errors import Kk2Error, NotFound
from data.language import N_, _
from data.store import Store
from services.case_import_receipt import keep_case_import_receipt
from services.case_making import CaseMaker
from services.clock import Clock
from services.errors import Refused
from services.letters.letters import LetterService, Made
from services.listing import everything
from services.progress import Progress, silent
from services.proposals import STATUS_NAMES, Proposals, WaitingProposal
from services.rates import interest_rates, notice_fees
from services.rules.claim_text import says_nothing, text_warnings
from services.visma.port import VismaPort
from services.write_back import WriteBack, not_written

MOST_NAMED = 5  # cases in a message
CHECKS = (
    N_("Ligger det fakturaer i forslaget i Visma?"),
    N_("Er forslaget godkjent?"),
    N_("Har oppdragsgiveren riktig purrekode (EWS)?"),
)


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


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """What earlier imports have left undone: case numbers that Visma lacks, runs that broke off or lack letters."""

    numbers: int = 0
    runs: tuple[Run, ...] = ()
    without_letters: tuple[Run, ...] = ()


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
        self._proposals = Proposals(store, visma, dunning_codes, page_size)
        self._write_back = WriteBack(store, visma, page_size)

    async def waiting(self) -> list[WaitingProposal]:
        """All proposals in Visma with our dunning codes, in any state, lowest run first. Raises VismaError."""
        return await self._proposals.waiting()

    async def left(self) -> Left:
        """What earlier imports have left undone."""
        return Left(
            numbers=await self._write_back.pending(),
            runs=tuple(await self._store.find(Run, "state", "started")),
            without_letters=tuple(await self._store.find(Run, "state", "notices")),
        )

    async def write_back(self, actor: str, progress: Progress = silent) -> int:
        """Write the case numbers that Visma does not have yet; see WriteBack.run."""
        return await self._write_back.run(actor, progress)

    async def run(self, actor: str, run: int | None = None, progress: Progress = silent) -> ImportedCases:
        """Take one approved proposal over: the one asked for, else the one with the lowest run number.

        An import that broke off after its last page is finished first. What Visma will not take of case numbers waits,
        and is told among the warnings.

        Raises Refused("no_new_invoices") with the three things to check, Refused("not_approved"),
        NotFound for a run that is not there, and VismaError; whole pages that were stored stay stored.
        """
        with suppress(Kk2Error):  # told when it was tried first, and at each start
            await self.make_late_letters(actor)
        retried, _ = await self._write_back.attempt(actor)
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
        written, failure = await self._write_back.attempt(actor, progress)
        if failure is not None:
            maker.warnings.append(f"Saksnumrene er ikke skrevet tilbake: {failure.message}")
        if resumed:
            await maker.add_earlier_cases()
            written += retried
        return await self._finish(chosen.company, maker, written, actor, progress)

    async def make_late_letters(self, actor: str) -> int:
        """Make the letters that could not be made with their run. Returns how many runs have all of theirs now.

        Raises what LetterService.make raises, and at the end Refused("letters_held") with the cases whose letters
        cannot be printed; the others are made.
        """
        late = await self._store.find(Run, "state", "notices")
        held: list[str] = []
        for run in late:
            maker = await self._maker(run.company, int(run.number), actor)
            await maker.add_earlier_cases()
            made = await self._make_letters(run.company, maker, silent)
            if made.held:
                held += made.held
                continue
            async with self._store.transaction(actor, f"Inkassovarsler for kjøring {run.number} er laget") as tx:
                fresh = await tx.get(Run, run.id)
                if fresh is not None and fresh.state == "notices":
                    tx.put(replace(fresh, state="done"))
        if held:
            raise _not_printed(held)
        return len(late)

    async def _make_letters(self, company: str, maker: CaseMaker, progress: Progress) -> Made:
        """Letters for all cases of a run."""
        if self._letters is None:
            return Made(cases=frozenset(), warnings=())
        cases = sorted({claim.case async for claims in maker.claims_of_run() for claim in claims})
        made = await self._letters.make(cases, f"{company}/{maker.run}", maker.actor, progress)
        maker.warnings += made.warnings
        return made

    async def _look_through(self, maker: CaseMaker) -> tuple[int, int]:
        """Warn of what a person must look at among the run's claims. Answers how many cases and claims it has made."""
        cases: set[str] = set()
        invoices = 0
        notable: list[Claim] = []
        async for claims in maker.claims_of_run():
            cases.update(claim.case for claim in claims)
            invoices += len(claims)
            notable += [claim for claim in claims if _is_notable(claim)]
        maker.warnings += [*not_written(notable), *text_warnings(notable)]
        return len(cases), invoices

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
            progress(maker.invoices, chosen.new, _("fakturaer overtatt"))
            start = page.next

    def _choose(self, waiting: Sequence[WaitingProposal], run: int | None, retried: int) -> WaitingProposal:
        if run is not None:
            named = [each for each in waiting if each.run == run]
            if not named:
                raise NotFound(
                    _("Kjøring {run} finnes ikke i Visma, eller alle fakturaene i den er overtatt før.").format(run=run)
                )
            if named[0].status != "approved":
                note = named[0].note or _("Godkjenn det i Visma først.")
                status = _(STATUS_NAMES[named[0].status])
                raise Refused(
                    _("Kjøring {run} har status {status}. {note} Ingenting er hentet.").format(
                        run=run, status=status, note=note
                    ),
                    code="not_approved",
                )
            waiting = named
        ready = [each for each in waiting if each.ready]
        if ready:
            return ready[0]
        details = [{"check": _(check)} for check in CHECKS]
        details += [
            {"run": str(each.run), "status": _(STATUS_NAMES[each.status]), "note": each.note} for each in waiting
        ]
        again = _(" {retried} saksnummer som ventet, er skrevet tilbake.").format(retried=retried) if retried else ""
        raise Refused(
            _("Ingen nye fakturaer på EWS.{again}").format(again=again), code="no_new_invoices", details=details
        )

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

    async def _finish(
        self, company: str, maker: CaseMaker, written: int, actor: str, progress: Progress
    ) -> ImportedCases:
        letters, state = 0, "done"
        try:
            made = await self._make_letters(company, maker, progress)
            letters = len(made.cases & set(maker.cases))
            state = "notices" if made.held else "done"
        except Kk2Error as error:
            state = "notices"
            maker.warnings.append(f"Inkassovarslene er ikke laget. {error.message}")
        pending = await self._write_back.pending()
        cases, invoices = await self._look_through(maker)
        async with self._store.transaction(actor, f"Kjøring {maker.run} er overtatt") as tx:
            run = await tx.get(Run, f"{company}/{maker.run}")
            if run is not None:
                tx.put(replace(run, state=state, cases=cases, invoices=invoices))
            receipt = await keep_case_import_receipt(
                tx, self._clock, maker, written=written, pending=pending, letters=letters
            )
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


def _not_printed(cases: Sequence[str]) -> Refused:
    named = ", ".join(cases[:MOST_NAMED]) + (" …" if len(cases) > MOST_NAMED else "")
    return Refused(
        _(
            "Inkassovarsel er holdt tilbake for sak {cases}: navn, adresse eller fakturatekst har tegn som brevets "
            "skrifter mangler. De andre varslene er laget. Be administrator legge en skrift som har tegnene, i mappen "
            "templates; da lages varselet når kk2 startes igjen."
        ).format(cases=named),
        code="letters_held",
        details=[{"case": case} for case in cases],
    )


def _is_notable(claim: Claim) -> bool:
    return claim.written_back == "taken" or bool(claim.write_back_note) or says_nothing(claim.text)
