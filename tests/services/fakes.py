"""Stand-ins that do as they are told: a clock that is set, a Visma with planned answers, a store that counts."""

import datetime as dt
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from msgspec.structs import replace

from data.documents import Voucher
from data.store import Store
from services.visma.port import (
    Capabilities,
    CaseNumber,
    CaseNumberResult,
    NoNewInvoices,
    Proposal,
    ProposalPage,
    VoucherReceipt,
    VoucherState,
    VoucherStatus,
)
from tests.builders import TODAY


class FakeClock:
    """Stands still until it is moved."""

    def __init__(self, day: dt.date = TODAY) -> None:
        self._now = dt.datetime.combine(day, dt.time(10), dt.UTC)

    def now(self) -> dt.datetime:
        return self._now

    def today(self) -> dt.date:
        return self._now.date()

    async def sleep(self, seconds: float) -> None:
        self.forward(seconds)

    def forward(self, seconds: float) -> None:
        self._now += dt.timedelta(seconds=seconds)

    def turn_to(self, day: dt.date) -> None:
        self._now = dt.datetime.combine(day, dt.time(10), dt.UTC)


class Lost(Exception):
    """Planned for a call: carry it out, and then raise `error`."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


class FakeVisma:
    """Proposals to fetch, vouchers by reference, and for each call answers planned ahead.

    A planned exception is raised and nothing carried out, None is a call that goes well, anything else is the answer.
    """

    def __init__(self, *proposals: Proposal, recognises: bool = True) -> None:
        self.proposals = list(proposals)
        self.recognises = recognises
        self.case_numbers: dict[str, str] = {}
        self.vouchers: list[VoucherStatus] = []
        self.contents: dict[str, Voucher] = {}
        self.calls: list[str] = []
        self._planned: dict[str, deque[Any]] = defaultdict(deque)

    def plan(self, call: str, *answers: Any) -> None:
        self._planned[call].extend(answers)

    def _answer(self, call: str, real: Any) -> Any:
        """The call's answer: the next planned one, else the real one, which is a function."""
        self.calls.append(call)
        planned = self._planned[call].popleft() if self._planned[call] else None
        if planned is None:
            return real()
        if isinstance(planned, Lost):
            real()
            raise planned.error
        if isinstance(planned, Exception):
            raise planned
        return planned

    async def ping(self) -> Capabilities:
        now = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
        answer: Capabilities = self._answer(
            "ping", lambda: Capabilities(version="falsk", time=now, recognises_references=self.recognises)
        )
        return answer

    async def fetch_proposals(
        self, company: str, codes: Sequence[str], *, run: int | None = None, start: int = 0, count: int = 200
    ) -> ProposalPage:
        answer: ProposalPage = self._answer("fetch_proposals", lambda: self._page(company, codes, run, start, count))
        return answer

    def _page(self, company: str, codes: Sequence[str], run: int | None, start: int, count: int) -> ProposalPage:
        wanted = [each for each in self.proposals if each.company == company and each.dunning_code in codes]
        wanted = [each for each in wanted if run in (None, each.run) and not self._done(each)]
        if not wanted:
            raise NoNewInvoices("Ingen nye fakturaer på EWS.", fault="INGEN_NYE")
        shown, position = [], 0
        for each in wanted:
            invoices = each.invoices if each.status == "approved" else ()
            inside = invoices[max(start - position, 0) : max(start + count - position, 0)]
            position += len(invoices)
            if inside or not start:
                shown.append(replace(each, invoices=tuple(self._numbered(invoice) for invoice in inside)))
        return ProposalPage(proposals=tuple(shown), next=start + count if start + count < position else None)

    def _done(self, proposal: Proposal) -> bool:
        ids = [invoice.visma_id for invoice in proposal.invoices]
        return proposal.status == "approved" and all(each in self.case_numbers for each in ids)

    def _numbered(self, invoice: Any) -> Any:
        return replace(invoice, case_number=self.case_numbers.get(invoice.visma_id, invoice.case_number))

    async def write_case_numbers(self, numbers: Sequence[CaseNumber]) -> list[CaseNumberResult]:
        answer: list[CaseNumberResult] = self._answer(
            "write_case_numbers", lambda: [self._number(each) for each in numbers]
        )
        return answer

    def _number(self, wanted: CaseNumber) -> CaseNumberResult:
        known = {invoice.visma_id for proposal in self.proposals for invoice in proposal.invoices}
        if wanted.visma_id not in known:
            return CaseNumberResult(visma_id=wanted.visma_id, outcome="unknown_invoice")
        has = self.case_numbers.setdefault(wanted.visma_id, wanted.case)
        return CaseNumberResult(visma_id=wanted.visma_id, outcome="ok" if has == wanted.case else "taken", case=has)

    async def deliver_voucher(self, voucher: Voucher) -> VoucherReceipt:
        answer: VoucherReceipt = self._answer("deliver_voucher", lambda: self._store(voucher))
        return answer

    def _store(self, voucher: Voucher) -> VoucherReceipt:
        earlier = next((each for each in self.vouchers if each.reference == voucher.reference), None)
        if earlier is not None and self.recognises:
            return VoucherReceipt(
                reference=voucher.reference, outcome="duplicate", visma_id=earlier.visma_id, state=earlier.state
            )
        stored = VoucherStatus(
            visma_id=f"B{len(self.vouchers) + 1}",
            reference=voucher.reference,
            state="received",
            registered_by="WS-infe",
            content_hash="",
            received=voucher.created,
        )
        self.vouchers.append(stored)
        self.contents[voucher.reference] = voucher
        return VoucherReceipt(reference=voucher.reference, outcome="ok", visma_id=stored.visma_id, state="received")

    async def find_vouchers(self, company: str, references: Sequence[str]) -> list[VoucherStatus]:
        answer: list[VoucherStatus] = self._answer(
            "find_vouchers", lambda: [each for each in self.vouchers if each.reference in references]
        )
        return answer

    def move(self, reference: str, state: VoucherState, number: str = "") -> None:
        """What a person does in Visma."""
        self.vouchers = [
            replace(each, state=state, number=number) if each.reference == reference else each for each in self.vouchers
        ]

    async def fetch_transactions(self, company: str, *, after: int = 0, count: int = 500) -> Any:
        raise NotImplementedError

    async def find_invoices(self, company: str, queries: Sequence[Any]) -> Any:
        raise NotImplementedError

    async def close(self) -> None:
        return None


def rejected(reference: str, *errors: str) -> VoucherReceipt:
    return VoucherReceipt(reference=reference, outcome="rejected", errors=errors)


class CountingStore:
    """A store that counts how often it is asked, inside transactions and outside."""

    def __init__(self, inner: Store) -> None:
        self._inner = inner
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        return _counted(self._inner, name, self.asked)

    @asynccontextmanager
    async def transaction(self, actor: str, reason: str) -> AsyncIterator[Any]:
        self.asked["transaction"] += 1
        async with self._inner.transaction(actor, reason) as tx:
            yield _CountingTransaction(tx, self.asked)


class _CountingTransaction:
    def __init__(self, inner: Any, asked: Counter[str]) -> None:
        self._inner = inner
        self._asked = asked

    def __getattr__(self, name: str) -> Any:
        return _counted(self._inner, name, self._asked)


def _counted(inner: Any, name: str, asked: Counter[str]) -> Any:
    asked[name] += 1
    return getattr(inner, name)


class FailingStore:
    """A store whose transactions fail when `error` is set, just before they would be committed."""

    def __init__(self, inner: Store) -> None:
        self._inner = inner
        self.error: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @asynccontextmanager
    async def transaction(self, actor: str, reason: str) -> AsyncIterator[Any]:
        async with self._inner.transaction(actor, reason) as tx:
            yield tx
            if self.error is not None:
                raise self.error
