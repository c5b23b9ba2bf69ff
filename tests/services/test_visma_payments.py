"""Betalinger fra Visma: everything once, nothing of our own, nothing booked that should not be, and nothing lost."""

import asyncio
import contextlib
import random
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from data.documents import Case, Cursor, Event, Payment, Receipt
from data.errors import StoreFull
from data.store import Store
from services.delivery import DeliveryService
from services.errors import Refused
from services.payments import PaymentService
from services.posting import PostingService
from services.visma.port import LedgerTransaction, TransactionPage, VismaUnreachable
from services.visma.simulator.application import Simulator
from services.visma_payments import OVERLAP, VismaPayments
from services.visma_receipt import FetchedPayments
from tests.builders import D1, D2, DUE, case, claim, creditor, fee, number_of, put
from tests.services.fakes import FailingStore, FakeClock, FakeVisma

ONE, TWO, THREE = number_of(1), number_of(2), number_of(3)
INVOICE = "20-UTG. FAKTURA"


class LedgerVisma(FakeVisma):
    """A Visma with a ledger to read, by company."""

    def __init__(self) -> None:
        super().__init__()
        self.ledgers: dict[str, list[LedgerTransaction]] = {}

    def enter(self, visma_id: str, amount: int, *, company: str = "1", **more: Any) -> LedgerTransaction:
        """A movement on an invoice; below zero it reduces it."""
        ledger = self.ledgers.setdefault(company, [])
        fields: dict[str, Any] = {
            "serial": 1 + max((each.serial for each in ledger), default=0),
            "type": "30-INNBETALING",
            "category": 0,
            "visma_id": visma_id,
            "voucher_number": "I000001",
            "date": D2,
            "amount": amount,
            "text": "Innbetaling",
        }
        ledger.append(LedgerTransaction(**fields | more))
        return ledger[-1]

    def forget_plans(self) -> None:
        self._planned.clear()

    async def fetch_transactions(self, company: str, *, after: int = 0, count: int = 500) -> TransactionPage:
        answer: TransactionPage = self._answer("fetch_transactions", lambda: self._after(company, after, count))
        return answer

    def _after(self, company: str, after: int, count: int) -> TransactionPage:
        later = sorted((t for t in self.ledgers.get(company, []) if t.serial > after), key=lambda each: each.serial)
        given = later[:count]
        last = given[-1].serial if given else after
        return TransactionPage(transactions=tuple(given), last_serial=last, more=len(later) > count)


class Desk:
    """The service on a store with three cases of 1 000,00 each."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.store, self.clock = store, clock
        self.visma = LedgerVisma()
        self.service = VismaPayments(store, self.visma, clock, page_size=2)
        self.payments = PaymentService(store, clock)
        self.posting = PostingService(store, clock)

    async def fetch(self) -> FetchedPayments:
        return await self.service.run("kari")

    async def on(self, number: str) -> list[Payment]:
        return await self.store.find(Payment, "case", number)

    async def case(self, number: str) -> Case:
        found = await self.store.get(Case, number)
        assert found is not None
        return found

    async def waiting(self) -> list[tuple[int, str | None]]:
        return [(payment.amount, payment.unplaced) for payment in await self.payments.unplaced()]

    async def lose_cursor(self, company: str = "1") -> None:
        async with self.store.transaction("kari", "prøve") as tx:
            cursor = await tx.get(Cursor, company)
            assert cursor is not None
            tx.delete(cursor)

    async def receipt(self, key: str) -> Receipt:
        found = await self.store.get(Receipt, key)
        assert found is not None
        return found


@pytest.fixture
async def desk(store: Store, clock: FakeClock) -> Desk:
    for serial in (1, 2, 3):
        new = case(serial, outstanding=1_000_00)
        await put(store, new, claim(new))
    return Desk(store, clock)


def invoice_of(number: str) -> str:
    return claim(number).visma_id


async def test_a_payment_is_entered_on_the_case_that_has_the_invoice_and_never_posted_back(desk: Desk) -> None:
    desk.visma.enter(invoice_of(ONE), -300_00, text="Giro")
    done = await desk.fetch()
    assert (done.transactions, len(done.booked), done.amount, done.cases) == (1, 1, 300_00, (ONE,))
    [payment] = await desk.on(ONE)
    assert (payment.source, payment.posting, payment.amount, payment.date) == ("visma", "not_ours", 300_00, D2)
    assert (payment.text, payment.covered("principal")) == ("30-INNBETALING, bilag I000001: Giro", 300_00)
    assert (await desk.case(ONE)).outstanding == 700_00
    [event] = await desk.store.find(Event, "case", ONE)
    assert event.text.startswith(f"Innbetaling {payment.id} på 300,00, 20.11.2026, er hentet fra Visma")


async def test_the_posting_proposal_is_the_same_before_and_after(desk: Desk) -> None:
    await desk.payments.add(ONE, 200_00, D2, "kari")
    before = await desk.posting.proposal()
    desk.visma.enter(invoice_of(ONE), -300_00)
    desk.visma.enter(invoice_of(TWO), -300_00, type=INVOICE)
    await desk.fetch()
    assert await desk.posting.proposal() == before
    [held] = await desk.payments.unplaced()
    await desk.payments.place(held.id, TWO, "kari")
    assert await desk.posting.proposal() == before


async def test_fetching_again_changes_nothing_but_the_time(desk: Desk) -> None:
    desk.visma.enter(invoice_of(ONE), -300_00)
    desk.visma.enter(invoice_of(TWO), -100_00, type=INVOICE)
    desk.visma.enter("F-andre", -50_00)
    await desk.fetch()
    again = await desk.fetch()
    assert again == FetchedPayments(receipt=again.receipt)
    assert len(await desk.on(ONE)) == 1
    assert await desk.waiting() == [(100_00, "visma_invoice")]


async def test_a_lost_cursor_enters_nothing_twice_not_even_what_was_deleted_moved_or_dismissed(desk: Desk) -> None:
    desk.visma.enter(invoice_of(ONE), -300_00)
    desk.visma.enter(invoice_of(ONE), -200_00)
    desk.visma.enter(invoice_of(TWO), -100_00, type=INVOICE)
    await desk.fetch()
    moved, deleted = await desk.on(ONE)
    await desk.payments.move(moved.id, THREE, "kari")
    await desk.payments.delete(deleted.id, "Feil", "kari")
    [held] = await desk.payments.unplaced()
    await desk.payments.dismiss(held.id, "Rettes i regnskapet", "kari")
    await desk.lose_cursor()
    assert not (await desk.fetch()).booked
    assert [(each.amount, each.posting) for each in await desk.on(THREE)] == [(300_00, "not_ours")]
    assert (await desk.case(ONE)).outstanding == 1_000_00
    assert await desk.waiting() == []


async def test_what_visma_lets_be_seen_late_is_found_in_the_stretch_that_is_read_again(desk: Desk) -> None:
    desk.visma.enter(invoice_of(ONE), -300_00, serial=1000)
    await desk.fetch()
    desk.visma.enter(invoice_of(TWO), -100_00, serial=1000 - OVERLAP + 1)
    desk.visma.enter(invoice_of(THREE), -100_00, serial=1000 - OVERLAP)
    done = await desk.fetch()
    assert done.cases == (TWO,)
    cursor = await desk.store.get(Cursor, "1")
    assert cursor is not None
    assert cursor.serial == 1000


async def test_an_invoice_that_becomes_a_case_after_its_payment_was_read_is_found_in_that_stretch_too(
    desk: Desk,
) -> None:
    late = case(4)
    desk.visma.enter(invoice_of(late.id), -100_00)
    assert (await desk.fetch()).foreign == 1
    await put(desk.store, late, claim(late))
    assert (await desk.fetch()).cases == (late.id,)


async def test_only_category_0_counts(desk: Desk) -> None:
    desk.visma.enter(invoice_of(ONE), -300_00, category=1)
    done = await desk.fetch()
    assert (done.transactions, done.booked, done.held, done.foreign) == (1, (), (), 0)
    assert await desk.on(ONE) == []


async def test_a_correction_raises_the_claim_again(desk: Desk) -> None:
    desk.visma.enter(invoice_of(ONE), -300_00)
    desk.visma.enter(invoice_of(ONE), 120_00, type="50-KORRIGERING", text="Tilbakeført")
    done = await desk.fetch()
    assert done.amount == 180_00
    assert (await desk.case(ONE)).outstanding == 820_00
    _, correction = await desk.on(ONE)
    assert (correction.amount, correction.text) == (-120_00, "50-KORRIGERING, bilag I000001: Tilbakeført")


async def test_a_case_is_closed_and_a_correction_opens_it_again(desk: Desk) -> None:
    desk.visma.enter(invoice_of(ONE), -1_000_00)
    closed = await desk.fetch()
    assert closed.closed == (ONE,)
    assert (await desk.case(ONE)).status == "closed"
    desk.visma.enter(invoice_of(ONE), 1_000_00, type="50-KORRIGERING")
    opened = await desk.fetch()
    assert (opened.closed, opened.reopened) == ((), (ONE,))
    assert (await desk.case(ONE)).status == "open"


async def test_a_payment_on_a_closed_case_waits_among_the_unplaced_and_can_be_placed(desk: Desk) -> None:
    await put(desk.store, replace(await desk.case(ONE), status="closed", closed=D1))
    desk.visma.enter(invoice_of(ONE), -100_00)
    done = await desk.fetch()
    assert (done.booked, len(done.unplaced), done.flagged) == ((), 1, ())
    assert await desk.waiting() == [(100_00, "closed_case")]
    [held] = await desk.payments.unplaced()
    assert [each.case.id for each in await desk.payments.suggestions(held)] == [ONE]
    placed = await desk.payments.place(held.id, ONE, "kari")
    assert (placed.case, placed.posting) == (ONE, "not_ours")


async def test_an_invoice_posted_as_a_payment_is_flagged_with_what_to_do_and_not_booked(desk: Desk) -> None:
    desk.visma.enter(invoice_of(ONE), -1_000_00, type=INVOICE)
    done = await desk.fetch()
    assert (done.booked, len(done.flagged), done.unplaced) == ((), 1, ())
    assert await desk.waiting() == [(1_000_00, "visma_invoice")]
    assert (await desk.case(ONE)).outstanding == 1_000_00
    receipt = await desk.receipt(done.receipt)
    assert "20-UTG. FAKTURA er ført som innbetaling i Visma. Det er feilføring" in receipt.warnings[0]
    assert "rett den i regnskapet" in receipt.warnings[0]
    assert [section.title for section in receipt.sections] == ["Registrert", "Feilført i Visma"]


@pytest.mark.parametrize("kind", [INVOICE, "50-KORRIGERING"])
@pytest.mark.parametrize("together", [True, False])
async def test_its_correction_takes_it_off_the_list_and_neither_is_booked(
    desk: Desk, together: bool, kind: str
) -> None:
    desk.visma.enter(invoice_of(ONE), -1_000_00, type=INVOICE)
    if not together:
        await desk.fetch()
    desk.visma.enter(invoice_of(ONE), 1_000_00, type=kind)
    done = await desk.fetch()
    assert (done.corrected, done.held, done.booked) == (1, (), ())
    told = [event.text for event in await desk.store.find(Event, "case", ONE)]
    assert told[-1].endswith("Det er feilføring som er rettet i Visma, og den er ikke ført.")
    assert await desk.waiting() == []
    await desk.lose_cursor()
    assert (await desk.fetch()).held == ()
    assert (await desk.case(ONE)).outstanding == 1_000_00


async def test_a_payment_of_an_invoice_posted_anew_is_no_correction_of_it(desk: Desk) -> None:
    desk.visma.enter(invoice_of(ONE), 200_00, type=INVOICE)
    desk.visma.enter(invoice_of(ONE), -200_00)
    done = await desk.fetch()
    assert (done.corrected, done.cases) == (0, (ONE,))
    assert await desk.waiting() == [(-200_00, "visma_invoice")]


async def test_the_posting_of_the_invoice_itself_is_nothing(desk: Desk) -> None:
    desk.visma.enter(invoice_of(ONE), 1_000_00, type=INVOICE, date=date(2026, 8, 1))
    done = await desk.fetch()
    assert (done.transactions, done.booked, done.held, done.foreign) == (1, (), (), 0)


async def test_what_may_be_in_what_the_case_began_with_is_for_a_person_to_say(desk: Desk) -> None:
    part_paid = case(4)
    await put(desk.store, part_paid, claim(part_paid, 600_00, amount=1_000_00))
    before, after = part_paid.opened, D1
    desk.visma.enter(invoice_of(part_paid.id), -400_00, date=DUE)
    desk.visma.enter(invoice_of(part_paid.id), -400_01, date=before)  # more than had been paid: it was not in it
    desk.visma.enter(invoice_of(part_paid.id), -100_00, date=after)
    desk.visma.enter(invoice_of(ONE), -50_00, date=DUE)  # nothing was paid on this one before
    done = await desk.fetch()
    assert await desk.waiting() == [(400_00, "before_case")]
    assert sorted(each.payment.amount for each in done.booked) == [50_00, 100_00, 400_01]


async def test_an_invoice_that_no_case_has_is_counted_and_left_alone(desk: Desk) -> None:
    desk.visma.enter("F-andre", -300_00)
    done = await desk.fetch()
    assert (done.foreign, done.booked, done.held) == (1, (), ())
    assert "1 gjelder fakturaer som ikke har sak i kk2" in (await desk.receipt(done.receipt)).summary


async def test_an_invoice_with_our_case_number_that_the_case_does_not_have_is_not_lost(desk: Desk) -> None:
    desk.visma.enter("F-uten-kobling", -300_00, case=ONE)
    await desk.fetch()
    assert await desk.waiting() == [(300_00, "unlinked")]
    assert (await desk.case(ONE)).outstanding == 1_000_00


async def test_an_invoice_id_of_another_company_is_not_ours(desk: Desk) -> None:
    await put(desk.store, creditor("0222"))
    desk.visma.enter(invoice_of(ONE), -300_00, company="2")
    assert (await desk.fetch()).foreign == 1


async def test_each_company_has_its_own_serials(desk: Desk) -> None:
    other = case(9, creditor="0222")
    await put(desk.store, creditor("0222"), other, claim(other, company="2"))
    desk.visma.enter(invoice_of(ONE), -300_00)
    desk.visma.enter(claim(other).visma_id, -200_00, company="2")
    done = await desk.fetch()
    assert (done.cases, done.amount) == ((ONE, other.id), 500_00)
    assert len(await desk.on(other.id)) == 1


# --- our own vouchers ---


def town() -> Simulator:
    """The real thing, served in this process: an invoice for each of the three cases."""
    invoices = {
        invoice_of(number): {
            "number": claim(number).invoice,
            "company": "1",
            "customer": "1",
            "issued": "2026-08-01",
            "due": "2026-08-20",
            "amount": 1_000_00,
        }
        for number in (ONE, TWO, THREE)
    }
    return Simulator(
        {
            "companies": ["1"],
            "customers": {"1": {"id": "1", "ledger_type": "K010", "name": "Kari Testesen"}},
            "invoices": invoices,
        }
    )


async def test_a_payment_that_we_delivered_comes_back_and_is_not_booked_again(desk: Desk) -> None:
    simulator = town()
    visma = simulator.port()
    service = VismaPayments(desk.store, visma, desk.clock)
    await put(desk.store, fee(ONE, 50_00))
    await desk.payments.add(ONE, 300_00, D1, "kari")
    await desk.payments.add(TWO, 1_100_00, D2, "kari")
    for voucher in await desk.posting.freeze("kari"):
        await DeliveryService(desk.store, visma, desk.clock).send("kari")
        simulator.move_voucher(voucher.reference, "posted")
    before = [await desk.case(number) for number in (ONE, TWO)]
    done = await service.run("kari")
    assert (done.skipped_own, done.booked, done.held, done.foreign) == (2, (), (), 0)
    await desk.lose_cursor()
    assert (await service.run("kari")).booked == ()
    assert [await desk.case(number) for number in (ONE, TWO)] == before
    assert [len(await desk.on(number)) for number in (ONE, TWO)] == [1, 1]
    await visma.close()


async def delivered(desk: Desk) -> str:
    """The reference of a ledger voucher of ours, 300,00 on the first case."""
    await desk.payments.add(ONE, 300_00, D1, "kari")
    [voucher] = await desk.posting.freeze("kari")
    return voucher.reference


async def test_our_reference_is_known_at_the_beginning_of_theirs_and_in_their_text(desk: Desk) -> None:
    reference = await delivered(desk)
    desk.visma.enter(invoice_of(ONE), -300_00, reference=f"{reference}/1")
    desk.visma.enter(invoice_of(ONE), -300_00, text=f"Sak {ONE} {reference}")
    done = await desk.fetch()
    assert (done.skipped_own, done.booked, done.held) == (2, (), ())


async def test_a_voucher_of_ours_taken_back_in_visma_is_for_a_person_to_see(desk: Desk) -> None:
    reference = await delivered(desk)
    desk.visma.enter(invoice_of(ONE), 300_00, reference=reference)
    done = await desk.fetch()
    assert (done.skipped_own, done.booked) == (0, ())
    assert await desk.waiting() == [(-300_00, "visma_voucher")]


async def test_money_out_in_a_voucher_of_ours_is_not_taken_for_its_reversal(desk: Desk) -> None:
    await desk.payments.add(ONE, 300_00, D1, "kari")
    await desk.payments.add(ONE, -100_00, D1, "kari")
    [voucher] = await desk.posting.freeze("kari")
    for amount in (-300_00, 100_00):
        desk.visma.enter(invoice_of(ONE), amount, reference=voucher.reference)
    done = await desk.fetch()
    assert (done.skipped_own, done.booked, done.held) == (2, (), ())


async def test_a_line_of_a_voucher_of_ours_that_is_taken_back_is_for_a_person_to_see(desk: Desk) -> None:
    await desk.payments.add(ONE, 300_00, D1, "kari")
    await desk.payments.add(ONE, -100_00, D1, "kari")
    [voucher] = await desk.posting.freeze("kari")
    for amount in (300_00, -100_00):
        desk.visma.enter(invoice_of(ONE), amount, reference=voucher.reference)
    await desk.fetch()
    assert sorted(await desk.waiting()) == [(-300_00, "visma_voucher"), (100_00, "visma_voucher")]


async def test_a_voucher_of_kk2_that_is_not_here_is_not_booked_either(desk: Desk) -> None:
    desk.visma.enter(invoice_of(ONE), -300_00, reference="KK2-0221-20261119-077-R")
    await desk.fetch()
    assert await desk.waiting() == [(300_00, "visma_voucher")]


# --- breaking off ---


async def test_a_fetch_that_breaks_off_between_pages_keeps_what_it_stored_and_goes_on_from_there(desk: Desk) -> None:
    for number in (ONE, TWO, THREE):
        desk.visma.enter(invoice_of(number), -100_00)
    desk.visma.plan("fetch_transactions", None, VismaUnreachable("Visma svarer ikke."))
    stopped = await desk.fetch()
    assert (stopped.stopped, stopped.cases) == ("Visma svarer ikke.", (ONE, TWO))
    assert (await desk.receipt(stopped.receipt)).warnings[0].startswith("Hentingen stanset: Visma svarer ikke.")
    done = await desk.fetch()
    assert (done.stopped, done.cases, done.transactions) == ("", (THREE,), 1)
    assert [len(await desk.on(number)) for number in (ONE, TWO, THREE)] == [1, 1, 1]


async def test_a_page_that_cannot_be_stored_leaves_no_trace_and_comes_the_next_time(
    store: Store, clock: FakeClock, desk: Desk
) -> None:
    failing = FailingStore(store)
    service = VismaPayments(failing, desk.visma, clock, page_size=2)
    desk.visma.enter(invoice_of(ONE), -100_00)
    failing.error = StoreFull("Disken er full. Ingenting er lagret.")
    with pytest.raises(StoreFull):
        await service.run("kari")
    assert await desk.on(ONE) == []
    assert await store.get(Cursor, "1") is None
    assert await store.count(Receipt) == 0
    failing.error = None
    assert (await service.run("kari")).cases == (ONE,)


async def test_when_visma_does_not_answer_at_all_nothing_is_stored(desk: Desk) -> None:
    desk.visma.plan("fetch_transactions", VismaUnreachable("Visma svarer ikke."))
    with pytest.raises(VismaUnreachable):
        await desk.fetch()
    assert await desk.store.count(Receipt) == 0
    assert (await desk.service.last()).time is None


async def test_without_a_creditor_there_is_nothing_to_ask(desk: Desk) -> None:
    async with desk.store.transaction("kari", "prøve") as tx:
        (found,) = await tx.find(type(creditor()), "company", "1")
        tx.delete(found)
    with pytest.raises(Refused) as refused:
        await desk.fetch()
    assert refused.value.code == "no_creditor"


@pytest.mark.parametrize("seed", range(12))
async def test_each_transaction_is_entered_exactly_once_whatever_breaks_off(
    store: Store, clock: FakeClock, desk: Desk, seed: int
) -> None:
    dice = random.Random(seed)
    failing = FailingStore(store)
    entered: list[int] = []
    for _ in range(25):
        for _ in range(dice.randrange(4)):
            entered.append(dice.choice((1_00, 2_50, 13_37)))
            desk.visma.enter(invoice_of(dice.choice((ONE, TWO, THREE))), -entered[-1])
        failing.error = StoreFull("Disken er full.") if dice.random() < 0.2 else None
        if dice.random() < 0.3:
            desk.visma.plan("fetch_transactions", *[None] * dice.randrange(3), VismaUnreachable("Visma svarer ikke."))
        if dice.random() < 0.2 and await store.get(Cursor, "1"):
            await desk.lose_cursor()
        with contextlib.suppress(StoreFull, VismaUnreachable):
            await VismaPayments(failing, desk.visma, clock, page_size=dice.randint(1, 5)).run("kari")
    desk.visma.forget_plans()
    await desk.fetch()
    payments = [payment for number in (ONE, TWO, THREE) for payment in await desk.on(number)]
    assert sorted(payment.amount for payment in payments) == sorted(entered)
    assert sum([(await desk.case(number)).outstanding for number in (ONE, TWO, THREE)]) == 3_000_00 - sum(entered)
    assert await store.verify() > 0


# --- telling ---


async def test_there_is_one_receipt_for_a_fetch_of_many_pages(desk: Desk) -> None:
    for amount in (100_00, 200_00, 300_00, 1_100_00, 10_00):
        desk.visma.enter(invoice_of(TWO if amount > 1_000_00 else ONE), -amount)
    told: list[tuple[int, int, str]] = []
    done = await desk.service.run("kari", lambda *words: told.append(words))
    assert await desk.store.count(Receipt) == 1
    receipt = await desk.receipt(done.receipt)
    assert receipt.summary[:2] == (
        "5 nye transaksjoner i Visma",
        "5 registrert: 2 saker fikk 1 710,00; 1 sak ble avsluttet",
    )
    assert [row[:1] + row[3:4] for row in receipt.sections[0].rows] == [
        (ONE, 100_00), (ONE, 200_00), (ONE, 300_00), (TWO, 1_100_00), (ONE, 10_00)
    ]  # fmt: skip
    assert told == [(2, 0, "transaksjoner hentet"), (4, 0, "transaksjoner hentet"), (5, 0, "transaksjoner hentet")]


async def test_the_last_fetch_is_known_with_what_waits(desk: Desk) -> None:
    await put(desk.store, replace(case(8), status="closed"), claim(case(8)))
    desk.visma.enter(invoice_of(ONE), -100_00, type=INVOICE)
    desk.visma.enter(invoice_of(number_of(8)), -100_00)
    done = await desk.fetch()
    last = await desk.service.last()
    assert last.time == desk.clock.now()
    assert last.receipt is not None
    assert (last.receipt.id, last.waiting) == (done.receipt, 2)


async def test_two_that_fetch_at_once_enter_each_payment_once(desk: Desk) -> None:
    for number in (ONE, TWO, THREE):
        desk.visma.enter(invoice_of(number), -100_00)
    both = await asyncio.gather(desk.fetch(), desk.fetch())
    assert sum(len(done.booked) for done in both) == 3
    assert [(await desk.case(number)).outstanding for number in (ONE, TWO, THREE)] == [900_00] * 3
