"""Typed documents in and out of the TinyDB database."""

import sqlite3
from collections.abc import Sequence
from typing import TypeVar

from tinydb.queries import QueryLike

from data.decoded import decoded
from data.documents import Document
from data.held import Pending
from data.tinydb.sqlite_storage import SqliteStorage
from data.tinydb.tables import DocumentDB, DocumentTable

D = TypeVar("D", bound=Document)


class Tables:
    """Typed documents out of a TinyDB database."""

    def __init__(self, db: DocumentDB) -> None:
        self._db = db

    def table(self, kind: type[Document]) -> DocumentTable:
        table = self._db.table(kind.TABLE)
        assert isinstance(table, DocumentTable)  # noqa: S101 - DocumentDB.table_class, for the type checker
        return table

    def get(self, kind: type[D], key: str) -> D | None:
        return self.table(kind).read(kind, key)

    def search(self, kind: type[D], query: QueryLike) -> list[D]:
        return [decoded(kind, text) for _, text in self.table(kind).select(query)]

    def apply(self, changes: Sequence[Pending]) -> None:
        """Write what a transaction has held, in the order that it is in."""
        for change in changes:
            table = self.table(type(change.doc))
            if not change.removed:
                table.put(change.doc, change.base)
            elif change.base:
                table.take(change.doc, change.base)

    @property
    def storage(self) -> SqliteStorage:
        storage = self._db.storage
        assert isinstance(storage, SqliteStorage)  # noqa: S101 - DocumentDB.default_storage_class, for the type checker
        return storage

    @property
    def connection(self) -> sqlite3.Connection:
        return self.storage.connection

    def close(self) -> None:
        self._db.close()
