import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from data.documents import Case
from data.store import Store
from services.cases import CaseService
from services.clock import SystemClock
from services.creditors import CreditorService
from services.edits import EditService
from services.news import MOST_LOOKED_UP, NewsService
from services.payments import PaymentService
from tests.screens.stand_in import BARNEHAGE, TODAY, TRANSPORT, case, fill
from tests.stores import open_test_store

CLOCK = SystemClock(TODAY)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = open_test_store(tmp_path / "kk2.db", now=CLOCK.now)
    await fill(opened)
    yield opened
    await opened.close()


async def the_case(store: Store, number: str = BARNEHAGE) -> Case:
    found = await store.get(Case, number)
    assert found
    return found


# --- news ---


async def test_news_of_a_payment_names_its_case_and_who_entered_it(store: Store) -> None:
    news = NewsService(store)
    before = await news.number()
    await PaymentService(store, CLOCK).add(BARNEHAGE, 100_00, TODAY, "ola")
    (told,) = await news.after(before)
    assert (told.actor, told.number) == ("ola", before + 1)
    assert told.cases == frozenset({BARNEHAGE})
    assert {"payments", "events"} <= told.tables
    assert told.about_case(BARNEHAGE)
    assert not told.about_case(TRANSPORT)


async def test_news_of_many_documents_may_be_about_any_case(store: Store) -> None:
    news = NewsService(store)
    before = await news.number()
    async with store.transaction("ola", "mange") as tx:
        for serial in range(1000, 1001 + MOST_LOOKED_UP):
            tx.put(case(f"0221-{serial:08}", "Kari Testesen"))
    (told,) = await news.after(before)
    assert told.cases is None
    assert told.about_case(BARNEHAGE)


async def test_one_who_waits_for_news_is_told_when_it_comes(store: Store) -> None:
    news = NewsService(store)
    waiting = asyncio.create_task(news.after(await news.number()))
    await CaseService(store, CLOCK).set_handler(await the_case(store), "ola", "kari")
    (told,) = await asyncio.wait_for(waiting, 30)
    assert told.cases == frozenset({BARNEHAGE})


async def test_a_handler_is_told_by_name_and_one_who_is_gone_by_login(store: Store) -> None:
    news = NewsService(store)
    assert [await news.name_of(login) for login in ("ola", "nattkjoring")] == ["Ola Prøvesen", "nattkjoring"]


# --- edits ---


async def test_an_edit_tells_who_and_each_field_from_and_to(store: Store) -> None:
    seen = await the_case(store)
    cases = CaseService(store, CLOCK)
    await cases.set_threshold(await cases.set_handler(seen, "ola", "ola"), 300_00, "ola")
    first, second = await EditService(store).since("cases", seen.id, seen.rev)
    assert (first.actor, second.actor) == ("Ola Prøvesen", "Ola Prøvesen")
    assert [(each.label, each.before, each.after) for each in first.fields] == [
        ("Saksbehandler", "Kari Testesen", "Ola Prøvesen")
    ]
    assert [(each.label, each.before, each.after) for each in second.fields] == [
        ("Behandlingsterskel", "(tom)", "300,00")
    ]


async def test_what_was_seen_already_is_no_edit(store: Store) -> None:
    changed = await CaseService(store, CLOCK).set_handler(await the_case(store), "ola", "ola")
    assert await EditService(store).since("cases", changed.id, changed.rev) == []


async def test_a_closed_case_is_told_with_its_status(store: Store) -> None:
    seen = await the_case(store)
    await CaseService(store, CLOCK).set_status(seen, "closed", "ola")
    (edit,) = await EditService(store).since("cases", seen.id, seen.rev)
    assert [(each.label, each.before, each.after) for each in edit.fields] == [("Status", "åpen", "avsluttet")]


async def test_parts_of_a_creditor_are_told_by_the_names_they_have_on_the_screen(store: Store) -> None:
    creditors = CreditorService(store, CLOCK)
    seen = await creditors.get("0221")
    wanted = replace(seen, accounting=replace(seen.accounting, bank="2100001"), coverage=seen.coverage[::-1])
    await creditors.change(wanted, "kari")
    (edit,) = await EditService(store).since("creditors", seen.id, seen.rev)
    assert [(each.label, each.after) for each in edit.fields] == [
        ("Oppdekning", "renter, gebyr, omkostninger, hovedstol"),
        ("Konto bank", "2100001"),
    ]


async def test_of_a_debtor_it_is_told_that_something_changed_and_not_what(store: Store) -> None:
    seen = await the_case(store)
    async with store.transaction("ola", "flyttet") as tx:
        tx.put(replace(seen, debtor=replace(seen.debtor, national_id="02029000000", city="ANNETSTED")))
    (edit,) = await EditService(store).since("cases", seen.id, seen.rev)
    assert [(each.label, each.before, each.after) for each in edit.fields] == [("Skyldner", "", "")]


async def test_a_document_that_is_gone_is_told_as_removed(store: Store) -> None:
    seen = await CreditorService(store, CLOCK).get("0221")
    async with store.transaction("kari", "bort") as tx:
        tx.delete(seen)
    (edit,) = await EditService(store).since("creditors", seen.id, seen.rev)
    assert (edit.removed, edit.fields) == (True, ())


async def test_nothing_is_told_of_a_table_that_nobody_knows(store: Store) -> None:
    assert await EditService(store).since("ukjent", "1", 0) == []
