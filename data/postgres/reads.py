"""Documents out of a connection: by id, and by the fields that can be found by."""

from collections.abc import Sequence
from typing import TypeVar

from data.decoded import decoded
from data.documents import Document
from data.postgres.connections import Connection
from data.postgres.lists import asked
from data.postgres.shape import PostgresShape
from data.store import Value
from data.tinydb.table_shape import quoted

D = TypeVar("D", bound=Document)


async def get(connection: Connection, shape: PostgresShape, kind: type[D], key: str) -> D | None:
    """The document, or None."""
    found = await _select(connection, shape, kind, "id = %s", [key], prepare=True)
    return found[0] if found else None


async def get_many(connection: Connection, shape: PostgresShape, kind: type[D], keys: Sequence[str]) -> list[D]:
    """Those of the documents that exist, ordered by id."""
    return await find_many(connection, shape, kind, "id", keys)


async def find_where(connection: Connection, shape: PostgresShape, kind: type[D], field: str, value: Value) -> list[D]:
    """All documents whose `field` has `value`, ordered by id."""
    shape.shape.require(field)
    condition = shape.equals(field, value)
    return await _select(connection, shape, kind, condition.sql, condition.values)


async def find_many(
    connection: Connection, shape: PostgresShape, kind: type[D], field: str, values: Sequence[str]
) -> list[D]:
    """All documents whose `field` has one of `values`, ordered by id."""
    shape.shape.require(field)
    return await _select(connection, shape, kind, f"{quoted(field)} = any(%s::text[])", [list(values)])


async def _select(
    connection: Connection,
    shape: PostgresShape,
    kind: type[D],
    condition: str,
    values: Sequence[object],
    *,
    prepare: bool = False,
) -> list[D]:
    sql = f"select doc::text from {shape.table} where {condition} order by id"  # noqa: S608 - quoted
    return [decoded(kind, text) for (text,) in await asked(connection, sql, values, prepare=prepare)]
