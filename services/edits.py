"""What somebody has done to a document since it was seen, field by field, in words: out of the audit trail."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from data.documents import ALL_DOCUMENTS, Document, Handler
from data.language import _
from data.store import AuditEntry, Store
from services.edit_text import FIELDS, written
from services.listing import everything

_KINDS = {kind.TABLE: kind for kind in ALL_DOCUMENTS}


class FieldEdit(msgspec.Struct, frozen=True, kw_only=True):
    """A field that became another. `before` and `after` are as a person reads them; both empty: not to be shown."""

    field: str
    label: str
    before: str
    after: str


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """One transaction's change of a document. `actor` is the person's name; `removed`: the document is gone."""

    actor: str
    time: datetime
    reason: str
    fields: tuple[FieldEdit, ...]
    removed: bool = False


class EditService:
    """Tells how documents have become as they are."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def since(self, table: str, key: str, rev: int) -> list[Edit]:
        """What has been done to a document since it had revision `rev`, oldest first. Nothing for an unknown table."""
        kind = _KINDS.get(table)
        if kind is None:
            return []
        entries = [each for each in await self._store.history(kind, key) if _is_later(kind, each, rev)]
        names = {handler.id: handler.name for handler in await everything(self._store, Handler)} if entries else {}
        return [_edit(kind, each, names) for each in entries]


def _is_later(kind: type[Document], entry: AuditEntry, rev: int) -> bool:
    before, after = _document(kind, entry.before), _document(kind, entry.after)
    if after is None:
        return before is not None and before.rev >= rev
    return after.rev > rev


def _edit(kind: type[Document], entry: AuditEntry, names: Mapping[str, str]) -> Edit:
    before, after = _document(kind, entry.before), _document(kind, entry.after)
    return Edit(
        actor=names.get(entry.actor, entry.actor),
        time=entry.time,
        reason=entry.reason,
        fields=tuple(_field_edits(before, after, names)) if before and after else (),
        removed=after is None,
    )


def _field_edits(before: Document, after: Document, names: Mapping[str, str]) -> Iterable[FieldEdit]:
    for field, label in FIELDS.get(after.TABLE, {}).items():
        old, new = _value(before, field), _value(after, field)
        if old != new:
            was, is_now = written(field, old, names), written(field, new, names)
            yield FieldEdit(field=field, label=_(label), before=was, after=is_now)


def _value(document: Document, field: str) -> object:
    """The value of `threshold`, or of `accounting.bank`."""
    value: object = document
    for part in field.split("."):
        value = getattr(value, part)
    return value


def _document(kind: type[Document], text: str | None) -> Document | None:
    return None if text is None else msgspec.json.decode(text, type=kind)
