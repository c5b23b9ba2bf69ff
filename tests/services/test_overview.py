"""The counts of the main menu."""

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from data.documents import (
    Allocation,
    Case,
    Claim,
    Creditor,
    Delivery,
    DeliveryState,
    Document,
    Mail,
    Mark,
    Payment,
    UnplacedReason,
)
from data.store import Store
from services.bank_import import BankImport
from services.delivery import DeliveryService
from services.inbox import Inbox
from services.overview import Overview, OverviewService
from services.payments import PaymentService
from services.posting import PostingService
from services.rules.posting import Books, Proposal, propose
from services.visma.port import VismaUncertain
from tests.builders import D1, D2, bank_file, case, claim, creditor, number_of, paid, put, unplaced
from tests.services.fakes import FakeClock, FakeVisma


@pytest.fixture
def overview(store: Store, clock: FakeClock, tmp_path: Path) -> OverviewService:
    (tmp_path / "inbox").mkdir()
    return OverviewService(store, clock, Inbox(tmp_path / "inbox", BankImport(store, clock)))


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


async def test_vouchers_that_were_sent_and_are_in_no_receipt_are_counted_so_that_the_menu_takes_it_up(
    store: Store, clock: FakeClock, overview: OverviewService
) -> None:
    await put(store, Delivery(id="KK2-1", state="delivered", untold=True), Delivery(id="KK2-2", state="delivered"))
    assert (await overview.read()).untold == 1


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


# --- payments by month ----------------------------------------------------------------------------------------------


async def test_payments_are_summed_by_month_the_last_twelve(
    store: Store, clock: FakeClock, overview: OverviewService
) -> None:
    payments = PaymentService(store, clock)
    await put(store, case(1), claim(number_of(1), 9_000_00), case(2), claim(number_of(2)), unplaced())
    for amount, day in ((1_00, date(2025, 11, 30)), (2_00, date(2025, 12, 1)), (3_00, date(2026, 9, 30)), (4_00, D1)):
        await payments.add(number_of(1), amount, day, "kari")
    gone = await payments.add(number_of(1), 50_00, D1, "kari")
    await payments.delete(gone.id, "feil", "kari")
    moved = await payments.add(number_of(1), 70_00, D2, "kari")
    await payments.move(moved.id, number_of(2), "kari")
    paid = await overview.paid_by_month()
    assert [(each.year, each.month) for each in paid] == [(2025, 12), *((2026, month) for month in range(1, 12))]
    assert {each.month: each.amount for each in paid if each.amount} == {12: 2_00, 9: 3_00, 11: 74_00}


async def test_the_sums_follow_what_is_written_and_the_calendar(
    store: Store, clock: FakeClock, overview: OverviewService
) -> None:
    await put(store, case(1), claim(number_of(1)))
    await PaymentService(store, clock).add(number_of(1), 4_00, D1, "kari")
    assert (await overview.paid_by_month())[-1].amount == 4_00
    await PaymentService(store, clock).add(number_of(1), 5_00, D1, "ola")
    assert (await overview.paid_by_month())[-1].amount == 9_00
    clock.turn_to(date(2026, 12, 1))
    assert [each.amount for each in await overview.paid_by_month()][-2:] == [9_00, 0]


# --- the figures are what reading everything through gives ----------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
async def test_the_figures_are_those_of_the_whole_proposal_and_of_every_document(
    store: Store, overview: OverviewService, seed: int
) -> None:
    documents = list(anything(random.Random(seed)))
    await put(store, creditor("0222"), *documents)
    seen = await overview.read()
    assert figures(seen) == slowly([creditor(), creditor("0222"), *documents])
    counted = [each for each in documents if isinstance(each, Payment) and each.case and not each.deleted]
    assert sum(each.amount for each in await overview.paid_by_month()) == sum(each.amount for each in counted)


def anything(dice: random.Random) -> Iterator[Document]:
    """Cases and what belongs to them, in states that go together and in some that should not occur."""
    mark = Mark(actor="kari", time=datetime(2026, 11, 24, tzinfo=UTC), reason="prøve")
    cases = [
        case(
            serial,
            creditor=dice.choice(("0221", "0222")),
            department=dice.choice(("K010", "K020", "K999", "")),
            status=dice.choice(("open", "closed", "paused", "manual")),
            outstanding=dice.randrange(-500, 5_000),
        )
        for serial in range(1, 8)
    ]
    claims = [claim(each, written_back=dice.choice(("done", "pending", "unlinked", "none"))) for each in cases]
    yield from (*cases, *claims)
    for serial in range(30):
        home = dice.choice((None, *cases))
        target = dice.choice((None, *claims)) if home else None
        allocation = Allocation(component="principal", amount=5, target=target.id if target else None)
        yield Payment(
            id=f"P{serial:06d}",
            case=home.id if home else None,
            creditor=home.creditor if home else "0221",
            source="manual",
            date=dice.choice((D1, D2)),
            amount=dice.randrange(-100, 1_000),
            posting=dice.choice(("pending", "pending", "pending", "frozen", "posted", "excluded", "not_ours")),
            coverage=(allocation,),
            waiting=dice.choice((0, 0, 5)),
            unplaced=dice.choice((None, *REASONS)) if home is None else None,
            deleted=dice.choice((None, None, mark)),
        )
    for serial in range(12):
        state: DeliveryState = dice.choice(
            ("ready", "sending", "delivered", "registered", "posted", "rejected", "unknown", "deleted")
        )
        yield Delivery(id=f"KK2-{serial}", state=state, needs_decision=state != "posted" and dice.random() < 0.5)
        yield Mail(
            id=f"M{serial}",
            message_id=f"<{serial}@testvik.invalid>",
            handler="kari",
            to="kari@testvik.invalid",
            subject="",
            text="",
            attachments=(),
            letters=0,
            created=datetime(2026, 11, 24, tzinfo=UTC),
            state=dice.choice(("queued", "sending", "sent", "unknown", "rejected")),
        )


REASONS: tuple[UnplacedReason, ...] = ("unknown_kid", "card", "negative")


def figures(seen: Overview) -> dict[str, object]:
    names = (
        *("open_cases", "closed_cases", "all_cases", "outstanding", "unplaced", "unplaced_amount", "to_post"),
        *("to_post_amount", "problem_cases", "waiting_for_rate", "under_way", "unknown", "needs_decision"),
        *("mails_waiting", "mails_unsure", "pending_write_back", "unlinked"),
    )
    return {name: getattr(seen, name) for name in names}


def slowly(documents: Iterable[Document]) -> dict[str, object]:
    """The same figures, from reading everything through."""
    cases = [each for each in documents if isinstance(each, Case)]
    claims = [each for each in documents if isinstance(each, Claim)]
    unplaced = [each for each in documents if isinstance(each, Payment) and each.unplaced]
    deliveries = [each for each in documents if isinstance(each, Delivery)]
    mails = [each.state for each in documents if isinstance(each, Mail)]
    books = Books(
        creditors={each.id: each for each in documents if isinstance(each, Creditor)},
        cases={each.id: each for each in cases},
        claims={each.id: each for each in claims},
    )
    proposal = propose([each for each in documents if isinstance(each, Payment)], books)
    states = [each.state for each in deliveries]
    return {
        "open_cases": sum(each.status == "open" for each in cases),
        "closed_cases": sum(each.status == "closed" for each in cases),
        "all_cases": len(cases),
        "outstanding": sum(each.outstanding for each in cases if each.status == "open"),
        "unplaced": len(unplaced),
        "unplaced_amount": sum(each.amount for each in unplaced),
        "to_post": proposal.payments,
        "to_post_amount": proposal.total,
        "problem_cases": with_problem(proposal, "no_ledger_type"),
        "waiting_for_rate": len(with_problem(proposal, "no_interest_rate")),
        "under_way": sum(state in ("ready", "sending", "unknown") for state in states),
        "unknown": states.count("unknown"),
        "needs_decision": sum(each.needs_decision for each in deliveries),
        "mails_waiting": mails.count("queued") + mails.count("sending"),
        "mails_unsure": mails.count("unknown") + mails.count("rejected"),
        "pending_write_back": sum(each.written_back == "pending" for each in claims),
        "unlinked": sum(each.written_back == "unlinked" for each in claims),
    }


def with_problem(proposal: Proposal, code: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(problem.case for problem in proposal.problems if problem.code == code))
