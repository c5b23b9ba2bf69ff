"""The shape of a document table in SQLite: its columns and indexes, and conditions on them.

A row holds TinyDB's number, the document's id and revision, a column for each field that can be found by, and last the
document as JSON text. The columns come before the text, so that counting and filtering never read it. They are plain
columns: SQLite would rewrite every index of generated ones at each change of the text.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

import msgspec

from data.documents import Document
from data.language import untranslated
from data.wanted import Range, Value, Wanted


class Condition(NamedTuple):
    """A piece of SQL and the values for its question marks."""

    sql: str
    values: list[Value]


class TableShape(msgspec.Struct, frozen=True, dict=True):
    """A table's name and the fields it can be searched by. A table that no document type describes has none."""

    name: str
    indexed: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    lists: tuple[tuple[str, ...], ...] = ()
    typed: bool = False

    @classmethod
    def of(cls, kind: type[Document]) -> "TableShape":
        return cls(kind.TABLE, kind.INDEXED, kind.UNIQUE, kind.LISTS, typed=True)

    @cached_property
    def table(self) -> str:
        """The name, quoted: `case` and `date` are words of SQL too."""
        return quoted(self.name)

    @cached_property
    def columns(self) -> list[str]:
        fields = dict.fromkeys((*self.indexed, *self.unique, *(field for each in self.lists for field in each)))
        return [field for field in fields if field != "id"]

    @cached_property
    def fields(self) -> frozenset[str]:
        """What `find` takes, and what a list can be ordered by."""
        first = (each[0] for each in self.lists)
        return frozenset((*self.indexed, *self.unique, *first, *(("id",) if self.typed else ())))

    @cached_property
    def ordered(self) -> dict[str, tuple[str, ...]]:
        """The fields of the indexes that lists are read off, by the index's name."""
        begun = {fields[:2] for fields in self.lists}
        plain = [(field, "id") for field in self.indexed if (field, "id") not in begun]
        lists = [tuple(dict.fromkeys(fields)) for fields in self.lists]
        return {f"{self.name}_{'_'.join(fields)}": fields for fields in (*plain, *lists)}

    def create(self) -> list[str]:
        """The statements that make the table and its indexes."""
        columns = "".join(f"{quoted(field)}, " for field in self.columns)
        table = (
            f"create table {self.table}(doc_id integer primary key, id text not null unique, rev integer not null, "
            f"{columns}doc text not null)"
        )
        return [table, *self.indexes().values()]

    def indexes(self) -> dict[str, str]:
        """Statements by index name."""
        statements = {
            name: f"create index {quoted(name)} on {self.table}({', '.join(map(quoted, fields))})"
            for name, fields in self.ordered.items()
        }
        for field in self.unique:
            name = f"{self.name}_{field}_unique"
            statements[name] = f"create unique index {quoted(name)} on {self.table}({quoted(field)})"
        return statements

    def list_index(self, where: Collection[str], order: str) -> str | None:
        """The name of the index that has the documents with all of `where` in order and in a row, or nearly so.

        Else one that tells all of `where` and the order, to be sorted. None when there is none: then SQLite chooses.
        """
        suited = [
            (begun, name)
            for name, fields in self.ordered.items()
            if (begun := _in_a_row(fields, where, order)) is not None and set(where) <= set(fields)
        ]
        if suited:
            return max(suited)[1]
        return self.count_index({*where, order}) if where else None

    def count_index(self, where: Collection[str]) -> str | None:
        """The name of the index that counts the documents with all of `where`, None when SQLite may choose."""
        suited = [
            (_begun(fields, where), -len(fields), name)
            for name, fields in self.ordered.items()
            if set(where) <= set(fields)
        ]
        return max(suited)[2] if where and suited else None

    def group_index(self, by: str, where: Collection[str]) -> str | None:
        """The name of the index that has the documents with all of `where`, those of each value of `by` in a row."""
        suited = [
            (-len(fields), name)
            for name, fields in self.ordered.items()
            if set(where) <= set(fields) and fields[_begun(fields, where) :][:1] == (by,)
        ]
        return max(suited)[1] if suited else None

    def values(self, doc: Document) -> list[Value]:
        """What a document has in `columns`."""
        return self._values(doc, self.columns)

    def changes(self, before: Document | None, after: Document) -> dict[str, Value]:
        """The columns that a change alters; all of them when there was nothing before, or nothing that can be read."""
        altered = self.columns
        if before is not None and altered:
            old, new = self._read(before), self._read(after)
            altered = [field for field, was, now in zip(altered, old, new, strict=True) if was != now]
        return dict(zip(altered, self._values(after, altered), strict=True))

    def _values(self, doc: Document, fields: Sequence[str]) -> list[Value]:
        """Many may be without a unique value: to SQLite, null is never a double."""
        values: list[Value] = msgspec.to_builtins([getattr(doc, field) for field in fields], enc_hook=untranslated)
        pairs = zip(fields, values, strict=True)
        return [None if value == "" and field in self.unique else value for field, value in pairs]

    @cached_property
    def _read(self) -> Callable[[Document], Sequence[object]]:
        """What a document has in `columns`, as it has it."""
        read = attrgetter(*self.columns)
        return read if len(self.columns) > 1 else lambda doc: (read(doc),)

    def equals(self, field: str, value: Wanted) -> Condition:
        """The documents whose `field` has `value`, or is within it."""
        self.require_column(field)
        if isinstance(value, Range):
            return within(field, value, "?")
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

    def all_of(self, where: Mapping[str, Wanted] | None) -> Condition:
        """The documents that have every value of `where`."""
        parts = [self.equals(field, value) for field, value in (where or {}).items()]
        return Condition(
            " and ".join(part.sql for part in parts) or "true", [value for part in parts for value in part.values]
        )

    def require(self, field: str) -> None:
        if field not in self.fields:
            raise ValueError(f"{self.name} has no index on {field!r}")

    def require_column(self, field: str) -> None:
        if field not in self.columns and field not in self.fields:
            raise ValueError(f"{self.name} has no column {field!r}")


def _begun(fields: Sequence[str], where: Collection[str]) -> int:
    """How many fields of an index are fixed by `where`, from its beginning."""
    return next((place for place, field in enumerate(fields) if field not in where), len(fields))


def _in_a_row(fields: Sequence[str], where: Collection[str], order: str) -> int | None:
    """How many fields of an index are fixed, if it has what is left ordered by `order` and then id; else None."""
    begun = _begun(fields, where)
    rest = tuple(fields[begun:])
    wanted = ("id",) if order == "id" or order in where else (order, "id")
    return begun if rest[: len(wanted)] == wanted else None


def within(field: str, wanted: Range, place: str) -> Condition:
    """The documents whose `field` is in a range; `place` is what stands for a value in the backend's SQL."""
    limits = [(">=", wanted.least), ("<=", wanted.most)]
    parts = [f"{quoted(field)} {sign} {place}" for sign, limit in limits if limit is not None]
    sql = " and ".join(parts) or f"{quoted(field)} is not null"
    return Condition(sql, [limit for _, limit in limits if limit is not None])


def quoted(name: str) -> str:
    """A name made safe for SQL."""
    return '"' + name.replace('"', '""') + '"'
