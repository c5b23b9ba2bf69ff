"""A transaction in PostgreSQL: one at a time over all hosts, held documents written by the hundred, committed exactly.

Why one at a time: each line of the audit trail has the hash of the one before it. A turn is a lock on an empty table,
taken before the transaction has looked at anything, so that it sees all that was committed before. Those who wait stand
in line, and a connection's death gives the turn back.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus

from data import refusals
from data.decoded import decoder
from data.documents import Document
from data.errors import Conflict, Kk2Error
from data.held import Held, Pending, plain
from data.language import untranslated
from data.postgres.audit import AuditLine, Seal, erase, write_parts
from data.postgres.connections import Connection
from data.postgres.errors import explained, interrupted
from data.postgres.lists import asked
from data.postgres.reads import find_many, find_where, get, get_many
from data.postgres.search import SearchWords
from data.postgres.shape import PostgresShape
from data.store import Value

D = TypeVar("D", bound=Document)
T = TypeVar("T")

STRETCH = 500  # documents that are written without letting anybody else to
_encode = msgspec.json.Encoder(enc_hook=untranslated).encode
_BEGIN = """
begin isolation level serializable;
lock table turn in exclusive mode;
select seq, hash from audit order by seq desc limit 1
"""


async def take_turn(connection: Connection) -> Seal:
    """Begin a transaction when it is our turn, and return the newest line of the trail. Raises psycopg.Error."""
    cursor = await connection.execute(_BEGIN, prepare=False)
    while cursor.nextset():
        pass
    row = await cursor.fetchone()
    return Seal(*row) if row else Seal(0, "")


class PostgresTransaction:
    """See data.store.Transaction. Lives on a connection that has its turn; `sign` gives the line of the audit trail."""

    def __init__(
        self,
        connection: Connection,
        place: str,
        shapes: Mapping[str, PostgresShape],
        newest: Seal,
        signature: tuple[Callable[[], datetime], str, str],
    ) -> None:
        self._connection = connection
        self._place = place
        self._shapes = shapes
        self._newest = newest
        self._signature = signature
        self._held = Held()
        self._erased: list[tuple[str, str]] = []
        self._words = SearchWords()
        self._line: AuditLine | None = None
        self._failed: Kk2Error | None = None
        self._over = False
        self._one_at_a_time = asyncio.Lock()

    # --- changing ---------------------------------------------------------------------------------------------------

    def put(self, doc: D) -> D:
        self._require_open()
        return self._held.put(doc)

    def delete(self, doc: Document) -> None:
        self._require_open()
        self._held.delete(doc)

    def erase_history(self, kind: type[Document], key: str) -> None:
        self._require_open()
        self._erased.append((kind.TABLE, key))

    async def serial(self, name: str) -> int:
        return (await self.serials(name, 1)).start

    async def serials(self, name: str, count: int) -> range:
        async def give() -> range:
            sql = (
                "insert into serial as s values (%s, %s)"
                " on conflict (name) do update set last = s.last + excluded.last returning last"
            )
            ((last,),) = await asked(self._connection, sql, (name, count), prepare=True)
            return range(last - count + 1, last + 1)

        return await self._checked(give)

    # --- reading: what is held lies over what is written -------------------------------------------------------------

    async def get(self, kind: type[D], key: str) -> D | None:
        async def read() -> D | None:
            held = self._held.get(kind, key)
            if held is None:
                return await get(self._connection, self._shapes[kind.TABLE], kind, key)
            return held.doc if isinstance(held.doc, kind) and not held.removed else None

        return await self._checked(read)

    async def get_many(self, kind: type[D], keys: Sequence[str]) -> dict[str, D]:
        wanted = set(keys)

        async def read() -> dict[str, D]:
            found = await get_many(self._connection, self._shapes[kind.TABLE], kind, keys)
            return {doc.id: doc for doc in self._held.laid_over(kind, found, lambda doc: doc.id in wanted)}

        return await self._checked(read)

    async def find(self, kind: type[D], field: str, value: Value) -> list[D]:
        async def read() -> list[D]:
            found = await find_where(self._connection, self._shapes[kind.TABLE], kind, field, value)
            return self._held.laid_over(kind, found, lambda doc: plain(doc, field) == value)

        return await self._checked(read)

    async def find_many(self, kind: type[D], field: str, values: Sequence[str]) -> list[D]:
        wanted = set(values)

        async def read() -> list[D]:
            found = await find_many(self._connection, self._shapes[kind.TABLE], kind, field, values)
            return self._held.laid_over(kind, found, lambda doc: plain(doc, field) in wanted)

        return await self._checked(read)

    # --- the end ----------------------------------------------------------------------------------------------------

    async def write(self) -> Seal | None:
        """Write what is held, all but the line and COMMIT. Returns what the line will be known by, if there is one."""
        self._over = True
        await self._checked(self._write_rest)
        return self._line.seal if self._line else None

    async def commit(self, channel: str) -> None:
        """Make it last, in one message to the server. Raises psycopg.Error; then nobody knows, but the audit trail."""
        async with self._connection.pipeline():
            if self._line and self._line.seal:
                await self._line.write(self._connection)
                await self._connection.execute("select pg_notify(%s, %s)", (channel, str(self._line.seal.seq)))
            await self._connection.execute("commit")

    async def rollback(self) -> None:
        """Forget what is held, and undo what is written. A connection that cannot is undone by being closed."""
        self._over = True
        self._held.clear()
        if self._connection.info.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
            try:
                await self._connection.execute("rollback")
            except psycopg.Error:
                await self._connection.close()

    # --- writing ----------------------------------------------------------------------------------------------------

    def _require_open(self) -> None:
        if self._over:
            raise RuntimeError("the transaction is over")

    async def _checked(self, work: Callable[[], Awaitable[T]]) -> T:
        """Write what has piled up, then do the work. Once something has failed, nothing more is done."""
        async with self._one_at_a_time:
            if self._failed:
                raise self._failed
            try:
                with explained(self._place):
                    while len(self._held) >= STRETCH:
                        await self._write_stretch()
                    return await work()
            except asyncio.CancelledError:
                self._failed = interrupted()
                raise
            except Kk2Error as error:
                if isinstance(error, Conflict) or isinstance(error.__cause__, psycopg.Error):
                    self._failed = error
                raise

    async def _write_rest(self) -> None:
        while self._held:
            await self._write_stretch()
        for table, key in self._erased:
            await erase(self._connection, self._required_line(), table, key)
        await self._words.write(self._connection)

    async def _write_stretch(self) -> None:
        changes = self._held.take(STRETCH)
        parts = [self._part(change) for change in changes if change.base or not change.removed]
        if not parts:
            return
        try:
            await self._write_documents(changes, parts)
        except errors.UniqueViolation as error:
            raise self._taken(changes, error) from error
        entries = {
            (change.doc.TABLE, change.doc.id): None if change.removed else change.doc.search_entry()
            for change in changes
            if change.doc.SEARCHED
        }
        if entries:
            await self._words.put(self._connection, entries)

    async def _write_documents(self, changes: Sequence[Pending], parts: Sequence[tuple[object, ...]]) -> None:
        """In one message to the server. A change that hits no row has lost to somebody else's."""
        texts = {(part[2], part[3]): part[4] for part in parts}
        over = [change for change in changes if change.base]
        async with self._connection.pipeline():
            cursors = [await self._write_over(change, texts[change.doc.TABLE, change.doc.id]) for change in over]
            for shape in self._shapes.values():
                new = [change.doc for change in changes if not change.base and shape.name == change.doc.TABLE]
                new = [doc for doc in new if (doc.TABLE, doc.id) in texts]
                if new:
                    await self._insert(shape, new, [texts[doc.TABLE, doc.id] for doc in new])
            await write_parts(self._connection, parts)
        for change, cursor in zip(over, cursors, strict=True):
            if cursor.rowcount != 1:
                raise refusals.stale(change.doc, change.base)

    async def _write_over(self, change: Pending, text: object) -> "psycopg.AsyncCursor[tuple[object, ...]]":
        table = self._shapes[change.doc.TABLE].table
        if change.removed:
            sql = f"delete from {table} where id = %s and rev = %s"  # noqa: S608 - quoted
            return await self._connection.execute(sql, (change.doc.id, change.base), prepare=True)
        sql = f"update {table} set rev = %s, doc = %s::text::jsonb where id = %s and rev = %s"  # noqa: S608 - quoted
        values = (change.doc.rev, text, change.doc.id, change.base)
        return await self._connection.execute(sql, values, prepare=True)

    async def _insert(self, shape: PostgresShape, docs: Sequence[Document], texts: Sequence[object]) -> None:
        sql = (
            f"insert into {shape.table}(id, rev, doc) select id, rev, doc::jsonb"  # noqa: S608 - quoted
            " from unnest(%b::text[], %b::integer[], %b::text[]) as new(id, rev, doc)"
        )
        ids, revs = [doc.id for doc in docs], [doc.rev for doc in docs]
        await self._connection.execute(sql, (ids, revs, list(texts)), prepare=True)

    def _part(self, change: Pending) -> tuple[object, ...]:
        doc = change.doc
        if change.removed:
            return self._required_line().part(doc.TABLE, doc.id, None)
        text = _encode(doc)
        decoder(type(doc)).decode(text)  # what could not be read again is not written
        return self._required_line().part(doc.TABLE, doc.id, text.decode())

    def _required_line(self) -> AuditLine:
        if self._line is None:
            now, actor, reason = self._signature
            self._line = AuditLine(self._newest, now(), actor, reason)
        return self._line

    def _taken(self, changes: Sequence[Pending], error: errors.UniqueViolation) -> Conflict:
        """Which document it is, by the server's own words: `Key (kid)=(…)` looks the same in every language."""
        written = [change.doc for change in changes if error.diag.table_name == change.doc.TABLE]
        key = re.search(r"\((.*?)\)=\((.*)\)", error.diag.message_detail or "")
        field, value = key.groups() if key else ("id", "")
        field = field.strip('"')
        suspects = [doc for doc in written if str(getattr(doc, field, None)) == value] or written
        return refusals.exists(suspects[-1]) if field == "id" else refusals.taken(suspects[-1], field)
