"""The counts and figures of the main menu."""

from datetime import date, datetime

import msgspec

from data.documents import Case, Claim, Delivery, Mail, Payment, Run
from data.store import Store
from services.bank_receipt import REASONS
from services.clock import Clock
from services.delivery import UNDER_WAY
from services.inbox import Inbox
from services.mail.outbox import UNDER_WAY as MAILS_UNDER_WAY
from services.posting import PostingService
from services.rates import interest_rates
from services.rules.posting import Proposal
from services.visma_payments import last_cursor

RATE_WARNING_DAYS = 31


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """What the main menu shows. Amounts are øre; `outstanding` counts no interest."""

    open_cases: int
    closed_cases: int
    all_cases: int
    outstanding: int
    inbox_files: int
    unplaced: int
    unplaced_amount: int
    to_post: int
    to_post_amount: int
    problem_cases: tuple[str, ...]  # without a ledger line for their department
    waiting_for_rate: int  # cases with a payment that waits for a rate of interest
    under_way: int
    unknown: int
    needs_decision: int
    mails_waiting: int
    mails_unsure: int  # unknown or rejected: a person must look
    letters_waiting: int  # runs whose letters could not be made
    pending_write_back: int
    unlinked: int  # converted claims whose invoice in Visma is not known
    fetched: datetime | None  # when payments were last fetched from Visma
    rates_until: date | None
    rates_warning: bool

    @property
    def solved_percent(self) -> int:
        """Løsningsgrad: closed cases out of all."""
        return round(100 * self.closed_cases / self.all_cases) if self.all_cases else 0


class OverviewService:
    """Counts what waits."""

    def __init__(self, store: Store, clock: Clock, posting: PostingService, inbox: Inbox) -> None:
        self._store = store
        self._clock = clock
        self._posting = posting
        self._inbox = inbox

    async def read(self) -> Overview:
        proposal = await self._posting.proposal()
        unplaced = await self._store.find_many(Payment, "unplaced", tuple(REASONS))
        mails = await self._store.find_many(Mail, "state", MAILS_UNDER_WAY)
        deliveries = await self._store.find_many(Delivery, "state", (*UNDER_WAY, "rejected", "deleted"))
        until = (await interest_rates(self._store)).known_until
        cursor = await last_cursor(self._store)
        open_cases = await self._store.count(Case, {"status": "open"})
        return Overview(
            open_cases=open_cases,
            closed_cases=await self._store.count(Case, {"status": "closed"}),
            all_cases=await self._store.count(Case),
            outstanding=await self._store.total(Case, "outstanding", {"status": "open"}),
            inbox_files=await self._inbox.unread(),
            unplaced=len(unplaced),
            unplaced_amount=sum(payment.amount for payment in unplaced),
            to_post=proposal.payments,
            to_post_amount=proposal.total,
            problem_cases=_cases_with(proposal, "no_ledger_type"),
            waiting_for_rate=len(_cases_with(proposal, "no_interest_rate")),
            under_way=sum(each.state in ("ready", "sending", "unknown") for each in deliveries),
            unknown=sum(each.state == "unknown" for each in deliveries),
            needs_decision=sum(each.needs_decision for each in deliveries),
            mails_waiting=sum(each.state in ("queued", "sending") for each in mails),
            mails_unsure=sum(each.state in ("unknown", "rejected") for each in mails),
            letters_waiting=await self._store.count(Run, {"state": "notices"}),
            pending_write_back=await self._store.count(Claim, {"written_back": "pending"}),
            unlinked=await self._store.count(Claim, {"written_back": "unlinked"}),
            fetched=cursor.fetched if cursor else None,
            rates_until=until,
            rates_warning=until is not None and (until - self._clock.today()).days <= RATE_WARNING_DAYS,
        )


def _cases_with(proposal: Proposal, code: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(problem.case for problem in proposal.problems if problem.code == code))
