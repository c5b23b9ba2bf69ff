"""The posting proposal on a real store: two dates, freezing, problem lines, rates that come later."""

from collections.abc import Sequence
from datetime import date

import pytest

from data.documents import Case, Delivery, Event, Payment, Voucher
from data.errors import Conflict
from data.store import Store
from services.cases import CaseService
from services.payments import PaymentService
from services.posting import PostingService
from services.rates import RateService
from services.rules.posting import Proposal
from tests.builders import (
    D1,
    D2,
    NEXT_HALF_YEAR,
    case,
    claim,
    creditor,
    fee,
    number_of,
    put,
)
from tests.services.fakes import FakeClock

CASE = number_of(1)
ENOUGH = 1_100_00  # the claim, its fee, its interest, and some more


@pytest.fixture
def posting(store: Store, clock: FakeClock) -> PostingService:
    return PostingService(store, clock)


@pytest.fixture
def payments(store: Store, clock: FakeClock) -> PaymentService:
    return PaymentService(store, clock)


async def made(store: Store, *serials: int, creditor: str = "0221", **more: object) -> None:
    """Cases with one claim and one fee each."""
    for serial in serials:
        new = case(serial, creditor=creditor, **more)
        await put(store, new, claim(new), fee(new))


def shown(proposal: Proposal) -> list[tuple[str, date, str]]:
    return [(each.creditor, each.date, each.kind) for each in proposal.vouchers]


def balanced(vouchers: Sequence[Voucher]) -> bool:
    return all(sum(line.amount for line in each.lines) == 0 for each in vouchers)


async def test_each_date_gives_a_voucher_for_the_ledger_for_interest_and_for_fees(
    store: Store, posting: PostingService, payments: PaymentService
) -> None:
    await made(store, 1, 2)
    await payments.add(number_of(1), ENOUGH, D1, "kari")
    await payments.add(number_of(2), ENOUGH + 1, D2, "kari")
    proposal = await posting.proposal()
    assert shown(proposal) == [("0221", day, kind) for day in (D1, D2) for kind in "RNG"]
    vouchers = await posting.freeze("kari", proposal)
    assert balanced(vouchers)
    for day, amount in ((D1, ENOUGH), (D2, ENOUGH + 1)):
        debits = [line.amount for each in vouchers for line in each.lines if each.date == day and line.amount > 0]
        assert len(debits) == 3
        assert sum(debits) == amount


async def test_each_creditor_has_vouchers_of_its_own(
    store: Store, posting: PostingService, payments: PaymentService
) -> None:
    await put(store, creditor("0222"))
    await made(store, 1)
    await made(store, 1, creditor="0222")
    await payments.add(number_of(1), 500_00, D1, "kari")
    await payments.add(number_of(1, "0222"), 600_00, D1, "kari")
    proposal = await posting.proposal()
    assert [(each.creditor, each.company, each.amount) for each in proposal.vouchers] == [
        ("0221", "1", 500_00),
        ("0222", "2", 600_00),
    ]


async def test_references_are_made_once_and_the_serial_goes_on_for_the_same_date(
    store: Store, posting: PostingService, payments: PaymentService
) -> None:
    await made(store, 1, 2)
    await payments.add(number_of(1), ENOUGH, D1, "kari")
    first = await posting.freeze("kari")
    assert [each.reference for each in first] == [f"KK2-0221-20261119-001-{kind}" for kind in "RNG"]
    assert all(each.reference in each.text for each in first)
    assert await posting.freeze("kari") == []
    await payments.add(number_of(2), 100_00, D1, "kari")
    assert [each.reference for each in await posting.freeze("kari")] == ["KK2-0221-20261119-002-R"]


async def test_freezing_ties_the_payments_to_their_vouchers_and_puts_these_in_the_outbox(
    store: Store, posting: PostingService, payments: PaymentService
) -> None:
    await made(store, 1)
    added = await payments.add(CASE, ENOUGH, D1, "kari")
    vouchers = await posting.freeze("kari")
    frozen = await store.get(Payment, added.id)
    assert frozen is not None
    assert frozen.posting == "frozen"
    assert frozen.vouchers == tuple(each.reference for each in vouchers)
    assert frozen.coverage == added.coverage
    assert len(await store.find(Delivery, "state", "ready")) == 3
    assert (await store.find(Event, "case", CASE))[-1].text.startswith(f"Innbetaling {added.id} er lagt i bilag KK2-")
    assert (await posting.proposal()).payments == 0


async def test_a_proposal_that_has_changed_since_it_was_seen_is_not_posted(
    store: Store, posting: PostingService, payments: PaymentService
) -> None:
    await made(store, 1)
    await payments.add(CASE, 100_00, D1, "kari")
    seen = await posting.proposal()
    await payments.add(CASE, 200_00, D1, "ola")
    with pytest.raises(Conflict, match="Forslaget er endret siden du åpnet det"):
        await posting.freeze("kari", seen)
    assert await store.count(Voucher) == 0
    assert (await posting.proposal()).payments == 2


async def test_a_case_without_ledger_line_blocks_the_vouchers_it_is_part_of_until_avdeling_is_set_right(
    store: Store, clock: FakeClock, posting: PostingService, payments: PaymentService
) -> None:
    await made(store, 1, 3)
    await made(store, 2, department="K999")
    for serial, day in ((1, D1), (2, D1), (3, D2)):
        await payments.add(number_of(serial), 300_00 + serial, day, "kari")
    proposal = await posting.proposal()
    assert [(each.case, each.code, each.message) for each in proposal.problems] == [
        (
            number_of(2),
            "no_ledger_type",
            "Finner ikke reskontrotype for ((Saker)Avdeling) Se sak 0221-00000002",
        )
    ]
    assert [each.date for each in proposal.ready] == [D2]
    assert proposal.held_back == 2
    assert [each.date for each in await posting.freeze("kari", proposal)] == [D2]
    mended = await store.get(Case, number_of(2))
    assert mended is not None
    await CaseService(store, clock).set_department(mended, "K020", "kari")
    proposal = await posting.proposal()
    assert proposal.problems == ()
    [ledger] = proposal.ready
    assert [(line.account, line.ledger_type, line.amount) for line in ledger.lines] == [
        ("2102201", "", 600_03),
        ("2131010", "K010", -300_01),
        ("2131020", "K020", -300_02),
    ]


async def test_a_payment_of_a_day_without_known_rate_waits_and_is_covered_to_the_ore_when_the_rate_comes(
    store: Store, clock: FakeClock, posting: PostingService, payments: PaymentService
) -> None:
    clock.turn_to(date(2027, 1, 10))
    await made(store, 1, 2)
    waiting = await payments.add(number_of(1), ENOUGH, date(2027, 1, 5), "kari")
    small = await payments.add(number_of(2), 400_00, date(2027, 1, 6), "kari")
    assert waiting.waiting == ENOUGH - 1_038_00
    assert small.waiting == 0
    proposal = await posting.proposal()
    assert [(each.payment, each.code) for each in proposal.problems] == [(waiting.id, "no_interest_rate")]
    assert "Rentesats mangler for 05.01.2027" in proposal.problems[0].message
    assert [each.payments for each in proposal.ready] == [(small.id,)]

    assert len((await RateService(store, clock).add(NEXT_HALF_YEAR, "kari")).cases) == 1
    covered = await store.get(Payment, waiting.id)
    assert covered is not None
    assert covered.waiting == 0
    assert sum(part.amount for part in covered.coverage) == ENOUGH
    # 1 000,00 from 21.08.2026: 133 days of 2026 at 12,25 %, 5 of 2027 at 12,25 %, over 365
    assert covered.covered("interest") == (2 * 100_000 * 1225 * 138 + 365 * 10_000) // (2 * 365 * 10_000)
    assert {each.kind for each in (await posting.proposal()).ready} == {"R", "N", "G"}


async def test_what_skal_ikke_bokfores_is_never_in_the_proposal(
    store: Store, posting: PostingService, payments: PaymentService
) -> None:
    await made(store, 1)
    await payments.add(CASE, 100_00, D1, "kari", posting=False)
    assert (await posting.proposal()).vouchers == ()
