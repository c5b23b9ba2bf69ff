"""Konvertering: cases of an older system (KK2Agenten) taken over, each claim tied to its invoice in Visma.

A file is read in one transaction. The invoices are then looked for in pages, each page one transaction, so that a
search that breaks off goes on where it was when it is started again; the case numbers of the claims that were tied are
written back to Visma like any other. From then on bank files, the posting proposal and the payments in Visma work on
these cases as on all others.
"""

from pathlib import Path

from msgspec.structs import replace

from data.documents import Candidate, Case, Claim, ClaimLink
from data.errors import NotFound
from data.language import _
from data.store import Store
from services.case_import import CaseImport
from services.clock import Clock
from services.conversion.file_reader import FileReader
from services.conversion.invoice_search import InvoiceSearch
from services.conversion.linking import Linking, taken_by, unlinked_claim
from services.conversion.matching import candidate, query, unique
from services.conversion.results import Counts, Matched, ReadFile, Unlinked
from services.errors import InvalidInput, Refused
from services.progress import Progress, silent
from services.visma.port import VismaError, VismaPort

LEFT = ("several", "none", "waiting")
"""The states of claims that have no invoice yet, those that need a person first."""


class ConversionService:
    """Reads old cases, finds their invoices, and lets a handler choose."""

    def __init__(
        self, store: Store, visma: VismaPort, clock: Clock, case_import: CaseImport, *, page_size: int = 200
    ) -> None:
        self._store = store
        self._visma = visma
        self._clock = clock
        self._case_import = case_import
        self._page_size = page_size
        self._files = FileReader(store, clock)

    async def check(self, path: Path) -> ReadFile:
        """What a file is and would make. Stores nothing. Raises InvalidInput when it cannot be read."""
        return await self._files.check(path)

    async def read(self, path: Path, actor: str, progress: Progress = silent) -> ReadFile:
        """Read a file in, wholly or not at all. Raises InvalidInput when it cannot be opened."""
        return await self._files.run(path, actor, progress)

    async def match(self, actor: str, progress: Progress = silent) -> Matched:
        """Look in Visma for the invoices of all claims that have none, and write the case numbers back.

        When Visma fails under way, what was stored stays stored, and `stopped` says why. Raises VismaError when
        nothing was done.
        """
        claims = await self._open_claims()
        search = InvoiceSearch(self._store, self._visma, self._clock, actor, self._page_size)
        failure: VismaError | None = None
        try:
            await search.run(claims, progress)
        except VismaError as error:
            if not search.asked:
                raise
            failure = error
        written = 0
        if failure is None:
            try:
                written = await self._case_import.write_back(actor, progress)
            except VismaError as error:
                failure = error
        return await search.finish(written, failure)

    async def _open_claims(self) -> list[Claim]:
        """The claims that have no invoice yet: those that were never asked for first."""
        links = await self._store.find_many(ClaimLink, "state", LEFT)
        links.sort(key=lambda link: (link.state != "waiting", link.id))
        claims = await self._store.get_many(Claim, [link.id for link in links])
        return [claims[link.id] for link in links]

    async def counts(self) -> Counts:
        count = self._store.count
        return Counts(
            waiting=await count(ClaimLink, {"state": "waiting"}),
            several=await count(ClaimLink, {"state": "several"}),
            none=await count(ClaimLink, {"state": "none"}),
            linked=await count(ClaimLink, {"state": "linked"}),
            without=await count(ClaimLink, {"state": "without"}),
            pending_write_back=await count(Claim, {"written_back": "pending"}),
        )

    async def unlinked(self, limit: int = 1000) -> list[Unlinked]:
        """Claims without an invoice, those to choose for first."""
        links: list[ClaimLink] = []
        for state in LEFT:
            room = limit - len(links)
            if room > 0:
                links += (await self._store.page(ClaimLink, where={"state": state}, limit=room)).items
        claims = await self._store.get_many(Claim, [link.id for link in links])
        cases = await self._store.get_many(Case, sorted({link.case for link in links}))
        return [Unlinked(link=link, claim=claims[link.id], case=cases[link.case]) for link in links]

    async def find(self, key: str, text: str, actor: str) -> tuple[Candidate, ...]:
        """Look in Visma for a claim's invoice by another invoice number, KID or customer; the hits are to choose from.

        Raises NotFound, Refused, InvalidInput and VismaError.
        """
        text = text.strip()
        if not text:
            raise InvalidInput(_("Skriv et fakturanummer, en KID eller et kundenummer. Ingenting er endret."))
        claim = await self._store.get(Claim, key)
        if claim is None:
            raise NotFound(_("Fordring {key} finnes ikke. Se kk2 convert status.").format(key=key))
        asked = replace(claim, invoice=text, kid=text, customer=text)
        hits: list[Candidate] = []
        for by in ("invoice", "kid", "customer"):
            question = query(asked, by)
            if question is not None:
                matches = await self._visma.find_invoices(claim.company, [question])
                hits += [candidate(each, by) for each in unique(e for match in matches for e in match.invoices)]
        async with self._store.transaction(actor, f"Faktura søkt for fordring {key}") as tx:
            link, *_rest = await unlinked_claim(tx, key)
            taken = await taken_by(tx, [hit.visma_id for hit in hits])
            free = {hit.visma_id: hit for hit in reversed(hits) if hit.visma_id not in taken}
            found = tuple(reversed(free.values()))
            Linking(tx, self._clock, actor).leave(link, "several" if found else "none", found)
        return found

    async def choose(self, key: str, visma_id: str, actor: str) -> Claim:
        """Say which of its candidates a claim's invoice is. The case number is written back at once, or later.

        Raises NotFound and Refused.
        """
        async with self._store.transaction(actor, f"Faktura valgt for fordring {key}") as tx:
            link, claim, case = await unlinked_claim(tx, key)
            chosen = next((each for each in link.candidates if each.visma_id == visma_id), None)
            if chosen is None:
                text = _(
                    "Faktura {visma_id} er ikke blant dem som er funnet for fordring {key}. Ingenting er endret."
                ).format(visma_id=visma_id, key=key)
                raise Refused(text, code="not_a_candidate")
            taken = await taken_by(tx, [visma_id])
            if visma_id in taken:
                raise Refused(
                    _("Fakturaen hører til sak {taken}. Ingenting er endret.").format(taken=taken[visma_id]),
                    code="taken",
                )
            linking = Linking(tx, self._clock, actor)
            linking.link(link, claim, case, chosen, by_hand=True)
            await linking.finish()
        await self._write_back(actor)
        return await self._claim(key)

    async def without(self, key: str, reason: str, actor: str) -> Claim:
        """Say that a claim's invoice is not in Visma. Raises NotFound, Refused and InvalidInput."""
        if not reason.strip():
            raise InvalidInput(_("Skriv hvorfor fordringen ikke har en faktura i Visma. Ingenting er endret."))
        async with self._store.transaction(actor, f"Fordring {key} har ingen faktura i Visma") as tx:
            link, claim, _case = await unlinked_claim(tx, key)
            linking = Linking(tx, self._clock, actor)
            linking.without(link, claim, reason.strip())
            await linking.finish()
        return await self._claim(key)

    async def _write_back(self, actor: str) -> None:
        try:
            await self._case_import.write_back(actor)
        except VismaError:
            return  # it waits, is counted, and is tried again at the next start

    async def _claim(self, key: str) -> Claim:
        claim = await self._store.get(Claim, key)
        if claim is None:
            raise NotFound(_("Fordring {key} finnes ikke. Se kk2 convert status.").format(key=key))
        return claim
