"""Notes beside the documents."""

import asyncio

from data.documents import Case
from tests.data.conformance.common import OpenIt, stored
from tests.data.made_up import case


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
