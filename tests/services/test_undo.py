"""Taking back the last action: everything is as it was, the trail tells of both, and what has moved on is refused."""

import random
from datetime import date

import pytest
from msgspec.structs import replace

from data.documents import Case, CaseStatus, Creditor, Document, Event, Handler, InterestRate, Mail, Payment
from data.errors import Conflict, Kk2Error
from data.store import Store
from services.cases import CaseService
from services.creditors import CreditorService
from services.errors import Refused, UnknownHandler
from services.handlers import HandlerService
from services.payments import PaymentService
from services.posting import PostingService
from services.rates import RateService, interest_rates
from services.rules.rates import InterestRates
from services.undo import LASTS, UndoService, undo_of
from tests.builders import D1, D2, OLA, case, claim, creditor, fee, number_of, put, unplaced
from tests.services.fakes import FakeClock

A, B = number_of(1), number_of(2)
LOOKED_AT: tuple[type[Document], ...] = (Case, Payment, Creditor, Handler, Mail)


class Desk:
    """Two cases of 1 000,00 and a fee, and a payment without a case."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.store, self.clock = store, clock
        self.payments = PaymentService(store, clock)
        self.posting = PostingService(store, clock)
        self.cases = CaseService(store, clock)
        self.creditors = CreditorService(store, clock)
        self.handlers = HandlerService(store)
        self.undo = UndoService(store, clock, self.creditors, self.handlers)

    async def set_up(self) -> None:
        for serial in (1, 2):
            number = number_of(serial)
            await put(self.store, case(serial, outstanding=1_038_00), claim(number), fee(number))
        await put(self.store, unplaced())

    async def case(self, number: str = A) -> Case:
        return await self.cases.require(number)

    async def payment(self, key: str) -> Payment:
        payment = await self.store.get(Payment, key)
        assert payment is not None
        return payment

    async def look(self) -> dict[tuple[str, str], Document]:
        """Everything as it is, but for how often it was changed, and for payments that were taken back."""
        found = {}
        for kind in LOOKED_AT:
            for each in (await self.store.page(kind, limit=1000)).items:
                if not (isinstance(each, Payment) and each.deleted and each.deleted.reason == "Angret"):
                    found[each.TABLE, each.id] = replace(each, rev=0)
        return found

    async def log(self, number: str = A) -> list[str]:
        return [event.text for event in await self.store.find(Event, "case", number)]


@pytest.fixture
async def desk(store: Store, clock: FakeClock) -> Desk:
    desk = Desk(store, clock)
    await desk.set_up()
    return desk


async def test_a_payment_entered_is_deleted_again_and_the_log_tells_of_both(desk: Desk) -> None:
    before = await desk.look()
    payment = await desk.payments.add(A, 300_00, D1, "kari")
    await desk.undo.take_back(undo_of(payment), "kari")
    assert await desk.look() == before
    taken = await desk.payment(payment.id)
    assert taken.deleted is not None
    assert (taken.deleted.actor, taken.deleted.reason) == ("kari", "Angret")
    entered = f"Innbetaling {payment.id} på 300,00, 19.11.2026, er ført."
    assert await desk.log() == [entered, f"Angret: {entered}"]


async def test_the_audit_trail_has_a_line_of_its_own_for_it(desk: Desk) -> None:
    payment = await desk.payments.add(A, 300_00, D1, "kari")
    await desk.undo.take_back(undo_of(payment), "kari")
    newest = (await desk.store.history(Payment, payment.id))[-1]
    assert (newest.actor, newest.reason) == ("kari", "Angret")
    assert await desk.store.verify() > 0


async def test_a_case_that_the_payment_closed_is_open_again(desk: Desk) -> None:
    before = await desk.look()
    payment = await desk.payments.add(A, 1_038_00, D1, "kari")
    assert (await desk.case()).status == "closed"
    await desk.undo.take_back(undo_of(payment), "kari")
    assert await desk.look() == before


async def test_a_case_keeps_the_day_it_was_closed_when_what_opened_it_is_taken_back(desk: Desk) -> None:
    await desk.payments.add(A, 1_038_00, D1, "kari")
    before = await desk.look()
    desk.clock.forward(3 * 86_400)
    back = await desk.payments.add(A, -900_00, D2, "kari")
    assert (await desk.case()).status == "open"
    await desk.undo.take_back(undo_of(back), "kari")
    assert await desk.look() == before


async def test_a_deleted_payment_comes_back_as_it_was(desk: Desk) -> None:
    payment = await desk.payments.add(A, 300_00, D1, "kari")
    before = await desk.look()
    await desk.undo.take_back(undo_of(await desk.payments.delete(payment.id, "Feil sak", "kari")), "kari")
    assert await desk.look() == before


async def test_a_moved_payment_is_back_under_its_own_number(desk: Desk) -> None:
    payment = await desk.payments.add(A, 300_00, D1, "kari")
    before = await desk.look()
    await desk.undo.take_back(undo_of(await desk.payments.move(payment.id, B, "kari")), "kari")
    assert await desk.look() == before
    assert (await desk.payment(payment.id)).moved_to is None
    assert any(line.startswith("Angret: Innbetaling ") for line in await desk.log(B))


async def test_a_placed_payment_waits_again_for_the_same_reason(desk: Desk) -> None:
    before = await desk.look()
    await desk.undo.take_back(undo_of(await desk.payments.place("P000900", A, "kari")), "kari")
    assert await desk.look() == before
    assert [payment.unplaced for payment in await desk.payments.unplaced()] == ["unknown_kid"]


async def test_a_payment_that_was_split_is_whole_again(desk: Desk) -> None:
    before = await desk.look()
    parts = await desk.payments.split("P000900", [(A, 200_00), (B, 300_00)], "kari")
    await desk.undo.take_back(undo_of(*parts), "kari")
    assert await desk.look() == before


async def test_a_dismissed_payment_is_back_on_the_list(desk: Desk) -> None:
    before = await desk.look()
    await desk.undo.take_back(undo_of(await desk.payments.dismiss("P000900", "Ikke vår", "kari")), "kari")
    assert await desk.look() == before


async def test_all_that_was_set_on_a_case_is_taken_back_together(desk: Desk) -> None:
    before, first = await desk.look(), await desk.case()
    changed = await desk.cases.set_handler(first, "ola", "kari")
    changed = await desk.cases.set_department(changed, "K020", "kari")
    changed = await desk.cases.set_threshold(changed, 2_000_00, "kari")
    changed = await desk.cases.set_status(changed, "paused", "kari")
    await desk.undo.take_back(undo_of(changed, before=first), "kari")
    assert await desk.look() == before


async def test_a_creditor_is_changed_back_and_its_cases_with_it(desk: Desk) -> None:
    await desk.payments.add(A, 100_00, D1, "kari")
    before, seen = await desk.look(), await desk.creditors.get("0221")
    settled = await desk.creditors.change(replace(seen, threshold=5_000_00), "kari")
    assert settled.closed == (A,)
    await desk.undo.take_back(undo_of(settled.creditor), "kari")
    assert await desk.look() == before


async def test_a_handler_is_changed_back(desk: Desk) -> None:
    before = await desk.look()
    seen = await desk.handlers.require("ola")
    changed = await desk.handlers.change(replace(seen, name="Ola Nyttnavn"), "kari")
    await desk.undo.take_back(undo_of(changed), "kari")
    assert await desk.look() == before


# --- refused ----------------------------------------------------------------------------------------------------------


async def test_a_payment_on_its_way_to_visma_is_not_taken_back(desk: Desk) -> None:
    payment = await desk.payments.add(A, 300_00, D1, "kari")
    await desk.posting.freeze("kari")
    before = await desk.look()
    with pytest.raises(Refused, match="på vei til Visma") as refused:
        await desk.undo.take_back(undo_of(payment), "kari")
    assert refused.value.code == "frozen"
    assert await desk.look() == before


async def test_what_somebody_else_has_changed_since_is_not_taken_back(desk: Desk) -> None:
    payment = await desk.payments.add(A, 300_00, D1, "kari")
    await desk.payments.set_posting(payment.id, False, "ola")
    before = await desk.look()
    with pytest.raises(Conflict, match="endret siden") as refused:
        await desk.undo.take_back(undo_of(payment), "kari")
    assert refused.value.details[0]["id"] == payment.id
    assert await desk.look() == before


async def test_what_somebody_else_did_in_the_midst_of_it_is_not_taken_back_with_it(desk: Desk) -> None:
    first = await desk.case()
    mine = await desk.cases.set_handler(first, "ola", "kari")
    theirs = await desk.cases.set_department(mine, "K020", "ola")
    changed = await desk.cases.set_status(theirs, "paused", "kari")
    before = await desk.look()
    with pytest.raises(Conflict, match="endret siden"):
        await desk.undo.take_back(undo_of(changed, before=first), "kari")
    assert await desk.look() == before


async def test_it_is_taken_back_once_only(desk: Desk) -> None:
    payment = await desk.payments.add(A, 300_00, D1, "kari")
    await desk.undo.take_back(undo_of(payment), "kari")
    with pytest.raises(Conflict):
        await desk.undo.take_back(undo_of(payment), "kari")


async def test_what_somebody_else_did_is_not_ones_own_to_take_back(desk: Desk) -> None:
    payment = await desk.payments.add(A, 300_00, D1, "ola")
    with pytest.raises(Refused, match="kan ikke angres"):
        await desk.undo.take_back(undo_of(payment), "kari")


async def test_a_case_is_not_given_back_to_a_handler_who_is_gone(desk: Desk) -> None:
    await put(desk.store, case(3, handler="ola"))
    changed = await desk.cases.set_handler(await desk.case(number_of(3)), "kari", "kari")
    await desk.handlers.remove("ola", "kari")
    with pytest.raises(UnknownHandler):
        await desk.undo.take_back(undo_of(changed), "kari")


async def test_a_creditor_that_another_has_changed_is_not_changed_back(desk: Desk) -> None:
    seen = await desk.creditors.get("0221")
    mine = (await desk.creditors.change(replace(seen, phone="00 00 00 00"), "kari")).creditor
    await desk.creditors.change(replace(mine, email="post@testvik.invalid"), "kari")
    with pytest.raises(Conflict):
        await desk.undo.take_back(undo_of(mine), "kari")


async def test_set_up_is_taken_back_by_an_administrator_only(desk: Desk) -> None:
    await desk.handlers.change(replace(OLA, rev=1, role="admin"), "kari")
    seen = await desk.creditors.get("0221")
    changed = (await desk.creditors.change(replace(seen, phone="00 00 00 00"), "ola")).creditor
    await desk.handlers.change(replace(await desk.handlers.require("ola"), role="handler"), "kari")
    with pytest.raises(Refused) as refused:
        await desk.undo.take_back(undo_of(changed), "ola")
    assert refused.value.code == "not_admin"


async def test_the_oldest_deed_is_not_remembered_for_ever(desk: Desk) -> None:
    payment = await desk.payments.add(A, 300_00, D1, "kari")
    desk.undo.remember("Innbetaling 300,00 er ført", undo_of(payment))
    assert desk.undo.last is not None
    desk.clock.forward(LASTS.total_seconds() + 1)
    assert desk.undo.last is None


# --- whatever is done -------------------------------------------------------------------------------------------------


class Walk:
    """A seeded walk: each step is done, taken back and compared, and then done for good."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.dice = desk, random.Random(seed)
        self.taken_back = 0

    async def go(self, steps: int) -> None:
        for _ in range(steps):
            step = self.dice.choice((self.add, self.delete, self.move, self.turn, self.place, self.split, self.set))
            before, dice = await self.desk.look(), self.dice.getstate()
            try:
                results, since = await step()
            except Kk2Error:
                continue
            await self.desk.undo.take_back(undo_of(*results, before=since), "kari")
            self.taken_back += 1
            assert await self.desk.look() == before, step.__name__
            self.dice.setstate(dice)
            await step()
            self.desk.clock.forward(self.dice.choice((1, 90_000)))

    async def any_payment(self) -> str:
        live = [each.id for each in (await self.desk.store.page(Payment, limit=1000)).items if not each.deleted]
        return self.dice.choice(live or ["P000900"])

    def number(self) -> str:
        return self.dice.choice((A, B))

    async def add(self) -> tuple[list[Document], None]:
        amount = self.dice.choice((1, 100_00, 499_99, 1_100_00, -50_00))
        return [await self.desk.payments.add(self.number(), amount, self.dice.choice((D1, D2)), "kari")], None

    async def delete(self) -> tuple[list[Document], None]:
        return [await self.desk.payments.delete(await self.any_payment(), "Prøve", "kari")], None

    async def move(self) -> tuple[list[Document], None]:
        return [await self.desk.payments.move(await self.any_payment(), self.number(), "kari")], None

    async def turn(self) -> tuple[list[Document], None]:
        posting = self.dice.random() < 0.5
        return [await self.desk.payments.set_posting(await self.any_payment(), posting, "kari")], None

    async def place(self) -> tuple[list[Document], None]:
        return [await self.desk.payments.place("P000900", self.number(), "kari")], None

    async def split(self) -> tuple[list[Document], None]:
        part = self.dice.randrange(1, 499_00)
        return list(await self.desk.payments.split("P000900", [(A, part), (B, 500_00 - part)], "kari")), None

    async def set(self) -> tuple[list[Document], Case]:
        before = await self.desk.case(self.number())
        statuses: tuple[CaseStatus, ...] = ("open", "closed", "paused", "manual")
        changed = await self.desk.cases.set_threshold(before, self.dice.choice((None, 0, 800_00)), "kari")
        return [await self.desk.cases.set_status(changed, self.dice.choice(statuses), "kari")], before


@pytest.mark.parametrize("seed", range(6))
async def test_to_do_and_take_back_leaves_everything_as_it_was(desk: Desk, seed: int) -> None:
    walk = Walk(desk, seed)
    await walk.go(40)
    assert walk.taken_back > 10


async def test_what_came_onto_the_case_meanwhile_is_settled_anew(desk: Desk) -> None:
    """Principal and fee are paid, so the other payment covers interest, and touches neither the case nor the first."""
    await desk.cases.set_threshold(await desk.case(), 0, "kari")
    mine = await desk.payments.add(A, 1_038_00, D1, "kari")
    other = await desk.payments.add(A, 1_00, D2, "ola")
    assert other.covered("interest") == 1_00
    await desk.undo.take_back(undo_of(mine), "kari")
    assert (await desk.payment(other.id)).covered("principal") == 1_00
    assert (await desk.case()).outstanding == 1_037_00


async def test_a_rate_that_comes_while_a_payment_is_given_back_counts_for_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An administrator adds it after the rates were read, and before the transaction begins."""
    half_year = InterestRate(
        id="2027-01-01",
        valid_from=date(2027, 1, 1),
        valid_to=date(2027, 6, 30),
        basis_points=1200,
        regulation="FOR-0000-00-00-0",
        source="oppdiktet",
    )

    async def read_too_early(store: Store) -> InterestRates:
        known = await interest_rates(store)
        await RateService(store, desk.clock).add(half_year, "siv")
        return known

    await put(desk.store, Handler(id="siv", name="Siv Oppdiktet", email="siv@testvik.invalid", role="admin"))
    desk.clock.turn_to(date(2027, 1, 10))
    payment = await desk.payments.add(A, 1_100_00, date(2027, 1, 5), "kari")
    assert payment.waiting
    deleted = await desk.payments.delete(payment.id, "Prøve", "kari")
    monkeypatch.setattr("services.undo.interest_rates", read_too_early)
    await desk.undo.take_back(undo_of(deleted), "kari")
    assert (await desk.payment(payment.id)).waiting == 0


async def test_a_creditors_cases_stay_with_it(desk: Desk) -> None:
    """The trail of one creditor's change leads to no other's."""
    await put(desk.store, creditor("0222"))
    seen = await desk.creditors.get("0222")
    changed = (await desk.creditors.change(replace(seen, phone="00 00 00 00"), "kari")).creditor
    await desk.undo.take_back(undo_of(changed), "kari")
    assert (await desk.creditors.get("0222")).phone == ""
