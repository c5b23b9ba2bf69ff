"""Eksternt saksnummer: writing our case numbers back onto Visma's invoices.

Cases are stored first; what Visma has not taken yet waits with its claim and is tried again, at each start and with
each import. Visma sets a number if the invoice has none or the same, so that trying again does no harm.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from data.documents import Claim
from data.store import Store
from services.progress import Progress, silent
from services.visma.port import CaseNumber, CaseNumberResult, VismaError, VismaPort


class WriteBack:
    """Writes the case numbers that wait."""

    def __init__(self, store: Store, visma: VismaPort, page_size: int) -> None:
        self._store = store
        self._visma = visma
        self._page_size = page_size

    async def pending(self) -> int:
        """How many claims wait."""
        return await self._store.count(Claim, {"written_back": "pending"})

    async def run(self, actor: str, progress: Progress = silent) -> int:
        """Write all that waits. Returns how many Visma has now taken.

        Raises VismaError; those that were written until then are kept.
        """
        written, failure = await self.attempt(actor, progress)
        if failure is not None:
            raise failure
        return written

    async def attempt(self, actor: str, progress: Progress = silent) -> tuple[int, VismaError | None]:
        """As `run`, but the failure is an answer too: how many were written, and why not all, if so."""
        done, after, total = 0, None, await self.pending()
        while True:
            page = await self._store.page(Claim, where={"written_back": "pending"}, after=after, limit=self._page_size)
            if not page.items:
                return done, None
            numbers = [CaseNumber(visma_id=claim.visma_id, case=claim.case) for claim in page.items]
            try:
                results = await self._visma.write_case_numbers(numbers)
            except VismaError as error:
                return done, error
            done += await self._record(page.items, results, actor)
            progress(done, total, "saksnummer skrevet tilbake")
            if page.next is None:
                return done, None
            after = page.next

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


def not_written(claims: Sequence[Claim]) -> list[str]:
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
