import asyncio
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.store import Store
from services.drafts import KEPT, DraftService, clear_drafts
from tests.services.fakes import FakeClock

CASE, OTHER = "0221-00000038", "0221-00000039"
TYPED = {"amount": "1 234,5", "date": "i dag", "text": "kvittering «æøå»"}


async def test_what_was_typed_last_in_a_form_is_what_waits(store: Store, clock: FakeClock) -> None:
    drafts = DraftService(store, clock, "kari")
    await drafts.keep("payment", CASE, {"amount": "1"})
    clock.forward(60)
    kept = await drafts.keep("payment", CASE, TYPED)
    assert await drafts.waiting() == [kept]
    assert (kept.form, kept.subject, kept.fields, kept.made) == ("payment", CASE, TYPED, clock.now())


async def test_a_draft_waits_for_its_handler_alone_in_any_session(store: Store, clock: FakeClock) -> None:
    await DraftService(store, clock, "kari").keep("payment", CASE, TYPED)
    assert await DraftService(store, clock, "ola").waiting() == []
    assert await DraftService(store, clock, "kar").waiting() == []
    assert [draft.fields for draft in await DraftService(store, clock, "kari").waiting()] == [TYPED]


async def test_the_newest_of_several_comes_first(store: Store, clock: FakeClock) -> None:
    drafts = DraftService(store, clock, "kari")
    for subject in (CASE, OTHER):
        await drafts.keep("payment", subject, TYPED)
        clock.forward(1)
    await drafts.keep("handler", "", {"name": "Ola Prøvesen"})
    assert [(each.form, each.subject) for each in await drafts.waiting()] == [
        ("handler", ""),
        ("payment", OTHER),
        ("payment", CASE),
    ]


async def test_a_saved_form_is_forgotten_and_the_others_wait_on(store: Store, clock: FakeClock) -> None:
    drafts = DraftService(store, clock, "kari")
    await drafts.keep("payment", CASE, TYPED)
    await drafts.keep("payment", OTHER, TYPED)
    await drafts.forget("payment", CASE)
    await drafts.forget("payment", "never there")
    assert [draft.subject for draft in await drafts.waiting()] == [OTHER]


async def test_what_is_forgotten_while_it_is_being_kept_does_not_come_back(store: Store, clock: FakeClock) -> None:
    drafts = DraftService(store, clock, "kari")
    await asyncio.gather(drafts.keep("payment", CASE, TYPED), drafts.forget("payment", CASE))
    assert await drafts.waiting() == []


async def test_drafts_leave_nothing_in_the_audit_trail(store: Store, clock: FakeClock) -> None:
    before = await store.last_change()
    drafts = DraftService(store, clock, "kari")
    await drafts.keep("payment", CASE, TYPED)
    await drafts.forget("payment", CASE)
    assert await store.last_change() == before == await store.verify()


async def test_drafts_that_nobody_came_back_to_are_cleared_for_all_handlers(store: Store, clock: FakeClock) -> None:
    kari, ola = (DraftService(store, clock, login) for login in ("kari", "ola"))
    await ola.keep("payment", CASE, TYPED)
    clock.forward(KEPT.total_seconds())
    await kari.clear_old()
    assert len(await ola.waiting()) == 1
    clock.forward(1)
    await kari.keep("payment", OTHER, TYPED)
    await kari.clear_old()
    assert (len(await ola.waiting()), len(await kari.waiting())) == (0, 1)


async def test_drafts_about_a_case_can_be_cleared_with_it(store: Store, clock: FakeClock) -> None:
    drafts = DraftService(store, clock, "kari")
    await drafts.keep("payment", CASE, TYPED)
    await drafts.keep("payment", OTHER, TYPED)
    assert await clear_drafts(store, before=clock.now() - timedelta(days=1), subjects={CASE}) == 1
    assert [draft.subject for draft in await drafts.waiting()] == [OTHER]


async def test_a_draft_that_cannot_be_read_is_forgotten_and_other_notes_are_let_be(
    store: Store, clock: FakeClock
) -> None:
    drafts = DraftService(store, clock, "kari")
    await store.remember("kari/draft/payment/1", '{"fields": 3}')
    await store.remember("kari/recent", "1")
    assert await drafts.waiting() == []
    await drafts.clear_old()
    assert await store.notes("kari/") == {"kari/recent": "1"}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(max_size=10), st.text(max_size=50), max_size=5), st.text("0123456789-/", max_size=14))
async def test_any_text_comes_back_as_it_was(
    store: Store, clock: FakeClock, fields: dict[str, str], subject: str
) -> None:
    drafts = DraftService(store, clock, "kari")
    await drafts.keep("payment", subject, fields)
    assert [(each.subject, each.fields) for each in await drafts.waiting()] == [(subject, fields)]
    await drafts.forget("payment", subject)
