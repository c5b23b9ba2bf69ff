"""One anonymising run: stretch by stretch, one transaction each, and a receipt that follows."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date

import msgspec
from msgspec.structs import replace

from data.documents import Claim, ClaimLink, Document, Event, Letter, Mail, Payment, Receipt
from data.store import Store, Transaction
from services.batches import batches
from services.clock import Clock
from services.events import log
from services.letters.pdf_folder import PdfFolder
from services.notes import clear_old, forget_cases
from services.progress import Progress
from services.receipts import keep_receipt
from services.retention.matters import read_matters
from services.rules import anonymity
from services.rules.dates import format_date
from services.rules.retention import Kept, Matter, is_anonymous, why_kept

STRETCH = 100
REASON = "Sletting av personopplysninger"
EVENT = "Personopplysningene er slettet: oppbevaringstiden er ute (bokføringsloven § 13)."


class RetentionPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a run would do: how many cases are due, and how many closed ones that are old enough are kept, and why.

    `payments` are those set aside as not ours, `receipts` those of jobs; both from before the day.
    """

    before: date
    cases: int
    kept: dict[Kept, int]
    payments: int
    receipts: int


class Anonymised(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did. `receipt` is its number, None when there was nothing to do."""

    before: date
    cases: int = 0
    payments: int = 0
    letters: int = 0
    receipts: int = 0
    receipt: str | None = None


class RetentionRun:
    """One run under way. Its receipt is stored with the first stretch, and follows each."""

    def __init__(
        self, store: Store, clock: Clock, pdfs: PdfFolder, plan: RetentionPlan, actor: str, progress: Progress
    ) -> None:
        self._store = store
        self._clock = clock
        self._pdfs = pdfs
        self._plan = plan
        self._actor = actor
        self._progress = progress
        self._done = Anonymised(before=plan.before)

    async def work(
        self, cases: AsyncIterator[list[str]], payments: Sequence[str], receipts: Sequence[str]
    ) -> Anonymised:
        await clear_old(self._store, self._clock)
        async for numbers in cases:
            await self._cases(numbers)
        for stretch in batches(payments, STRETCH):
            await self._payments(stretch)
        for stretch in batches(receipts, STRETCH):
            await self._receipts(stretch)
        return self._done

    async def _payments(self, keys: Sequence[str]) -> None:
        async with self._store.transaction(self._actor, REASON) as tx:
            found = (await tx.get_many(Payment, keys)).values()
            _replace(tx, found, map(anonymity.anonymous_payment, found))
            await self._tell(tx, replace(self._done, payments=self._done.payments + len(found)))

    async def _receipts(self, keys: Sequence[str]) -> None:
        async with self._store.transaction(self._actor, REASON) as tx:
            found = (await tx.get_many(Receipt, keys)).values()
            _replace(tx, found, map(anonymity.anonymous_receipt, found))
            await self._tell(tx, replace(self._done, receipts=self._done.receipts + len(found)))

    async def _cases(self, numbers: Sequence[str]) -> None:
        """What is due among these, as they are now: somebody may have opened one since."""
        if not numbers:
            return
        async with self._store.transaction(self._actor, REASON) as tx:
            matters = [
                matter
                for matter in await read_matters(tx, numbers)
                if why_kept(matter, self._plan.before) is None and not is_anonymous(matter)
            ]
            if not matters:
                return
            letters = [letter for matter in matters for letter in matter.letters]
            mails = {key: mail for matter in matters for key, mail in matter.mails.items()}
            await self._anonymise(tx, matters, letters, list(mails.values()))
            await log(tx, self._clock, self._actor, [(matter.case.id, EVENT) for matter in matters])
            await self._tell(
                tx,
                replace(self._done, cases=self._done.cases + len(matters), letters=self._done.letters + len(letters)),
            )
            # The files go before the commit: if it fails they are missing until the run is done again; the other way
            # round, a crash would leave names on the disk that nothing points to.
            await self._pdfs.remove(_pdfs(letters, mails.values()))
        # half-filled forms may name persons too
        await forget_cases(self._store, self._clock, {matter.case.id for matter in matters})
        self._progress(self._done.cases, self._plan.cases, "saker anonymisert")

    async def _anonymise(
        self, tx: Transaction, matters: Sequence[Matter], letters: Sequence[Letter], mails: Sequence[Mail]
    ) -> None:
        today = self._clock.today()
        numbers = [matter.case.id for matter in matters]
        cases = [matter.case for matter in matters]
        payments = [payment for matter in matters for payment in matter.payments]
        claims = await tx.find_many(Claim, "case", numbers)
        links = await tx.find_many(ClaimLink, "case", numbers)
        _replace(tx, cases, [anonymity.anonymous_case(case, today) for case in cases])
        _replace(tx, claims, map(anonymity.anonymous_claim, claims))
        _replace(tx, links, map(anonymity.anonymous_link, links))
        _replace(tx, payments, map(anonymity.anonymous_payment, payments))
        _replace(tx, letters, map(anonymity.anonymous_letter, letters))
        _replace(tx, mails, map(anonymity.anonymous_mail, mails))
        for event in await tx.find_many(Event, "case", numbers):
            tx.delete(event)
            tx.erase_history(Event, event.id)

    async def _tell(self, tx: Transaction, done: Anonymised) -> None:
        """Bring the receipt, made if it is not there, up to date with what this transaction does."""
        receipt = await tx.get(Receipt, done.receipt) if done.receipt else None
        if receipt is None:
            receipt = await keep_receipt(tx, self._clock, self._actor, kind="retention", title=REASON)
        tx.put(replace(receipt, summary=_summary(done)))
        self._done = replace(done, receipt=receipt.id)


def _replace(tx: Transaction, documents: Iterable[Document], anonymous: Iterable[Document]) -> None:
    """Store what has changed, and erase from the audit trail how all of them were before."""
    for document, changed in zip(documents, anonymous, strict=True):
        if changed != document:
            tx.put(changed)
        tx.erase_history(type(document), document.id)


def _pdfs(letters: Iterable[Letter], mails: Iterable[Mail]) -> set[str]:
    carried = {attachment.pdf for mail in mails for attachment in mail.attachments}
    return {letter.pdf for letter in letters if letter.pdf} | carried


def _summary(done: Anonymised) -> tuple[str, ...]:
    lines = (
        f"{done.cases} saker avsluttet før {format_date(done.before)} er anonymisert",
        f"{done.letters} brev er slettet; at de ble sendt, står igjen" if done.letters else "",
        f"{done.payments} innbetalinger som ikke var våre, er anonymisert" if done.payments else "",
        f"{done.receipts} kvitteringer fra før {format_date(done.before)} er anonymisert" if done.receipts else "",
        "Beløp, bilag, datoer og regnskapets henvisninger er som før",
    )
    return tuple(line for line in lines if line)
