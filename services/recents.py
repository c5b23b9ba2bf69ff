"""The cases that a handler had open last: remembered from one log-in to the next, on any host.

A note beside the documents (docs/decisions/0025-finding.md), written behind what the handler does: a case opens without
waiting for it, and one that could not be written is written with the next.
"""

from collections.abc import Collection

from data.documents import Case
from data.store import Store

MOST = 20
_NOTE = "/recent"


class RecentCases:
    """The recent cases of one handler, the last opened first. Two sessions of the same handler share them."""

    def __init__(self, store: Store, handler: str) -> None:
        self._store = store
        self._note = f"{handler}{_NOTE}"
        self._opened: list[str] = []
        self._written: list[str] = []

    def opened(self, number: str) -> None:
        """A case is opened. Nothing is written yet."""
        self._opened = [number, *(each for each in self._opened if each != number)][:MOST]

    async def numbers(self) -> list[str]:
        """Case numbers; those of this session before what was remembered."""
        kept = (await self._store.notes(self._note)).get(self._note, "").split()
        return list(dict.fromkeys((*self._opened, *kept)))[:MOST]

    async def previous(self, here: str = "") -> str | None:
        """The case that was open before the one that is `here`, or None; it must still be there."""
        numbers = [number for number in await self.numbers() if number != here]
        known = await self._store.get_many(Case, numbers)
        return next((number for number in numbers if number in known), None)

    async def keep(self) -> None:
        """Remember what was opened since the last time."""
        if self._opened == self._written:
            return
        opened, numbers = list(self._opened), await self.numbers()
        await self._store.remember(self._note, " ".join(numbers))
        self._written = opened


async def forget_recent(store: Store, numbers: Collection[str]) -> None:
    """Take cases out of what every handler had open."""
    for name, text in (await store.notes("")).items():
        opened = text.split() if name.endswith(_NOTE) else []
        kept = [number for number in opened if number not in numbers]
        if kept != opened:
            await store.remember(name, " ".join(kept) or None)
