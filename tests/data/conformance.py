"""What every backend of the store promises. A test module subclasses these and gives the fixture `open_it`.

`open_it()` opens the one store of the test, once more each time it is called, as another process would; for `Copies`
the module also gives `open_empty`, which opens a second store that has nothing in it.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import TypeVar

import msgspec
import pytest
from msgspec.structs import replace

from data.documents import Case, Claim, Delivery, Document, Payment
from data.errors import Conflict
from data.language import Translated
from data.sealed_words import is_sealed
from data.search_index import CANDIDATES
from data.store import Match, Snapshot, Store, TrailLine
from data.wanted import Range, Wanted, fits
from tests.data.made_up import case, claim, payment

OpenIt = Callable[[], Store]
T = TypeVar("T")
WHOLE = "01817012345"  # a national id that cannot be
WAYS: tuple[Match, ...] = ("whole", "beginnings", "near")


async def stored(store: Store, *documents: Document) -> None:
    async with store.transaction("kari", "test") as tx:
        for document in documents:
            tx.put(document)


async def in_time(work: Awaitable[T]) -> T:
    """What comes; a failure, rather than a test that hangs, when nothing does."""
    return await asyncio.wait_for(work, 30)


class Documents:
    """One document at a time."""

    async def test_a_document_comes_back_as_it_was_with_its_first_revision(self, open_it: OpenIt) -> None:
        store, new = open_it(), case()
        async with store.transaction("kari", "ny sak") as tx:
            returned = tx.put(new)
        assert returned == replace(new, rev=1) == await store.get(Case, new.id)

    async def test_a_text_in_another_language_is_stored_in_bokmaal(self, open_it: OpenIt) -> None:
        """Colleagues read it in theirs, and it is found by what it says in bokmål."""
        store, told = open_it(), Translated("Case closed", "Saken er avsluttet")
        async with store.transaction("kari", "ny sak") as tx:
            tx.put(case(handler=told, step=told))
        (kept,) = await store.find(Case, "handler", "Saken er avsluttet")
        assert kept.step == "Saken er avsluttet"

    async def test_what_is_not_there_is_none(self, open_it: OpenIt) -> None:
        store = open_it()
        assert await store.get(Case, "0221-00000009") is None
        assert await store.get_many(Case, ["a", "b"]) == {}
        assert await store.find(Case, "kid", "1") == []
        assert await store.find_many(Case, "kid", []) == []

    async def test_a_document_is_found_by_each_of_its_fields(self, open_it: OpenIt) -> None:
        store, one, other = open_it(), case(1), case(2, handler="ola")
        await stored(store, other, one)
        assert [doc.id for doc in await store.find(Case, "status", "open")] == [one.id, other.id]
        assert [doc.id for doc in await store.find(Case, "handler", "ola")] == [other.id]
        assert [doc.id for doc in await store.find(Case, "kid", one.kid)] == [one.id]
        assert [doc.id for doc in await store.find_many(Case, "kid", [other.kid, "x", one.kid])] == [one.id, other.id]
        assert set(await store.get_many(Case, [one.id, "x", other.id])) == {one.id, other.id}

    async def test_missing_values_and_dates_are_found_too(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, payment(1, case=None), payment(2, date=date(2026, 1, 2)), payment(3, fingerprint=None))
        assert [doc.id for doc in await store.find(Payment, "case", None)] == [payment(1).id]
        assert [doc.id for doc in await store.find(Payment, "date", "2026-01-02")] == [payment(2).id]
        assert [doc.id for doc in await store.find(Payment, "fingerprint", None)] == [payment(3).id]

    async def test_a_field_without_an_index_is_refused(self, open_it: OpenIt) -> None:
        store = open_it()
        with pytest.raises(ValueError, match="threshold"):
            await store.find(Case, "threshold", 1)
        with pytest.raises(ValueError, match="threshold"):
            await store.count(Case, {"threshold": 1})
        with pytest.raises(ValueError, match="nothing"):
            await store.total(Case, "nothing")

    async def test_each_change_raises_the_revision_by_one(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case())
        for expected in (2, 3):
            doc = await store.get(Case, case().id)
            assert doc
            await stored(store, replace(doc, step=f"S{expected}"))
            doc = await store.get(Case, case().id)
            assert doc
            assert (doc.rev, doc.step) == (expected, f"S{expected}")

    async def test_a_deleted_document_is_gone_and_its_unique_value_is_free(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case())
        doc = await store.get(Case, case().id)
        assert doc
        async with store.transaction("kari", "bytte") as tx:
            tx.delete(doc)
            tx.put(case(2, kid=doc.kid))
        assert await store.get(Case, doc.id) is None
        assert [found.id for found in await store.find(Case, "kid", doc.kid)] == [case(2).id]


class Conflicts:
    """What is refused, and that nothing of it is stored."""

    async def test_a_stale_document_is_refused_with_its_whole_transaction(self, open_it: OpenIt) -> None:
        store, other = open_it(), open_it()
        await stored(store, case())
        stale = await store.get(Case, case().id)
        assert stale
        await stored(other, replace(stale, step="først"))
        with pytest.raises(Conflict, match=r"sak 0221-00000001 i mellomtiden") as refused:
            await stored(store, claim(), replace(stale, step="sist"))
        assert refused.value.details == ({"table": "cases", "id": stale.id, "rev": 1},)
        doc = await store.get(Case, stale.id)
        assert doc
        assert (doc.step, await store.get(Claim, claim().id)) == ("først", None)

    async def test_a_stale_document_is_not_deleted(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case())
        stale = await store.get(Case, case().id)
        assert stale
        await stored(store, replace(stale, step="ny"))
        with pytest.raises(Conflict):
            async with store.transaction("kari", "slett") as tx:
                tx.delete(stale)
        assert await store.get(Case, stale.id) is not None

    async def test_a_new_document_does_not_overwrite_one_that_is_there(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case())
        with pytest.raises(Conflict, match="finnes allerede sak 0221-00000001"):
            await stored(store, case(kid="1"))

    async def test_a_changed_document_that_was_never_stored_is_refused(self, open_it: OpenIt) -> None:
        with pytest.raises(Conflict):
            await stored(open_it(), case(rev=3))

    async def test_a_unique_value_is_taken_once_and_the_message_says_which(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case(1))
        with pytest.raises(Conflict, match=rf"KID {case(1).kid} er i bruk") as refused:
            await stored(store, case(2, kid=case(1).kid))
        assert refused.value.details == ({"table": "cases", "id": case(2).id, "field": "kid"},)
        assert await store.get(Case, case(2).id) is None

    async def test_two_documents_of_one_transaction_cannot_share_a_unique_value(self, open_it: OpenIt) -> None:
        store = open_it()
        with pytest.raises(Conflict):
            await stored(store, payment(1, fingerprint="x"), payment(2, fingerprint="x"))
        assert await store.count(Payment) == 0

    async def test_missing_and_empty_unique_values_never_clash(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, *(case(n, kid="") for n in range(3)), *(payment(n, fingerprint=None) for n in range(3)))
        assert (await store.count(Case), await store.count(Payment)) == (3, 3)
        assert len(await store.find(Case, "kid", "")) == 3
        assert await store.find(Case, "kid", None) == []

    async def test_a_unique_value_passes_from_one_document_to_another(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, payment(1, fingerprint="x"))
        old = await store.get(Payment, payment(1).id)
        assert old
        await stored(store, payment(2, fingerprint="x"), replace(old, fingerprint=None))
        assert [doc.id for doc in await store.find(Payment, "fingerprint", "x")] == [payment(2).id]


class Transactions:
    """Many documents at a time."""

    async def test_an_exception_undoes_everything(self, open_it: OpenIt) -> None:
        store = open_it()

        async def fails() -> None:
            async with store.transaction("kari", "feil") as tx:
                tx.put(case())
                await tx.serial("sak")
                raise KeyError

        with pytest.raises(KeyError):
            await fails()
        assert (await store.get(Case, case().id), await store.last_change()) == (None, 0)
        async with store.transaction("kari", "ny") as tx:
            assert await tx.serial("sak") == 1

    async def test_cancellation_undoes_everything_and_the_next_one_goes_on(self, open_it: OpenIt) -> None:
        store, inside = open_it(), asyncio.Event()

        async def never_ends() -> None:
            async with store.transaction("kari", "avbrytes") as tx:
                tx.put(case())
                await tx.find(Case, "status", "open")
                inside.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(never_ends())
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await stored(store, case(2))
        assert [doc.id for doc in await store.find(Case, "status", "open")] == [case(2).id]

    async def test_a_commit_that_has_begun_is_not_cut_by_a_cancellation(self, open_it: OpenIt) -> None:
        store, almost = open_it(), asyncio.Event()

        async def commits() -> None:
            async with store.transaction("kari", "avbrytes for sent") as tx:
                tx.put(case())
                almost.set()

        task = asyncio.create_task(commits())
        await almost.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await store.get(Case, case().id) is not None

    async def test_inside_it_reads_see_what_was_put_and_outside_they_do_not(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case(1), case(2))
        async with store.transaction("kari", "lesing") as tx:
            first = await tx.get(Case, case(1).id)
            assert first
            tx.put(replace(first, handler="ola"))
            tx.put(case(3))
            second = await tx.get(Case, case(2).id)
            assert second
            tx.delete(second)
            assert await tx.get(Case, second.id) is None
            assert set(await tx.get_many(Case, [case(n).id for n in (1, 2, 3)])) == {case(1).id, case(3).id}
            assert [doc.id for doc in await tx.find(Case, "handler", "kari")] == [case(3).id]
            assert [doc.id for doc in await tx.find_many(Case, "handler", ["kari", "ola"])] == [case(1).id, case(3).id]
            assert [doc.id for doc in await store.find(Case, "handler", "kari")] == [case(1).id, case(2).id]

    async def test_a_document_may_be_put_again_from_what_put_returned(self, open_it: OpenIt) -> None:
        store = open_it()
        async with store.transaction("kari", "to ganger") as tx:
            first = tx.put(case())
            tx.put(replace(first, step="2"))
            with pytest.raises(Conflict):
                tx.put(replace(first, step="3"))
        doc = await store.get(Case, case().id)
        assert doc
        assert (doc.rev, doc.step) == (2, "2")

    async def test_what_is_put_and_deleted_again_never_was(self, open_it: OpenIt) -> None:
        store = open_it()
        async with store.transaction("kari", "angret") as tx:
            tx.delete(tx.put(case()))
        assert await store.get(Case, case().id) is None

    async def test_a_large_transaction_reads_its_own_and_is_one_change(self, open_it: OpenIt) -> None:
        store, many = open_it(), 5_000
        async with store.transaction("kari", "import") as tx:
            for serial in range(many):
                tx.put(payment(serial, case=str(serial % 100)))
            half = await tx.get(Payment, payment(17).id)
            assert half
            tx.put(replace(half, case="17", text="igjen"))
            assert len(await tx.find(Payment, "case", "17")) == many / 100
            tx.delete(tx.put(replace(payment(18), rev=1)))
        assert await store.count(Payment) == many - 1
        assert await store.total(Payment, "amount") == (many - 1) * 100_00
        (change,) = await store.changes(0)
        assert len(change.documents) == many
        assert await store.verify() == 1

    async def test_a_refusal_late_in_a_large_transaction_undoes_all_of_it(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, payment(3_500))
        with pytest.raises(Conflict):
            await stored(store, *(payment(serial) for serial in range(4_000)))
        assert await store.count(Payment) == 1

    async def test_a_finished_transaction_takes_nothing_more(self, open_it: OpenIt) -> None:
        store = open_it()
        async with store.transaction("kari", "ferdig") as tx:
            tx.put(case())
        with pytest.raises(RuntimeError):
            tx.put(case(2))

    async def test_a_transaction_inside_a_transaction_is_a_mistake(self, open_it: OpenIt) -> None:
        store = open_it()
        with pytest.raises(RuntimeError):
            async with store.transaction("kari", "ytre"), store.transaction("kari", "indre"):
                pass

    async def test_numbers_of_a_series_come_once_each(self, open_it: OpenIt) -> None:
        store = open_it()
        async with store.transaction("kari", "numre") as tx:
            assert [await tx.serial("sak"), await tx.serial("sak"), await tx.serial("bilag")] == [1, 2, 1]
            assert await tx.serials("sak", 3) == range(3, 6)
        async with open_it().transaction("ola", "numre") as tx:
            assert await tx.serial("sak") == 6

    async def test_increments_side_by_side_are_all_counted(self, open_it: OpenIt) -> None:
        store, other = open_it(), open_it()
        await stored(store, case())

        async def increment(to: Store) -> None:
            async with to.transaction("kari", "én til") as tx:
                doc = await tx.get(Case, case().id)
                assert doc
                tx.put(replace(doc, outstanding=doc.outstanding + 1))

        await asyncio.gather(*(increment(to) for _ in range(20) for to in (store, other)))
        doc = await store.get(Case, case().id)
        assert doc
        assert (doc.outstanding, doc.rev) == (40, 41)


class Lists:
    """Pages, counts, totals and search."""

    async def test_counts_and_totals_obey_all_conditions(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(
            store,
            case(1, outstanding=1),
            case(2, outstanding=10, status="closed"),
            case(3, outstanding=100, handler="ola"),
        )
        assert await store.count(Case) == 3
        assert await store.count(Case, {"status": "open"}) == 2
        assert await store.count(Case, {"status": "open", "handler": "ola"}) == 1
        assert await store.total(Case, "outstanding", {"status": "open"}) == 101
        assert await store.total(Case, "outstanding", {"status": "paused"}) == 0

    async def test_an_offset_jumps_and_a_place_continues(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, *(case(n, name=f"Navn {n % 3}") for n in range(9)))
        page = await store.page(Case, order="debtor_sort", descending=True, offset=2, limit=3)
        assert [doc.id[-1] for doc in page.items] == ["2", "7", "4"]
        page = await store.page(Case, order="debtor_sort", descending=True, after=page.next, limit=10)
        assert [doc.id[-1] for doc in page.items] == ["1", "6", "3", "0"]
        assert page.next is None
        assert (await store.page(Case, offset=99)).items == []

    async def test_documents_are_counted_and_summed_by_the_value_of_a_field(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case(1, outstanding=5), case(2, outstanding=-7))
        await stored(store, case(3, status="closed", department="K020"))
        await stored(store, payment(1, unplaced="card", case=None), payment(2), payment(3, posting="frozen"))
        assert await store.groups(Case, "status", total="outstanding") == {"open": (2, -2), "closed": (1, 0)}
        assert await store.groups(Case, "department", where={"creditor": "0221"}) == {"K010": (2, 0), "K020": (1, 0)}
        assert await store.groups(Case, "department", where={"creditor": "0999"}) == {}
        assert await store.groups(Payment, "unplaced", total="amount") == {"card": (1, 100_00)}
        assert await store.groups(Payment, "to_post", total="amount") == {"ready": (1, 100_00)}
        assert await store.groups(Payment, "paid_month", total="amount") == {202611: (2, 200_00)}
        assert await store.count(Delivery, {"needs_decision": True}) == 0

    async def test_search_finds_by_the_beginning_of_every_word(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case(38, name="Bjørn-Åge Sæther"), claim(5, case(38).id), case(39, name="Kari Testesen"))
        for text in (
            *("38", "0221-00000038", "022100000038", "0221 00000038", "0221 0000 0038 5", case(38).kid),
            *("bjørn", "BJORN", "sæther", "saether", "Åge", "aage", "bjørn-åge", "Sæther, Bjørn", "s b", "700005"),
            *("sæther 700005", "V00385", "9900000", " 38 - "),
        ):
            assert [doc.id for doc in await store.search(Case, text)] == [case(38).id], text
        for text in ("", "  ", "sætherx", "jørn", "kari 700005", "*", '"', "testesen 38"):
            assert await store.search(Case, text) == [], text
        assert [doc.id for doc in await store.search(Case, "0221")] == [case(38).id, case(39).id]
        assert len(await store.search(Case, "0221", limit=1)) == 1

    async def test_search_gives_the_first_by_number_however_many_answer(self, open_it: OpenIt) -> None:
        store, numbers = open_it(), list(range(CANDIDATES + 500))
        random.Random(1).shuffle(numbers)
        async with store.transaction("kari", "saker") as tx:
            for number in numbers:
                tx.put(case(number, name="Ola Prøvesen" if number % 50 == 0 else "Kari Testesen"))
        first = {"kari": (1, 2, 3), "0221": (0, 1, 2), "prøve": (0, 50, 100)}
        for text, expected in first.items():
            found = await store.search(Case, text, limit=3)
            assert [doc.id for doc in found] == [case(number).id for number in expected], text

    async def test_search_follows_changes_and_removals(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case(1, name="Gammel"), claim(1, case(1).id))
        doc, invoice = await store.get(Case, case(1).id), await store.get(Claim, claim(1, case(1).id).id)
        assert doc
        assert invoice
        await stored(store, replace(doc, debtor_name="Nytt Navn"))
        assert await store.search(Case, "gammel") == []
        assert len(await store.search(Case, "nytt 700001")) == 1
        async with store.transaction("kari", "bort") as tx:
            tx.delete(invoice)
        assert await store.search(Case, "700001") == []
        assert len(await store.search(Case, "nytt")) == 1

    @pytest.mark.parametrize("typed", [WHOLE, "018170 12345", "018170-12345", "01 81 70 12345", f"kari {WHOLE}"])
    async def test_a_person_is_found_by_the_whole_national_id(self, open_it: OpenIt, typed: str) -> None:
        store = open_it()
        await stored(store, case(1, national_id=WHOLE), case(2, national_id="01817054321"))
        for way in WAYS:
            assert [doc.id for doc in await store.search(Case, typed, by=way)] == [case(1).id], way

    async def test_of_a_national_id_only_the_date_of_birth_is_found_by_its_beginning(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case(1, national_id=WHOLE))
        for known in ("0181", "018170", "kari 018170"):
            assert [doc.id for doc in await store.search(Case, known)] == [case(1).id], known
        (word,) = filter(is_sealed, case(1, national_id=WHOLE).search_entry()[1].split())
        nearly = (WHOLE[:7], WHOLE[:10], WHOLE + "0", "018170-1234", "018170 1234", "12345", "01817012346")
        for guess in (*nearly, word, word[1:], word[:5], word[1:5], word[0]):
            for way in WAYS:
                assert await store.search(Case, guess, by=way) == [], (guess, way)

    @pytest.mark.parametrize("written", [WHOLE, "018170 12345", f"nr.{WHOLE}@eksempel.invalid"])
    @pytest.mark.parametrize("field", ["org_number", "email", "mobile", "name", "old_number"])
    async def test_a_national_id_in_the_wrong_field_is_found_whole_and_not_digit_by_digit(
        self, open_it: OpenIt, field: str, written: str
    ) -> None:
        store, wrong = open_it(), case(1)
        if field == "old_number":
            wrong = replace(wrong, old_number=written)
        elif field == "name":
            wrong = replace(wrong, debtor_name=f"Kari {written}")
        else:
            wrong = replace(wrong, debtor=replace(wrong.debtor, **{field: written}))
        await stored(store, wrong)
        assert [doc.id for doc in await store.search(Case, WHOLE)] == [wrong.id]
        for guess in (WHOLE[:7], WHOLE[:10], "018170-1234", "12345"):
            for way in WAYS:
                assert await store.search(Case, guess, by=way) == [], (guess, way)
        await store.verify()

    async def test_an_invoice_number_that_may_be_a_national_id_is_found_whole_and_a_kid_by_its_beginning(
        self, open_it: OpenIt
    ) -> None:
        store = open_it()
        await stored(store, case(1), replace(claim(1, case(1).id), invoice=WHOLE), case(2, kid="01817054321"))
        assert [doc.id for doc in await store.search(Case, WHOLE)] == [case(1).id]
        assert await store.search(Case, WHOLE[:10]) == []
        assert [doc.id for doc in await store.search(Case, "0181705432")] == [case(2).id]

    async def test_what_is_no_national_id_is_not_searched_as_one(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case(1, national_id="0181701234"), case(2, kid=WHOLE))
        assert [doc.id for doc in await store.search(Case, "0181701234")] == [case(2).id]
        assert [doc.id for doc in await store.search(Case, WHOLE)] == [case(2).id]
        await store.verify()


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


class Ranges:
    """Lists narrowed to amounts and days."""

    @pytest.mark.parametrize(
        ("where", "found"),
        [
            ({"outstanding": Range(100)}, [2, 3]),
            ({"outstanding": Range(None, 100)}, [1, 2]),
            ({"outstanding": Range(100, 100), "status": "open"}, [2]),
            ({"step_date": Range(None, "2026-11-23")}, [1]),
            ({"step_date": Range("2026-11-01", "2026-11-24")}, [1, 2]),
            ({"step_date": Range(), "status": "open"}, [1, 2]),
            ({"step_sent": None}, [1, 2, 3]),
            ({"step_sent": Range()}, []),
        ],
    )
    async def test_a_list_is_narrowed_to_a_range(
        self, open_it: OpenIt, where: dict[str, Wanted], found: list[int]
    ) -> None:
        store = open_it()
        docs = [
            case(1, outstanding=-5, step_date=date(2026, 11, 20)),
            case(2, outstanding=100, step_date=date(2026, 11, 24)),
            case(3, outstanding=1_000),
        ]
        await stored(store, *docs)
        for order in ("id", "debtor_sort"):
            page = await store.page(Case, where=where, order=order)
            assert [doc.id for doc in page.items] == [case(number).id for number in found]
        assert await store.count(Case, where) == len(found)
        assert await store.total(Case, "outstanding", where) == sum(docs[each - 1].outstanding for each in found)
        assert found == [
            number
            for number, doc in enumerate(docs, 1)
            if all(fits(getattr(doc, field), wanted) for field, wanted in where.items())
        ]


class Near:
    """Names that are typed wrong."""

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            *(("Testesne", [1]), ("Kri Testesen", [1]), ("aase", [2]), ("Asse", [2]), ("proevesen", [2])),
            *(("hanssen", [3]), ("Tor jonsen", [4]), ("Johnsen Thro", [4]), ("öynes", [5]), ("oines", [5])),
            *(("Kristofer", [5]), ("tesets", [1]), ("xyz", []), ("ka", [1]), ("7", []), ("", [])),
        ],
    )
    async def test_a_typing_mistake_is_forgiven(self, open_it: OpenIt, typed: str, found: list[int]) -> None:
        store = open_it()
        names = ["Kari Testesen", "Åse Prøvesen", "Ola Hansen", "Thor Johnsen", "Christoffer Øynes"]
        await stored(store, *(case(number, debtor_name=name) for number, name in enumerate(names, 1)))
        assert [doc.id for doc in await store.search(Case, typed, by="near")] == [case(number).id for number in found]

    async def test_whole_words_are_found_before_longer_ones(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case(1, debtor_name="Per Hansen"), case(2, debtor_name="Pernille Hansen"))
        assert [doc.debtor_name for doc in await store.search(Case, "per", by="whole")] == ["Per Hansen"]
        assert len(await store.search(Case, "per")) == 2

    async def test_a_name_that_nobody_has_any_more_is_forgotten(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case(1, debtor_name="Kari Testesen"), case(2, debtor_name="Ola Testesen"))
        docs = [doc for number in (1, 2) if (doc := await store.get(Case, case(number).id))]
        await stored(store, *(replace(doc, debtor_name="Slettet") for doc in docs[:1]))
        assert [doc.id for doc in await store.search(Case, "testesne", by="near")] == [case(2).id]
        assert await store.search(Case, "krai", by="near") == []
        await stored(store, replace(docs[1], debtor_name="Slettet"))
        assert await store.search(Case, "testesne", by="near") == []
        await store.verify()


class Notes:
    """What is remembered beside the documents."""

    async def test_a_note_is_there_for_all_and_the_last_one_wins(self, open_it: OpenIt) -> None:
        store, other = open_it(), open_it()
        await store.remember("kari/recent", "1")
        await other.remember("kari/recent", "2")
        await other.remember("kari/draft/a", "%_'")
        assert await store.notes("kari/") == {"kari/draft/a": "%_'", "kari/recent": "2"}
        assert await store.notes("kari/recent") == {"kari/recent": "2"}
        assert await store.notes("ola/") == {}

    async def test_a_note_is_forgotten_for_good(self, open_it: OpenIt) -> None:
        store = open_it()
        await store.remember("kari/recent", "1")
        await store.remember("kari/recent", None)
        await store.remember("never", None)
        assert await open_it().notes("") == {}

    async def test_a_note_leaves_no_trace_in_the_audit_trail_and_is_no_news(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case())
        await store.remember("kari/recent", "1")
        assert await store.last_change() == await store.verify() == 1

    async def test_notes_are_taken_while_others_write(self, open_it: OpenIt) -> None:
        store, other = open_it(), open_it()
        texts = [store.remember("kari/recent", str(number)) for number in range(10)]
        await asyncio.gather(*texts, *(stored(other, case(number)) for number in range(10)))
        assert (await store.count(Case), len(await store.notes(""))) == (10, 1)


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


class Copies:
    """The whole store at one moment, and a copy of it."""

    async def test_a_snapshot_is_one_moment_while_others_go_on(self, open_it: OpenIt) -> None:
        store, other = open_it(), open_it()
        await stored(store, case(1), claim(1))
        async with store.snapshot() as snapshot:
            await stored(other, case(2))
            doc = await other.get(Case, case(1).id)
            assert doc
            await stored(store, replace(doc, step="ny"))
            assert [each.id for each in await taken(snapshot.documents("cases"))] == [case(1).id]
            (before,) = await taken(snapshot.documents("cases"))
            assert (before.rev, msgspec.json.decode(before.doc, type=Case)) == (1, replace(case(1), rev=1))
            assert [line.seq for line in await taken(snapshot.trail())] == [1]
            assert [(part.table, part.number) for part in await taken(snapshot.parts())] == [
                ("cases", 0),
                ("claims", 1),
            ]
        async with store.snapshot() as snapshot:
            assert len(await taken(snapshot.documents("cases"))) == 2

    async def test_a_snapshot_has_every_table_and_series(self, open_it: OpenIt) -> None:
        store = open_it()
        async with store.transaction("kari", "numre") as tx:
            await tx.serials("sak", 5)
            await tx.serial("bilag")
            tx.put(case())
        async with store.snapshot() as snapshot:
            names = await snapshot.tables()
            assert set(names) >= {"cases", "claims", "payments"}
            assert names == sorted(names)
            assert await snapshot.serials() == {"sak": 5, "bilag": 1}
            assert await taken(snapshot.documents("payments")) == []

    async def test_two_readers_of_one_snapshot_do_not_disturb_each_other(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, *(case(serial) for serial in range(3)), *(payment(serial) for serial in range(4)))
        async with store.snapshot() as snapshot:
            cases = snapshot.documents("cases")
            first = await anext(cases)
            payments = await taken(snapshot.documents("payments"))
            assert (len(first) + len(await taken(cases)), len(payments)) == (3, 4)

    async def test_a_copy_has_everything_as_it_was(self, open_it: OpenIt, open_empty: OpenIt) -> None:
        store, copy = open_it(), open_empty()
        await a_little_of_all(store)
        async with store.snapshot() as snapshot:
            await copy.fill(snapshot)
        assert await contents(copy) == await contents(store)
        for kind, key in ((Case, case(1).id), (Claim, claim(1).id), (Payment, payment(3).id)):
            assert await copy.get(kind, key) == await store.get(kind, key)
            assert await copy.history(kind, key) == await store.history(kind, key)
        assert await copy.changes(0) == await store.changes(0)
        assert await copy.verify() == await store.verify() == 3

    async def test_a_copy_is_searched_found_in_and_counted_as_the_store_was(
        self, open_it: OpenIt, open_empty: OpenIt
    ) -> None:
        store, copy = open_it(), open_empty()
        await a_little_of_all(store)
        async with store.snapshot() as snapshot:
            await copy.fill(snapshot)
        for text in ("sæther", "0221 0000 0001 5", "700001", "testesen", "2"):
            assert await copy.search(Case, text) == await store.search(Case, text), text
        assert [doc.id for doc in await copy.search(Case, "bjørn 700001")] == [case(1).id]
        for field, value in (("case", case(1).id), ("date", "2026-11-20"), ("fingerprint", None), ("unplaced", None)):
            assert await copy.find(Payment, field, value) == await store.find(Payment, field, value), field
        assert await copy.total(Payment, "amount") == await store.total(Payment, "amount")
        assert (await copy.page(Case, order="debtor_sort")).items == (await store.page(Case, order="debtor_sort")).items

    async def test_work_goes_on_in_the_copy(self, open_it: OpenIt, open_empty: OpenIt) -> None:
        store, copy = open_it(), open_empty()
        await a_little_of_all(store)
        async with store.snapshot() as snapshot:
            await copy.fill(snapshot)
        doc = await copy.get(Case, case(1).id)
        assert doc
        async with copy.transaction("ola", "videre") as tx:
            assert await tx.serial("sak") == 6
            tx.put(replace(doc, debtor_name="Nytt Navn"))
            tx.put(payment(9))
        with pytest.raises(Conflict):
            await stored(copy, payment(10, fingerprint=payment(9).fingerprint))
        assert [found.id for found in await copy.search(Case, "nytt navn")] == [doc.id]
        assert [entry.seq for entry in await copy.history(Case, doc.id)] == [1, 2, 4]
        assert await copy.verify() == 4
        assert await store.verify() == 3

    async def test_a_copy_of_nothing_is_nothing(self, open_it: OpenIt, open_empty: OpenIt) -> None:
        copy = open_empty()
        async with open_it().snapshot() as snapshot:
            await copy.fill(snapshot)
        assert (await copy.last_change(), await copy.verify()) == (0, 0)

    async def test_a_store_with_anything_in_it_is_not_filled(self, open_it: OpenIt, open_empty: OpenIt) -> None:
        store, copy = open_it(), open_empty()
        await a_little_of_all(store)
        await stored(copy, case(7))
        before = await contents(copy)
        async with store.snapshot() as snapshot:
            with pytest.raises(Conflict, match="noe i registeret fra før") as refused:
                await copy.fill(snapshot)
        assert refused.value.code == "not_empty"
        assert await contents(copy) == before

    async def test_a_series_alone_is_something(self, open_it: OpenIt, open_empty: OpenIt) -> None:
        store, copy = open_it(), open_empty()
        async with copy.transaction("kari", "bare et nummer") as tx:
            await tx.serial("sak")
        async with store.snapshot() as snapshot:
            with pytest.raises(Conflict):
                await copy.fill(snapshot)

    async def test_a_copy_that_breaks_off_leaves_nothing_and_can_be_made_again(
        self, open_it: OpenIt, open_empty: OpenIt
    ) -> None:
        store, copy = open_it(), open_empty()
        await a_little_of_all(store)
        async with store.snapshot() as snapshot:
            with pytest.raises(OSError, match="brutt"):
                await copy.fill(BreaksOff(snapshot))
            assert await copy.last_change() == 0
            await copy.fill(snapshot)
        assert await contents(copy) == await contents(store)

    async def test_a_large_store_is_read_and_copied_in_stretches(self, open_it: OpenIt, open_empty: OpenIt) -> None:
        store, copy, many = open_it(), open_empty(), 4_500
        await stored(store, *(payment(serial) for serial in range(many)))
        async with store.snapshot() as snapshot:
            stretches = [len(stretch) async for stretch in snapshot.documents("payments")]
            assert (sum(stretches), max(stretches) <= 2_000) == (many, True)
            stretches = [len(stretch) async for stretch in snapshot.parts()]
            assert (sum(stretches), max(stretches) <= 2_000) == (many, True)
            await copy.fill(snapshot)
        assert await copy.count(Payment) == many
        assert await copy.verify() == 1


async def a_little_of_all(store: Store) -> None:
    """Three lines of the trail: documents put, changed and removed, and numbers of a series."""
    async with store.transaction("kari", "først") as tx:
        tx.put(case(1, name="Bjørn-Åge Sæther"))
        tx.put(claim(1))
        tx.put(case(2))
        for serial in range(1, 4):
            tx.put(payment(serial, fingerprint=None if serial == 2 else f"f{serial}", case=case(1).id))
        await tx.serials("sak", 5)
    one, gone = await store.get(Case, case(1).id), await store.get(Payment, payment(1).id)
    assert one
    assert gone
    await stored(store, replace(one, step="EWS", outstanding=1_234_50), payment(4, case=None, unplaced="unknown_kid"))
    async with store.transaction("ola", "fjernet «æøå»") as tx:
        tx.delete(gone)


async def contents(store: Store) -> object:
    """All that a snapshot has, with the documents as values: backends may space their JSON differently."""
    async with store.snapshot() as snapshot:
        tables = {
            table: [(each.id, each.rev, msgspec.json.decode(each.doc)) for each in rows]
            for table in await snapshot.tables()
            if (rows := await taken(snapshot.documents(table)))
        }
        return tables, await snapshot.serials(), await taken(snapshot.trail()), await taken(snapshot.parts())


async def taken(stretches: AsyncIterator[list[T]]) -> list[T]:
    """All of it."""
    return [each async for stretch in stretches for each in stretch]


class BreaksOff:
    """A snapshot whose audit trail cannot be read to its end."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.tables = snapshot.tables
        self.serials = snapshot.serials
        self.documents = snapshot.documents
        self.parts = snapshot.parts

    async def trail(self) -> AsyncIterator[list[TrailLine]]:
        yield []
        raise OSError("brutt")
