"""How far the transactions in Visma have been read."""

from data.documents import Cursor
from data.store import Store
from services.listing import everything


async def last_cursor(store: Store) -> Cursor | None:
    """The cursor of the company that was read last."""
    cursors = await everything(store, Cursor)
    return max(cursors, key=lambda cursor: cursor.fetched, default=None)
