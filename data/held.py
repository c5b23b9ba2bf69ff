"""What a transaction has put and not yet written: documents held in memory, over what the database has."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from data import refusals
from data.documents import Document
from data.language import untranslated
from data.store import Value

D = TypeVar("D", bound=Document)


class Pending(NamedTuple):
    """What a transaction does to a document: its revision in the database (0: none), and how it is to be."""

    base: int
    doc: Document
    removed: bool

    @property
    def rev(self) -> int:
        """The revision that the next change must come from."""
        return 0 if self.removed else self.doc.rev


class Held:
    """The changes that wait to be written, the newest of each document."""

    def __init__(self) -> None:
        self._changes: dict[tuple[str, str], Pending] = {}

    def __len__(self) -> int:
        return len(self._changes)

    def put(self, doc: D) -> D:
        """Hold a document, and return it with its new revision. Raises Conflict when another change is held."""
        stored = msgspec.structs.replace(doc, rev=doc.rev + 1)
        self._hold(doc, stored, removed=False)
        return stored

    def delete(self, doc: Document) -> None:
        """Hold a removal. Raises Conflict when another change is held."""
        self._hold(doc, doc, removed=True)

    def _hold(self, doc: Document, after: Document, *, removed: bool) -> None:
        key = (doc.TABLE, doc.id)
        held = self._changes.get(key)
        if held and held.rev != doc.rev:
            raise refusals.stale(doc)
        self._changes[key] = Pending(held.base if held else doc.rev, after, removed)

    def get(self, kind: type[D], key: str) -> Pending | None:
        """What is held of a document."""
        return self._changes.get((kind.TABLE, key))

    def take(self, most: int) -> list[Pending]:
        """The oldest of what is held, which is held no more, in the order to write it in.

        Removals first, new documents last: a unique value may pass from one document to another.
        """
        keys = [key for key, _ in zip(self._changes, range(most), strict=False)]
        taken = [self._changes.pop(key) for key in keys]
        return sorted(taken, key=lambda change: (change.removed is False, change.base == 0))

    def clear(self) -> None:
        self._changes.clear()

    def laid_over(self, kind: type[D], found: Sequence[D], wanted: Callable[[D], bool]) -> list[D]:
        """What the database has, but as it is held: by id, those that are `wanted`."""
        held = [change for (table, _), change in self._changes.items() if table == kind.TABLE]
        if not held:
            return list(found)
        touched = {change.doc.id for change in held}
        kept = [doc for doc in found if doc.id not in touched]
        kept += [
            change.doc for change in held if isinstance(change.doc, kind) and not change.removed and wanted(change.doc)
        ]
        return sorted(kept, key=lambda doc: doc.id)


def plain(doc: Document, field: str) -> Value:
    """A field as `find` takes it: a date is text."""
    value: Value = msgspec.to_builtins(getattr(doc, field), enc_hook=untranslated)
    return value
