"""The counts of the main menu."""

from datetime import date
from pathlib import Path

import pytest

from data.documents import Delivery
from data.store import Store
from services.bank_import import BankImport
from services.delivery import DeliveryService
from services.inbox import Inbox
from services.overview import Overview, OverviewService
from services.payments import PaymentService
from services.posting import PostingService
from services.visma.port import VismaUncertain
from tests.builders import D1, bank_file, case, claim, number_of, paid, put, unplaced
from tests.services.fakes import FakeClock, FakeVisma


@pytest.fixture
def overview(store: Store, clock: FakeClock, tmp_path: Path) -> OverviewService:
    (tmp_path / "inbox").mkdir()
    return OverviewService(
        store, clock, PostingService(store, clock), Inbox(tmp_path / "inbox", BankImport(store, clock))
    )


async def test_a_new_store_has_nothing_waiting(overview: OverviewService) -> None:
    seen = await overview.read()
    assert (seen.open_cases, seen.unplaced, seen.to_post, seen.under_way, seen.solved_percent) == (0, 0, 0, 0, 0)
    assert seen.rates_until == date(2026, 12, 31)


async def test_everything_that_waits_is_counted(
    store: Store, clock: FakeClock, overview: OverviewService, tmp_path: Path
) -> None:
    payments = PaymentService(store, clock)
    await put(store, case(1), claim(number_of(1), written_back="pending"), case(2, department="K999"))
    await put(
        store,
        claim(number_of(2)),
        case(3),
        claim(number_of(3)),
        case(4, status="paused"),
        unplaced(),
        unplaced(901, 1_00),
    )
    bank_file(tmp_path / "inbox" / "OCR1", [paid(1_00)])
    await payments.add(number_of(1), 100_00, D1, "kari")
    await payments.add(number_of(2), 200_00, D1, "kari")
    await payments.add(number_of(3), 1_100_00, D1, "kari")
    seen = await overview.read()
    assert (seen.open_cases, seen.all_cases, seen.solved_percent) == (2, 4, 25)
    assert seen.outstanding == 900_00 + 800_00
    assert (seen.unplaced, seen.unplaced_amount, seen.inbox_files) == (2, 501_00, 1)
    assert (seen.to_post, seen.to_post_amount) == (3, 1_400_00)
    assert (seen.problem_cases, seen.waiting_for_rate) == ((number_of(2),), 0)
    assert seen.pending_write_back == 1


async def test_vouchers_under_way_unknown_and_undecided_are_counted(
    store: Store, clock: FakeClock, overview: OverviewService
) -> None:
    await put(store, case(1), claim(number_of(1)))
    await PaymentService(store, clock).add(number_of(1), 100_00, D1, "kari")
    await PostingService(store, clock).freeze("kari")
    assert await counted(overview) == (1, 0, 0)
    visma = FakeVisma(recognises=False)
    visma.plan("deliver_voucher", VismaUncertain("Borte."))
    delivery = DeliveryService(store, visma, clock, quarantine_s=60)
    await delivery.send("kari")
    assert await counted(overview) == (1, 1, 0)
    clock.forward(60)
    await delivery.send("kari")
    assert await counted(overview) == (1, 1, 1)
    assert await store.count(Delivery) == 1


async def counted(overview: OverviewService) -> tuple[int, int, int]:
    seen: Overview = await overview.read()
    return seen.under_way, seen.unknown, seen.needs_decision


async def test_a_payment_that_waits_for_a_rate_and_the_end_of_the_rates_are_told(
    store: Store, clock: FakeClock, overview: OverviewService
) -> None:
    assert not (await overview.read()).rates_warning
    clock.turn_to(date(2026, 11, 30))
    assert (await overview.read()).rates_warning
    clock.turn_to(date(2027, 1, 10))
    await put(store, case(1), claim(number_of(1)))
    await PaymentService(store, clock).add(number_of(1), 1_100_00, date(2027, 1, 5), "kari")
    seen = await overview.read()
    assert (seen.waiting_for_rate, seen.problem_cases, seen.rates_warning) == (1, (), True)
