"""Snapshots, and copies of a whole store."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from msgspec.structs import replace

from data.documents import Case, Claim, Payment
from data.errors import Conflict
from data.store import Snapshot, TrailLine
from tests.data.conformance.common import OpenIt, a_little_of_all, contents, stored, taken
from tests.data.made_up import case, claim, payment


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
