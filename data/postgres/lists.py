"""Lists and sums straight from PostgreSQL: pages by keyset, counts, totals, groups. Everything here only reads.

Statements are planned anew each time, with the values at hand: how many documents have a value decides which index is
the right one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from data.postgres.connections import Connection
from data.postgres.shape import PostgresShape
from data.store import Group
from data.tinydb.table_shape import Condition, quoted
from data.wanted import Value, Wanted

Rows = list[tuple[Any, ...]]


class Place(msgspec.Struct, array_like=True):
    """Where a page ended."""

    value: Value
    id: str


class Order(msgspec.Struct, frozen=True):
    """By a field and then by id; both descend together. Missing values come first, or last when descending."""

    field: str
    descending: bool

    @property
    def sql(self) -> str:
        way, nulls = ("desc", "last") if self.descending else ("asc", "first")
        first = "" if self.field == "id" else f"{quoted(self.field)} {way} nulls {nulls}, "
        return f"{first}id {way}"


async def page(
    connection: Connection,
    shape: PostgresShape,
    where: Mapping[str, Wanted] | None,
    order: Order,
    after: str | None,
    offset: int,
    limit: int,
) -> tuple[list[str], str | None]:
    """The JSON of a stretch of documents, and the place where the next stretch begins (None: this was the last)."""
    shape.shape.require(order.field)
    if after and offset:
        raise ValueError("a page either continues after a place or jumps by an offset")
    wanted, rows = shape.all_of(where), Rows()
    for stretch in _stretches(order, after):
        condition = Condition(f"({wanted.sql}) and ({stretch.sql})", [*wanted.values, *stretch.values])
        rows += await _rows(connection, shape, condition, order, offset, limit + 1 - len(rows))
        if len(rows) > limit:
            value, key, _ = rows[limit - 1]
            return [doc for *_, doc in rows[:limit]], msgspec.json.encode(Place(value, key)).decode()
    return [doc for *_, doc in rows], None


async def _rows(
    connection: Connection, shape: PostgresShape, condition: Condition, order: Order, offset: int, limit: int
) -> Rows:
    """The inner question reads no document, so that a jump over 90 000 of them does not unpack each."""
    chosen = f"select id from {shape.table} where {condition.sql} order by {order.sql} limit %s offset %s"  # noqa: S608 - quoted
    columns = f"{quoted(order.field)}, id, doc::text"
    return await asked(
        connection,
        f"select {columns} from {shape.table} where id in ({chosen}) order by {order.sql}",  # noqa: S608 - quoted
        (*condition.values, limit, offset),
    )


def _stretches(order: Order, after: str | None) -> list[Condition]:
    """What comes after a place, in order. SQL compares nothing with a missing value, so those are asked for apart."""
    if after is None:
        return [Condition("true", [])]
    place = msgspec.json.decode(after, type=Place)
    field, sign = quoted(order.field), "<" if order.descending else ">"
    if order.field == "id":
        return [Condition(f"id {sign} %s", [place.id])]
    if place.value is not None:
        rest = [Condition(f"{field} is null", [])] if order.descending else []
        return [Condition(f"({field}, id) {sign} (%s, %s)", [place.value, place.id]), *rest]
    rest = [] if order.descending else [Condition(f"{field} is not null", [])]
    return [Condition(f"{field} is null and id {sign} %s", [place.id]), *rest]


async def count(connection: Connection, shape: PostgresShape, where: Mapping[str, Wanted] | None) -> int:
    """How many documents have all of `where`."""
    condition = shape.all_of(where)
    sql = f"select count(*) from {shape.table} where {condition.sql}"  # noqa: S608 - quoted
    ((number,),) = await asked(connection, sql, condition.values)
    return int(number)


async def total(connection: Connection, shape: PostgresShape, field: str, where: Mapping[str, Wanted] | None) -> int:
    """The sum of a whole-number field over the documents that have all of `where`; 0 when there are none."""
    condition = shape.all_of(where)
    sql = f"select coalesce(sum({shape.number(field)}), 0) from {shape.table} where {condition.sql}"  # noqa: S608 - quoted
    ((amount,),) = await asked(connection, sql, condition.values)
    return int(amount)


async def groups(
    connection: Connection, shape: PostgresShape, by: str, field: str | None, where: Mapping[str, Wanted] | None
) -> dict[Value, Group]:
    """How many documents have each value of `by`, and the sum of `field` over them; those without a value left out."""
    shape.shape.require_column(by)
    condition = shape.all_of(where)
    amount = f"coalesce(sum({shape.number(field)}), 0)" if field else "0"
    rows = await asked(
        connection,
        f"select {quoted(by)}, count(*), {amount} from {shape.table} "  # noqa: S608 - quoted
        f"where {quoted(by)} is not null and {condition.sql} group by {quoted(by)}",
        condition.values,
    )
    return {value: Group(number, int(amount)) for value, number, amount in rows}


async def asked(connection: Connection, sql: str, values: Sequence[object] = (), *, prepare: bool = False) -> Rows:
    """All rows of an answer. `prepare` is for statements that are the same however many documents have a value."""
    cursor = await connection.execute(sql, values, prepare=prepare)
    return await cursor.fetchall()
