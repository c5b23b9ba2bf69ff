"""Money is neither made nor lost, whatever is done in whatever order: seeded walks over all that a handler can do."""

import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from data.documents import BankFile, Case, Delivery, Payment, Voucher
from data.errors import Kk2Error
from data.store import Store
from services.bank_import import BankImport
from services.cases import CaseService
from services.creditors import CreditorService
from services.delivery import DeliveryService
from services.handlers import HandlerService
from services.payments import PaymentService
from services.posting import PostingService
from services.undo import Undo, UndoService, undo_of
from services.visma.port import VismaUncertain, VismaUnreachable
from tests.builders import D1, D2, bank_file, case, claim, fee, number_of, paid, put
from tests.services.fakes import FakeClock, FakeVisma, Lost, rejected

CASES = [number_of(serial) for serial in range(1, 6)]
STEPS = 80


class Walk:
    """One seeded walk. Each step may be refused; it is never to leave the books wrong."""

    def __init__(self, store: Store, clock: FakeClock, folder: Path, seed: int) -> None:
        self.store, self.clock, self.folder = store, clock, folder
        self.dice = random.Random(seed)
        self.visma = FakeVisma()
        self.bank = BankImport(store, clock)
        self.payments = PaymentService(store, clock)
        self.posting = PostingService(store, clock)
        self.cases = CaseService(store, clock)
        self.delivery = DeliveryService(store, self.visma, clock, quarantine_s=60)
        self.undoing = UndoService(store, clock, CreditorService(store, clock), HandlerService(store))
        self.entered = self.taken_away = self.files = self.taken_back = 0
        self.last: tuple[Undo, int] | None = None  # what takes the last action back, and what that does to the sum

    async def go(self) -> None:
        steps: list[Callable[[], Awaitable[object]]] = [
            self.read_file, self.add, self.add, self.delete, self.move, self.move, self.set_posting, self.place,
            self.split, self.dismiss, self.freeze, self.send, self.refresh, self.resolve, self.set_department,
            self.undo, self.undo, self.undo,
        ]  # fmt: skip
        for _ in range(STEPS):
            try:
                await self.dice.choice(steps)()
            except Kk2Error:
                continue
            finally:
                self.clock.forward(self.dice.choice((1, 100)))

    async def any_payment(self) -> Payment:
        return self.dice.choice((await self.store.page(Payment, limit=1000)).items or [await self.add()])

    def amount(self) -> int:
        return self.dice.choice((1, 100_00, 499_99, 1_000_00, 1_250_00, -50_00))

    async def read_file(self) -> None:
        self.files += 1
        kids = ["", *(case(serial).kid for serial in range(1, 6))]
        payments = [
            paid(
                abs(self.amount()),
                self.dice.choice(kids),
                self.dice.choice((D1, D2)),
                archive_reference=f"{self.files}{serial}",
            )
            for serial in range(4)
        ]
        path = bank_file(self.folder / f"OCR{self.files}", payments, transmission=self.files)
        assert (await self.bank.run(path, "kari")).status == "imported"

    async def add(self) -> Payment:
        amount = self.amount()
        added = await self.payments.add(self.dice.choice(CASES), amount, self.dice.choice((D1, D2)), "kari")
        self.entered += amount
        self.last = undo_of(added), -amount
        return added

    async def delete(self) -> None:
        deleted = await self.payments.delete((await self.any_payment()).id, "Prøve", "kari")
        self.taken_away += deleted.amount
        self.last = undo_of(deleted), deleted.amount

    async def undo(self) -> None:
        if self.last is not None:
            (undo, amount), self.last = self.last, None
            await self.undoing.take_back(undo, "kari")
            self.entered += amount
            self.taken_back += 1

    async def move(self) -> None:
        moved = await self.payments.move((await self.any_payment()).id, self.dice.choice(CASES), "kari")
        self.last = undo_of(moved), 0

    async def set_posting(self) -> None:
        turned = await self.payments.set_posting((await self.any_payment()).id, self.dice.random() < 0.7, "kari")
        self.last = undo_of(turned), 0

    async def waiting(self) -> Payment:
        return self.dice.choice(await self.payments.unplaced() or [await self.any_payment()])

    async def place(self) -> None:
        placed = await self.payments.place((await self.waiting()).id, self.dice.choice(CASES), "kari")
        self.last = undo_of(placed), 0

    async def split(self) -> None:
        payment = await self.waiting()
        part = self.dice.randrange(1, max(2, payment.amount))
        parts = [(self.dice.choice(CASES), part), (self.dice.choice(CASES), payment.amount - part)]
        self.last = undo_of(*await self.payments.split(payment.id, parts, "kari")), 0

    async def dismiss(self) -> None:
        payment = await self.waiting()
        dismissed = await self.payments.dismiss(payment.id, "Prøve", "kari")
        self.taken_away += payment.amount
        self.last = undo_of(dismissed), payment.amount

    async def freeze(self) -> None:
        await self.posting.freeze("kari")

    async def send(self) -> None:
        lost = VismaUncertain("Borte.")
        answers = [None, None, None, lost, Lost(lost), VismaUnreachable("Nede."), rejected("", "Stengt.")]
        self.visma.plan("deliver_voucher", *[self.dice.choice(answers) for _ in range(self.dice.randrange(3))])
        await self.delivery.send("kari")

    async def refresh(self) -> None:
        if self.visma.vouchers:
            stored = self.dice.choice(self.visma.vouchers)
            if stored.state != "deleted":
                self.visma.move(stored.reference, self.dice.choice(("registered", "posted", "deleted")))
        await self.delivery.refresh("kari")

    async def resolve(self) -> None:
        rows = await self.delivery.rows(("rejected", "deleted"))
        if rows:
            await self.delivery.resolve(self.dice.choice(rows).voucher.reference, "resend", "kari")

    async def set_department(self) -> None:
        stored = await self.cases.require(self.dice.choice(CASES))
        changed = await self.cases.set_department(stored, self.dice.choice(("K010", "K010", "K999")), "kari")
        self.last = undo_of(changed), 0

    # --- what always holds ------------------------------------------------------------------------------------------

    async def check_money(self) -> None:
        everything = (await self.store.page(Payment, limit=1000)).items
        live = [each for each in everything if each.deleted is None and each.dismissed is None]
        files = sum(each.amount for each in (await self.store.page(BankFile)).items)
        assert sum(each.amount for each in live) == files + self.entered - self.taken_away
        for payment in live:
            covered = sum(part.amount for part in payment.coverage)
            assert covered == (payment.amount if payment.case else 0), payment

    async def check_cases(self) -> None:
        for number in CASES:
            view = await self.cases.view(number)
            assert view.case.outstanding == view.settlement.outstanding
            for payment in view.account.payments:
                if payment.deleted is None:
                    assert payment.coverage == view.settlement.coverage[payment.id].allocations

    async def check_vouchers(self) -> None:
        """What counts in Visma is each payment's money once, whatever was rejected, deleted, moved or sent again."""
        deliveries = {each.id: each for each in (await self.store.page(Delivery, limit=1000)).items}
        carried: dict[str, int] = {}
        for voucher in (await self.store.page(Voucher, limit=1000)).items:
            assert sum(line.amount for line in voucher.lines) == 0
            if deliveries[voucher.id].state != "rejected" or deliveries[voucher.id].needs_decision:
                for line in voucher.lines:
                    if line.payment:
                        carried[line.payment] = carried.get(line.payment, 0) - line.amount
        for key, amount in carried.items():
            payment = await self.store.get(Payment, key)
            assert payment is not None
            assert payment.posting in ("frozen", "posted")
            assert amount == payment.amount
        waiting = {key for voucher in (await self.posting.proposal()).vouchers for key in voucher.payments}
        assert not waiting & carried.keys()


@pytest.mark.parametrize("seed", range(12))
async def test_no_order_of_operations_makes_or_loses_money(
    store: Store, clock: FakeClock, tmp_path: Path, seed: int
) -> None:
    for number in CASES:
        stored = case(int(number[-8:]), outstanding=1_438_00)
        await put(store, stored, claim(number), fee(number), claim(number, 400_00, serial=2))
    walk = Walk(store, clock, tmp_path, seed)
    await walk.go()
    await walk.check_money()
    await walk.check_cases()
    await walk.check_vouchers()
    assert walk.taken_back
    assert await store.count(Case, {"creditor": "0221"}) == len(CASES)
