"""The shape of a document table in SQLite: its columns and indexes, and conditions on them.

A row holds TinyDB's number, the document's id and revision, a column for each field that can be found by, and last the
document as JSON text. The columns come before the text, so that counting and filtering never read it. They are plain
columns: SQLite would rewrite every index of generated ones at each change of the text.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import msgspec

from data.documents import Document

Value = str | int | bool | None


class Condition(NamedTuple):
    """A piece of SQL and the values for its question marks."""

    sql: str
    values: list[Value]


class TableShape(msgspec.Struct, frozen=True, dict=True):
    """A table's name and the fields it can be searched by. A table that no document type describes has none."""

    name: str
    indexed: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    typed: bool = False

    @classmethod
    def of(cls, kind: type[Document]) -> "TableShape":
        return cls(kind.TABLE, kind.INDEXED, kind.UNIQUE, typed=True)

    @cached_property
    def table(self) -> str:
        """The name, quoted: `case` and `date` are words of SQL too."""
        return quoted(self.name)

    @cached_property
    def columns(self) -> list[str]:
        return list(dict.fromkeys((*self.indexed, *self.unique)))

    @cached_property
    def fields(self) -> frozenset[str]:
        """What `find` takes."""
        return frozenset((*self.indexed, *self.unique, *(("id",) if self.typed else ())))

    def create(self) -> list[str]:
        """The statements that make the table and its indexes."""
        columns = "".join(f"{quoted(field)}, " for field in self.columns)
        table = (
            f"create table {self.table}(doc_id integer primary key, id text not null unique, rev integer not null, "
            f"{columns}doc text not null)"
        )
        return [table, *self.indexes().values()]

    def indexes(self) -> dict[str, str]:
        """Statements by index name. With the id behind the field, a page is read straight off the index."""
        plain = {f"{self.name}_{field}": f"{quoted(field)}, id" for field in self.indexed}
        unique = {f"{self.name}_{field}_unique": quoted(field) for field in self.unique}
        statements = {
            name: f"create index {quoted(name)} on {self.table}({columns})" for name, columns in plain.items()
        }
        for name, column in unique.items():
            statements[name] = f"create unique index {quoted(name)} on {self.table}({column})"
        return statements

    def add_columns(self, present: set[str]) -> list[str]:
        """Statements for fields that have become searchable since the table was made."""
        statements = []
        for field in self.columns:
            if field not in present:
                value = f"json_extract(doc, '$.{field}')"
                filled = f"nullif({value}, '')" if field in self.unique else value
                statements += [
                    f"alter table {self.table} add column {quoted(field)}",
                    f"update {self.table} set {quoted(field)} = {filled}",  # noqa: S608 - our own names
                ]
        return statements

    def values(self, doc: Document) -> list[Value]:
        """What a document has in `columns`. Many may be without a unique value: to SQLite, null is never a double."""
        values: list[Value] = msgspec.to_builtins([getattr(doc, field) for field in self.columns])
        pairs = zip(self.columns, values, strict=True)
        return [None if value == "" and field in self.unique else value for field, value in pairs]

    def equals(self, field: str, value: Value) -> Condition:
        """The documents whose `field` has `value`."""
        self.require(field)
        if field in self.unique and value in (None, ""):
            return Condition(f"{quoted(field)} is null and json_extract(doc, '$.{field}') is ?", [value])
        if value is None:
            return Condition(f"{quoted(field)} is null", [])
        return Condition(f"{quoted(field)} = ?", [value])

    def one_of(self, field: str, values: Sequence[Value]) -> Condition:
        """The documents whose `field` has one of `values`, any number of them."""
        self.require(field)
        array = msgspec.json.encode(values).decode()
        return Condition(f"{quoted(field)} in (select value from json_each(?))", [array])  # noqa: S608 - quoted

    def all_of(self, where: Mapping[str, Value] | None) -> Condition:
        """The documents that have every value of `where`."""
        parts = [self.equals(field, value) for field, value in (where or {}).items()]
        return Condition(
            " and ".join(part.sql for part in parts) or "true", [value for part in parts for value in part.values]
        )

    def require(self, field: str) -> None:
        if field not in self.fields:
            raise ValueError(f"{self.name} has no index on {field!r}")


def quoted(name: str) -> str:
    """A name made safe for SQL."""
    return '"' + name.replace('"', '""') + '"'
