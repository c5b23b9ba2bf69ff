"""The store as services see it. Any backend that passes tests/data/conformance keeps these promises.

- A transaction is atomic over any number of documents, and runs on fresh state, one at a time over all processes.
- A document that somebody else has changed since it was read is refused with `Conflict`.
- Each transaction leaves one line in the audit trail, in the same commit, chained to the line before it by its hash.
- Nothing blocks the event loop.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Generic, Protocol, TypeVar

import msgspec

from data.documents import Document

D = TypeVar("D", bound=Document)
Value = str | int | bool | None


class Page(msgspec.Struct, Generic[D], frozen=True):
    """A stretch of an ordered list. `next` goes into `after` for the stretch that follows; None at the end."""

    items: list[D]
    next: str | None


class Change(msgspec.Struct, frozen=True):
    """One committed transaction: which documents, as (table, id), and who did it when and why."""

    seq: int
    time: datetime
    actor: str
    reason: str
    documents: tuple[tuple[str, str], ...]


class AuditEntry(msgspec.Struct, frozen=True):
    """One document's part of a transaction, before and after as JSON text (None: was not there)."""

    seq: int
    time: datetime
    actor: str
    reason: str
    table: str
    id: str
    before: str | None
    after: str | None


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
        where: Mapping[str, Value] | None = None,
        order: str = "id",
        descending: bool = False,
        after: str | None = None,
        offset: int = 0,
        limit: int = 200,
    ) -> Page[D]:
        """A stretch of the documents that have all of `where`, ordered by an INDEXED field and then by id.

        `after` (from `Page.next`) continues an earlier page; `offset` jumps.
        """

    async def count(self, kind: type[Document], where: Mapping[str, Value] | None = None) -> int:
        """How many documents have all of `where`."""

    async def total(self, kind: type[Document], field: str, where: Mapping[str, Value] | None = None) -> int:
        """The sum of a whole-number field."""

    async def search(self, kind: type[D], text: str, *, limit: int = 50) -> list[D]:
        """Documents found by the beginning of every word of `text` (see Document.search_entry), ordered by id."""

    async def changes(self, since: int) -> list[Change]:
        """Transactions committed after `since` by anybody, oldest first."""

    async def last_change(self) -> int:
        """The number of the newest transaction; 0 in an empty store."""

    async def history(self, kind: type[Document], key: str) -> list[AuditEntry]:
        """What happened to one document, oldest first."""

    async def verify(self) -> int:
        """Check the audit chain against itself and the documents. Returns its length.

        Raises StoreBroken, naming the first line that does not hold.
        """

    def lock(self, name: str) -> AbstractAsyncContextManager[bool]:
        """A lock that one process holds at a time; yields False at once when another has it. Its death frees it."""

    async def close(self) -> None:
        """Finish what is running and close the files."""
