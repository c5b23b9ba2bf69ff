"""All of a transaction or nothing."""

import asyncio

import pytest
from msgspec.structs import replace

from data.documents import Case, Payment
from data.errors import Conflict
from data.store import Store
from tests.data.conformance.common import OpenIt, stored
from tests.data.made_up import case, payment


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
