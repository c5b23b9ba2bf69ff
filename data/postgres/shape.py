"""The shape of a document table in PostgreSQL: its columns and indexes, and conditions on them.

The document lies as jsonb; each field that can be found by is a stored generated column before it, so that the database
itself keeps them in step. Indexes are over plain columns: a change that leaves those alone touches no index (HOT).
"""

import typing
from collections.abc import Mapping, Sequence

from data.documents import Document
from data.tinydb.table_shape import Condition, TableShape, quoted, within
from data.wanted import Range, Wanted

_ROOM_FOR_UPDATES = 85  # per cent of a page that inserts fill; the rest is for new versions of the same rows


class PostgresShape:
    """A document type's table. `shape` says which fields it has columns and indexes for."""

    def __init__(self, shape: TableShape, kind: type[Document] | None = None) -> None:
        self.shape = shape
        self.name = shape.name
        self.table = shape.table
        self._hints = typing.get_type_hints(kind) if kind else {}

    @classmethod
    def of(cls, kind: type[Document]) -> "PostgresShape":
        return cls(TableShape.of(kind), kind)

    # --- making it --------------------------------------------------------------------------------------------------

    def create(self) -> str:
        """The statement that makes the table, without its indexes."""
        columns = "".join(f"{self._column(field)}, " for field in self.shape.columns)
        return (
            f'create table {self.table}(id text collate "C" primary key, rev integer not null, {columns}'
            f"doc jsonb not null) with (fillfactor = {_ROOM_FOR_UPDATES})"
        )

    def add_columns(self, present: set[str]) -> list[str]:
        """Statements for fields that have become searchable since the table was made."""
        missing = [field for field in self.shape.columns if field not in present]
        return [f"alter table {self.table} add column {self._column(field)}" for field in missing]

    def indexes(self) -> dict[str, str]:
        """Statements by index name. What comes after the id in LISTS is left out: it would make each change costly."""
        statements = {}
        for fields in self.shape.ordered.values():
            fields = fields[: fields.index("id")]
            if fields:
                columns = "".join(f"{quoted(field)} nulls first, " for field in fields)
                name = f"{self.name}_{'_'.join(fields)}"
                statements[name] = f"create index {quoted(name)} on {self.table}({columns}id)"
        for field in self.shape.unique:
            name = self.unique_index(field)
            statements[name] = f"create unique index {quoted(name)} on {self.table}({quoted(field)})"
        return statements

    def unique_index(self, field: str) -> str:
        return f"{self.name}_{field}_unique"

    def _column(self, field: str) -> str:
        """Many may be without a unique value: an empty one is kept as null, which is never a double."""
        text, kind = f"doc->>'{field}'", self._type(field)
        value = f"nullif({text}, '')" if field in self.shape.unique else text
        if kind == "text":
            return f'{quoted(field)} text collate "C" generated always as ({value}) stored'
        return f"{quoted(field)} {kind} generated always as (({value})::{kind}) stored"

    def _type(self, field: str) -> str:
        hint = self._hints.get(field)
        kinds = typing.get_args(hint) or (hint,)
        if bool in kinds:
            return "boolean"
        return "bigint" if int in kinds else "text"

    # --- asking it --------------------------------------------------------------------------------------------------

    def equals(self, field: str, value: Wanted) -> Condition:
        """The documents whose `field` has `value`, or is within it."""
        self.shape.require_column(field)
        if isinstance(value, Range):
            return within(field, value, "%s")
        if field in self.shape.unique and value in (None, ""):
            return Condition(f"{quoted(field)} is null and doc->>'{field}' is not distinct from %s", [value])
        if value is None:
            return Condition(f"{quoted(field)} is null", [])
        return Condition(f"{quoted(field)} = %s", [value])

    def all_of(self, where: Mapping[str, Wanted] | None) -> Condition:
        """The documents that have every value of `where`."""
        parts = [self.equals(field, value) for field, value in (where or {}).items()]
        values = [value for part in parts for value in part.values]
        return Condition(" and ".join(part.sql for part in parts) or "true", values)

    def number(self, field: str) -> str:
        """A whole-number field of a document; the caller has checked its name."""
        return quoted(field) if field in self.shape.columns else f"(doc->>'{field}')::bigint"


def shapes_of(kinds: Sequence[type[Document]]) -> dict[str, PostgresShape]:
    """By the table's name."""
    return {kind.TABLE: PostgresShape.of(kind) for kind in kinds}
