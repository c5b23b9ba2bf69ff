"""What every document has, and the words that several of them use."""

from datetime import datetime
from typing import ClassVar, Literal

import msgspec

WORDS_VERSION = "3"  # raised when documents are found by other words: then those of a store are made again

Component = Literal["principal", "costs", "fees", "interest", "surplus"]

# Documents are trees of values that never change, so no garbage is ever tied in a ring among them: gc=False spares
# collections from going through them, which took half of the time of reading many.


class Part(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A value inside a document."""


class Document(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What every document has. `rev` is the store's: 0 until stored, then one more at each change.

    TABLE names the table, INDEXED and UNIQUE the fields that can be found by. LISTS has the fields of an index for each
    list that is longer than a screen or two: those it is filtered by, the one it is ordered by, and "id". Fields after
    "id" are carried along, so that more filters, or a sum, are answered without reading the documents. SEARCHED has the
    fields that `search_entry` is made of, besides the id; none: documents of the type are not searched.
    """

    TABLE: ClassVar[str]
    INDEXED: ClassVar[tuple[str, ...]] = ()
    UNIQUE: ClassVar[tuple[str, ...]] = ()
    LISTS: ClassVar[tuple[tuple[str, ...], ...]] = ()
    SEARCHED: ClassVar[tuple[str, ...]] = ()

    id: str
    rev: int = 0

    def search_entry(self) -> tuple[str, str] | None:
        """(id of the document that search shall answer with, words to find it by), or None: not searched."""
        return None

    def is_found_like(self, other: "Document") -> bool:
        """Whether another version of the document has the same `search_entry`. Most changes leave it alone."""
        return all(getattr(self, field) == getattr(other, field) for field in self.SEARCHED)


class Mark(Part, frozen=True, kw_only=True):
    """Who did something to a document, when and why."""

    actor: str
    time: datetime
    reason: str
