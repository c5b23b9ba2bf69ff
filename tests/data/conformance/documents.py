"""One document at a time, and two who change the same."""

from datetime import date

import pytest
from msgspec.structs import replace

from data.documents import Case, Claim, Payment
from data.errors import Conflict
from data.language import Translated
from tests.data.conformance.common import OpenIt, stored
from tests.data.made_up import case, claim, payment


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
