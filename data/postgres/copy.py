"""The whole of a PostgreSQL store read at one moment, and a copy written into an empty one."""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from data import refusals
from data.decoded import decoded
from data.documents import Document
from data.postgres.address import Address
from data.postgres.connections import Connection, connected
from data.postgres.lists import asked
from data.postgres.schema import create_table
from data.postgres.search import write_all_owners, write_sources
from data.postgres.shape import PostgresShape
from data.store import Snapshot, StoredDocument, TrailLine, TrailPart
from data.tinydb.table_shape import TableShape, quoted

STRETCH = 1_000  # rows that are held at a time
T = TypeVar("T", bound=msgspec.Struct)


@contextlib.asynccontextmanager
async def snapshot(address: Address) -> AsyncIterator["PostgresSnapshot"]:
    """The store as it is now, for the length of the block, on a connection of its own."""
    async with connected(address) as connection:
        await connection.execute("begin isolation level repeatable read read only; select count(*) from meta")
        yield PostgresSnapshot(connection)


class PostgresSnapshot:
    """See data.store.Snapshot."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._cursors = 0

    async def tables(self) -> list[str]:
        return [name for (name,) in await asked(self._connection, "select name from document_table order by name")]

    async def serials(self) -> dict[str, int]:
        return dict(await asked(self._connection, "select name, last from serial order by name"))

    def documents(self, table: str) -> AsyncIterator[list[StoredDocument]]:
        """jsonb forgets how a document was written, but the trail does not: it is taken from there if it can be."""
        newest = "select after from audit_change where tab = %s and id = d.id order by seq desc, number desc limit 1"
        text = "case when newest.after::jsonb = d.doc then newest.after else d.doc::text end"
        source = f"{quoted(table)} d left join lateral ({newest}) newest on true"
        sql = f"select %s, id, rev, {text} from {source} order by id"  # noqa: S608 - quoted
        return self._stretches(StoredDocument, sql, (table, table))

    def trail(self) -> AsyncIterator[list[TrailLine]]:
        return self._stretches(TrailLine, "select seq, time, actor, reason, prev_hash, hash from audit order by seq")

    def parts(self) -> AsyncIterator[list[TrailPart]]:
        columns = "seq, number, tab, id, after, digest"
        return self._stretches(TrailPart, f"select {columns} from audit_change order by seq, number")  # noqa: S608 - our own words

    async def _stretches(
        self, kind: Callable[..., T], statement: str, values: Sequence[object] = ()
    ) -> AsyncIterator[list[T]]:
        self._cursors += 1
        async with self._connection.cursor(f"stretch_{self._cursors}") as cursor:
            await cursor.execute(statement, values)
            while rows := await cursor.fetchmany(STRETCH):
                yield [kind(*row) for row in rows]


class Copy:
    """Writes what a snapshot has into an empty store, inside the transaction that its connection has under way."""

    def __init__(
        self,
        connection: Connection,
        address: Address,
        kinds: Mapping[str, type[Document]],
        shapes: Mapping[str, PostgresShape],
    ) -> None:
        self._connection = connection
        self._address = address
        self._kinds = kinds
        self._shapes = dict(shapes)

    async def fill(self, snapshot: Snapshot) -> None:
        """Everything, stretch by stretch. Raises Conflict when there is anything in the store."""
        await self._require_empty()
        for table in await snapshot.tables():
            shape = await self._shape(table)
            async for documents in snapshot.documents(table):
                await self._documents(shape, documents)
        await self._rows("serial", [*(await snapshot.serials()).items()])
        async for lines in snapshot.trail():
            await self._rows("audit", [msgspec.structs.astuple(line) for line in lines])
        async for parts in snapshot.parts():
            await self._rows("audit_change", [msgspec.structs.astuple(part) for part in parts])
        await write_all_owners(self._connection)

    async def _require_empty(self) -> None:
        names = [name for (name,) in await asked(self._connection, "select name from document_table")]
        for name in (*names, "audit", "audit_change", "serial"):
            if await asked(self._connection, f"select 1 from {quoted(name)} limit 1"):  # noqa: S608 - quoted
                raise refusals.not_empty()

    async def _shape(self, table: str) -> PostgresShape:
        """A table that no document type describes is made when it is first written to."""
        if table not in self._shapes:
            shape = self._shapes[table] = PostgresShape(TableShape(table))
            if not await asked(self._connection, "select 1 from document_table where name = %s", (table,)):
                await create_table(self._connection, self._address, shape)
        return self._shapes[table]

    async def _documents(self, shape: PostgresShape, stretch: Sequence[StoredDocument]) -> None:
        """Documents of one table. Raises StoreBroken when one is not of its kind."""
        await self._rows(shape.name, [(each.id, each.rev, each.doc) for each in stretch], "id, rev, doc")
        kind = self._kinds.get(shape.name)
        if kind is None:
            return
        docs = [decoded(kind, each.doc) for each in stretch]
        found = [(shape.name, doc.id, *entry) for doc in docs if (entry := doc.search_entry())]
        if found:
            await write_sources(self._connection, found)

    async def _rows(self, table: str, rows: Sequence[tuple[object, ...]], columns: str = "") -> None:
        into = f"{quoted(table)}({columns})" if columns else quoted(table)
        async with self._connection.cursor() as cursor, cursor.copy(f"copy {into} from stdin") as copy:
            for row in rows:
                await copy.write_row(row)
