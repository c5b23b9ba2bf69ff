"""The audit trail: one line a transaction, chained by hashes, kept in the same commit as what it tells of.

A line keeps how each document became; how it was before is in the document's line before that. A line's hash covers
the hash before it, its number, time, actor and reason, and its documents. Altering or removing a line breaks the chain;
altering a document breaks its tie to the trail. Whoever can write the file can also write a whole new trail: keep the
newest hash elsewhere to see that.
"""

import hashlib
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

import msgspec

from data.errors import StoreBroken
from data.store import AuditEntry, Change
from data.table_shape import quoted

_encode = msgspec.json.Encoder().encode
Head = tuple[int, str, str, str, str]  # seq, time, actor, reason, hash of the line before
Part = tuple[str, str, str | None]  # table, id, after (None: removed)
_ROOM = 1 << 32  # a change's place in the trail is its line's number times this, and its number within the line


class AuditLine:
    """The line of a transaction under way, fed one document at a time, so that it need not be held in memory."""

    def __init__(self, connection: sqlite3.Connection, time: datetime, actor: str, reason: str) -> None:
        last = connection.execute("select seq, hash from audit order by seq desc limit 1").fetchone()
        seq, previous = last or (0, "")
        self._connection = connection
        self._head: Head = (seq + 1, time.isoformat(), actor, reason, previous)
        self._digest = _begin(self._head)
        self._changes = 0

    def add(self, part: Part) -> None:
        """One document as it became."""
        place = self._head[0] * _ROOM + self._changes
        self._connection.execute("insert into audit_change values (?, ?, ?, ?)", (place, *part))
        self._digest.update(_encode(part))
        self._changes += 1

    def close(self) -> None:
        """Write the line itself, last."""
        self._connection.execute("insert into audit values (?, ?, ?, ?, ?, ?)", (*self._head, self._digest.hexdigest()))


def last_change(connection: sqlite3.Connection) -> int:
    """The number of the newest line, 0 when there is none."""
    seq: int = connection.execute("select coalesce(max(seq), 0) from audit").fetchone()[0]
    return seq


def changes(connection: sqlite3.Connection, since: int) -> list[Change]:
    """The lines after `since`, oldest first, each document named once."""
    rows = connection.execute(
        "select seq, time, actor, reason, tab, id from audit_change join audit on seq = place / ?1"
        " where place >= (?2 + 1) * ?1 order by place",
        (_ROOM, since),
    )
    return [_change(head, group) for head, group in groupby(rows, key=lambda row: row[:4])]


def _change(head: tuple[int, str, str, str], rows: Iterable[Any]) -> Change:
    seq, time, actor, reason = head
    documents = tuple(dict.fromkeys((row[4], row[5]) for row in rows))
    return Change(seq, datetime.fromisoformat(time), actor, reason, documents)


def history(connection: sqlite3.Connection, table: str, key: str) -> list[AuditEntry]:
    """What happened to one document, oldest first."""
    rows = connection.execute(
        "select seq, time, actor, reason, tab, id, lag(after) over (order by place), after"
        " from audit_change join audit on seq = place / ? where tab = ? and id = ? order by place",
        (_ROOM, table, key),
    )
    return [AuditEntry(seq, datetime.fromisoformat(time), *rest) for seq, time, *rest in rows]


def verify(connection: sqlite3.Connection) -> int:
    """Check the chain, then each document against its newest line. Returns the length of the chain.

    Raises StoreBroken, naming the first line or document that does not hold. Reads one moment, however long it takes.
    """
    connection.execute("begin")
    try:
        length = _verify_chain(connection)
        for (table,) in connection.execute("select name from document_table order by name").fetchall():
            _verify_table(connection, table)
        return length
    finally:
        connection.execute("rollback")


def _verify_chain(connection: sqlite3.Connection) -> int:
    previous, length = "", 0
    heads = connection.execute("select seq, time, actor, reason, prev_hash, hash from audit order by seq")
    for *head, written in heads:
        length += 1
        seq, before = head[0], head[4]
        parts = connection.execute(
            "select tab, id, after from audit_change where place between ?1 and ?2 order by place",
            (seq * _ROOM, seq * _ROOM + _ROOM - 1),
        )
        digest = _begin(head)
        for part in parts:
            digest.update(_encode(part))
        if (seq, before, written) != (length, previous, digest.hexdigest()):
            raise _tampered(f"linje {length} i endringsloggen stemmer ikke")
        previous = written
    last = connection.execute("select coalesce(max(place), 0) from audit_change").fetchone()[0]
    if last >= (length + 1) * _ROOM:
        raise _tampered(f"linje {length + 1} i endringsloggen mangler")
    return length


def _verify_table(connection: sqlite3.Connection, table: str) -> None:
    name = quoted(table)
    newest = "(select after from audit_change where tab = ? and id = d.id order by place desc limit 1)"
    changed = f"select id from {name} d where doc is not {newest} limit 1"  # noqa: S608 - the name is quoted
    lines = "select id, after, max(place) from audit_change where tab = ? group by id"
    gone = f"select id from ({lines}) where after is not null and id not in (select id from {name}) limit 1"  # noqa: S608
    for question in (changed, gone):
        if wrong := connection.execute(question, (table,)).fetchone():
            raise _tampered(f"dokumentet {wrong[0]} i «{table}» er ikke slik endringsloggen sier")


def _begin(head: Iterable[object]) -> "hashlib.blake2b":
    return hashlib.blake2b(_encode(tuple(head)), digest_size=32)


def _tampered(what: str) -> StoreBroken:
    return StoreBroken(
        f"Registeret er endret utenom kk2: {what}. Ingenting er gjort med det. "
        "Ta vare på filen, og be driftsansvarlig sammenligne med siste sikkerhetskopi."
    )
