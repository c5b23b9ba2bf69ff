"""TinyDB's document API over the store's file.

    with DocumentDB("kk2.db", actor="kari") as db:
        db.table("cases").search(where("kid") == "0221000000385")

The seam is two private methods of TinyDB's Table, `_update_table` and `_get_next_id`; tests/data/tinydb/test_tables.py
checks that the pinned version has them. The query cache is off: other processes write too. Equality on an indexed
field, alone or in an `&`, is answered by SQLite's index. Numbers (`doc_id`) are TinyDB's; ours are the documents' ids.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any, NamedTuple, TypeVar

import msgspec
from tinydb import TinyDB
from tinydb.queries import QueryLike
from tinydb.table import Document as Numbered
from tinydb.table import Table

from data import refusals
from data.decoded import decoded, decoder, readable
from data.documents import Document
from data.language import untranslated
from data.tinydb.sqlite_storage import SqliteStorage, Stored
from data.tinydb.table_shape import Condition, quoted
from data.wanted import Value

D = TypeVar("D", bound=Document)
T = TypeVar("T")
_encode = msgspec.json.Encoder(enc_hook=untranslated).encode
_decode = msgspec.json.Decoder(Stored).decode
_MOST_ROWS = 1_000
Fields = Mapping[str, Any] | Callable[[MutableMapping[str, Any]], None]


class Row(NamedTuple):
    """A document as it is stored. `doc_id` None: not yet."""

    doc_id: int | None
    id: str
    rev: int
    text: str


class Before(NamedTuple):
    """A document that is about to be another one. `doc` None: one of an older program, that cannot be read."""

    row: Row
    doc: Document | None


class DocumentTable(Table):
    """A table of documents, each a row."""

    def __init__(self, storage: SqliteStorage, name: str, cache_size: int = 0, persist_empty: bool = False) -> None:
        self.shape = storage.shape(name)
        self._file = storage
        self._kind = storage.kinds.get(name)
        columns = ", ".join(("doc_id, id, rev, doc", *map(quoted, self.shape.columns)))
        places = ", ".join("?" * (4 + len(self.shape.columns)))
        self._select = f"select doc_id, id, rev, doc from {self.shape.table} where "  # noqa: S608 - quoted, as below
        self._insert = f"insert into {self.shape.table}({columns}) values ({places})"  # noqa: S608
        self._updates: dict[tuple[str, ...], str] = {}  # by the columns that they set
        self._read = _ReadRows(storage)
        self._free: int | None = None  # the highest number in use, while a transaction lasts
        super().__init__(storage, name, cache_size=0, persist_empty=persist_empty)

    # --- for the store: typed documents by their own ids ------------------------------------------------------------

    def select(self, query: QueryLike) -> list[tuple[int, str]]:
        """The documents that answer a TinyDB query, as (number, JSON), ordered by id when an index answers."""
        route = self._route(query)
        if route is None:
            return [(int(number), _encode(doc).decode()) for number, doc in self._read_table().items() if query(doc)]
        field, values, whole = route
        found = self._rows_of(self._condition(field, values))
        return found if whole else [row for row in found if query(_decode(row[1]))]

    def read(self, kind: type[D], key: str) -> D | None:
        """A document. Raises StoreBroken when it is not of its kind."""
        row = self._row("id", key)
        if row is None:
            return None
        doc = decoded(kind, row.text)
        self._read.remember(Before(row, doc))
        return doc

    def put(self, doc: Document, base: int) -> None:
        """Store a document over its revision `base` (0: it is new). Raises Conflict."""
        before = self._before(doc) if base else None
        if base and (before is None or before.row.rev != base):
            raise refusals.stale(doc, base)
        text = _encode(doc)
        decoder(type(doc)).decode(text)  # what could not be read again is not written
        was, known = before or (None, None)
        try:
            after = Row(was and was.doc_id, doc.id, doc.rev, text.decode())
            self._write(was, after, self.shape.changes(known, doc))
        except sqlite3.IntegrityError as error:
            raise self._conflict(doc, error) from error
        if doc.SEARCHED and not (known and doc.is_found_like(known)):
            self._file.search_index.put(self.name, doc.id, doc.search_entry())

    def take(self, doc: Document, base: int) -> None:
        """Remove a document that is at revision `base`. Raises Conflict."""
        before = self._before(doc)
        if before is None or before.row.rev != base:
            raise refusals.stale(doc, base)
        self._erase(before.row)

    def _before(self, doc: Document) -> Before | None:
        remembered = self._read.take(doc.id)
        if remembered is None and (row := self._row("id", doc.id)):
            return Before(row, readable(type(doc), row.text))
        return remembered

    def _conflict(self, doc: Document, error: sqlite3.IntegrityError) -> Exception:
        field = str(error).rpartition(".")[2]
        return refusals.exists(doc) if field == "id" else refusals.taken(doc, field)

    # --- TinyDB's interface -----------------------------------------------------------------------------------------

    def search(self, cond: QueryLike) -> list[Numbered]:
        return [self.document_class(_decode(text), number) for number, text in self.select(cond)]

    def get(self, cond: Any = None, doc_id: Any = None, doc_ids: Any = None) -> Any:
        if doc_id is None and doc_ids is None and cond is not None and self._route(cond):
            return next(iter(self.search(cond)), None)
        return super().get(cond, doc_id, doc_ids)

    def insert(self, document: Mapping[str, Any]) -> int:
        return self._in_transaction("insert", lambda: super(DocumentTable, self).insert(document))

    def insert_multiple(self, documents: Iterable[Mapping[str, Any]]) -> list[int]:
        return self._in_transaction("insert", lambda: super(DocumentTable, self).insert_multiple(documents))

    def upsert(self, document: Mapping[str, Any], cond: QueryLike | None = None) -> list[int]:
        return self._in_transaction("upsert", lambda: super(DocumentTable, self).upsert(document, cond))

    def update(self, fields: Fields, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]:
        def work() -> list[int]:
            return super(DocumentTable, self).update(fields, cond, self._numbers(cond, doc_ids))

        return self._in_transaction("update", work)

    def remove(self, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]:
        def work() -> list[int]:
            return super(DocumentTable, self).remove(cond, self._numbers(cond, doc_ids))

        return self._in_transaction("remove", work)

    def _numbers(self, cond: QueryLike | None, doc_ids: Iterable[int] | None) -> Iterable[int] | None:
        """TinyDB would read the whole table to find what a condition means."""
        return doc_ids if doc_ids is not None or cond is None else [number for number, _ in self.select(cond)]

    def _in_transaction(self, what: str, work: Callable[[], T]) -> T:
        """The number that a new document gets must be found in the transaction that uses it."""
        with self._file.transaction(f"TinyDB {what}"):
            self._free = None
            return work()

    def _get_next_id(self) -> int:
        if self._free is None:
            self._file.ensure_table(self.shape)
            newest = f"select coalesce(max(doc_id), 0) from {self.shape.table}"  # noqa: S608
            (self._free,) = self._execute(newest).fetchone()
        self._free += 1
        return self._free

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        """Only the documents that the updater touches are read, and only those that it changes are written."""
        with self._file.transaction("TinyDB"):
            self._file.ensure_table(self.shape)
            changes = _Changes(self)
            updater(changes)
            for number, doc in changes.made():
                self._replace(number, doc)

    def _replace(self, number: int, doc: Stored | None) -> None:
        before = self._row("doc_id", number)
        if before:
            self._read.take(before.id)
        if doc is None:
            if before:
                self._erase(before)
        elif self._kind is None:
            self._write(before, Row(number, str(number), before.rev + 1 if before else 1, _encode(doc).decode()), {})
        else:
            self._replace_typed(before, msgspec.convert(doc, self._kind))

    def _replace_typed(self, before: Row | None, doc: Document) -> None:
        if before and before.id != doc.id:
            raise ValueError("a document's id never changes")
        base = before.rev if before else 0
        self.put(msgspec.structs.replace(doc, rev=base + 1), base)

    # --- rows -------------------------------------------------------------------------------------------------------

    def read_number(self, number: int) -> str | None:
        row = self._row("doc_id", number)
        return row.text if row else None

    def numbers(self) -> Iterator[int]:
        rows = self._execute(f"select doc_id from {self.shape.table} order by doc_id")  # noqa: S608
        return (number for (number,) in rows)

    def _route(self, query: QueryLike) -> "tuple[str, tuple[Any, ...], bool] | None":
        return _route(getattr(query, "_hash", None), self.shape.fields)

    def _condition(self, field: str, values: tuple[Any, ...]) -> Condition:
        return self.shape.equals(field, values[0]) if len(values) == 1 else self.shape.one_of(field, values)

    def _rows_of(self, condition: Condition) -> list[tuple[int, str]]:
        sql = f"select doc_id, doc from {self.shape.table} where {condition.sql} order by id"  # noqa: S608
        return self._execute(sql, *condition.values).fetchall()

    def _row(self, column: str, value: str | int) -> Row | None:
        found = self._execute(f"{self._select}{column} = ?", value).fetchone()
        return found and Row(*found)

    def _write(self, before: Row | None, after: Row, columns: Mapping[str, Value]) -> None:
        """`columns`: a new document's, or those that change; the indexes on the others are left alone."""
        line = self._file.sign()
        if before is None:
            self._execute(self._insert, *after, *columns.values())
        else:
            self._execute(self._update(tuple(columns)), after.rev, after.text, *columns.values(), before.doc_id)
        line.add((self.name, after.id, after.text))

    def _update(self, columns: tuple[str, ...]) -> str:
        if columns not in self._updates:
            setting = "".join(f", {quoted(field)} = ?" for field in columns)
            self._updates[columns] = f"update {self.shape.table} set rev = ?, doc = ?{setting} where doc_id = ?"  # noqa: S608
        return self._updates[columns]

    def _erase(self, before: Row) -> None:
        line = self._file.sign()
        self._execute(f"delete from {self.shape.table} where doc_id = ?", before.doc_id)  # noqa: S608
        line.add((self.name, before.id, None))
        if self._kind and self._kind.SEARCHED:
            self._file.search_index.put(self.name, before.id, None)

    def _execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self._file.connection.execute(sql, values)


class _ReadRows:
    """Documents read one by one in the transaction under way: likely to be put next; nobody else can change them."""

    def __init__(self, storage: SqliteStorage) -> None:
        self._file = storage
        self._transaction = 0
        self._rows: dict[str, Before] = {}

    def remember(self, before: Before) -> None:
        if self._file.in_transaction and len(self._rows) < _MOST_ROWS:
            self._of_this_transaction()[before.row.id] = before

    def take(self, key: str) -> Before | None:
        """What is remembered, and about to be another one."""
        return self._of_this_transaction().pop(key, None)

    def _of_this_transaction(self) -> dict[str, Before]:
        if self._transaction != self._file.begun:
            self._transaction = self._file.begun
            self._rows.clear()
        return self._rows


class DocumentDB(TinyDB):
    """TinyDB on the store's file. Takes SqliteStorage's arguments."""

    table_class: type[Table] = DocumentTable
    default_storage_class: Any = SqliteStorage

    def drop_table(self, name: str) -> None:
        """Empty the table. It stays: its documents' history is in the audit trail."""
        self.table(name).truncate()
        self._tables.pop(name, None)

    def drop_tables(self) -> None:
        for name in self.tables():
            self.drop_table(name)


class _Changes(MutableMapping[int, Stored]):
    """What TinyDB's updaters change: documents by number, read when asked for, written if they differ after."""

    def __init__(self, table: DocumentTable) -> None:
        self._table = table
        self._was: dict[int, str | None] = {}
        self._is: dict[int, Stored | None] = {}

    def made(self) -> Iterator[tuple[int, Stored | None]]:
        """The documents that are not as they were; None: removed."""
        for number, doc in self._is.items():
            was = self._was.get(number)
            if (_decode(was) if was else None) != doc:
                yield number, doc

    def __getitem__(self, number: int) -> Stored:
        if number not in self._is:
            text = self._was[number] = self._table.read_number(number)
            self._is[number] = _decode(text) if text else None
        doc = self._is[number]
        if doc is None:
            raise KeyError(number)
        return doc

    def __setitem__(self, number: int, doc: Stored) -> None:
        self._remember(number)
        self._is[number] = doc

    def __delitem__(self, number: int) -> None:
        self[number]
        self._is[number] = None

    def __iter__(self) -> Iterator[int]:
        stored = [number for number in self._table.numbers() if self._is.get(number, ...) is not None]
        new = [number for number, doc in self._is.items() if doc is not None and number not in set(stored)]
        return iter(stored + new)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def clear(self) -> None:
        for number in list(self):
            del self[number]

    def _remember(self, number: int) -> None:
        if number not in self._was:
            self._was[number] = self._table.read_number(number)


def _route(shape: Any, fields: frozenset[str]) -> tuple[str, tuple[Any, ...], bool] | None:
    """How an index can answer a query: (field, values, whether that is the whole query), or None: it cannot.

    The shape of a query is TinyDB's `_hash`: ("==", (field,), value), ("one_of", (field,), values), ("and", {shapes}).
    One that is not known here is answered by reading every document.
    """
    match shape:
        case ("==", (str(field),), str() | int() | None as value) if field in fields:
            return field, (value,), True
        case ("one_of", (str(field),), tuple(values)) if field in fields and all(isinstance(v, str) for v in values):
            return field, values, True
        case ("and", parts):
            found = next(filter(None, (_route(part, fields) for part in parts)), None)
            return found and (found[0], found[1], False)
    return None
