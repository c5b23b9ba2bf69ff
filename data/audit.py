"""The audit trail: one line a transaction, chained by hashes, kept in the same commit as what it tells of.

A line keeps how each document became; how it was before is in the document's line before that. A line's hash covers
its number, time, actor and reason, the hash before it, and the digests of its documents. Altering or removing a line
breaks the chain; altering a document breaks its tie to the trail. Whoever can write the file can also write a whole new
trail: keep the newest hash elsewhere to see that.

A person's data must go one day, and the trail must stay. Since the hash is over digests, a text can be erased and leave
its digest behind: the chain still holds. The line that erased it says so, by a part of its own: table `audit`, id
`<table>/<id>` of the document, and as text how many texts went. A text that is gone and not named so is tampering.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

import msgspec

from data.errors import StoreBroken
from data.language import _, untranslated
from data.store import AuditEntry, Change
from data.tinydb.sqlite_file import last_change
from data.tinydb.table_shape import quoted

_encode = msgspec.json.Encoder(enc_hook=untranslated).encode
Head = tuple[int, str, str, str, str]  # seq, time, actor, reason, hash of the line before
Part = tuple[str, str, str | None]  # table, id, after (None: removed)
ERASURES = "audit"  # the table that a line's parts about the trail itself belong to; no document has it
_EARLIER = (  # a document's texts, except for its newest
    "tab = ?1 and id = ?2 and after is not null"
    " and place < (select max(place) from audit_change where tab = ?1 and id = ?2)"
)
_TOGETHER = 100  # parts that are written at once
_ROOM = 1 << 32  # a change's place in the trail is its line's number times this, and its number within the line


def part_digest(table: str, key: str, after: str | None) -> str:
    """What a line's hash has of a document: BLAKE2b-256 of the JSON array [table, id, after], in hexadecimal."""
    return hashlib.blake2b(_encode((table, key, after)), digest_size=32).hexdigest()


class LineHash:
    """The hash of a line: BLAKE2b-256 of the head as a JSON array, and each part's digest as a JSON string after it."""

    def __init__(self, head: Iterable[object]) -> None:
        self._hash = hashlib.blake2b(_encode(tuple(head)), digest_size=32)

    def add(self, digest: str) -> None:
        """The next part's digest."""
        self._hash.update(_encode(digest))

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def is_erased(table: str, key: str, after: str | None, digest: str) -> bool:
    """Whether a part had a text that is there no more. (One that tells of a removed document never had any.)"""
    return after is None and digest != part_digest(table, key, None)


def erasure(table: str, key: str) -> str:
    """The id that a line's part has, in table `audit`, when the line erased the document's earlier texts."""
    return f"{table}/{key}"


class AuditLine:
    """The line of a transaction under way, fed one document at a time, and written a few at a time."""

    def __init__(self, connection: sqlite3.Connection, time: datetime, actor: str, reason: str) -> None:
        last = connection.execute("select seq, hash from audit order by seq desc limit 1").fetchone()
        seq, previous = last or (0, "")
        self._connection = connection
        self._head: Head = (seq + 1, time.isoformat(), actor, reason, previous)
        self._hash = LineHash(self._head)
        self._place = self._head[0] * _ROOM
        self._waiting: list[tuple[int, str, str, str | None, str]] = []

    def add(self, part: Part) -> None:
        """One document as it became."""
        digest = part_digest(*part)
        self._hash.add(digest)
        self._waiting.append((self._place, *part, digest))
        self._place += 1
        if len(self._waiting) == _TOGETHER:
            self.write()

    def write(self) -> None:
        """Write the parts that wait, so that the trail can be asked about them."""
        self._connection.executemany("insert into audit_change values (?, ?, ?, ?, ?)", self._waiting)
        self._waiting.clear()

    def erase(self, table: str, key: str, texts: int) -> None:
        """Erase the document's `texts` earlier texts, and say so. Asked for after the document's own part."""
        self.add((ERASURES, erasure(table, key), str(texts)))
        self.write()
        self._connection.execute(f"update audit_change set after = null where {_EARLIER}", (table, key))  # noqa: S608

    def close(self) -> None:
        """Write the line itself, last."""
        self.write()
        self._connection.execute("insert into audit values (?, ?, ?, ?, ?, ?)", (*self._head, self._hash.hexdigest()))


def earlier_texts(connection: sqlite3.Connection, table: str, key: str) -> int:
    """How many texts the trail has of how the document was before it became as it is."""
    counted = connection.execute(f"select count(*) from audit_change where {_EARLIER}", (table, key))  # noqa: S608
    texts: int = counted.fetchone()[0]
    return texts


def changes(connection: sqlite3.Connection, since: int, limit: int | None = None) -> list[Change]:
    """The lines after `since`, `limit` at most, oldest first, each document named once. Lines are numbered in a row."""
    newest = last_change(connection) if limit is None else since + limit
    rows = connection.execute(
        "select seq, time, actor, reason, tab, id from audit_change join audit on seq = place / ?1"
        " where place >= (?2 + 1) * ?1 and place < (?3 + 1) * ?1 order by place",
        (_ROOM, since, newest),
    )
    return [_change(head, group) for head, group in groupby(rows, key=lambda row: row[:4])]


def _change(head: tuple[int, str, str, str], rows: Iterable[Any]) -> Change:
    seq, time, actor, reason = head
    documents = tuple(dict.fromkeys((row[4], row[5]) for row in rows))
    return Change(seq, datetime.fromisoformat(time), actor, reason, documents)


def history(connection: sqlite3.Connection, table: str, key: str) -> list[AuditEntry]:
    """What happened to one document, oldest first."""
    rows = connection.execute(
        "select seq, time, actor, reason, after, digest"
        " from audit_change join audit on seq = place / ? where tab = ? and id = ? order by place",
        (_ROOM, table, key),
    )
    return list(entries(table, key, rows))


def entries(table: str, key: str, rows: Iterable[tuple[int, str, str, str, str | None, str]]) -> Iterator[AuditEntry]:
    """A document's history of its parts: (seq, time, actor, reason, after, digest), oldest first."""
    before, was_erased = None, False
    for seq, time, actor, reason, after, digest in rows:
        erased = is_erased(table, key, after, digest)
        when = datetime.fromisoformat(time)
        yield AuditEntry(seq, when, actor, reason, table, key, before, after, erased or was_erased)
        before, was_erased = after, erased


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
            "select place, tab, id, after, digest from audit_change where place between ?1 and ?2 order by place",
            (seq * _ROOM, seq * _ROOM + _ROOM - 1),
        )
        line = LineHash(head)
        whole = True
        for place, *part, digest in parts:
            line.add(digest)
            whole = whole and (part_digest(*part) == digest or _was_erased(connection, place, *part))
        if not whole or (seq, before, written) != (length, previous, line.hexdigest()):
            raise tampered(_("linje {length} i endringsloggen stemmer ikke").format(length=length))
        previous = written
    last = connection.execute("select coalesce(max(place), 0) from audit_change").fetchone()[0]
    if last >= (length + 1) * _ROOM:
        raise tampered(_("linje {length} i endringsloggen mangler").format(length=length + 1))
    return length


def _verify_table(connection: sqlite3.Connection, table: str) -> None:
    name = quoted(table)
    newest = "(select after from audit_change where tab = ? and id = d.id order by place desc limit 1)"
    changed = f"select id from {name} d where doc is not {newest} limit 1"  # noqa: S608 - the name is quoted
    lines = "select id, after, max(place) from audit_change where tab = ? group by id"
    gone = f"select id from ({lines}) where after is not null and id not in (select id from {name}) limit 1"  # noqa: S608
    for question in (changed, gone):
        if wrong := connection.execute(question, (table,)).fetchone():
            raise tampered(
                _("dokumentet {wrong} i «{table}» er ikke slik endringsloggen sier").format(wrong=wrong[0], table=table)
            )


def _was_erased(connection: sqlite3.Connection, place: int, table: str, key: str, after: str | None) -> bool:
    """Whether a later line says that it erased the text."""
    said = "select 1 from audit_change where tab = ? and id = ? and place > ? and after is not null"
    return after is None and connection.execute(said, (ERASURES, erasure(table, key), place)).fetchone() is not None


def tampered(what: str) -> StoreBroken:
    return StoreBroken(
        _(
            "Registeret er endret utenom kk2: {what}. Ingenting er gjort med det. Ta vare på det "
            "slik det er, og be driftsansvarlig sammenligne med siste sikkerhetskopi."
        ).format(what=what)
    )
