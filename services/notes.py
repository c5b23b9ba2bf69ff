"""What is remembered for handlers beside the documents goes with the handler and with the case it is about.

Notes are in docs/decisions/0025-finding.md; each is called `<login>/<what>`.
"""

from collections.abc import Collection

from data.documents import Handler
from data.store import Store
from services.clock import Clock
from services.drafts import KEPT, clear_drafts
from services.listing import everything
from services.recents import forget_recent


async def forget_handler(store: Store, login: str) -> None:
    """Forget all that is remembered for one who is taken off the list."""
    for name in await store.notes(f"{login}/"):
        await store.remember(name, None)


async def forget_cases(store: Store, clock: Clock, numbers: Collection[str]) -> None:
    """Forget, for every handler, the half-filled forms about these cases, and that they were open."""
    await clear_drafts(store, before=clock.now() - KEPT, subjects=numbers)
    await forget_recent(store, numbers)


async def clear_old(store: Store, clock: Clock) -> None:
    """Forget drafts that nobody came back to, and what is left of those who are no handlers any more.

    A session that was under way when its handler was taken off the list may have remembered something since.
    """
    await clear_drafts(store, before=clock.now() - KEPT)
    known = {handler.id for handler in await everything(store, Handler)}
    for name in await store.notes(""):
        if name.partition("/")[0] not in known:
            await store.remember(name, None)
