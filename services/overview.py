"""The counts and figures of the main menu."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from data.documents import Case, Claim, Creditor, Delivery, Mail, Payment, Run
from data.store import Group, Store, Value
from services.clock import Clock
from services.cursors import last_cursor
from services.inbox import Inbox
from services.listing import everything
from services.rates import interest_rates
from services.rules.months import last_months
from services.rules.posting import unlinked

RATE_WARNING_DAYS = 31
MONTHS = 12


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
    untold: int  # vouchers that were sent, and a receipt is missing of
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


class MonthPaid(msgspec.Struct, frozen=True):
    """What was paid in a month on all cases: øre, deleted payments not counted; negative when more went out."""

    year: int
    month: int
    amount: int


class OverviewService:
    """Counts what waits. No list is read through: the store counts, and only what has a problem is looked at."""

    def __init__(self, store: Store, clock: Clock, inbox: Inbox) -> None:
        self._store = store
        self._clock = clock
        self._inbox = inbox
        self._paid: dict[int, int] = {}
        self._summed_at: int | None = None  # the store's last change when payments were summed

    async def read(self) -> Overview:
        store = self._store
        cases = await store.groups(Case, "status", total="outstanding")
        to_post = await store.groups(Payment, "to_post", total="amount")
        unplaced = await store.groups(Payment, "unplaced", total="amount")
        deliveries = await store.groups(Delivery, "state")
        undecided = await store.groups(Delivery, "state", where={"needs_decision": True})
        mails = await store.groups(Mail, "state")
        unpostable = await self._without_ledger_line() if to_post else []
        until = (await interest_rates(store)).known_until
        cursor = await last_cursor(store)
        return Overview(
            open_cases=_count(cases, "open"),
            closed_cases=_count(cases, "closed"),
            all_cases=_count(cases),
            outstanding=cases["open"].total if "open" in cases else 0,
            inbox_files=await self._inbox.unread(),
            unplaced=_count(unplaced),
            unplaced_amount=sum(group.total for group in unplaced.values()),
            to_post=_count(to_post),
            to_post_amount=sum(group.total for group in to_post.values()),
            problem_cases=await self._with_payments_to_post(unpostable),
            waiting_for_rate=await self._waiting_for_rate(unpostable) if "waits" in to_post else 0,
            under_way=_count(deliveries, "ready", "sending", "unknown"),
            unknown=_count(deliveries, "unknown"),
            needs_decision=_count(undecided),
            untold=await store.count(Delivery, {"untold": True}),
            mails_waiting=_count(mails, "queued", "sending"),
            mails_unsure=_count(mails, "unknown", "rejected"),
            letters_waiting=await store.count(Run, {"state": "notices"}),
            pending_write_back=await store.count(Claim, {"written_back": "pending"}),
            unlinked=await store.count(Claim, {"written_back": "unlinked"}),
            fetched=cursor.fetched if cursor else None,
            rates_until=until,
            rates_warning=until is not None and (until - self._clock.today()).days <= RATE_WARNING_DAYS,
        )

    async def paid_by_month(self) -> tuple[MonthPaid, ...]:
        """The last twelve months, this one last. The store sums by its index; unless somebody has written, once."""
        change = await self._store.last_change()
        if change != self._summed_at:
            groups = await self._store.groups(Payment, "paid_month", total="amount")
            self._paid = {int(month): group.total for month, group in groups.items() if isinstance(month, int)}
            self._summed_at = change
        months = last_months(self._clock.today(), MONTHS)
        return tuple(MonthPaid(year, month, self._paid.get(year * 100 + month, 0)) for year, month in months)

    async def _without_ledger_line(self) -> list[Case]:
        """Cases that cannot be posted: their creditor has no ledger line for their department."""
        found: list[Case] = []
        for creditor in await everything(self._store, Creditor):
            departments = await self._store.groups(Case, "department", where={"creditor": creditor.number})
            for department in map(str, departments):
                if creditor.ledger_line(department) is None:
                    cases = await self._store.find(Case, "department", department)
                    found += [case for case in cases if case.creditor == creditor.number]
        return found

    async def _with_payments_to_post(self, cases: Sequence[Case]) -> tuple[str, ...]:
        """The numbers of those that the proposal has a problem with, in its order."""
        payments = await self._store.find_many(Payment, "case", [case.id for case in cases])
        proposed = [each for each in payments if each.to_post]
        return tuple(dict.fromkeys(each.case for each in sorted(proposed, key=_place) if each.case))

    async def _waiting_for_rate(self, unpostable: Sequence[Case]) -> int:
        """How many cases have a payment that waits for a rate of interest, and for nothing before that."""
        payments = await self._store.find(Payment, "to_post", "waits")
        targets = sorted({part.target for each in payments for part in each.coverage if part.target})
        claims = await self._store.get_many(Claim, targets)
        other = {case.id for case in unpostable}
        return len({each.case for each in payments if each.case not in other and not unlinked(each, claims)})


def _count(groups: Mapping[Value, Group], *values: str) -> int:
    """How many there are of these values; of all, when none is named."""
    return sum(group.count for value, group in groups.items() if not values or value in values)


def _place(payment: Payment) -> tuple[date, str, str, str]:
    """Where a payment stands in the proposal."""
    return payment.date, payment.creditor, payment.case or "", payment.id
