"""Lists and sums straight from SQLite: pages by keyset, counts, totals. Everything here only reads.

Which index a question is answered by is said here, not left to SQLite: it knows nothing of how many documents have a
value, and would rather sort half of the cases than walk an index that has them in order.
"""

import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from data.store import Group
from data.tinydb.table_shape import Condition, TableShape, quoted
from data.wanted import Value, Wanted

Row = tuple[Value, str, str]  # value of the field ordered by, id, JSON


class Order(NamedTuple):
    """By a field and then by id; both descend together. Missing values come first, or last when descending."""

    field: str
    descending: bool

    @property
    def sql(self) -> str:
        way = " desc" if self.descending else ""
        return ", ".join(f"{quoted(field)}{way}" for field in dict.fromkeys((self.field, "id")))


class _Place(msgspec.Struct, array_like=True):
    """Where a page ended."""

    value: Value
    id: str


def page(
    connection: sqlite3.Connection,
    shape: TableShape,
    where: Mapping[str, Wanted] | None,
    order: Order,
    after: str | None,
    offset: int,
    limit: int,
) -> tuple[list[str], str | None]:
    """The JSON of a stretch of documents, and the place where the next stretch begins (None: this was the last)."""
    shape.require(order.field)
    if after and offset:
        raise ValueError("a page either continues after a place or jumps by an offset")
    source = _source(shape, shape.list_index(where or (), order.field))
    rows: list[Row] = []
    for stretch in _stretches(order, after):
        condition = _both(shape.all_of(where), stretch)
        rows += _rows(connection, shape, source, condition, order, offset, limit + 1 - len(rows))
        if len(rows) > limit:
            value, key, _ = rows[limit - 1]
            return [doc for *_, doc in rows[:limit]], msgspec.json.encode(_Place(value, key)).decode()
    return [doc for *_, doc in rows], None


def _rows(
    connection: sqlite3.Connection,
    shape: TableShape,
    source: str,
    condition: Condition,
    order: Order,
    offset: int,
    limit: int,
) -> list[Row]:
    """The inner question is answered by an index alone, so that a jump over 90 000 documents reads none of them."""
    numbers = f"select doc_id from {source} where {condition.sql} order by {order.sql} limit ? offset ?"  # noqa: S608
    columns = f"{quoted(order.field)}, id, doc"
    sql = f"select {columns} from {shape.table} where doc_id in ({numbers}) order by {order.sql}"  # noqa: S608 - quoted
    return connection.execute(sql, (*condition.values, limit, offset)).fetchall()


def _stretches(order: Order, after: str | None) -> list[Condition]:
    """What comes after a place, in order. SQL compares nothing with a missing value, so those are asked for apart."""
    if after is None:
        return [Condition("true", [])]
    place = msgspec.json.decode(after, type=_Place)
    field, sign = quoted(order.field), "<" if order.descending else ">"
    if order.field == "id":
        return [Condition(f"id {sign} ?", [place.id])]
    if place.value is not None:
        rest = [Condition(f"{field} is null", [])] if order.descending else []
        return [Condition(f"({field}, id) {sign} (?, ?)", [place.value, place.id]), *rest]
    rest = [] if order.descending else [Condition(f"{field} is not null", [])]
    return [Condition(f"{field} is null and id {sign} ?", [place.id]), *rest]


def _source(shape: TableShape, index: str | None) -> str:
    """The table, and the index to read it by."""
    return f"{shape.table} indexed by {quoted(index)}" if index else shape.table


def _both(one: Condition, other: Condition) -> Condition:
    return Condition(f"({one.sql}) and ({other.sql})", [*one.values, *other.values])


def count(connection: sqlite3.Connection, shape: TableShape, where: Mapping[str, Wanted] | None) -> int:
    """How many documents have all of `where`."""
    condition = shape.all_of(where)
    source = _source(shape, shape.count_index(where or ()))
    number: int = connection.execute(
        f"select count(*) from {source} where {condition.sql}",  # noqa: S608 - quoted
        condition.values,
    ).fetchone()[0]
    return number


def total(connection: sqlite3.Connection, shape: TableShape, field: str, where: Mapping[str, Wanted] | None) -> int:
    """The sum of a whole-number field over the documents that have all of `where`; 0 when there are none."""
    condition = shape.all_of(where)
    source = _source(shape, shape.count_index({*(where or ()), field}))
    number: int = connection.execute(
        f"select coalesce(sum({_number(shape, field)}), 0) from {source} where {condition.sql}",  # noqa: S608 - quoted
        condition.values,
    ).fetchone()[0]
    return number


def groups(
    connection: sqlite3.Connection, shape: TableShape, by: str, field: str | None, where: Mapping[str, Wanted] | None
) -> dict[Value, Group]:
    """How many documents have each value of `by`, and the sum of `field` over them; those without a value left out."""
    shape.require_column(by)
    condition = shape.all_of(where)
    source = _source(shape, shape.group_index(by, {*(where or ()), *((field,) if field else ())}))
    amount = f"sum({_number(shape, field)})" if field else "0"
    rows = connection.execute(
        f"select {quoted(by)}, count(*), {amount} from {source} "  # noqa: S608 - quoted
        f"where {quoted(by)} is not null and {condition.sql} group by {quoted(by)}",
        condition.values,
    )
    return {value: Group(number, amount or 0) for value, number, amount in rows}


def _number(shape: TableShape, field: str) -> str:
    """A whole-number field of a document; its name is checked by the caller."""
    return quoted(field) if field in shape.columns else f"json_extract(doc, '$.{field}')"
