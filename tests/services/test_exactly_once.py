"""Each voucher exactly once in Visma, whatever happens to the calls: the simulator in process, faults at random."""

import contextlib
import random
from collections import Counter
from typing import Any, NoReturn

import pytest

from data.documents import Delivery, Payment, Voucher
from data.store import Store
from services.delivery import ARRIVED, DeliveryService
from services.payments import PaymentService
from services.posting import PostingService
from services.visma.port import VismaError, VismaPort
from services.visma.simulator.application import Simulator
from services.visma.simulator.faults import PLAIN_FAULTS
from services.visma.soap import SoapVisma
from services.visma.transport import SoapSettings
from tests.builders import D1, D2, case, claim, fee, number_of, put
from tests.services.fakes import FakeClock

QUARANTINE = 300
OPERATIONS = ("LeverBilag", "LeverBilag", "LeverBilag", "HentBilag", "Ping")


def visma(simulator: Simulator, clock: FakeClock) -> VismaPort:
    """The real adapter on the simulator, waiting on the made-up clock between its tries."""
    import httpx

    settings = SoapSettings(url="http://simulator/WSInkasso")
    return SoapVisma(settings, inner=lambda: httpx.ASGITransport(app=simulator), sleep=clock.sleep)


def town(*, recognises: bool) -> Simulator:
    invoices = {
        claim(number_of(serial)).visma_id: {
            "number": claim(number_of(serial)).invoice,
            "company": "1",
            "customer": "1",
            "issued": "2026-08-01",
            "due": "2026-08-20",
            "amount": 1_000_00,
        }
        for serial in range(1, 5)
    }
    return Simulator(
        {
            "rules": {"voucher_types": ["IK"], "recognises_references": recognises},
            "companies": ["1"],
            "customers": {"1": {"id": "1", "ledger_type": "K010", "name": "Kari Testesen"}},
            "invoices": invoices,
        }
    )


async def frozen(store: Store, clock: FakeClock) -> dict[str, int]:
    """Six vouchers ready to be sent; their references with their amounts."""
    payments = PaymentService(store, clock)
    for serial, day in ((1, D1), (2, D1), (3, D2), (4, D2)):
        new = case(serial)
        await put(store, new, claim(new), fee(new))
        await payments.add(new.id, 1_100_00 + serial, day, "kari")
    vouchers = await PostingService(store, clock).freeze("kari")
    return {each.reference: each.amount for each in vouchers}


def in_visma(simulator: Simulator) -> dict[str, int]:
    """Debits by reference. Fails when one is there twice."""
    counted = Counter(each.reference for each in simulator.vouchers())
    assert set(counted.values()) <= {1}, counted
    return {each.reference: sum(max(line.amount, 0) for line in each.lines) for each in simulator.vouchers()}


@pytest.mark.parametrize("seed", range(15))
async def test_each_voucher_is_in_visma_exactly_once_whatever_happens_to_the_calls(
    store: Store, clock: FakeClock, seed: int
) -> None:
    dice = random.Random(seed)
    simulator = town(recognises=True)
    expected = await frozen(store, clock)
    delivery = DeliveryService(store, visma(simulator, clock), clock, quarantine_s=QUARANTINE)
    for _ in range(6):
        for _ in range(dice.randrange(1, 4)):
            simulator.plan_fault(dice.choice(OPERATIONS), dice.choice(PLAIN_FAULTS), dice.randrange(1, 4))
        with contextlib.suppress(VismaError):
            await delivery.send("kari")
        clock.forward(dice.choice((1, QUARANTINE)))
    await settle(store, simulator, delivery, clock)
    assert in_visma(simulator) == expected
    assert sum(expected.values()) == 4 * 1_100_00 + 1 + 2 + 3 + 4
    assert {each.posting for each in (await store.page(Payment)).items} == {"posted"}


async def settle(store: Store, simulator: Simulator, delivery: DeliveryService, clock: FakeClock) -> None:
    """The faults are over: send until all has arrived."""
    with simulator.state.change() as world:
        world.faults.clear()
    for _ in range(3):
        clock.forward(QUARANTINE)
        await delivery.send("kari")
    states = {each.state for each in (await store.page(Delivery)).items}
    assert states <= set(ARRIVED)


@pytest.mark.parametrize("seed", range(10))
async def test_without_recognised_references_a_person_who_looks_keeps_it_exactly_once(
    store: Store, clock: FakeClock, seed: int
) -> None:
    dice = random.Random(seed)
    simulator = town(recognises=False)
    expected = await frozen(store, clock)
    delivery = DeliveryService(store, visma(simulator, clock), clock, quarantine_s=QUARANTINE)
    for _ in range(8):
        simulator.plan_fault("LeverBilag", dice.choice(PLAIN_FAULTS))
        with contextlib.suppress(VismaError):
            await delivery.send("kari")
        clock.forward(QUARANTINE)
        for row in await delivery.rows(("unknown",)):
            if row.delivery.needs_decision:
                there = row.voucher.reference in in_visma(simulator)
                await delivery.resolve(row.voucher.reference, "found" if there else "resend", "kari")
    await settle(store, simulator, delivery, clock)
    assert in_visma(simulator) == expected


async def test_a_process_that_dies_while_it_sends_leaves_nothing_to_be_sent_twice(
    store: Store, clock: FakeClock
) -> None:
    """Cancelled while the answer is on its way: what a kill leaves behind, without the process."""
    simulator = town(recognises=True)
    expected = await frozen(store, clock)
    port = visma(simulator, clock)

    class Dying:
        def __getattr__(self, name: str) -> Any:
            return getattr(port, name)

        async def deliver_voucher(self, voucher: Voucher) -> NoReturn:
            await port.deliver_voucher(voucher)
            raise KeyboardInterrupt

    for _ in expected:
        with contextlib.suppress(KeyboardInterrupt):
            await DeliveryService(store, Dying(), clock, quarantine_s=0).send("kari")
    alive = DeliveryService(store, port, clock, quarantine_s=0)
    await alive.recover("kari")
    await alive.send("kari")
    assert in_visma(simulator) == expected
