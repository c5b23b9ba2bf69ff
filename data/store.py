"""The store as services see it. Any backend that passes tests/data/conformance keeps these promises.

- A transaction is atomic over any number of documents, and runs on fresh state, one at a time over all processes.
- A document that somebody else has changed since it was read is refused with `Conflict`.
- Each transaction leaves one line in the audit trail, in the same commit, chained to the line before it by its hash.
- Nothing blocks the event loop.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Generic, Literal, NamedTuple, Protocol, TypeVar

import msgspec

from data.documents import Document
from data.wanted import Value as Value
from data.wanted import Wanted as Wanted

D = TypeVar("D", bound=Document)
Match = Literal["beginnings", "whole", "near"]


class Page(msgspec.Struct, Generic[D], frozen=True):
    """A stretch of an ordered list. `next` goes into `after` for the stretch that follows; None at the end."""

    items: list[D]
    next: str | None


class Group(NamedTuple):
    """How many documents have the same value of a field, and the sum of another field over them."""

    count: int  # type: ignore[assignment] # it hides tuple.count, which nobody asks a pair for
    total: int


class Change(msgspec.Struct, frozen=True):
    """One committed transaction: which documents, as (table, id), and who did it when and why."""

    seq: int
    time: datetime
    actor: str
    reason: str
    documents: tuple[tuple[str, str], ...]


class AuditEntry(msgspec.Struct, frozen=True):
    """One document's part of a transaction, before and after as JSON text (None: was not there).

    `erased`: one of them was there, but has been erased since (Transaction.erase_history).
    """

    seq: int
    time: datetime
    actor: str
    reason: str
    table: str
    id: str
    before: str | None
    after: str | None
    erased: bool = False


class StoredDocument(msgspec.Struct, frozen=True):
    """A document as it is kept: `doc` is its whole JSON text."""

    table: str
    id: str
    rev: int
    doc: str


class TrailLine(msgspec.Struct, frozen=True):
    """A line of the audit trail as it is kept: `time` is ISO text, `hash` covers the whole line (data/audit.py)."""

    seq: int
    time: str
    actor: str
    reason: str
    previous: str
    hash: str


class TrailPart(msgspec.Struct, frozen=True):
    """One document's part of a line: the `number`th from 0, and how the document became (None: removed).

    `digest` is the hash of the table, the id and `after`, and the line's hash is over the digests: a text that had to
    be erased for the sake of a person's privacy leaves its digest behind, and the chain still holds.
    """

    seq: int
    number: int
    table: str
    id: str
    after: str | None
    digest: str


class Snapshot(Protocol):
    """Everything that a store held at one moment, read in stretches so that any size fits in little memory."""

    async def tables(self) -> list[str]:
        """Names of the tables, in order."""

    async def serials(self) -> dict[str, int]:
        """The last number given of each series."""

    def documents(self, table: str) -> AsyncIterator[list[StoredDocument]]:
        """The documents of a table, ordered by id."""

    def trail(self) -> AsyncIterator[list[TrailLine]]:
        """The audit trail's lines, oldest first."""

    def parts(self) -> AsyncIterator[list[TrailPart]]:
        """What belongs to the lines, ordered by line and number."""


class Reader(Protocol):
    """Reading, inside and outside a transaction. Inside, it sees what the transaction has put."""

    async def get(self, kind: type[D], key: str) -> D | None:
        """The document, or None."""

    async def get_many(self, kind: type[D], keys: Sequence[str]) -> dict[str, D]:
        """Those of the documents that exist, by id."""

    async def find(self, kind: type[D], field: str, value: Value) -> list[D]:
        """All documents whose INDEXED or UNIQUE `field` has `value`, ordered by id."""

    async def find_many(self, kind: type[D], field: str, values: Sequence[str]) -> list[D]:
        """All documents whose INDEXED or UNIQUE `field` has one of `values`, ordered by id."""


class Transaction(Reader, Protocol):
    """Changes that become visible together, or not at all."""

    def put(self, doc: D) -> D:
        """Store a new document, or a changed one, and return it with its new revision.

        Raises Conflict when `doc.rev` is not the stored revision (0 for a new document), at once or at commit;
        and at commit when a UNIQUE field's value is taken (None never is).
        """

    def delete(self, doc: Document) -> None:
        """Remove a document that holds no money; refused with Conflict when it is stale."""

    def erase_history(self, kind: type[Document], key: str) -> None:
        """Erase what the audit trail has of how the document was, at commit, after what is put. How it now is, stays.

        For a person's data that may be kept no longer. The lines stay with their hashes; this one tells what went.
        """

    async def serial(self, name: str) -> int:
        """The next whole number of a series, from 1. Never given twice, given back only by a rollback."""

    async def serials(self, name: str, count: int) -> range:
        """`count` numbers in a row of a series."""


class Store(Reader, Protocol):
    """The document store."""

    def transaction(self, actor: str, reason: str) -> AbstractAsyncContextManager[Transaction]:
        """Run a block as one transaction: committed at its end, rolled back by any exception or cancellation.

        Raises Conflict, StoreFull, StoreBroken; then nothing of the block is stored.
        """

    async def page(
        self,
        kind: type[D],
        *,
        where: Mapping[str, Wanted] | None = None,
        order: str = "id",
        descending: bool = False,
        after: str | None = None,
        offset: int = 0,
        limit: int = 200,
    ) -> Page[D]:
        """A stretch of the documents that have all of `where`, ordered by an INDEXED field and then by id.

        `where` gives a value, or a Range of them, to fields that are INDEXED or in LISTS.

        `after` (from `Page.next`) continues an earlier page; `offset` jumps.
        """

    async def count(self, kind: type[Document], where: Mapping[str, Wanted] | None = None) -> int:
        """How many documents have all of `where`."""

    async def total(self, kind: type[Document], field: str, where: Mapping[str, Wanted] | None = None) -> int:
        """The sum of a whole-number field."""

    async def groups(
        self,
        kind: type[Document],
        by: str,
        *,
        total: str | None = None,
        where: Mapping[str, Wanted] | None = None,
    ) -> dict[Value, Group]:
        """The documents that have all of `where`, counted by each value of a field of INDEXED or LISTS.

        `total` is a whole-number field to sum up. Those without a value are in no group.
        """

    async def search(self, kind: type[D], text: str, *, by: Match = "beginnings", limit: int = 50) -> list[D]:
        """Documents found by every word of `text` (see Document.search_entry), ordered by id.

        `by` "beginnings" each begins a word, "whole" it is one, "near" it begins one or is nearly one: mistyped, or
        another spelling of the same sound (data/near_words.py). Those found by "near" and not by "beginnings" are near.
        """

    async def changes(self, since: int, limit: int | None = None) -> list[Change]:
        """Transactions committed after `since` by anybody, oldest first, and no more than `limit` of them."""

    async def next_changes(self, since: int) -> list[Change]:
        """Wait until there are transactions after `since`, by anybody on any host, and return them, oldest first.

        A change is seen within a second. Waiting costs nearly nothing, and ends when the task is cancelled.
        """

    async def last_change(self) -> int:
        """The number of the newest transaction; 0 in an empty store."""

    async def history(self, kind: type[Document], key: str) -> list[AuditEntry]:
        """What happened to one document, oldest first."""

    async def verify(self) -> int:
        """Check the audit chain against itself and the documents. Returns its length.

        Raises StoreBroken, naming the first line that does not hold.
        """

    async def notes(self, beginning: str) -> dict[str, str]:
        """What has been asked to be remembered under names that begin with `beginning`, by name, in their order."""

    async def remember(self, name: str, text: str | None) -> None:
        """Remember a text under a name, or forget it (None). Whoever comes last has the say.

        For what makes a handler's day easier and is no part of the case: which cases were open, what is half typed.
        It is no document: no revision, no line in the audit trail, no news to others, not part of a snapshot.
        """

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """One moment of the whole store, held for the block while others go on writing."""

    async def fill(self, snapshot: Snapshot) -> None:
        """Make this empty store a copy of another one: documents with their revisions, series, and the audit trail.

        One transaction without a line of its own. Raises Conflict when there is anything in this store.
        """

    def lock(self, name: str) -> AbstractAsyncContextManager[bool]:
        """A lock that one process holds at a time; yields False at once when another has it. Its death frees it."""

    async def close(self) -> None:
        """Finish what is running and close the files."""
