"""What is happening in the store, for those who look at it: which documents and cases, by whom and when."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from data.documents import Document, Event, Handler, Payment
from data.store import Change, Store

MOST_LOOKED_UP = 500  # documents of a batch; of a larger one it is not found out which cases they belong to
_BY_NUMBER = frozenset({"claims", "fees", "letters"})  # their ids begin with the case number


class News(msgspec.Struct, frozen=True, kw_only=True):
    """One committed transaction. `cases` are those that its documents belong to; None: too many to tell."""

    number: int
    time: datetime
    actor: str
    documents: frozenset[tuple[str, str]]
    tables: frozenset[str]
    cases: frozenset[str] | None

    def about_case(self, number: str) -> bool:
        """Whether the case, or something on it, may have changed."""
        return self.cases is None or number in self.cases


class NewsService:
    """Tells what others do, and when."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def number(self) -> int:
        """The number of the newest transaction: what is read after this has it, and all before it."""
        return await self._store.last_change()

    async def after(self, number: int) -> list[News]:
        """Wait until something is committed after transaction `number`, and tell it, oldest first."""
        changes = await self._store.next_changes(number)
        owners = await self._owners(changes)
        return [_news(change, owners) for change in changes]

    async def name_of(self, login: str) -> str:
        """The name of a handler, or the login of one who is not there any more."""
        handler = await self._store.get(Handler, login)
        return handler.name if handler else login

    async def _owners(self, changes: Sequence[Change]) -> dict[tuple[str, str], str] | None:
        """The cases of the payments and log lines in `changes`; None when they are too many to look up."""
        if sum(len(change.documents) for change in changes) > MOST_LOOKED_UP:
            return None
        kinds: tuple[type[Payment] | type[Event], ...] = (Payment, Event)
        owners: dict[tuple[str, str], str] = {}
        for kind in kinds:
            keys = _keys(kind, changes)
            found = await self._store.get_many(kind, keys) if keys else {}
            owners |= {(kind.TABLE, key): each.case for key, each in found.items() if each.case}
        return owners


def _news(change: Change, owners: dict[tuple[str, str], str] | None) -> News:
    return News(
        number=change.seq,
        time=change.time,
        actor=change.actor,
        documents=frozenset(change.documents),
        tables=frozenset(table for table, _ in change.documents),
        cases=None if owners is None else frozenset(filter(None, (_case(each, owners) for each in change.documents))),
    )


def _case(document: tuple[str, str], owners: dict[tuple[str, str], str]) -> str:
    table, key = document
    if table == "cases":
        return key
    return key.partition("/")[0] if table in _BY_NUMBER else owners.get(document, "")


def _keys(kind: type[Document], changes: Sequence[Change]) -> list[str]:
    return sorted({key for change in changes for table, key in change.documents if table == kind.TABLE})
