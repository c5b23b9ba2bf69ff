"""The store in a PostgreSQL schema, for more handlers or hosts than one file can serve.

It connects when it is first used. Reading is on a few connections that are shared; a transaction has one of its
own, and so has each lock, each snapshot, and the listening for news. Why so: docs/decisions/0014-postgresql.md.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from time import monotonic
from typing import TypeVar

import psycopg
from psycopg import errors

from data.decoded import decoded
from data.documents import ALL_DOCUMENTS, Document
from data.postgres import audit, check, lists, notes, reads, schema, search
from data.postgres.address import DEFAULT_SCHEMA, Address, parse_address
from data.postgres.audit import Seal
from data.postgres.connections import Connection, Connections, connect, connected, to_the_end
from data.postgres.copy import Copy, PostgresSnapshot, snapshot
from data.postgres.errors import StoreAway, away, explained, is_away, uncertain
from data.postgres.lock import advisory_lock
from data.postgres.news import News
from data.postgres.shape import PostgresShape, shapes_of
from data.postgres.transaction import PostgresTransaction, take_turn
from data.store import AuditEntry, Change, Group, Match, Page, Snapshot, Value, Wanted
from data.tinydb.sqlite_storage import utc_now

D = TypeVar("D", bound=Document)

_TO_BE_SURE_S = 60.0  # how long to ask whether something was committed
_AGAIN_S = 0.25
_REPEATABLE = (errors.SerializationFailure, errors.DeadlockDetected)


def open_postgres(
    url: str,
    *,
    schema: str = DEFAULT_SCHEMA,
    kinds: Sequence[type[Document]] = ALL_DOCUMENTS,
    now: Callable[[], datetime] = utc_now,
    patience_s: float = 60.0,
) -> "PostgresStore":
    """The store in a schema of a database; `?schema=` in the url goes before `schema`. Connects when it is first used.

    `now` dates the audit trail; `patience_s` is how long a transaction waits for its turn.
    Raises StoreBroken when the url cannot be read.
    """
    return PostgresStore(parse_address(url, schema=schema, patience_s=patience_s), kinds, now)


class PostgresStore:
    """See data.store.Store. Made by `open_postgres`."""

    def __init__(self, address: Address, kinds: Sequence[type[Document]], now: Callable[[], datetime]) -> None:
        self._address = address
        self._kinds = {kind.TABLE: kind for kind in kinds}
        self._shapes = shapes_of(kinds)
        self._now = now
        self._connections = Connections(address, self._prepare)
        self._news = News(address)
        self._turn = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None

    async def _prepare(self, connection: Connection) -> None:
        await schema.prepare(connection, self._address, self._shapes, self._kinds)

    # --- reading ----------------------------------------------------------------------------------------------------

    async def get(self, kind: type[D], key: str) -> D | None:
        return await self._connections.ask(lambda on: reads.get(on, self._shape(kind), kind, key))

    async def get_many(self, kind: type[D], keys: Sequence[str]) -> dict[str, D]:
        found = await self._connections.ask(lambda on: reads.get_many(on, self._shape(kind), kind, keys))
        return {doc.id: doc for doc in found}

    async def find(self, kind: type[D], field: str, value: Value) -> list[D]:
        return await self._connections.ask(lambda on: reads.find_where(on, self._shape(kind), kind, field, value))

    async def find_many(self, kind: type[D], field: str, values: Sequence[str]) -> list[D]:
        return await self._connections.ask(lambda on: reads.find_many(on, self._shape(kind), kind, field, values))

    async def page(
        self,
        kind: type[D],
        *,
        where: Mapping[str, Wanted] | None = None,
        order: str = "id",
        descending: bool = False,
        after: str | None = None,
        offset: int = 0,
        limit: int = 200,
    ) -> Page[D]:
        way = lists.Order(order, descending)
        texts, place = await self._connections.ask(
            lambda on: lists.page(on, self._shape(kind), where, way, after, offset, limit)
        )
        return Page([decoded(kind, text) for text in texts], place)

    async def count(self, kind: type[Document], where: Mapping[str, Wanted] | None = None) -> int:
        return await self._connections.ask(lambda on: lists.count(on, self._shape(kind), where))

    async def total(self, kind: type[Document], field: str, where: Mapping[str, Wanted] | None = None) -> int:
        _require_field(kind, field)
        return await self._connections.ask(lambda on: lists.total(on, self._shape(kind), field, where))

    async def groups(
        self,
        kind: type[Document],
        by: str,
        *,
        total: str | None = None,
        where: Mapping[str, Wanted] | None = None,
    ) -> dict[Value, Group]:
        if total is not None:
            _require_field(kind, total)
        return await self._connections.ask(lambda on: lists.groups(on, self._shape(kind), by, total, where))

    async def search(self, kind: type[D], text: str, *, by: Match = "beginnings", limit: int = 50) -> list[D]:
        texts = await self._connections.ask(lambda on: search.search(on, self._shape(kind), text, by, limit))
        return [decoded(kind, each) for each in texts]

    async def changes(self, since: int, limit: int | None = None) -> list[Change]:
        return await self._connections.ask(lambda on: audit.changes(on, since, limit))

    async def next_changes(self, since: int) -> list[Change]:
        """A server that is away has no news: the waiting goes on until it is back."""
        while True:
            coming = self._news.coming()
            with contextlib.suppress(StoreAway):
                if found := await self.changes(since):
                    return found
            await coming.wait()

    async def last_change(self) -> int:
        return await self._connections.ask(audit.newest)

    async def history(self, kind: type[Document], key: str) -> list[AuditEntry]:
        return await self._connections.ask(lambda on: audit.history(on, kind.TABLE, key))

    async def notes(self, beginning: str) -> dict[str, str]:
        return await self._connections.ask(lambda on: notes.notes(on, beginning))

    async def remember(self, name: str, text: str | None) -> None:
        await self._connections.ask(lambda on: notes.remember(on, name, text))

    async def verify(self) -> int:
        await self.last_change()  # so that the schema is there
        async with connected(self._address) as connection:
            return await check.verify(connection, self._shapes, self._kinds)

    # --- writing ----------------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def transaction(self, actor: str, reason: str) -> AsyncIterator[PostgresTransaction]:
        """Commit at the end of the block. A cancellation that comes while COMMIT runs is raised when it has run."""
        async with self._my_turn() as (connection, newest):
            signature = (self._now, actor, reason)
            transaction = PostgresTransaction(connection, self._address.place, self._shapes, newest, signature)
            try:
                yield transaction
            except BaseException:
                await to_the_end(transaction.rollback())
                raise
            await to_the_end(self._commit(transaction))

    @contextlib.asynccontextmanager
    async def _my_turn(self) -> AsyncIterator[tuple[Connection, Seal]]:
        """A connection with a transaction begun, when it is its turn, and the newest line of the trail."""
        if self._holder is not None and self._holder is asyncio.current_task():
            raise RuntimeError("a transaction inside a transaction would wait for itself")
        async with self._turn:
            self._holder = asyncio.current_task()
            try:
                with explained(self._address.place):
                    connection, newest = await self._begin()
                try:
                    yield connection, newest
                finally:
                    await self._connections.give_back(connection)
            finally:
                self._holder = None

    async def _begin(self) -> tuple[Connection, Seal]:
        """Nothing has been done yet, so it may be tried again: on a new connection when the old one is dead."""
        for last in (False, False, True):
            connection = await self._connections.take()
            try:
                return connection, await take_turn(connection)
            except BaseException as error:
                await connection.close()
                if last or not (is_away(error) or isinstance(error, _REPEATABLE)):
                    raise
                await self._connections.forget()
        raise AssertionError  # the last attempt has returned or raised

    async def _commit(self, transaction: PostgresTransaction) -> None:
        try:
            seal = await transaction.write()
            with explained(self._address.place):
                await self._make_it_last(transaction, seal)
        except BaseException:
            await transaction.rollback()
            raise

    async def _make_it_last(self, transaction: PostgresTransaction, seal: Seal | None) -> None:
        """The server's answer to COMMIT may be lost with the connection: then the audit trail tells."""
        try:
            await transaction.commit(self._address.channel)
        except psycopg.Error as error:
            if seal is None or not is_away(error):
                raise
            await self._connections.forget()
            if not await self._is_committed(seal):
                raise away(self._address.place) from error

    async def _is_committed(self, seal: Seal) -> bool:
        """Whether the line is in the trail. Looks when it has a turn: then whatever became of our COMMIT is done.

        Raises StoreUncertain when the server does not answer for a minute.
        """
        limit = monotonic() + _TO_BE_SURE_S
        while monotonic() < limit:
            with contextlib.suppress(psycopg.Error):
                connection = await connect(self._address)
                try:
                    await connection.execute("set lock_timeout = '60s'")
                    await take_turn(connection)
                    cursor = await connection.execute("select 1 from audit where (seq, hash) = (%s, %s)", seal)
                    return await cursor.fetchone() is not None
                finally:
                    await connection.close()
            await asyncio.sleep(_AGAIN_S)
        raise uncertain(self._address.place)

    # --- the whole --------------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def snapshot(self) -> AsyncIterator[PostgresSnapshot]:
        await self.last_change()  # so that the schema is there
        async with snapshot(self._address) as taken:
            yield taken

    async def fill(self, snapshot: Snapshot) -> None:
        async with self._my_turn() as (connection, _):
            with explained(self._address.place):
                await Copy(connection, self._address, self._kinds, self._shapes).fill(snapshot)
                await connection.execute("select pg_notify(%s, '')", (self._address.channel,))
                await to_the_end(_committed(connection))

    def lock(self, name: str) -> AbstractAsyncContextManager[bool]:
        return advisory_lock(self._address, name)

    async def close(self) -> None:
        async with self._turn:
            await self._news.close()
            await self._connections.close()

    def _shape(self, kind: type[Document]) -> PostgresShape:
        return self._shapes[kind.TABLE]


async def _committed(connection: Connection) -> None:
    await connection.execute("commit")


def _require_field(kind: type[Document], field: str) -> None:
    if field not in kind.__struct_fields__:
        raise ValueError(f"{kind.__name__} has no field {field!r}")
