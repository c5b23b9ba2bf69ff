"""TinyDB's Storage over the store's SQLite file: reading copies nothing, and changes are made row by row.

TinyDB hands a Storage the whole database at each write. This one refuses that; DocumentTable changes rows instead,
inside the storage's transaction, which also writes the audit trail and the search index.
"""

import contextlib
import sqlite3
from collections.abc import Callable, ItemsView, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from tinydb.storages import Storage

from data.documents import ALL_DOCUMENTS, Document
from data.tinydb.sqlite_file import busy, create_table, explained, open_file
from data.tinydb.table_shape import TableShape

if TYPE_CHECKING:
    from data.audit import AuditLine
    from data.search_index import SearchIndex

Stored = dict[str, Any]
_decode = msgspec.json.Decoder(Stored).decode


def utc_now() -> datetime:
    return datetime.now(UTC)


class SqliteStorage(Storage):
    """One connection to the file, and at most one transaction on it. For one thread at a time.

    The file is made if it is not there. `actor` signs what is changed through TinyDB's own methods; `wait_s` is how
    long those wait for other processes.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        kinds: Sequence[type[Document]] = ALL_DOCUMENTS,
        actor: str = "tinydb",
        now: Callable[[], datetime] = utc_now,
        wait_s: float = 10.0,
    ) -> None:
        self.path = Path(path)
        self.kinds = {kind.TABLE: kind for kind in kinds}
        self.connection = open_file(self.path, kinds, wait_s=wait_s)
        self._search_index: SearchIndex | None = None
        self._shapes = {kind.TABLE: TableShape.of(kind) for kind in kinds}
        self._actor = actor
        self._now = now
        self.begun = 0  # transactions, ever
        self._signature: tuple[str, str] | None = None
        self._line: AuditLine | None = None

    # --- TinyDB's interface -----------------------------------------------------------------------------------------

    def read(self) -> "dict[str, TableView]":  # type: ignore[override] # TinyDB only reads it: a mapping of mappings will do
        names = self.connection.execute("select name from document_table").fetchall()
        return {name: TableView(self.connection, self.shape(name)) for (name,) in names}

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        raise NotImplementedError("the whole database is never written at once; use DocumentTable")

    def close(self) -> None:
        self.connection.close()

    # --- transactions -----------------------------------------------------------------------------------------------

    def begin(self, actor: str, reason: str) -> bool:
        """Start a transaction; False when another process has one and it lasts longer than `wait_s`."""
        try:
            self.connection.execute("begin immediate")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                return False
            raise
        self._signature = (actor, reason)
        self.begun += 1
        return True

    def seal(self) -> None:
        """Write what ends the transaction; then there is nothing left but COMMIT."""
        if self._search_index:
            self._search_index.write()
        if self._line:
            self._line.close()
        self._line = None

    def commit(self) -> None:
        """Make the transaction last. Raises what SQLite raises; then `rollback`."""
        self.seal()
        self.connection.execute("commit")
        self._signature = None

    def rollback(self) -> None:
        """Undo the transaction, if there is one."""
        if self._search_index:
            self._search_index.forget()
        self._line = self._signature = None
        if self.connection.in_transaction:
            self.connection.execute("rollback")

    @property
    def in_transaction(self) -> bool:
        return self._signature is not None

    @contextlib.contextmanager
    def transaction(self, reason: str) -> Iterator[None]:
        """For TinyDB's own methods: one transaction each, or part of the one under way."""
        if self._signature:
            yield
            return
        with explained(self.path):
            if not self.begin(self._actor, reason):
                raise busy()
            try:
                yield
                self.commit()
            finally:
                self.rollback()

    @property
    def search_index(self) -> "SearchIndex":
        """Like the audit trail it is loaded when something is written: to open a store and look, neither is needed."""
        if self._search_index is None:
            from data.search_index import SearchIndex

            self._search_index = SearchIndex(self.connection)
        return self._search_index

    def sign(self) -> "AuditLine":
        """The transaction's line of the audit trail, asked for before a document is written."""
        signature = self._required_signature()
        if self._line is None:
            from data.audit import AuditLine

            self._line = AuditLine(self.connection, self._now(), *signature)
        return self._line

    def erase_history(self, documents: Sequence[tuple[str, str]]) -> None:
        """Erase what the audit trail has of the documents (table, id), except for how they now are."""
        from data.audit import earlier_texts

        if self._line:
            self._line.write()  # how the documents now are must be in the trail before their earlier texts are counted
        for table, key in documents:
            if texts := earlier_texts(self.connection, table, key):
                self.sign().erase(table, key, texts)

    def _required_signature(self) -> tuple[str, str]:
        """When the disk fails SQLite undoes the transaction by itself; later statements would each be committed."""
        if self._signature is None or not self.connection.in_transaction:
            raise RuntimeError("a change outside a transaction")
        return self._signature

    def serials(self, name: str, count: int) -> range:
        """The next `count` numbers of a series."""
        self._required_signature()
        (last,) = self.connection.execute(
            "insert into serial values (?1, ?2) on conflict(name) do update set last = last + ?2 returning last",
            (name, count),
        ).fetchone()
        return range(last - count + 1, last + 1)

    # --- tables -----------------------------------------------------------------------------------------------------

    def shape(self, name: str) -> TableShape:
        return self._shapes.get(name) or TableShape(name)

    def ensure_table(self, shape: TableShape) -> None:
        """Make a table that no document type describes, when it is first written to."""
        if not self.connection.execute("select 1 from document_table where name = ?", (shape.name,)).fetchone():
            create_table(self.connection, shape)


class TableView(Mapping[str, Stored]):
    """A table as TinyDB reads it: documents by number as text, fetched when asked for, each a fresh copy."""

    def __init__(self, connection: sqlite3.Connection, shape: TableShape) -> None:
        self._connection = connection
        self._table = shape.table

    def __getitem__(self, number: str) -> Stored:
        row = self._select("select doc from {} where doc_id = ?", int(number)).fetchone()
        if row is None:
            raise KeyError(number)
        return _decode(row[0])

    def __iter__(self) -> Iterator[str]:
        return (str(number) for (number,) in self._select("select doc_id from {} order by doc_id"))

    def __len__(self) -> int:
        length: int = self._select("select count(*) from {}").fetchone()[0]
        return length

    def items(self) -> ItemsView[str, Stored]:
        return _Items(self)

    def rows(self) -> Iterator[tuple[str, Stored]]:
        for number, text in self._select("select doc_id, doc from {} order by doc_id"):
            yield str(number), _decode(text)

    def _select(self, sql: str, *values: int) -> sqlite3.Cursor:
        return self._connection.execute(sql.format(self._table), values)


class _Items(ItemsView[str, Stored]):
    """All documents in one statement instead of one each."""

    def __init__(self, view: TableView) -> None:
        super().__init__(view)
        self._view = view

    def __iter__(self) -> Iterator[tuple[str, Stored]]:
        return self._view.rows()
