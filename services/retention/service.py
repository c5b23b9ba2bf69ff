"""What is due, told and then done."""

from collections.abc import AsyncIterator
from datetime import date

from data.documents import Case, Payment, Receipt
from data.language import _
from data.store import Store
from services.clock import Clock
from services.errors import InvalidInput, Refused
from services.handlers import administrator
from services.letters.pdf_folder import PdfFolder
from services.progress import Progress, silent
from services.retention.matters import read_matters
from services.retention.run import STRETCH, Anonymised, RetentionPlan, RetentionRun
from services.rules import anonymity
from services.rules.dates import format_date
from services.rules.retention import (
    YEARS,
    Kept,
    is_anonymous,
    latest_before,
    norwegian_day,
    why_case_kept,
    why_kept,
)


class RetentionService:
    """Finds what is due, and anonymises it."""

    def __init__(self, store: Store, clock: Clock, pdfs: PdfFolder) -> None:
        self._store = store
        self._clock = clock
        self._pdfs = pdfs

    async def plan(self, before: date | None, actor: str, progress: Progress = silent) -> RetentionPlan:
        """What a run would do; changes nothing. Without `before`, all that the law lets go.

        Raises InvalidInput, and Refused (`not_admin`).
        """
        await administrator(self._store, actor)
        before = self._checked(before)
        due, kept = 0, dict[Kept, int]()
        async for stretch in self._old_cases(before):
            for matter in await read_matters(self._store, stretch):
                reason = why_kept(matter, before)
                if reason is not None:
                    kept[reason] = kept.get(reason, 0) + 1
                elif not is_anonymous(matter):
                    due += 1
            progress(due, 0, "saker")
        payments, receipts = await self._set_aside(before), await self._receipts(before)
        return RetentionPlan(before=before, cases=due, kept=kept, payments=len(payments), receipts=len(receipts))

    async def run(self, before: date | None, confirmed: int, actor: str, progress: Progress = silent) -> Anonymised:
        """Anonymise what is due. `confirmed` is the number of cases that the plan had.

        Raises InvalidInput, and Refused: `not_admin`, `not_confirmed` (another number is due), `running`.
        """
        async with self._store.lock("retention") as mine:
            if not mine:
                raise Refused(_("En annen økt sletter personopplysninger nå. Vent til den er ferdig."), code="running")
            plan = await self.plan(before, actor)
            if plan.cases != confirmed:
                raise Refused(
                    _(
                        "{cases} saker skal anonymiseres, ikke {confirmed}. Ingenting er slettet. Se over "
                        "tallene på nytt, og bekreft med det riktige antallet."
                    ).format(cases=plan.cases, confirmed=confirmed),
                    code="not_confirmed",
                )
            return await RetentionRun(self._store, self._clock, self._pdfs, plan, actor, progress).work(
                self._old_cases(plan.before), await self._set_aside(plan.before), await self._receipts(plan.before)
            )

    def _checked(self, before: date | None) -> date:
        latest = latest_before(self._clock.today())
        if before is None:
            return latest
        if before > latest:
            raise InvalidInput(
                _(
                    "Regnskapsmateriale skal oppbevares i {years} år etter årets slutt (bokføringsloven "
                    "§ 13), så ikke senere enn {latest} kan velges nå. Ingenting er slettet."
                ).format(years=YEARS, latest=format_date(latest))
            )
        return before

    async def _old_cases(self, before: date) -> AsyncIterator[list[str]]:
        """The numbers of the closed cases that are old enough, or would be but for one thing, stretch by stretch."""
        after: str | None = None
        while True:
            page = await self._store.page(Case, where={"status": "closed"}, after=after, limit=STRETCH)
            yield [case.id for case in page.items if why_case_kept(case, before) != "recent"]
            after = page.next
            if after is None:
                return

    async def _set_aside(self, before: date) -> list[str]:
        """Payments that belong to no case, dismissed before the day, that still name somebody."""
        return [
            payment.id
            for payment in await self._store.find(Payment, "case", None)
            if payment.dismissed
            and max(payment.date, norwegian_day(payment.dismissed.time)) < before
            and anonymity.anonymous_payment(payment) != payment
        ]

    async def _receipts(self, before: date) -> list[str]:
        """Receipts of jobs from before the day that still name somebody."""
        found: list[str] = []
        after: str | None = None
        while True:
            page = await self._store.page(Receipt, order="time", after=after)
            old = [receipt for receipt in page.items if norwegian_day(receipt.time) < before]
            found += [receipt.id for receipt in old if anonymity.anonymous_receipt(receipt) != receipt]
            after = page.next
            if after is None or len(old) < len(page.items):
                return found
