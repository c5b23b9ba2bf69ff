"""The audit trail as a person reads it: who did what, when and why, and which fields became what."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

import msgspec

from data.audit import ERASURES
from data.documents import (
    ALL_DOCUMENTS,
    Case,
    Claim,
    ClaimLink,
    Document,
    Event,
    Fee,
    Handler,
    Letter,
    Mail,
    Payment,
)
from data.errors import NotFound
from data.language import _
from data.refusals import NAMES
from data.store import AuditEntry, Change, Store
from services.audit_text import is_empty, label, shown, values
from services.edits import FieldEdit
from services.listing import everything
from services.oslo import OSLO

KINDS = {kind.TABLE: kind for kind in ALL_DOCUMENTS}
OF_CASE: tuple[type[Claim] | type[Fee] | type[Event] | type[Payment] | type[Letter] | type[ClaimLink], ...] = (
    Claim,
    Fee,
    Event,
    Payment,
    Letter,
    ClaimLink,
)
WINDOW = 500  # lines that are read at a time, the newest first
MOST_DOCUMENTS = 20  # of a line that are told of; an import has thousands


class TrailDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What a line did to a document: made it, changed it, removed it, or erased what the trail had of it."""

    table: str
    id: str
    name: str
    what: str
    fields: tuple[FieldEdit, ...] = ()


class TrailEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the trail. `more` documents are not told of. `name` is the handler's, or the login."""

    number: int
    time: datetime
    actor: str
    name: str
    reason: str
    documents: tuple[TrailDocument, ...]
    more: int = 0


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines: of one handler (login), from a day to a day, as days are in Norway; the newest `limit` of them."""

    handler: str = ""
    since: date | None = None
    until: date | None = None
    limit: int = 50

    def has(self, actor: str, when: datetime) -> bool:
        return not (self.handler and actor != self.handler) and self._from <= when < self._to

    def is_over(self, when: datetime) -> bool:
        """Whether all lines before this one are too old."""
        return when < self._from

    @property
    def _from(self) -> datetime:
        return datetime.combine(self.since or date(1970, 1, 1), time(), OSLO)

    @property
    def _to(self) -> datetime:
        return datetime.combine((self.until or date(9998, 1, 1)) + timedelta(days=1), time(), OSLO)


class AuditTrail:
    """Tells the trail."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def lines(self, wanted: Wanted) -> list[TrailEvent]:
        """The newest lines that are wanted, oldest first."""
        names = await self._names()
        found: list[Change] = []
        end = await self._store.last_change()
        while end > 0 and len(found) < wanted.limit:
            begin = max(0, end - WINDOW)
            window = await self._store.changes(begin, end - begin)
            found = [each for each in window if wanted.has(each.actor, each.time)] + found
            end = 0 if wanted.is_over(window[0].time) else begin
        return [await self._told(change, names) for change in found[-wanted.limit :]]

    async def of_case(self, number: str, wanted: Wanted) -> list[TrailEvent]:
        """The newest lines that touch a case or what belongs to it, oldest first. Raises NotFound."""
        if await self._store.get(Case, number) is None:
            raise NotFound(_("Sak {number} finnes ikke.").format(number=number))
        lines: dict[int, list[AuditEntry]] = {}
        for kind, key in await self._belonging(number):
            for entry in await self._store.history(kind, key):
                if wanted.has(entry.actor, entry.time):
                    lines.setdefault(entry.seq, []).append(entry)
        names = await self._names()
        return [_event(lines[seq], names) for seq in sorted(lines)[-wanted.limit :]]

    async def _belonging(self, number: str) -> list[tuple[type[Document], str]]:
        """The case, and the documents that point to it."""
        found: list[tuple[type[Document], str]] = [(Case, number)]
        for kind in OF_CASE:
            documents = await self._store.find(kind, "case", number)
            found += [(kind, each.id) for each in documents]
            found += [(Mail, each.mail) for each in documents if isinstance(each, Letter) and each.mail]
        return list(dict.fromkeys(found))

    async def _told(self, change: Change, names: Mapping[str, str]) -> TrailEvent:
        entries = []
        for table, key in change.documents[:MOST_DOCUMENTS]:
            if table in KINDS:
                entries += [each for each in await self._store.history(KINDS[table], key) if each.seq == change.seq]
        erased = [_erasure(key) for table, key in change.documents[:MOST_DOCUMENTS] if table == ERASURES]
        return TrailEvent(
            number=change.seq,
            time=change.time,
            actor=change.actor,
            name=names.get(change.actor, change.actor),
            reason=change.reason,
            documents=(*_documents(entries, names), *erased),
            more=max(0, len(change.documents) - MOST_DOCUMENTS),
        )

    async def _names(self) -> dict[str, str]:
        return {handler.id: handler.name for handler in await everything(self._store, Handler)}


def _event(entries: Sequence[AuditEntry], names: Mapping[str, str]) -> TrailEvent:
    first = entries[0]
    return TrailEvent(
        number=first.seq,
        time=first.time,
        actor=first.actor,
        name=names.get(first.actor, first.actor),
        reason=first.reason,
        documents=tuple(_documents(entries, names)),
    )


def _documents(entries: Iterable[AuditEntry], names: Mapping[str, str]) -> Iterable[TrailDocument]:
    for entry in entries:
        name = _(NAMES.get(entry.table, entry.table))
        fields = () if entry.erased else tuple(_fields(entry, names))
        yield TrailDocument(table=entry.table, id=entry.id, name=name, what=_what(entry), fields=fields)


def _what(entry: AuditEntry) -> str:
    if entry.erased:
        return _("innholdet er slettet av hensyn til personvernet")
    if entry.after is None:
        return _("fjernet")
    return _("ny") if entry.before is None else _("endret")


def _fields(entry: AuditEntry, names: Mapping[str, str]) -> Iterable[FieldEdit]:
    """The fields that became another; of a new document, those that say something."""
    before, after = _values(entry.table, entry.before), _values(entry.table, entry.after)
    if not after:
        return
    for field, value in after.items():
        old = before.get(field)
        if value == old or (not before and is_empty(value)):
            continue
        was = shown(entry.table, field, old, names) if before else ""
        is_now = shown(entry.table, field, value, names)
        yield FieldEdit(field=field, label=label(entry.table, field), before=was, after=is_now)


def _values(table: str, text: str | None) -> dict[str, object]:
    """A document's fields; none when it was not there, or has a shape that this version does not know."""
    if text is None:
        return {}
    try:
        return values(msgspec.json.decode(text, type=KINDS[table]))
    except msgspec.DecodeError:
        return {}


def _erasure(key: str) -> TrailDocument:
    table, _slash, document = key.partition("/")
    name = _(NAMES.get(table, table))
    return TrailDocument(table=table, id=document, name=name, what=_("tidligere innhold er slettet fra loggen"))
