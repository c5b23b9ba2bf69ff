"""Half-filled forms: what a handler has typed and not saved, to be offered again after a lost connection.

A draft is a note beside the documents (docs/decisions/0023-drafts.md): it belongs to a handler, a form and what the
form is about, and the one kept last is the one that counts. It may name persons, so it is not kept for long.
"""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec

from data.store import Store
from services.clock import Clock

KEPT = timedelta(days=30)  # from the last key: longer than a holiday
_DRAFT = "/draft/"


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What stood in the fields of a form, as text by the field's name, when something was last typed in it.

    `form` is the form's own name, `subject` what it was opened on: a case number, or nothing.
    """

    handler: str
    form: str
    subject: str
    fields: dict[str, str]
    made: datetime


class DraftService:
    """The drafts of one handler. What is asked for is done in the order it was asked for in."""

    def __init__(self, store: Store, clock: Clock, handler: str) -> None:
        self._store = store
        self._clock = clock
        self._handler = handler
        self._in_order = asyncio.Lock()

    async def keep(self, form: str, subject: str, fields: dict[str, str]) -> Draft:
        """Keep what stands in a form, in place of what was kept of it before."""
        draft = Draft(handler=self._handler, form=form, subject=subject, fields=fields, made=self._clock.now())
        async with self._in_order:
            await self._store.remember(_name(draft), msgspec.json.encode(draft).decode())
        return draft

    async def forget(self, form: str, subject: str) -> None:
        """The form is saved, or what was typed in it is thrown away."""
        async with self._in_order:
            await self._store.remember(f"{self._handler}{_DRAFT}{form}/{subject}", None)

    async def waiting(self) -> list[Draft]:
        """The handler's drafts, the newest first."""
        async with self._in_order:
            found = await _drafts(self._store, f"{self._handler}{_DRAFT}")
        return sorted(found.values(), key=lambda draft: draft.made, reverse=True)

    async def done(self) -> None:
        """Wait for all that has been asked for."""
        async with self._in_order:
            pass

    async def clear_old(self) -> None:
        """Forget every handler's drafts that nobody has come back to."""
        await clear_drafts(self._store, before=self._clock.now() - KEPT)


async def clear_drafts(store: Store, *, before: datetime, subjects: Collection[str] = ()) -> int:
    """Forget all handlers' drafts from before an instant, and those about one of `subjects`. Returns how many."""
    old = [name for name, draft in (await _drafts(store)).items() if draft.made < before or draft.subject in subjects]
    for name in old:
        await store.remember(name, None)
    return len(old)


async def _drafts(store: Store, beginning: str = "") -> dict[str, Draft]:
    """By the name of the note. One that another version of the program wrote, and this cannot read, is forgotten."""
    found: dict[str, Draft] = {}
    for name, text in (await store.notes(beginning)).items():
        if _DRAFT not in name:
            continue
        try:
            found[name] = msgspec.json.decode(text, type=Draft)
        except msgspec.DecodeError:
            await store.remember(name, None)
    return found


def _name(draft: Draft) -> str:
    return f"{draft.handler}{_DRAFT}{draft.form}/{draft.subject}"
