"""Cases: lists with today's balance, search, and what a handler sets on them."""

from datetime import date

import pytest
from msgspec.structs import replace

from data.documents import Case, Event, Payment
from data.errors import Conflict, NotFound
from data.store import Store
from services.cases import CaseService
from services.errors import InvalidInput, UnknownHandler
from services.payments import PaymentService
from services.rules.interest import accrue
from services.rules.rates import InterestRates, initial_rates
from tests.builders import D1, DUE, TODAY, case, claim, fee, number_of, put
from tests.services.fakes import FakeClock

A = number_of(1)


@pytest.fixture
async def cases(store: Store, clock: FakeClock) -> CaseService:
    """Three cases; the first owes 1 000,00 and a fee."""
    await put(store, case(1), claim(A), fee(A), case(2, name="Prøve Transport AS"), case(3, status="closed"))
    return CaseService(store, clock)


async def test_the_list_shows_today_s_balance_with_interest(cases: CaseService) -> None:
    interest = accrue(1_000_00, DUE, TODAY, InterestRates(initial_rates()[0])).ore
    rows = await cases.rows({"status": "open"})
    assert [(row.case.id, row.balance) for row in rows] == [(A, 1_038_00 + interest), (number_of(2), 0)]
    assert await cases.count() == 3
    assert [row.case.id for row in await cases.rows(descending=True, offset=1, limit=1)] == [number_of(2)]


@pytest.mark.parametrize("text", [A, case(1).kid, "kari test", claim(A).invoice, claim(A).kid, "01810100000"])
async def test_a_case_is_found_by_number_kid_name_invoice_and_national_id(cases: CaseService, text: str) -> None:
    assert A in [row.case.id for row in await cases.search(text)]


async def test_one_case_is_seen_with_its_account_and_log(store: Store, clock: FakeClock, cases: CaseService) -> None:
    payment = await PaymentService(store, clock).add(A, 500_00, D1, "kari")
    view = await cases.view(A)
    assert view.case.id == A
    assert view.settlement.balance.paid == 500_00
    assert view.settlement.coverage[payment.id].allocations == payment.coverage
    assert [event.text for event in view.events] == [f"Innbetaling {payment.id} på 500,00, 19.11.2026, er ført."]
    with pytest.raises(NotFound):
        await cases.view("0221-00000999")
    with pytest.raises(NotFound):
        await cases.require("0221-00000999")


async def test_what_is_set_is_logged_with_who_did_it(store: Store, cases: CaseService) -> None:
    changed = await cases.set_department(await cases.require(A), " K020 ", "ola")
    changed = await cases.set_handler(changed, "ola", "ola")
    changed = await cases.set_status(changed, "paused", "ola")
    assert (changed.department, changed.handler, changed.status) == ("K020", "ola", "paused")
    assert [(event.actor, event.text) for event in await store.find(Event, "case", A)] == [
        ("ola", "Avdeling er satt til K020."),
        ("ola", "Saksbehandler er satt til ola."),
        ("ola", "Status er satt til stilt i bero."),
    ]


async def test_a_change_of_a_case_that_another_has_changed_is_refused(store: Store, cases: CaseService) -> None:
    seen = await cases.require(A)
    await cases.set_department(seen, "K020", "ola")
    with pytest.raises(Conflict):
        await cases.set_department(seen, "K030", "kari")
    assert (await cases.require(A)).department == "K020"
    assert len(await store.find(Event, "case", A)) == 1


async def test_bad_values_are_refused(cases: CaseService) -> None:
    seen = await cases.require(A)
    with pytest.raises(InvalidInput):
        await cases.set_department(seen, "K" * 21, "kari")
    with pytest.raises(InvalidInput):
        await cases.set_threshold(seen, -1, "kari")
    with pytest.raises(UnknownHandler):
        await cases.set_handler(seen, "per", "kari")
    assert await cases.require(A) == seen


async def test_a_threshold_closes_and_opens_a_case_that_has_a_payment(
    store: Store, clock: FakeClock, cases: CaseService
) -> None:
    untouched = await cases.set_threshold(await cases.require(A), 5_000_00, "kari")
    assert untouched.status == "open", "nothing is paid yet: the debtor has not been asked in vain"
    untouched = await cases.set_threshold(untouched, None, "kari")
    await PaymentService(store, clock).add(A, 500_00, D1, "kari")
    closed = await cases.set_threshold(await cases.require(A), 1_000_00, "kari")
    assert (closed.status, closed.closed, closed.closed_by_threshold) == ("closed", TODAY, True)
    opened = await cases.set_threshold(closed, None, "kari")
    assert (opened.status, opened.threshold) == ("open", None)
    texts = [event.text for event in await store.find(Event, "case", A)]
    assert texts[-2] == "Behandlingsterskel er satt til kreditors."
    assert texts[-1].startswith("Saken er åpnet igjen")


async def test_a_case_closed_by_hand_is_not_opened_by_its_threshold(
    store: Store, clock: FakeClock, cases: CaseService
) -> None:
    closed = await cases.set_status(await cases.require(A), "closed", "kari")
    assert (closed.closed, closed.closed_by_threshold) == (TODAY, False)
    await PaymentService(store, clock).add(A, 500_00, D1, "kari")
    assert (await cases.require(A)).status == "closed"
    opened = await cases.set_status(await cases.require(A), "open", "kari")
    assert (opened.status, opened.closed) == ("open", None)


async def test_the_balance_is_just_under_or_just_at_the_threshold(store: Store, clock: FakeClock) -> None:
    """Under is meant: what owes exactly the threshold stays open."""
    await put(store, case(8), case(9))
    for serial, rest in ((8, 210_00), (9, 209_99)):
        await put(store, claim(number_of(serial), 500_00 + rest, due=TODAY))
        await PaymentService(store, clock).add(number_of(serial), 500_00, date(2026, 11, 24), "kari")
    states = {key: each.status for key, each in (await store.get_many(Case, [number_of(8), number_of(9)])).items()}
    assert states == {number_of(8): "open", number_of(9): "closed"}


async def test_a_case_of_old_keeps_its_revision_when_nothing_changes(store: Store, cases: CaseService) -> None:
    seen = await cases.require(A)
    changed = await cases.set_threshold(seen, None, "kari")
    assert replace(changed, rev=seen.rev, outstanding=seen.outstanding) == seen
    assert changed.outstanding == 1_038_00
    assert await store.count(Payment) == 0


async def test_who_has_seen_a_national_id_is_told_in_the_log_and_the_trail(store: Store, cases: CaseService) -> None:
    assert await cases.national_id(A, "ola") == case(1).debtor.national_id
    [event] = await store.find(Event, "case", A)
    assert (event.actor, event.text) == ("ola", "Fødselsnummeret er vist.")
    [entry] = await store.history(Event, event.id)
    assert (entry.actor, entry.reason) == ("ola", f"Sak {A}: Fødselsnummeret er vist.")
    with pytest.raises(NotFound):
        await cases.national_id("0221-00000999", "ola")


async def test_where_there_is_no_national_id_nothing_is_logged(store: Store, cases: CaseService) -> None:
    firm = await cases.require(number_of(2))
    await put(store, replace(firm, debtor=replace(firm.debtor, national_id="")))
    assert await cases.national_id(firm.id, "ola") == ""
    assert await store.find(Event, "case", firm.id) == []


# --- several at once ---


async def test_several_get_a_handler_in_one_transaction_and_those_that_have_it_are_left_alone(
    store: Store, cases: CaseService
) -> None:
    await cases.set_handler(await cases.require(number_of(2)), "ola", "kari")
    before = await store.last_change()
    changed = await cases.set_several([A, number_of(2), number_of(3)], "kari", handler="ola")
    assert [case.id for case in changed] == [A, number_of(3)]
    assert [change.reason for change in await store.changes(before)] == ["3 saker: Saksbehandler er satt til ola."]
    assert [event.text for event in await store.find(Event, "case", A)] == ["Saksbehandler er satt til ola."]
    assert len(await store.find(Event, "case", number_of(2))) == 1


async def test_several_get_a_department_or_a_status(cases: CaseService) -> None:
    await cases.set_several([A, number_of(2)], "kari", department=" K020 ")
    changed = await cases.set_several([A, number_of(2)], "kari", status="closed")
    assert [(case.department, case.status, case.closed) for case in changed] == [("K020", "closed", TODAY)] * 2


async def test_how_many_of_several_have_a_creditor_without_the_ledger(cases: CaseService) -> None:
    assert await cases.without_ledger([A, number_of(2), "0221-00000999"], "K999") == 2
    assert await cases.without_ledger([A, number_of(2)], "K010") == 0


async def test_several_are_changed_all_or_none(cases: CaseService) -> None:
    with pytest.raises(NotFound):
        await cases.set_several([A, "0221-00000999"], "kari", status="paused")
    with pytest.raises(UnknownHandler):
        await cases.set_several([A], "kari", handler="nobody")
    assert (await cases.require(A)).status == "open"


async def test_which_of_several_still_are_in_a_list(cases: CaseService) -> None:
    numbers = [number_of(3), A, "0221-00000999"]
    assert [row.case.id for row in await cases.matching(numbers, {"status": "open"})] == [A]
    assert [row.case.id for row in await cases.matching(numbers, {})] == [number_of(3), A]
    listed = {row.case.id: row.balance for row in await cases.rows()}
    assert all(row.balance == listed[row.case.id] for row in await cases.matching(numbers, {}))
