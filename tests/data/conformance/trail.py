"""The audit trail, locks, and how one who waits hears of changes."""

import asyncio

import pytest
from msgspec.structs import replace

from data.documents import Case
from data.errors import Conflict
from tests.data.conformance.common import OpenIt, in_time, stored
from tests.data.made_up import case, claim


class Trail:
    """The audit trail and the news of changes."""

    async def test_changes_tell_who_why_and_what_since_a_number(self, open_it: OpenIt) -> None:
        store, other = open_it(), open_it()
        assert (await store.last_change(), await store.changes(0)) == (0, [])
        await stored(store, case(), claim())
        seen = await store.last_change()
        async with other.transaction("ola", "ny sak") as tx:
            tx.put(case(2))
        (change,) = await store.changes(seen)
        assert (change.actor, change.reason, change.documents) == ("ola", "ny sak", (("cases", case(2).id),))
        assert change.seq == await store.last_change() == seen + 1
        assert change.time.tzinfo is not None

    async def test_changes_are_read_a_few_at_a_time(self, open_it: OpenIt) -> None:
        store = open_it()
        for serial in range(1, 6):
            await stored(store, case(serial), claim(1, case(serial).id))
        assert [change.seq for change in await store.changes(1, 2)] == [2, 3]
        assert [len(change.documents) for change in await store.changes(3, 9)] == [2, 2]
        assert await store.changes(5, 2) == []

    async def test_a_transaction_that_changes_nothing_leaves_no_line(self, open_it: OpenIt) -> None:
        store = open_it()
        async with store.transaction("kari", "bare lesing") as tx:
            await tx.get(Case, "x")
        assert await store.last_change() == 0

    async def test_the_history_of_a_document_has_each_before_and_after(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case())
        doc = await store.get(Case, case().id)
        assert doc
        await stored(store, replace(doc, step="EWS"))
        async with store.transaction("ola", "slettet") as tx:
            tx.delete(replace(doc, rev=2))
        first, second, third = await store.history(Case, doc.id)
        assert (first.before, third.after) == (None, None)
        assert first.after == second.before
        assert second.after == third.before
        assert '"step":"EWS"' in (second.after or "").replace(" ", "")
        assert [entry.actor for entry in (first, second, third)] == ["kari", "kari", "ola"]
        assert await store.verify() == 3

    async def test_what_the_trail_keeps_of_a_document_can_be_erased_and_the_chain_still_holds(
        self, open_it: OpenIt
    ) -> None:
        store = open_it()
        await stored(store, case(1, name="Kari Testesen"), case(2, name="Ola Testesen"))
        doc = await store.get(Case, case(1).id)
        assert doc
        async with store.transaction("kk2", "sletting") as tx:
            tx.erase_history(Case, doc.id)
            tx.put(replace(doc, debtor_name="Slettet"))
        first, second = await store.history(Case, doc.id)
        assert (first.before, first.after, first.erased) == (None, None, True)
        assert (second.before, second.erased) == (None, True)
        assert "Slettet" in (second.after or "")
        async with store.snapshot() as snapshot:
            parts = [part async for stretch in snapshot.parts() for part in stretch]
        assert [part.after is None for part in parts if part.id == doc.id] == [True, False]
        assert [entry.erased for entry in await store.history(Case, case(2).id)] == [False]
        assert await store.verify() == 2

    async def test_erasing_again_erases_what_has_come_since_and_never_how_the_document_is(
        self, open_it: OpenIt
    ) -> None:
        store = open_it()
        for step in ("EWS", "PWS"):
            await stored(store, replace(await store.get(Case, case().id) or case(), step=step))
            async with store.transaction("kk2", "sletting") as tx:
                tx.erase_history(Case, case().id)
        *earlier, newest = await store.history(Case, case().id)
        assert [entry.after for entry in earlier] == [None]
        assert '"step":"PWS"' in (newest.after or "").replace(" ", "")
        assert await store.verify() == 3  # the first erasing found nothing to erase, and left no line

    async def test_the_texts_of_a_document_that_is_gone_can_be_erased(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case())
        doc = await store.get(Case, case().id)
        assert doc
        async with store.transaction("kari", "bort") as tx:
            tx.delete(doc)
            tx.erase_history(Case, doc.id)
        assert [(entry.after, entry.erased) for entry in await store.history(Case, doc.id)] == [(None, True)] * 2
        assert await store.verify() == 2

    async def test_a_rollback_erases_nothing(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case())
        await stored(store, replace(await store.get(Case, case().id) or case(), step="EWS"))

        async def erase_and_fail() -> None:
            async with store.transaction("kk2", "sletting") as tx:
                tx.erase_history(Case, case().id)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await erase_and_fail()
        assert [entry.erased for entry in await store.history(Case, case().id)] == [False, False]

    async def test_a_lock_that_was_let_go_is_free_at_once(self, open_it: OpenIt) -> None:
        store = open_it()
        for _ in range(50):
            async with store.lock("sending") as mine:
                assert mine

    async def test_a_lock_is_held_by_one_at_a_time(self, open_it: OpenIt) -> None:
        store, other = open_it(), open_it()
        async with store.lock("sending") as mine, other.lock("sending") as theirs, other.lock("import") as another:
            assert (mine, theirs, another) == (True, False, True)
        async with other.lock("sending") as free:
            assert free


class News:
    """Waiting for what others do."""

    async def test_one_who_waits_hears_of_a_change_made_here(self, open_it: OpenIt) -> None:
        store = open_it()
        waiting = asyncio.create_task(store.next_changes(0))
        await asyncio.sleep(0)
        await stored(store, case())
        (change,) = await in_time(waiting)
        assert (change.actor, change.reason, change.documents) == ("kari", "test", (("cases", case().id),))

    async def test_one_who_waits_hears_of_a_change_made_elsewhere(self, open_it: OpenIt) -> None:
        store, other = open_it(), open_it()
        await stored(store, case())
        seen = await store.last_change()
        waiting = asyncio.create_task(store.next_changes(seen))
        await asyncio.sleep(0)
        async with other.transaction("ola", "ny sak") as tx:
            tx.put(case(2))
        (change,) = await in_time(waiting)
        assert (change.seq, change.actor, change.documents) == (seen + 1, "ola", (("cases", case(2).id),))

    async def test_what_happened_already_is_told_at_once_oldest_first(self, open_it: OpenIt) -> None:
        store, other = open_it(), open_it()
        for number in range(1, 5):
            await stored(store if number % 2 else other, case(number))
        assert [change.seq for change in await in_time(store.next_changes(1))] == [2, 3, 4]

    async def test_each_news_is_waited_for_anew(self, open_it: OpenIt) -> None:
        store, other = open_it(), open_it()
        seen = 0
        for number in range(1, 4):
            waiting = asyncio.create_task(store.next_changes(seen))
            await asyncio.sleep(0)
            await stored(other, case(number))
            (change,) = await in_time(waiting)
            assert change.documents == (("cases", case(number).id),)
            seen = change.seq

    async def test_a_rolled_back_transaction_is_no_news(self, open_it: OpenIt) -> None:
        store, other = open_it(), open_it()
        waiting = asyncio.create_task(store.next_changes(0))
        await asyncio.sleep(0)
        with pytest.raises(Conflict):
            await stored(other, case(), case())
        await stored(other, case(2))
        (change,) = await in_time(waiting)
        assert change.documents == (("cases", case(2).id),)

    async def test_two_who_wait_hear_the_same(self, open_it: OpenIt) -> None:
        store, other = open_it(), open_it()
        waiting = [asyncio.create_task(each.next_changes(0)) for each in (store, store, other)]
        await asyncio.sleep(0)
        await stored(other, case())
        first, second, third = [await in_time(task) for task in waiting]
        assert first == second == third
        assert len(first) == 1

    async def test_one_who_is_cancelled_stops_waiting_and_the_store_goes_on(self, open_it: OpenIt) -> None:
        store = open_it()
        waiting = asyncio.create_task(store.next_changes(0))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await in_time(waiting)
        await stored(store, case())
        assert [change.seq for change in await in_time(store.next_changes(0))] == [1]
