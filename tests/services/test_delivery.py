"""Sending: every state a voucher can be in, and every way in which an answer can be missing."""

from collections.abc import Sequence
from typing import NoReturn

import pytest
from msgspec.structs import replace

from data.documents import Delivery, DeliveryState, Event, Payment, Receipt, Voucher
from data.errors import NotFound
from data.store import Store
from services.delivery import DeliveryService, Sent
from services.errors import Refused
from services.payments import PaymentService
from services.posting import PostingService
from services.visma.port import (
    VismaAccess,
    VismaContract,
    VismaRefused,
    VismaUncertain,
    VismaUnreachable,
    VoucherStatus,
)
from tests.builders import D1, case, claim, fee, number_of, put
from tests.services.fakes import FakeClock, FakeVisma, Lost, rejected

QUARANTINE = 300
CASE = number_of(1)
UNCERTAIN = VismaUncertain("Svaret ble borte.")
UNREACHABLE = VismaUnreachable("Får ikke kontakt med Visma. Ingenting er sendt.")
REFUSED = VismaRefused("Visma svarte: Perioden er stengt", fault="PERIODE_STENGT")
R, N, G = (f"KK2-0221-20261119-001-{kind}" for kind in "RNG")


class Desk:
    """A payment that covers principal, fees and interest, frozen in three vouchers, and Visma to send them to."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.store = store
        self.clock = clock
        self.visma = FakeVisma()
        self.payments = PaymentService(store, clock)
        self.posting = PostingService(store, clock)
        self.delivery = DeliveryService(store, self.visma, clock, quarantine_s=QUARANTINE)

    async def freeze(self, amount: int = 1_100_00) -> Payment:
        new = case(1)
        await put(self.store, new, case(2), claim(new), fee(new))
        payment = await self.payments.add(CASE, amount, D1, "kari")
        await self.posting.freeze("kari")
        return payment

    async def send(self) -> Sent:
        return await self.delivery.send("kari")

    async def states(self) -> dict[str, DeliveryState]:
        vouchers = (await self.store.page(Voucher)).items
        return {
            key: each.state for key, each in (await self.store.get_many(Delivery, [v.id for v in vouchers])).items()
        }

    async def undecided(self) -> list[str]:
        return [each for each in (R, N, G) if (await self.state(each)).needs_decision]

    async def state(self, reference: str = R) -> Delivery:
        delivery = await self.store.get(Delivery, reference)
        assert delivery is not None
        return delivery

    async def payment(self, key: str) -> Payment:
        payment = await self.store.get(Payment, key)
        assert payment is not None
        return payment

    async def log(self) -> list[str]:
        return [event.text for event in await self.store.find(Event, "case", CASE)]

    def past_quarantine(self) -> None:
        self.clock.forward(QUARANTINE)


@pytest.fixture
def desk(store: Store, clock: FakeClock) -> Desk:
    return Desk(store, clock)


async def test_what_is_delivered_is_posted_with_a_receipt(desk: Desk) -> None:
    payment = await desk.freeze()
    told: list[tuple[int, int, str]] = []
    sent = await desk.delivery.send("kari", lambda *each: told.append(each))
    assert await desk.states() == {R: "delivered", N: "delivered", G: "delivered"}
    assert [each.reference for each in desk.visma.vouchers] == [R, N, G]
    assert (await desk.payment(payment.id)).posting == "posted"
    assert told == [(1, 3, R), (2, 3, N), (3, 3, G)]
    receipt = await desk.store.get(Receipt, sent.receipt)
    assert receipt is not None
    assert receipt.summary == (
        "3 av 3 bilag levert, sum 1 100,00",
        "Finn bilagene på brukeren WS-infe i Visma og registrer dem.",
    )
    assert receipt.warnings == ()
    assert (await desk.log())[-1] == f"Innbetaling {payment.id} er bokført i Visma, bilag {G}."


async def test_a_payment_is_posted_only_when_its_last_voucher_has_arrived(desk: Desk) -> None:
    payment = await desk.freeze()
    desk.visma.plan("deliver_voucher", None, UNREACHABLE)
    assert (await desk.send()).stopped == UNREACHABLE.message
    assert await desk.states() == {R: "delivered", N: "ready", G: "ready"}
    assert (await desk.payment(payment.id)).posting == "frozen"
    await desk.send()
    assert (await desk.payment(payment.id)).posting == "posted"


async def test_with_nothing_to_send_visma_is_not_asked(desk: Desk) -> None:
    assert await desk.send() == Sent(rows=())
    assert desk.visma.calls == []


async def test_when_visma_does_not_answer_at_all_nothing_is_sent(desk: Desk) -> None:
    await desk.freeze()
    desk.visma.plan("ping", UNREACHABLE)
    with pytest.raises(VismaUnreachable):
        await desk.send()
    assert set((await desk.states()).values()) == {"ready"}
    assert "deliver_voucher" not in desk.visma.calls


@pytest.mark.parametrize("error", [UNREACHABLE, VismaAccess("Visma slipper oss ikke inn. Ingenting er utført.")])
async def test_what_certainly_did_not_arrive_stays_ready_and_the_round_stops(desk: Desk, error: Exception) -> None:
    await desk.freeze()
    desk.visma.plan("deliver_voucher", error)
    sent = await desk.send()
    assert sent.stopped == str(error)
    assert set((await desk.states()).values()) == {"ready"}
    assert desk.visma.calls.count("deliver_voucher") == 1
    receipt = await desk.store.get(Receipt, sent.receipt)
    assert receipt is not None
    assert receipt.warnings[0] == f"Sendingen stanset: {error}"


@pytest.mark.parametrize("error", [UNCERTAIN, VismaContract("Svaret kan ikke leses.")])
async def test_a_lost_answer_leaves_one_voucher_unknown_and_the_others_go_on(desk: Desk, error: Exception) -> None:
    await desk.freeze()
    desk.visma.plan("deliver_voucher", Lost(error))
    await desk.send()
    assert await desk.states() == {R: "unknown", N: "delivered", G: "delivered"}


async def test_after_a_lost_answer_no_more_are_risked_on_a_visma_that_does_not_answer(desk: Desk) -> None:
    await desk.freeze()
    desk.visma.plan("deliver_voucher", UNCERTAIN)
    desk.visma.plan("ping", None, UNREACHABLE)
    assert (await desk.send()).stopped == UNREACHABLE.message
    assert await desk.states() == {R: "unknown", N: "ready", G: "ready"}


async def test_an_unknown_voucher_is_left_alone_until_its_quarantine_is_over(desk: Desk) -> None:
    await desk.freeze()
    desk.visma.plan("deliver_voucher", UNCERTAIN)
    first = await desk.send()
    desk.clock.forward(QUARANTINE - 1)
    again = await desk.send()
    assert "find_vouchers" not in desk.visma.calls
    assert (await desk.state()).state == "unknown"
    assert first.receipt
    assert not again.receipt, "nothing was done, so there is nothing to keep a receipt of"


async def test_an_unknown_voucher_that_visma_has_is_delivered_and_not_sent_again(desk: Desk) -> None:
    payment = await desk.freeze()
    desk.visma.plan("deliver_voucher", Lost(UNCERTAIN))
    await desk.send()
    desk.past_quarantine()
    await desk.send()
    assert await desk.states() == {R: "delivered", N: "delivered", G: "delivered"}
    assert [each.reference for each in desk.visma.vouchers] == [R, N, G]
    assert (await desk.payment(payment.id)).posting == "posted"


async def test_an_unknown_voucher_that_visma_lacks_is_sent_again_when_references_are_recognised(desk: Desk) -> None:
    await desk.freeze()
    desk.visma.plan("deliver_voucher", UNCERTAIN)
    await desk.send()
    desk.past_quarantine()
    await desk.send()
    delivery = await desk.state()
    assert (delivery.state, delivery.attempts) == ("delivered", 2)
    assert sorted(each.reference for each in desk.visma.vouchers) == sorted([R, N, G])


async def test_an_unknown_voucher_waits_for_a_person_when_references_are_not_recognised(desk: Desk) -> None:
    await desk.freeze()
    desk.visma.recognises = False
    desk.visma.plan("deliver_voucher", UNCERTAIN)
    await desk.send()
    desk.past_quarantine()
    await desk.send()
    delivery = await desk.state()
    assert (delivery.state, delivery.needs_decision) == ("unknown", True)
    assert "Se etter bilaget under WS-infe" in delivery.message
    await desk.send()
    assert desk.visma.calls.count("deliver_voucher") == 3, "one for each voucher, and never a second"


async def test_what_is_found_in_sending_at_start_is_unknown(desk: Desk) -> None:
    await desk.freeze()
    await put(desk.store, Delivery(id=R, rev=(await desk.state()).rev, state="sending"))
    await desk.delivery.recover("kari")
    delivery = await desk.state()
    assert (delivery.state, delivery.message) == ("unknown", "Sendingen ble avbrutt; utfallet er ikke kjent.")


async def test_recovering_leaves_alone_what_another_process_is_sending(desk: Desk) -> None:
    await desk.freeze()
    stored = await desk.state()
    await put(desk.store, Delivery(id=R, rev=stored.rev, state="sending"))
    async with desk.store.lock("outbox") as mine:
        assert mine
        await desk.delivery.recover("kari")
        assert (await desk.state()).state == "sending"
        with pytest.raises(Refused) as refused:
            await desk.send()
    assert refused.value.code == "sending"


class Died(BaseException):
    """The process is no more."""


async def dies(desk: Desk, at: str, patch: pytest.MonkeyPatch) -> None:
    """Send, in a process that dies when a voucher has got to Visma, or, with RECEIPT, before the receipt is kept."""

    async def gone(*_given: object) -> NoReturn:
        raise Died

    with patch.context() as patched:
        if at == RECEIPT:
            patched.setattr("services.delivery.keep_delivery_receipt", gone)
        else:
            desk.visma.plan("deliver_voucher", *([None] * [R, N, G].index(at)), Lost(Died()))
        with pytest.raises(Died):
            await desk.send()


RECEIPT = "receipt"
ALL_DELIVERED = [(R, "levert"), (N, "levert"), (G, "levert")]


async def told(desk: Desk) -> list[list[tuple[str, str]]]:
    """Each receipt of a posting, as the vouchers in it and what it says of them."""
    receipts = await desk.store.find(Receipt, "kind", "posting")
    return [[(str(row[0]), str(row[4])) for row in each.sections[0].rows] for each in receipts]


async def test_the_receipt_of_a_process_that_died_before_it_was_written_is_written_at_the_next_start_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.freeze()
    await dies(desk, RECEIPT, monkeypatch)
    assert await told(desk) == []
    await desk.delivery.recover("ola")
    await desk.delivery.recover("ola")
    assert await told(desk) == [ALL_DELIVERED]
    (receipt,) = await desk.store.find(Receipt, "kind", "posting")
    assert receipt.summary[0] == "3 av 3 bilag levert, sum 1 100,00"
    assert receipt.warnings == ("Sendingen stanset: Programmet ble avbrutt før kvitteringen var skrevet.",)
    assert await desk.send() == Sent(rows=())
    assert await told(desk) == [ALL_DELIVERED]


async def test_a_receipt_that_is_missing_is_written_by_the_next_sending_though_nothing_is_left_to_send(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.freeze()
    await dies(desk, RECEIPT, monkeypatch)
    before = len(desk.visma.calls)
    sent = await desk.send()
    assert await told(desk) == [ALL_DELIVERED]
    assert await desk.store.get(Receipt, sent.receipt)
    assert [row.voucher.reference for row in sent.rows] == [R, N, G]
    assert len(desk.visma.calls) == before, "Visma is not asked"


async def test_what_had_arrived_when_the_process_died_is_in_the_receipt_of_the_round_that_finishes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.freeze()
    await dies(desk, N, monkeypatch)
    desk.past_quarantine()
    await desk.send()
    assert await told(desk) == [ALL_DELIVERED]


async def test_each_arrival_is_in_one_receipt_when_the_broken_off_round_has_its_own(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.freeze()
    await dies(desk, N, monkeypatch)
    await desk.delivery.recover("ola")
    desk.past_quarantine()
    await desk.send()
    assert await told(desk) == [[(R, "levert"), (N, "ukjent utfall")], [(N, "levert"), (G, "levert")]]


async def test_what_a_person_answers_makes_no_receipt(desk: Desk) -> None:
    desk.visma.recognises = False
    await desk.freeze()
    desk.visma.plan("deliver_voucher", UNCERTAIN)
    await desk.send()
    desk.past_quarantine()
    await desk.send()
    receipts = await told(desk)
    await desk.delivery.resolve(R, "found", "kari")
    await desk.delivery.recover("kari")
    assert await told(desk) == receipts


async def test_a_rejected_voucher_frees_the_payments_and_its_sisters_are_not_sent(desk: Desk) -> None:
    payment = await desk.freeze()
    desk.visma.plan("deliver_voucher", rejected(R, "Perioden 11/2026 er stengt."))
    sent = await desk.send()
    assert await desk.states() == {R: "rejected", N: "rejected", G: "rejected"}
    assert (await desk.state(R)).message == "Perioden 11/2026 er stengt."
    assert (await desk.state(N)).message == f"Ikke sendt, siden bilag {R} er avvist."
    assert await desk.undecided() == []
    free = await desk.payment(payment.id)
    assert (free.posting, free.vouchers) == ("pending", ())
    assert desk.visma.vouchers == []
    receipt = await desk.store.get(Receipt, sent.receipt)
    assert receipt is not None
    assert receipt.summary == ("0 av 3 bilag levert, sum 0,00",)
    assert receipt.warnings[0] == f"{R} avvist: Perioden 11/2026 er stengt."
    assert [each.reference for each in await desk.posting.freeze("kari")] == [
        each.replace("-001-", "-002-") for each in (R, N, G)
    ]


async def test_a_fault_of_visma_s_own_rejects_and_one_that_passes_leaves_the_voucher_ready(desk: Desk) -> None:
    await desk.freeze()
    busy = VismaRefused("Visma svarte: Prøv igjen", fault="MIDLERTIDIG", retryable=True)
    desk.visma.plan("deliver_voucher", busy, None, None)
    await desk.send()
    assert await desk.states() == {R: "ready", N: "delivered", G: "delivered"}
    desk.visma.plan("deliver_voucher", REFUSED)
    await desk.send()
    assert (await desk.state()).state == "rejected"


async def test_payments_are_not_free_while_a_sister_voucher_has_arrived(desk: Desk) -> None:
    payment = await desk.freeze()
    desk.visma.plan("deliver_voucher", None, None, rejected(G, "Kontoen finnes ikke."))
    await desk.send()
    delivery = await desk.state(G)
    assert (delivery.state, delivery.needs_decision) == ("rejected", True)
    assert (await desk.payment(payment.id)).posting == "frozen"
    assert (await desk.posting.proposal()).payments == 0


async def test_a_rejected_voucher_with_a_sister_in_visma_is_sent_again_under_its_own_reference(desk: Desk) -> None:
    payment = await desk.freeze()
    desk.visma.plan("deliver_voucher", None, None, rejected(G, "Kontoen finnes ikke."))
    await desk.send()
    desk.past_quarantine()
    row = await desk.delivery.resolve(G, "resend", "kari")
    assert row.delivery.state == "ready"
    await desk.send()
    assert sorted(each.reference for each in desk.visma.vouchers) == sorted([R, N, G])
    assert (await desk.payment(payment.id)).posting == "posted"


async def test_no_payment_of_a_voucher_that_may_be_sent_again_is_free(desk: Desk) -> None:
    """One payment is in all three, the other in the ledger voucher only. The ledger voucher's sisters have arrived."""
    first, second = case(1), case(2)
    await put(desk.store, first, second, claim(first), fee(first), claim(second))
    both = await desk.payments.add(first.id, 1_100_00, D1, "kari")
    lone = await desk.payments.add(second.id, 300_00, D1, "kari")
    await desk.posting.freeze("kari")
    desk.visma.plan("deliver_voucher", UNCERTAIN)
    await desk.send()
    desk.past_quarantine()
    desk.visma.plan("deliver_voucher", rejected(R, "Fakturaen finnes ikke."))
    await desk.send()
    assert await desk.states() == {R: "rejected", N: "delivered", G: "delivered"}
    assert (await desk.state(R)).needs_decision
    assert {(await desk.payment(each.id)).posting for each in (both, lone)} == {"frozen"}
    assert (await desk.posting.proposal()).payments == 0


async def test_vouchers_are_sisters_through_others_too(desk: Desk) -> None:
    """One payment is in R and N, the other in R and G: N and G share none, but R ties them together."""
    first, second = case(1), case(2)
    await put(desk.store, first, second, claim(first), claim(second, due=D1), fee(second))
    with_interest = await desk.payments.add(first.id, 1_020_00, D1, "kari")
    with_fee = await desk.payments.add(second.id, 1_010_00, D1, "kari")
    await desk.posting.freeze("kari")
    assert (await desk.payment(with_interest.id)).vouchers == (R, N)
    assert (await desk.payment(with_fee.id)).vouchers == (R, G)
    desk.visma.plan("deliver_voucher", UNCERTAIN, UNCERTAIN)
    await desk.send()
    desk.past_quarantine()
    desk.visma.plan("deliver_voucher", rejected(R, "Stengt."), rejected(N, "Stengt."))
    await desk.send()
    assert await desk.states() == {R: "rejected", N: "rejected", G: "delivered"}
    assert await desk.undecided() == [R, N]
    assert {(await desk.payment(each.id)).posting for each in (with_interest, with_fee)} == {"frozen"}


async def test_a_sister_that_was_tried_before_is_not_withdrawn_but_sent(desk: Desk) -> None:
    payment = await desk.freeze()
    busy = VismaRefused("Visma svarte: Prøv igjen", fault="MIDLERTIDIG", retryable=True)
    desk.visma.plan("deliver_voucher", UNCERTAIN, busy, busy)
    await desk.send()
    desk.past_quarantine()
    desk.visma.plan("deliver_voucher", rejected(R, "Stengt."))
    await desk.send()
    assert await desk.states() == {R: "rejected", N: "delivered", G: "delivered"}
    assert (await desk.payment(payment.id)).posting == "frozen"


async def test_when_the_last_sister_is_rejected_too_all_payments_are_free_and_nothing_can_be_sent_again(
    desk: Desk,
) -> None:
    payment = await desk.freeze()
    desk.visma.plan("deliver_voucher", UNCERTAIN, rejected(N, "Stengt."), rejected(G, "Stengt."))
    await desk.send()
    assert await desk.undecided() == [N, G]
    desk.past_quarantine()
    desk.visma.plan("deliver_voucher", rejected(R, "Stengt."))
    await desk.send()
    assert await desk.states() == {R: "rejected", N: "rejected", G: "rejected"}
    assert await desk.undecided() == []
    assert (await desk.payment(payment.id)).posting == "pending"
    with pytest.raises(Refused):
        await desk.delivery.resolve(N, "resend", "kari")


async def test_payments_that_are_free_again_are_covered_with_all_that_came_meanwhile(desk: Desk) -> None:
    late = await desk.freeze(600_00)
    early = await desk.payments.add(CASE, 600_00, D1.replace(day=2), "kari")
    assert [part.amount for part in (await desk.payment(early.id)).coverage if part.component == "principal"] == [
        400_00
    ]
    desk.visma.plan("deliver_voucher", rejected(R, "Stengt."))
    await desk.send()
    assert (await desk.payment(early.id)).covered("principal") == 600_00
    assert (await desk.payment(late.id)).covered("principal") == 400_00


async def test_a_payment_moved_after_it_was_posted_is_to_be_posted_again_when_its_voucher_falls(desk: Desk) -> None:
    payment = await desk.freeze(500_00)
    await desk.send()
    moved = await desk.payments.move(payment.id, number_of(2), "kari")
    assert moved.posting == "excluded"
    desk.visma.move(R, "rejected")
    await desk.delivery.refresh("kari")
    assert (await desk.payment(moved.id)).posting == "pending"
    proposal = await desk.posting.proposal()
    assert (proposal.payments, proposal.total) == (1, 500_00)


async def test_refreshing_follows_a_voucher_to_the_end(desk: Desk) -> None:
    await desk.freeze(500_00)
    await desk.send()
    desk.visma.move(R, "registered", "500001")
    [row] = await desk.delivery.refresh("kari")
    assert (row.delivery.state, row.delivery.voucher_number) == ("registered", "500001")
    before = await desk.store.last_change()
    await desk.delivery.refresh("kari")
    assert await desk.store.last_change() == before, "no news, nothing written"
    desk.visma.move(R, "posted", "500001")
    [row] = await desk.delivery.refresh("kari")
    assert row.delivery.state == "posted"
    assert await desk.delivery.refresh("kari") == []


async def test_a_voucher_that_visma_no_longer_finds_is_told_and_stays_delivered(desk: Desk) -> None:
    await desk.freeze(500_00)
    await desk.send()
    desk.visma.vouchers.clear()
    [row] = await desk.delivery.refresh("kari")
    assert row.delivery.state == "delivered"
    assert row.delivery.message == "Visma finner ikke bilaget igjen. Se etter det under WS-infe."


async def test_the_payments_of_a_voucher_deleted_in_visma_get_a_new_one(desk: Desk) -> None:
    payment = await desk.freeze(500_00)
    await desk.send()
    desk.visma.move(R, "deleted")
    [row] = await desk.delivery.refresh("kari")
    assert (row.delivery.state, row.delivery.needs_decision) == ("deleted", True)
    assert (await desk.payment(payment.id)).posting == "posted"
    desk.past_quarantine()
    await desk.delivery.resolve(R, "resend", "kari")
    assert (await desk.payment(payment.id)).posting == "pending"
    [voucher] = await desk.posting.freeze("kari")
    assert voucher.reference == R.replace("-001-", "-002-")


async def test_a_voucher_that_a_person_finds_in_another_way_is_not_followed_any_more(desk: Desk) -> None:
    await desk.freeze(500_00)
    await desk.send()
    desk.visma.move(R, "deleted")
    await desk.delivery.refresh("kari")
    row = await desk.delivery.resolve(R, "found", "kari")
    assert (row.delivery.state, row.delivery.needs_decision) == ("posted", False)
    assert await desk.delivery.refresh("kari") == []


@pytest.mark.parametrize("answer", ["found", "resend"])
async def test_a_person_answers_for_an_unknown_voucher(desk: Desk, answer: str) -> None:
    await desk.freeze(500_00)
    desk.visma.recognises = False
    desk.visma.plan("deliver_voucher", Lost(UNCERTAIN) if answer == "found" else UNCERTAIN)
    await desk.send()
    desk.past_quarantine()
    await desk.delivery.resolve(R, "found" if answer == "found" else "resend", "kari")
    await desk.send()
    assert (await desk.state()).state == "delivered"
    assert [each.reference for each in desk.visma.vouchers] == [R]


async def test_a_voucher_in_quarantine_is_not_sent_again_even_if_a_person_says_so(desk: Desk) -> None:
    await desk.freeze(500_00)
    desk.visma.plan("deliver_voucher", UNCERTAIN)
    await desk.send()
    with pytest.raises(Refused) as refused:
        await desk.delivery.resolve(R, "resend", "kari")
    assert refused.value.code == "quarantine"
    assert (await desk.state()).state == "unknown"


async def test_there_is_nothing_to_decide_for_a_voucher_that_arrived_or_does_not_exist(desk: Desk) -> None:
    await desk.freeze(500_00)
    await desk.send()
    with pytest.raises(Refused, match="er levert; det er ikke noe å avgjøre"):
        await desk.delivery.resolve(R, "resend", "kari")
    with pytest.raises(NotFound):
        await desk.delivery.resolve("KK2-0221-20261119-009-R", "found", "kari")


async def test_what_a_person_has_settled_while_visma_was_asked_stands(desk: Desk) -> None:
    await desk.freeze(500_00)
    desk.visma.recognises = False
    desk.visma.plan("deliver_voucher", Lost(UNCERTAIN))
    await desk.send()
    desk.past_quarantine()
    ask = desk.visma.find_vouchers

    async def ask_while_a_person_answers(company: str, references: Sequence[str]) -> list[VoucherStatus]:
        await desk.delivery.resolve(R, "found", "ola")
        await ask(company, references)
        return []

    desk.visma.find_vouchers = ask_while_a_person_answers  # type: ignore[method-assign] # a moment that is hard to hit
    await desk.send()
    assert (await desk.state()).state == "delivered"
    assert not (await desk.state()).needs_decision


async def test_what_visma_tells_of_vouchers_that_were_not_asked_for_is_left_out(desk: Desk) -> None:
    await desk.freeze(500_00)
    desk.visma.plan("deliver_voucher", Lost(UNCERTAIN))
    await desk.send()
    desk.past_quarantine()
    [own] = desk.visma.vouchers
    desk.visma.plan("find_vouchers", [replace(own, reference="ANNEN-1"), replace(own, state="posted")])
    await desk.send()
    assert (await desk.state()).state == "posted"


async def test_a_duplicate_that_was_deleted_in_visma_asks_a_person(desk: Desk) -> None:
    await desk.freeze(500_00)
    desk.visma.plan("deliver_voucher", Lost(UNCERTAIN))
    await desk.send()
    desk.visma.move(R, "deleted")
    desk.past_quarantine()
    desk.visma.plan("find_vouchers", [])
    await desk.send()
    delivery = await desk.state()
    assert (delivery.state, delivery.needs_decision) == ("deleted", True)
