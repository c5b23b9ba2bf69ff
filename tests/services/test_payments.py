"""Payments changed by hand: the specification's procedures, what is refused, and what follows from each change."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from data.documents import Case, Event, Payment, PostingState
from data.errors import NotFound
from data.store import Store
from services.errors import InvalidInput, Refused
from services.payments import PaymentService
from services.posting import PostingService
from tests.builders import D1, D2, TODAY, case, claim, creditor, fee, number_of, put, unplaced
from tests.services.fakes import FakeClock

A, B, C = number_of(1), number_of(2), number_of(3)
OTHER = number_of(1, "0222")


class Desk:
    """Three cases of 1 000,00 each, and one of another creditor."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.store = store
        self.payments = PaymentService(store, clock)
        self.posting = PostingService(store, clock)

    async def set_up(self) -> None:
        await put(self.store, creditor("0222"), case(1, creditor="0222"), claim(OTHER))
        for serial in (1, 2, 3):
            await put(self.store, case(serial), claim(number_of(serial)))

    async def add(self, case: str = A, amount: int = 300_00, *, posting: bool = True) -> Payment:
        return await self.payments.add(case, amount, D1, "kari", posting=posting)

    async def mark(self, payment: Payment, posting: PostingState) -> Payment:
        """As it is when its voucher is on its way, or has arrived."""
        stored = await self.payment(payment.id)
        async with self.store.transaction("kari", "Oppdiktet bilag") as tx:
            return tx.put(replace(stored, posting=posting, vouchers=("KK2-0221-20261119-001-R",)))

    async def payment(self, key: str) -> Payment:
        payment = await self.store.get(Payment, key)
        assert payment is not None
        return payment

    async def case(self, number: str) -> Case:
        case = await self.store.get(Case, number)
        assert case is not None
        return case

    async def log(self, number: str) -> list[str]:
        return [event.text for event in await self.store.find(Event, "case", number)]

    async def to_post(self) -> list[str]:
        return [key for voucher in (await self.posting.proposal()).vouchers for key in voucher.payments]


@pytest.fixture
async def desk(store: Store, clock: FakeClock) -> Desk:
    desk = Desk(store, clock)
    await desk.set_up()
    return desk


async def test_a_payment_entered_by_hand_covers_the_case_and_is_to_be_posted(desk: Desk) -> None:
    payment = await desk.payments.add(A, 300_00, D1, "kari", text=" Bankens liste ")
    assert (payment.source, payment.posting, payment.text, payment.creditor) == (
        "manual",
        "pending",
        "Bankens liste",
        "0221",
    )
    assert payment.covered("principal") == 300_00
    assert (await desk.case(A)).outstanding == 700_00
    assert await desk.to_post() == [payment.id]
    assert await desk.log(A) == [f"Innbetaling {payment.id} på 300,00, 19.11.2026, er ført."]


async def test_a_payment_that_skal_ikke_bokfores_covers_the_case_and_is_never_posted(desk: Desk) -> None:
    payment = await desk.add(posting=False)
    assert (payment.posting, payment.covered("principal")) == ("excluded", 300_00)
    assert await desk.to_post() == []
    assert (await desk.log(A))[0].endswith("er ført (skal ikke bokføres).")


async def test_nothing_is_entered_without_amount_in_the_future_or_on_a_case_that_is_not_there(desk: Desk) -> None:
    before = await desk.store.last_change()
    with pytest.raises(InvalidInput, match="kan ikke være null"):
        await desk.payments.add(A, 0, D1, "kari")
    with pytest.raises(InvalidInput, match="er ikke kommet ennå"):
        await desk.payments.add(A, 1_00, TODAY + timedelta(days=1), "kari")
    with pytest.raises(NotFound):
        await desk.payments.add("0221-00000999", 1_00, D1, "kari")
    assert await desk.store.last_change() == before


async def test_a_deleted_payment_stays_with_who_when_and_why_and_is_offered_again(desk: Desk, clock: FakeClock) -> None:
    payment = await desk.add()
    deleted = await desk.payments.delete(payment.id, " Feil sak ", "ola")
    assert deleted.deleted is not None
    assert (deleted.deleted.actor, deleted.deleted.reason, deleted.deleted.time) == ("ola", "Feil sak", clock.now())
    assert (deleted.amount, deleted.date) == (300_00, D1)
    assert desk.payments.last_deleted == deleted
    assert (await desk.case(A)).outstanding == 1_000_00
    assert await desk.to_post() == []
    assert (await desk.log(A))[-1] == f"Innbetaling {payment.id} på 300,00 er slettet: Feil sak"


async def test_the_specification_s_move_is_delete_on_one_case_and_enter_on_the_other(desk: Desk) -> None:
    wrong = await desk.add()
    await desk.payments.delete(wrong.id, "Gjelder sak B", "kari")
    kept = desk.payments.last_deleted
    assert kept is not None
    right = await desk.payments.add(B, kept.amount, kept.date, "kari")
    assert await desk.to_post() == [right.id]
    assert ((await desk.case(A)).outstanding, (await desk.case(B)).outstanding) == (1_000_00, 700_00)


async def test_a_move_does_both_in_one_transaction(desk: Desk) -> None:
    payment = await desk.add()
    before = await desk.store.last_change()
    moved = await desk.payments.move(payment.id, B, "kari")
    assert await desk.store.last_change() == before + 1
    left = await desk.payment(payment.id)
    assert left.deleted is not None
    assert (left.deleted.reason, left.moved_to) == (f"Flyttet til sak {B}", moved.id)
    assert (moved.case, moved.amount, moved.date, moved.source) == (B, 300_00, D1, "moved")
    assert (moved.moved_from, moved.posting, moved.covered("principal")) == (payment.id, "pending", 300_00)
    assert await desk.to_post() == [moved.id]
    assert ((await desk.case(A)).outstanding, (await desk.case(B)).outstanding) == (1_000_00, 700_00)
    assert (await desk.log(B))[-1] == f"Innbetaling {moved.id} på 300,00 er flyttet hit fra sak {A}."


async def test_a_posted_payment_that_is_moved_skal_ikke_bokfores_there_nor_after_a_second_move(desk: Desk) -> None:
    payment = await desk.mark(await desk.add(), "posted")
    second = await desk.payments.move(payment.id, B, "kari")
    third = await desk.payments.move(second.id, C, "kari")
    assert (second.posting, third.posting) == ("excluded", "excluded")
    assert (await desk.log(B))[0].endswith("skal ikke bokføres her.")
    assert await desk.to_post() == []
    for moved in (second, third):
        with pytest.raises(Refused):
            await desk.payments.set_posting(moved.id, True, "kari")
    assert (await desk.payment(third.id)).posting == "excluded"


async def test_a_payment_taken_out_of_posting_and_moved_can_be_posted_after_all(desk: Desk) -> None:
    payment = await desk.add(posting=False)
    moved = await desk.payments.move(payment.id, B, "kari")
    assert moved.posting == "excluded"
    changed = await desk.payments.set_posting(moved.id, True, "kari")
    assert await desk.to_post() == [changed.id]
    assert (await desk.log(B))[-1] == f"Innbetaling {moved.id} skal bokføres."


async def test_the_preview_of_a_move_is_what_the_move_does(desk: Desk) -> None:
    payment = await desk.add(A, 900_00)
    before = await desk.store.last_change()
    preview = await desk.payments.preview_move(payment.id, B)
    assert await desk.store.last_change() == before
    assert (preview.source.id, preview.target.id, preview.posting) == (A, B, "pending")
    assert preview.target_before - preview.target_after >= 900_00
    assert preview.source_after - preview.source_before >= 900_00
    again = await desk.payments.move(payment.id, B, "kari")
    back = await desk.payments.preview_move(again.id, A)
    assert (back.source_before, back.target_before) == (preview.target_after, preview.source_after)


@pytest.mark.parametrize("how", ["delete", "move"])
async def test_a_case_closed_by_its_threshold_opens_again_when_the_payment_goes(desk: Desk, how: str) -> None:
    payment = await desk.add(A, 950_00)
    closed = await desk.case(A)
    assert (closed.status, closed.closed_by_threshold) == ("closed", True)
    if how == "delete":
        await desk.payments.delete(payment.id, "Feil", "kari")
    else:
        await desk.payments.move(payment.id, B, "kari")
    opened = await desk.case(A)
    assert (opened.status, opened.closed, opened.closed_by_threshold) == ("open", None, False)
    assert (await desk.log(A))[-1].startswith("Saken er åpnet igjen: saldo 1 0")
    assert (await desk.case(B)).status == ("open" if how == "delete" else "closed")


async def test_a_small_case_with_no_payment_left_opens_again(desk: Desk) -> None:
    """It never owed as much as the threshold, but nobody has paid: the threshold closes only after a payment."""
    await put(desk.store, case(4), claim(number_of(4), 100_00))
    payment = await desk.add(number_of(4), 50_00)
    assert (await desk.case(number_of(4))).status == "closed"
    await desk.payments.delete(payment.id, "Feil", "kari")
    assert (await desk.case(number_of(4))).status == "open"


async def test_a_case_closed_by_hand_is_not_opened_by_a_payment_that_goes(desk: Desk) -> None:
    payment = await desk.add(A, 950_00)
    closed = await desk.case(A)
    await put(desk.store, replace(closed, closed_by_threshold=False))
    await desk.payments.delete(payment.id, "Feil", "kari")
    assert (await desk.case(A)).status == "closed"


async def test_a_payment_on_its_way_to_visma_cannot_be_changed(desk: Desk) -> None:
    payment = await desk.mark(await desk.add(), "frozen")
    before = await desk.store.last_change()
    for change in (
        desk.payments.delete(payment.id, "Feil", "kari"),
        desk.payments.move(payment.id, B, "kari"),
        desk.payments.set_posting(payment.id, False, "kari"),
        desk.payments.preview_move(payment.id, B),
    ):
        with pytest.raises(Refused, match="på vei til Visma") as refused:
            await change
        assert refused.value.code == "frozen"
    assert await desk.store.last_change() == before


async def test_a_payment_stays_with_its_creditor_and_is_not_moved_to_where_it_is(desk: Desk) -> None:
    payment = await desk.add()
    for target, code in ((OTHER, "other_creditor"), (A, "same_case")):
        for change in (desk.payments.move(payment.id, target, "kari"), desk.payments.preview_move(payment.id, target)):
            with pytest.raises(Refused) as refused:
                await change
            assert refused.value.code == code
    with pytest.raises(NotFound):
        await desk.payments.move(payment.id, "0221-00000999", "kari")


async def test_what_somebody_else_has_deleted_is_told_and_not_done_twice(desk: Desk) -> None:
    payment = await desk.add()
    await desk.payments.delete(payment.id, "Feil", "ola")
    for change in (desk.payments.delete(payment.id, "Feil", "kari"), desk.payments.move(payment.id, B, "kari")):
        with pytest.raises(Refused) as refused:
            await change
        assert refused.value.code == "deleted"
    with pytest.raises(NotFound):
        await desk.payments.delete("P999999", "Feil", "kari")
    with pytest.raises(InvalidInput):
        await desk.payments.delete(payment.id, "  ", "kari")


async def test_posting_is_set_only_on_what_waits_for_it(desk: Desk) -> None:
    payment = await desk.add()
    assert (await desk.payments.set_posting(payment.id, False, "kari")).posting == "excluded"
    assert await desk.to_post() == []
    posted = await desk.mark(await desk.add(B), "posted")
    with pytest.raises(Refused) as refused:
        await desk.payments.set_posting(posted.id, False, "kari")
    assert refused.value.code == "posted"
    await put(desk.store, unplaced())
    with pytest.raises(Refused) as refused:
        await desk.payments.set_posting(unplaced().id, False, "kari")
    assert refused.value.code == "unplaced"


async def test_an_unplaced_payment_is_put_on_a_case_of_its_creditor(desk: Desk) -> None:
    await put(desk.store, unplaced(900), unplaced(901, date=D1 - timedelta(days=3)))
    assert [each.id for each in await desk.payments.unplaced()] == ["P000901", "P000900"]
    with pytest.raises(Refused) as refused:
        await desk.payments.place("P000900", OTHER, "kari")
    assert refused.value.code == "other_creditor"
    placed = await desk.payments.place("P000900", A, "kari")
    assert (placed.case, placed.unplaced, placed.covered("principal")) == (A, None, 500_00)
    assert [each.id for each in await desk.payments.unplaced()] == ["P000901"]
    assert await desk.to_post() == ["P000900"]
    with pytest.raises(Refused) as refused:
        await desk.payments.place("P000900", B, "kari")
    assert refused.value.code == "not_unplaced"


async def test_a_reversal_is_placed_on_the_case_and_takes_back_what_was_covered(desk: Desk) -> None:
    await desk.add(A, 950_00)
    await put(desk.store, unplaced(900, -950_00, date=D2, unplaced="negative"))
    await desk.payments.place("P000900", A, "kari")
    reopened = await desk.case(A)
    assert (reopened.status, reopened.outstanding) == ("open", 1_000_00)


async def test_a_split_payment_is_shared_between_cases_and_adds_up(desk: Desk) -> None:
    await put(desk.store, unplaced(900, 500_00, fingerprint="avtrykk"))
    parts = await desk.payments.split("P000900", [(A, 300_00), (B, 200_00)], "kari")
    assert [(each.case, each.amount, each.posting, each.moved_from) for each in parts] == [
        (A, 300_00, "pending", "P000900"),
        (B, 200_00, "pending", "P000900"),
    ]
    whole = await desk.payment("P000900")
    assert whole.deleted is not None
    assert (whole.deleted.reason, whole.unplaced, whole.fingerprint) == (f"Delt på {A}, {B}", None, "avtrykk")
    assert sorted(await desk.to_post()) == sorted(each.id for each in parts)


@pytest.mark.parametrize(
    "parts",
    [[], [(A, 499_99)], [(A, 300_00), (B, 200_01)], [(A, 600_00), (B, -100_00)], [(A, 500_00), (B, 0)]],
)
async def test_the_parts_of_a_split_must_add_up_and_have_the_same_sign(
    desk: Desk, parts: list[tuple[str, int]]
) -> None:
    await put(desk.store, unplaced(900, 500_00))
    with pytest.raises(InvalidInput):
        await desk.payments.split("P000900", parts, "kari")
    with pytest.raises(Refused):
        await desk.payments.split("P000900", [(A, 300_00), (OTHER, 200_00)], "kari")
    assert [each.id for each in await desk.payments.unplaced()] == ["P000900"]


async def test_a_payment_that_is_not_ours_leaves_the_list_with_the_reason(desk: Desk) -> None:
    await put(desk.store, unplaced(900))
    with pytest.raises(InvalidInput):
        await desk.payments.dismiss("P000900", " ", "kari")
    dismissed = await desk.payments.dismiss("P000900", "Sendt tilbake", "kari")
    assert dismissed.dismissed is not None
    assert (dismissed.dismissed.reason, dismissed.posting, dismissed.deleted) == ("Sendt tilbake", "excluded", None)
    assert await desk.payments.unplaced() == []
    with pytest.raises(Refused):
        await desk.payments.set_posting("P000900", True, "kari")


async def test_cases_are_suggested_by_kid_also_when_leading_zeros_were_lost_or_added(desk: Desk) -> None:
    kid = case(1).kid
    assert kid.startswith("0")
    for given in (kid, kid.lstrip("0"), "00" + kid):
        found = await desk.payments.suggestions(unplaced(kid=given))
        assert [each.case.id for each in found] == [A]
    found = await desk.payments.suggestions(unplaced(kid=claim(B).kid, unplaced="closed_case"))
    assert [(each.case.id, each.why) for each in found] == [(B, "samme KID")]
    for nobodys in ("", "000", "9999999999999", case(1, creditor="0222").kid):
        assert await desk.payments.suggestions(unplaced(kid=nobodys)) == []


async def test_what_is_left_over_is_kept_on_the_case_as_surplus(desk: Desk) -> None:
    await put(desk.store, fee(A))
    payment = await desk.add(A, 2_000_00)
    assert payment.covered("fees") == 38_00
    assert payment.covered("surplus") == 2_000_00 - 1_038_00 - payment.covered("interest")
    assert (await desk.case(A)).outstanding == -payment.covered("surplus")


async def test_a_case_the_threshold_closed_goes_back_to_the_status_it_had(store: Store, clock: FakeClock) -> None:
    await put(store, case(1, status="paused"), claim(case(1)))
    service = PaymentService(store, clock)
    paid_all = await service.add(number_of(1), 2_000_00, D1, "kari")
    closed = await store.get(Case, number_of(1))
    assert closed is not None
    assert (closed.status, closed.closed_from) == ("closed", "paused")
    await service.delete(paid_all.id, "Feil sak", "kari")
    opened = await store.get(Case, number_of(1))
    assert opened is not None
    assert (opened.status, opened.closed) == ("paused", None)


# --- several at once ---


async def test_several_unplaced_payments_are_placed_on_one_case_in_one_transaction(desk: Desk) -> None:
    await put(desk.store, unplaced(1, 100_00), unplaced(2, 200_00))
    before = await desk.store.last_change()
    placed = await desk.payments.place_several(["P000001", "P000002"], A, "kari")
    assert [(payment.case, payment.amount) for payment in placed] == [(A, 100_00), (A, 200_00)]
    assert (await desk.case(A)).outstanding == 700_00
    assert [change.reason for change in await desk.store.changes(before)] == [f"2 innbetalinger plassert på {A}"]


async def test_several_are_placed_or_dismissed_all_or_none(desk: Desk) -> None:
    await put(desk.store, unplaced(1), unplaced(2, creditor="0222"))
    await desk.payments.place("P000002", OTHER, "kari")
    with pytest.raises(Refused):
        await desk.payments.place_several(["P000001", "P000002"], A, "kari")
    with pytest.raises(Refused):
        await desk.payments.dismiss_several(["P000001", "P000002"], "Ikke vår", "kari")
    assert [payment.id for payment in await desk.payments.unplaced()] == ["P000001"]


async def test_several_are_dismissed_for_one_reason(desk: Desk) -> None:
    await put(desk.store, unplaced(1), unplaced(2))
    dismissed = await desk.payments.dismiss_several(["P000001", "P000002"], " Ikke vår ", "kari")
    assert [payment.dismissed and payment.dismissed.reason for payment in dismissed] == ["Ikke vår"] * 2
    assert await desk.payments.unplaced() == []
