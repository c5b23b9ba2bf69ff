"""Lists and sums straight from SQLite: pages by keyset, counts, totals. Everything here only reads."""

import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from data.table_shape import Condition, TableShape, Value, quoted

Row = tuple[Value, str, str]  # value of the field ordered by, id, JSON


class Order(NamedTuple):
    """By a field and then by id; both descend together. Missing values come first, or last when descending."""

    field: str
    descending: bool

    @property
    def sql(self) -> str:
        way = " desc" if self.descending else ""
        return f"{quoted(self.field)}{way}, id{way}"


class _Place(msgspec.Struct, array_like=True):
    """Where a page ended."""

    value: Value
    id: str


def page(
    connection: sqlite3.Connection,
    shape: TableShape,
    where: Mapping[str, Value] | None,
    order: Order,
    after: str | None,
    offset: int,
    limit: int,
) -> tuple[list[str], str | None]:
    """The JSON of a stretch of documents, and the place where the next stretch begins (None: this was the last)."""
    shape.require(order.field)
    if after and offset:
        raise ValueError("a page either continues after a place or jumps by an offset")
    rows: list[Row] = []
    for stretch in _stretches(order, after):
        condition = _both(shape.all_of(where), stretch)
        rows += _rows(connection, shape, condition, order, offset, limit + 1 - len(rows))
        if len(rows) > limit:
            value, key, _ = rows[limit - 1]
            return [doc for *_, doc in rows[:limit]], msgspec.json.encode(_Place(value, key)).decode()
    return [doc for *_, doc in rows], None


def _rows(
    connection: sqlite3.Connection, shape: TableShape, condition: Condition, order: Order, offset: int, limit: int
) -> list[Row]:
    """The inner question is answered by an index alone, so that a jump over 90 000 documents reads none of them."""
    numbers = f"select doc_id from {shape.table} where {condition.sql} order by {order.sql} limit ? offset ?"  # noqa: S608
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


def _both(one: Condition, other: Condition) -> Condition:
    return Condition(f"({one.sql}) and ({other.sql})", [*one.values, *other.values])


def count(connection: sqlite3.Connection, shape: TableShape, where: Mapping[str, Value] | None) -> int:
    """How many documents have all of `where`."""
    condition = shape.all_of(where)
    sql = f"select count(*) from {shape.table} where {condition.sql}"  # noqa: S608 - quoted
    number: int = connection.execute(sql, condition.values).fetchone()[0]
    return number


def total(connection: sqlite3.Connection, shape: TableShape, field: str, where: Mapping[str, Value] | None) -> int:
    """The sum of a whole-number field over the documents that have all of `where`; 0 when there are none."""
    condition = shape.all_of(where)
    value = quoted(field) if field in shape.fields else f"json_extract(doc, '$.{field}')"
    sql = f"select coalesce(sum({value}), 0) from {shape.table} where {condition.sql}"  # noqa: S608 - checked by caller
    number: int = connection.execute(sql, condition.values).fetchone()[0]
    return number
