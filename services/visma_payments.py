"""Betalinger fra Visma: payments to the municipality's ordinary account, and corrections, entered on their cases.

For each company the transactions after the cursor are fetched in pages. A page's payments, what follows for their
cases, the receipt so far and the cursor are one transaction, so that a fetch that breaks off is continued by the next
one. A stretch before the cursor is read again, for what Visma lets be seen late; a payment carries its transaction's
company and serial as its fingerprint, which the store keeps unique, so that neither that stretch nor a lost cursor
ever enters one twice. What cannot be booked by itself waits among the unplaced payments, with the reason
(services/transaction_matching.py). Nothing from here is ever posted back.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from data.documents import Creditor, Cursor, LedgerReference, Mark, Payment, Receipt, UnplacedReason
from data.language import _
from data.store import Store, Transaction
from services.case_account import update
from services.clock import Clock
from services.cursors import last_cursor
from services.errors import Refused
from services.events import log
from services.listing import everything
from services.payment_intake import payment_id
from services.progress import Progress, silent
from services.rates import interest_rates
from services.rules.dates import format_date
from services.rules.money import format_amount
from services.rules.rates import InterestRates
from services.transaction_matching import Verdict, corrects, judge, look_up
from services.visma.port import LedgerTransaction, TransactionPage, VismaError, VismaPort
from services.visma_receipt import Booked, FetchedPayments, keep_visma_receipt

OVERLAP = 200
HELD: tuple[UnplacedReason, ...] = ("visma_invoice", "visma_voucher", "unlinked", "before_case", "closed_case")
CORRECTED = "Rettet i Visma: ført og tilbakeført"


class LastFetch(msgspec.Struct, frozen=True, kw_only=True):
    """The newest fetch, and how many payments from Visma wait among the unplaced."""

    time: datetime | None
    receipt: Receipt | None
    waiting: int


class VismaPayments:
    """Fetches what has been entered in Visma."""

    def __init__(self, store: Store, visma: VismaPort, clock: Clock, *, page_size: int = 200) -> None:
        self._store = store
        self._visma = visma
        self._clock = clock
        self._page_size = page_size

    async def last(self) -> LastFetch:
        """When Visma was last asked, and what came of it. Asks nothing of Visma."""
        newest = await last_cursor(self._store)
        waiting = await self._store.find_many(Payment, "unplaced", HELD)
        return LastFetch(
            time=newest.fetched if newest else None,
            receipt=await self._store.get(Receipt, newest.receipt) if newest else None,
            waiting=sum(payment.source == "visma" for payment in waiting),
        )

    async def run(self, actor: str, progress: Progress = silent) -> FetchedPayments:
        """Fetch all that is new in every company.

        When Visma fails under way, the pages that were stored stay stored, and `stopped` says why the rest is missing.
        Raises VismaError when nothing was stored, Refused("no_creditor"), and the store's errors.
        """
        companies = sorted({creditor.company for creditor in await everything(self._store, Creditor)})
        if not companies:
            raise Refused(_("Ingen kreditor er lagt inn, så det er ingenting å hente."), code="no_creditor")
        fetch = _Fetch(self._store, self._clock, actor, await interest_rates(self._store), progress)
        try:
            for company in companies:
                await self._fetch_company(company, fetch)
        except VismaError as error:
            if not fetch.done.receipt:
                raise
            await fetch.stop(error.message)
        return fetch.done

    async def _fetch_company(self, company: str, fetch: "_Fetch") -> None:
        cursor = await self._store.get(Cursor, company)
        after = max(0, cursor.serial - OVERLAP) if cursor else 0
        more = True
        while more:
            page = await self._visma.fetch_transactions(company, after=after, count=self._page_size)
            await fetch.store_page(company, page)
            after, more = page.last_serial, page.more


class _Fetch:
    """One fetch on its way into the store. `done` is what is committed."""

    def __init__(self, store: Store, clock: Clock, actor: str, rates: InterestRates, progress: Progress) -> None:
        self._store = store
        self._clock = clock
        self._actor = actor
        self._rates = rates
        self._progress = progress
        self.done = FetchedPayments()

    async def store_page(self, company: str, page: TransactionPage) -> None:
        """A page and all that follows from it, in one transaction."""
        async with self._store.transaction(self._actor, f"Betalinger fra Visma, selskap {company}") as tx:
            cursor = await tx.get(Cursor, company)
            read = cursor.serial if cursor else 0
            taken = await self._take_in(tx, company, page.transactions, read)
            receipt = await keep_visma_receipt(tx, self._clock, self._actor, self.done.plus(taken))
            tx.put(
                Cursor(
                    id=company,
                    rev=cursor.rev if cursor else 0,
                    serial=max(read, page.last_serial),
                    fetched=self._clock.now(),
                    actor=self._actor,
                    receipt=receipt.id,
                )
            )
        self.done = replace(self.done.plus(taken), receipt=receipt.id)
        self._progress(self.done.transactions, 0, "transaksjoner hentet")

    async def stop(self, why: str) -> None:
        """Note in the receipt that the rest could not be fetched."""
        stopped = replace(self.done, stopped=why)
        async with self._store.transaction(self._actor, "Betalinger fra Visma stanset") as tx:
            await keep_visma_receipt(tx, self._clock, self._actor, stopped)
        self.done = stopped

    async def _take_in(
        self, tx: Transaction, company: str, transactions: Sequence[LedgerTransaction], read: int
    ) -> FetchedPayments:
        """Enter the transactions that are not entered yet. Those up to the serial `read` have been counted before."""
        marks = [_fingerprint(company, each.serial) for each in transactions]
        stored = {payment.fingerprint for payment in await tx.find_many(Payment, "fingerprint", marks)}
        fresh = [each for each, mark in zip(transactions, marks, strict=True) if mark not in stored]
        known = await look_up(tx, company, fresh)
        judged = [(each, judge(each, known)) for each in fresh]
        entered = await self._enter(tx, company, judged)
        payments = [payment for payment, _ in entered]
        paired = await self._pair_off(tx, payments)
        lines = [(case, _log_line(payment, payment.id in paired)) for payment, case in entered]
        await log(tx, self._clock, self._actor, lines)
        left = [payment for payment in payments if payment.id not in paired]
        booked = await self._settle(tx, [payment for payment in left if payment.case])
        unread = [verdict.outcome for each, verdict in judged if each.serial > read]
        return FetchedPayments(
            transactions=sum(each.serial > read for each in transactions),
            skipped_own=unread.count("own"),
            foreign=unread.count("foreign"),
            booked=tuple(booked),
            held=tuple(payment for payment in left if payment.unplaced),
            corrected=len(paired) // 2,
        )

    async def _enter(
        self, tx: Transaction, company: str, judged: Sequence[tuple[LedgerTransaction, Verdict]]
    ) -> list[tuple[Payment, str]]:
        """Store what is booked or held as payments; each with the case that it concerns."""
        kept = [(each, verdict, verdict.case) for each, verdict in judged if verdict.case]
        entered = []
        for serial, (each, verdict, case) in zip(await tx.serials("payments", len(kept)), kept, strict=True):
            payment = Payment(
                id=payment_id(serial),
                case=case.id if verdict.outcome == "book" else None,
                creditor=case.creditor,
                source="visma",
                date=each.date,
                amount=-each.amount,
                posting="not_ours",
                kid=verdict.kid,
                text=_text(each),
                ledger=_reference(company, each),
                fingerprint=_fingerprint(company, each.serial),
                unplaced=verdict.reason,
            )
            entered.append((tx.put(payment), case.id))
        return entered

    async def _pair_off(self, tx: Transaction, new: Sequence[Payment]) -> set[str]:
        """Take wrongly posted invoices and their corrections away together: they come to nothing. Answers their ids."""
        waiting = {payment.id: payment for payment in await tx.find(Payment, "unplaced", "visma_invoice")}
        mark = Mark(actor=self._actor, time=self._clock.now(), reason=CORRECTED)
        paired: set[str] = set()
        for payment in new:
            wrong = next((each for each in waiting.values() if corrects(payment, each)), None)
            if wrong is None or payment.id in paired:
                continue
            for each in (wrong, payment):
                tx.put(replace(each, case=None, unplaced=None, dismissed=mark))
                waiting.pop(each.id, None)
            paired |= {wrong.id, payment.id}
        return paired

    async def _settle(self, tx: Transaction, payments: Sequence[Payment]) -> list[Booked]:
        """Cover the cases anew, close and open them; the payments with what became of their cases."""
        numbers = sorted({payment.case for payment in payments if payment.case})
        updated = await update(tx, numbers, rates=self._rates, clock=self._clock, actor=self._actor)
        cases = {each.case.id: each for each in updated}
        return [Booked.of(payment, cases[payment.case]) for payment in payments if payment.case]


def _fingerprint(company: str, serial: int) -> str:
    return f"visma/{company}/{serial}"


def _reference(company: str, transaction: LedgerTransaction) -> LedgerReference:
    return LedgerReference(
        company=company,
        serial=transaction.serial,
        visma_id=transaction.visma_id,
        type=transaction.type,
        voucher_number=transaction.voucher_number,
    )


def _text(transaction: LedgerTransaction) -> str:
    """The type, the voucher and the text, as Visma has them."""
    voucher = f", bilag {transaction.voucher_number}" if transaction.voucher_number else ""
    return f"{transaction.type}{voucher}: {transaction.text}".rstrip(": ")


def _log_line(payment: Payment, paired: bool) -> str:
    what = "Innbetaling" if payment.amount > 0 else "Korrigering"
    where = " Den venter under Uplasserte innbetalinger." if payment.unplaced else ""
    where = " Det er feilføring som er rettet i Visma, og den er ikke ført." if paired else where
    day = format_date(payment.date)
    return (
        f"{what} {payment.id} på {format_amount(payment.amount)}, {day}, er hentet fra Visma ({payment.text}).{where}"
    )
