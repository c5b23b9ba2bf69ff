"""The audit trail in PostgreSQL: the lines and hashes of data.audit, in the order of the transactions' turns."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from data.audit import ERASURES, LineHash, entries, erasure, is_erased, part_digest, tampered
from data.language import _
from data.postgres.connections import Connection
from data.postgres.lists import asked
from data.store import AuditEntry, Change
from data.tinydb.table_shape import quoted

STRETCH = 500  # rows that are hashed without letting anybody else to


class Seal(NamedTuple):
    """What tells a line from any other: its number and its hash."""

    seq: int
    hash: str


class AuditLine:
    """The line of a transaction under way. `newest` is the line before it."""

    def __init__(self, newest: Seal, time: datetime, actor: str, reason: str) -> None:
        self._head = (newest.seq + 1, time.isoformat(), actor, reason, newest.hash)
        self._hash = LineHash(self._head)
        self._parts = 0

    def part(self, table: str, key: str, after: str | None) -> tuple[object, ...]:
        """The row of `audit_change` for one document as it became. Rows are written in the order asked for."""
        digest = part_digest(table, key, after)
        self._hash.add(digest)
        row = (self._head[0], self._parts, table, key, after, digest)
        self._parts += 1
        return row

    @property
    def seal(self) -> Seal | None:
        """What the line will be known by; None when it has nothing to tell, and is not to be written."""
        return Seal(self._head[0], self._hash.hexdigest()) if self._parts else None

    async def write(self, connection: Connection) -> None:
        """Write the line itself, last."""
        await connection.execute(
            "insert into audit values (%s, %s, %s, %s, %s, %s)", (*self._head, self._hash.hexdigest())
        )


async def write_parts(connection: Connection, rows: Sequence[tuple[object, ...]]) -> None:
    """Write rows that `AuditLine.part` gave."""
    await connection.execute(
        "insert into audit_change select * from unnest("
        "%b::bigint[], %b::integer[], %b::text[], %b::text[], %b::text[], %b::text[])",
        [list(column) for column in zip(*rows, strict=True)],
    )


async def erase(connection: Connection, line: AuditLine, table: str, key: str) -> None:
    """Erase a document's texts, except for its newest, and say so in the line. See data.audit."""
    older = (
        "tab = %(table)s and id = %(key)s and after is not null and (seq, number) <"
        " (select seq, number from audit_change where tab = %(table)s and id = %(key)s"
        " order by seq desc, number desc limit 1)"
    )
    names = {"table": table, "key": key}
    cursor = await connection.execute(f"select count(*) from audit_change where {older}", names)  # noqa: S608 - our own words
    ((texts,),) = await cursor.fetchall()
    if texts:
        await write_parts(connection, [line.part(ERASURES, erasure(table, key), str(texts))])
        await connection.execute(f"update audit_change set after = null where {older}", names)  # noqa: S608 - as above


async def newest(connection: Connection) -> int:
    """The number of the newest line, 0 when there is none."""
    ((seq,),) = await asked(connection, "select coalesce(max(seq), 0) from audit")
    return int(seq)


async def changes(connection: Connection, since: int, limit: int | None = None) -> list[Change]:
    """The lines after `since`, `limit` at most, oldest first, each document named once. Lines are numbered in a row."""
    rows = await asked(
        connection,
        "select seq, time, actor, reason, tab, id from audit_change join audit using (seq)"
        " where seq > %s and seq <= coalesce(%s, 9223372036854775807) order by seq, number",
        (since, None if limit is None else since + limit),
    )
    return [
        Change(seq, datetime.fromisoformat(time), actor, reason, tuple(dict.fromkeys(row[4:] for row in group)))
        for (seq, time, actor, reason), group in groupby(rows, key=lambda row: row[:4])
    ]


async def history(connection: Connection, table: str, key: str) -> list[AuditEntry]:
    """What happened to one document, oldest first."""
    rows = await asked(
        connection,
        "select seq, time, actor, reason, after, digest from audit_change join audit using (seq)"
        " where tab = %s and id = %s order by seq, number",
        (table, key),
    )
    return list(entries(table, key, rows))


async def verify(connection: Connection) -> int:
    """Check the chain, then each document against its newest line. Returns the length of the chain.

    For a transaction that reads one moment. Raises StoreBroken, naming the first line or document that does not hold.
    """
    length = await _verify_chain(connection)
    for (table,) in await asked(connection, "select name from document_table order by name"):
        await _verify_table(connection, table)
    return length


async def _verify_chain(connection: Connection) -> int:
    previous, length = "", 0
    async for head, written, parts in _lines(connection):
        length += 1
        line = LineHash(head)
        whole = True
        for *part, digest, accounted in parts:
            line.add(digest)
            whole = whole and (accounted or part_digest(*part) == digest)
        if not whole or (head[0], head[4], written) != (length, previous, line.hexdigest()):
            raise tampered(_("linje {length} i endringsloggen stemmer ikke").format(length=length))
        previous = written
    ((last,),) = await asked(connection, "select coalesce(max(seq), 0) from audit_change")
    if last > length:
        raise tampered(_("linje {length} i endringsloggen mangler").format(length=length + 1))
    return length


async def _lines(connection: Connection) -> AsyncIterator[tuple[Any, ...]]:
    """(head, hash, parts) of each line. Of a part that has no text: whether a later line says that it was erased."""
    async with connection.cursor("lines") as cursor:
        cursor.itersize = STRETCH
        await cursor.execute(
            "select seq, time, actor, reason, prev_hash, hash, number, tab, id, after, digest,"
            " after is null and exists (select from audit_change e where e.tab = %s and e.id = c.tab || '/' || c.id"
            " and (e.seq, e.number) > (c.seq, c.number) and e.after is not null)"
            " from audit left join audit_change c using (seq) order by seq, number",
            (ERASURES,),
        )
        head: list[Any] = []
        parts: list[tuple[Any, ...]] = []
        async for *line, number, table, key, after, digest, said in cursor:
            if line != head:
                if head:
                    yield head[:5], head[5], parts
                head, parts = line, []
            if number is not None:
                parts.append((table, key, after, digest, said and is_erased(table, key, after, digest)))
        if head:
            yield head[:5], head[5], parts


async def _verify_table(connection: Connection, table: str) -> None:
    name = quoted(table)
    lines = "select distinct on (id) id, after from audit_change where tab = %s order by id, seq desc, number desc"
    wrong = await asked(
        connection,
        f"select id from {name} d full join ({lines}) l using (id)"  # noqa: S608 - the name is quoted
        " where l.after::jsonb is distinct from d.doc limit 1",
        (table,),
    )
    if wrong:
        raise tampered(
            _("dokumentet {wrong} i «{table}» er ikke slik endringsloggen sier").format(wrong=wrong[0][0], table=table)
        )
