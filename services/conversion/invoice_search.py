"""Looks in Visma for the invoices of converted claims, in pages; each page is one transaction."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from msgspec.structs import replace

from data.documents import Case, Claim, ClaimLink
from data.language import _
from data.store import Store
from services.batches import batches
from services.case_account import read_accounts
from services.clock import Clock
from services.conversion.linking import Linking, taken_by
from services.conversion.matching import BY_NAMES, ORDER, By, candidate, decide, query, unique
from services.conversion.receipts import keep_match_receipt
from services.conversion.results import Difference, Matched
from services.progress import Progress
from services.rates import interest_rates
from services.visma.port import Invoice, VismaError, VismaPort

NOT_FOUND = "ikke funnet i Visma"


class Hits:
    """What Visma answered for a page's claims: invoices by claim, and what they were found by."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[By, list[Invoice]]] = {}
        self.taken: dict[str, str] = {}  # claims whose only hits are other cases', and one of those

    def add(self, key: str, by: By, invoices: Sequence[Invoice], owners: Mapping[str, str]) -> None:
        """Keep those that no claim has yet."""
        free = [each for each in invoices if each.visma_id not in owners]
        if free:
            self.found[key] = (by, free)
        elif invoices:
            self.taken[key] = owners[invoices[0].visma_id]

    def visma_ids(self) -> list[str]:
        return sorted({invoice.visma_id for _, invoices in self.found.values() for invoice in invoices})


class Outcome:
    """What a page came to. `unpaid` is what Visma says is left of the claims that were linked."""

    def __init__(self) -> None:
        self.linked: list[tuple[Case, Claim]] = []
        self.left: list[tuple[Case, Claim, str]] = []
        self.several = 0
        self.unpaid: dict[str, int] = {}


class InvoiceSearch:
    """One search through all claims that are given. What it has come to is remembered for the receipt."""

    def __init__(self, store: Store, visma: VismaPort, clock: Clock, actor: str, page_size: int) -> None:
        self._store = store
        self._visma = visma
        self._clock = clock
        self._actor = actor
        self._page_size = page_size
        self.asked = 0
        self._linked: list[tuple[Case, Claim]] = []
        self._left: list[tuple[Case, Claim, str]] = []
        self._several = 0
        self._differences: list[Difference] = []

    async def run(self, claims: Sequence[Claim], progress: Progress) -> None:
        """Raises VismaError; the pages before it stay stored."""
        by_company = sorted(claims, key=lambda claim: claim.company)  # keeps the order within each
        for company, group in groupby(by_company, key=lambda claim: claim.company):
            mine = list(group)
            for page in batches(mine, self._page_size):
                hits = await self._ask(company, page)
                await self._store_page(page, hits)
                self.asked += len(page)
                progress(self.asked, len(claims), _("fordringer søkt etter i Visma"))

    async def _ask(self, company: str, claims: Sequence[Claim]) -> Hits:
        """By invoice number; those not found by KID; those still not found by customer."""
        hits = Hits()
        for by in ORDER:
            left = [claim for claim in claims if claim.id not in hits.found]
            questions = [question for claim in left if (question := query(claim, by)) is not None]
            if not questions:
                continue
            matches = await self._visma.find_invoices(company, questions)
            ids = sorted({invoice.visma_id for match in matches for invoice in match.invoices})
            owners = await taken_by(self._store, ids)
            for match in matches:
                hits.add(match.key, by, unique(match.invoices), owners)
        return hits

    async def _store_page(self, page: Sequence[Claim], hits: Hits) -> None:
        done = Outcome()
        async with self._store.transaction(self._actor, "Konvertering: fakturaer søkt i Visma") as tx:
            keys = [claim.id for claim in page]
            links, claims = await tx.get_many(ClaimLink, keys), await tx.get_many(Claim, keys)
            cases = await tx.get_many(Case, sorted({claim.case for claim in claims.values()}))
            used = dict(await taken_by(tx, hits.visma_ids()))
            linking = Linking(tx, self._clock, self._actor)
            for key, claim in claims.items():
                if claim.written_back == "unlinked":  # else somebody has chosen meanwhile
                    cases[claim.case] = _settle(links[key], claim, cases[claim.case], hits, used, linking, done)
            await linking.finish()
        self._linked += done.linked
        self._left += done.left
        self._several += done.several
        self._differences += await self._compare(done.unpaid)

    async def _compare(self, unpaid: Mapping[str, int]) -> list[Difference]:
        """Where Visma says that another sum is left of a claim than we do."""
        rates = await interest_rates(self._store)
        claims = await self._store.get_many(Claim, list(unpaid))
        numbers = sorted({claim.case for claim in claims.values()})
        accounts = await read_accounts(self._store, numbers)
        settled = [each for account in accounts for each in account.settle(rates, self._clock.today()).claims]
        left = {each.id: each.unpaid for each in settled}
        return [
            Difference(case=claims[key].case, invoice=claims[key].invoice, here=left[key], visma=visma)
            for key, visma in unpaid.items()
            if left[key] != visma
        ]

    async def finish(self, written: int, failure: VismaError | None) -> Matched:
        """Keep the receipt, if there was anything to look for, and answer what came of it."""
        done = Matched(
            asked=self.asked,
            linked=len(self._linked),
            several=self._several,
            none=len(self._left) - self._several,
            written_back=written,
            pending_write_back=await self._store.count(Claim, {"written_back": "pending"}),
            stopped=failure.message if failure else "",
        )
        if not self.asked:
            return done
        async with self._store.transaction(self._actor, "Konvertering: kvittering") as tx:
            receipt = await keep_match_receipt(
                tx,
                self._clock,
                self._actor,
                done,
                linked=self._linked,
                left=self._left,
                differences=self._differences,
            )
        return replace(done, receipt=receipt.id)


def _settle(
    link: ClaimLink, claim: Claim, case: Case, hits: Hits, used: dict[str, str], linking: Linking, done: Outcome
) -> Case:
    """Tie one claim to its invoice, or note why it is not; `used` are the invoices that claims have. The case after."""
    by, found = hits.found.get(claim.id, ("invoice", []))
    free = [each for each in found if each.visma_id not in used]
    if not free:
        owner = hits.taken.get(claim.id) or next((used[each.visma_id] for each in found), "")
        why = _why_none(owner)
        linking.leave(link, "none", (), why)
        done.left.append((case, claim, why))
        return case
    verdict = decide(claim, case, free, by)
    if verdict.invoice is None:
        linking.leave(link, "several", verdict.candidates)
        done.several += 1
        done.left.append((case, claim, f"{len(verdict.candidates)} å velge mellom, etter {BY_NAMES[by]}"))
        return case
    used[verdict.invoice.visma_id] = claim.case
    done.unpaid[claim.id] = verdict.invoice.unpaid
    claim, case = linking.link(link, claim, case, candidate(verdict.invoice, by))
    done.linked.append((case, claim))
    return case


def _why_none(owner: str) -> str:
    return f"fakturaen hører til sak {owner}" if owner else NOT_FOUND
