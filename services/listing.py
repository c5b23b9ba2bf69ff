"""Reading a whole small table."""

from typing import TypeVar

from data.documents import Document
from data.store import Store

D = TypeVar("D", bound=Document)


async def everything(store: Store, kind: type[D]) -> list[D]:
    """Every document of a table, ordered by id. For set-up (creditors, handlers, rates), never for cases."""
    found: list[D] = []
    after: str | None = None
    while True:
        page = await store.page(kind, after=after, limit=500)
        found += page.items
        if page.next is None:
            return found
        after = page.next
