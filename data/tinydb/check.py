"""Whether a store's file is whole: SQLite's own structure, the audit trail, and all that is derived from documents.

Columns, indexes and search words repeat what documents say, so that they can be found by it. One that says something
else hides a document, or finds the wrong one.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any

import msgspec

from data import audit
from data.damage import MOST_TOLD, Problem, damaged, problem
from data.decoded import decoder
from data.documents import Document
from data.errors import StoreBroken
from data.near_words import keys
from data.search_index import near_words, owner_words
from data.tinydb.table_shape import TableShape, quoted

_decode = msgspec.json.Decoder(dict[str, Any]).decode


def verify(connection: sqlite3.Connection, shapes: Mapping[type[Document], TableShape]) -> int:
    """Check everything, however long it takes. Returns the length of the audit trail.

    Raises StoreBroken: what is wrong first, and in `details` up to a hundred things, as table, id and message.
    """
    length, problems = _trail(connection)
    connection.execute("begin")
    try:
        problems += islice(_derived(connection, shapes), MOST_TOLD)
    finally:
        connection.execute("rollback")
    if problems:
        raise damaged(problems)
    return length


def _trail(connection: sqlite3.Connection) -> tuple[int, list[Problem]]:
    try:
        return audit.verify(connection), []
    except StoreBroken as error:
        return 0, [problem("", "", error.message)]


def _derived(connection: sqlite3.Connection, shapes: Mapping[type[Document], TableShape]) -> Iterator[Problem]:
    for (message,) in connection.execute(f"pragma integrity_check({MOST_TOLD})"):
        if message != "ok":
            yield problem("", "", f"SQLite melder «{message}»")
    present = {name for (name,) in connection.execute("select name from sqlite_master where type = 'index'")}
    for kind, shape in shapes.items():
        for name in sorted(shape.indexes().keys() - present):
            yield problem(kind.TABLE, name, "indeksen mangler; den lages når kk2 åpnes")
        yield from _columns(connection, kind, shape)
        if kind.SEARCHED:
            yield from _search_entries(connection, kind, shape)
    yield from _search_words(connection)


def _columns(connection: sqlite3.Connection, kind: type[Document], shape: TableShape) -> Iterator[Problem]:
    """Each row's id, revision and columns against the document in it."""
    columns = ", ".join(("id", "rev", "doc", *map(quoted, shape.columns)))
    for key, rev, text, *stored in connection.execute(f"select {columns} from {shape.table} order by id"):  # noqa: S608
        try:
            doc = decoder(kind).decode(text)
        except msgspec.DecodeError:
            yield problem(kind.TABLE, key, "kan ikke leses: det er ikke slik et dokument skal være")
            continue
        if (doc.id, doc.rev) != (key, rev):
            yield problem(kind.TABLE, key, "har en annen id eller utgave enn raden det ligger i")
        elif shape.values(doc) != stored and (wrong := _differing(doc, shape, text, stored)):
            yield problem(kind.TABLE, key, f"finnes ikke igjen på {', '.join(wrong)}: kolonnen sier noe annet")


def _differing(doc: Document, shape: TableShape, text: str, stored: Sequence[Any]) -> list[str]:
    """The columns that are not as the document is. One that is older than a field has nothing to say of it."""
    written = _decode(text)
    return [
        field
        for field, value, column in zip(shape.columns, shape.values(doc), stored, strict=True)
        if value != column and not (column is None and field not in written)
    ]


def _search_entries(connection: sqlite3.Connection, kind: type[Document], shape: TableShape) -> Iterator[Problem]:
    """What each document is found by, and that nothing is found that is not there."""
    rows = connection.execute(
        f"select d.id, d.doc, o.owner, s.words from {shape.table} d"  # noqa: S608 - our own names
        " left join search_source s on s.tab = ? and s.id = d.id left join search_owner o on o.n = s.owner"
        " order by d.id",
        (kind.TABLE,),
    )
    for key, text, owner, words in rows:
        try:
            entry = decoder(kind).decode(text).search_entry()
        except msgspec.DecodeError:
            continue  # told of by its columns
        if entry != (None if words is None else (owner, words)):
            yield problem(kind.TABLE, key, "finnes ikke igjen i søk: søkeordene er andre enn dokumentets")
    gone = f"select id from search_source where tab = ? and id not in (select id from {shape.table})"  # noqa: S608
    for (key,) in connection.execute(gone, (kind.TABLE,)):
        yield problem(kind.TABLE, key, "har søkeord, men finnes ikke")


def _search_words(connection: sqlite3.Connection) -> Iterator[Problem]:
    """The row of words of each owner against the words of what belongs to it."""
    rows = connection.execute(
        "select o.owner, w.words, s.words from search_owner o left join search_words w on w.rowid = o.n"
        " left join search_source s on s.owner = o.n order by o.n, s.tab, s.id"
    )
    names: set[str] = set()
    for (owner, written), group in groupby(rows, key=lambda row: row[:2]):
        expected = owner_words(words for _, _, words in group if words is not None)
        names |= near_words(expected)
        if expected != (written or ""):
            yield problem("cases", owner, "finnes ikke igjen i søk: søkeraden er en annen")
    kept = set(connection.execute("select key, word from near_word"))
    if kept != {(key, word) for word in names for key in keys(word)}:
        yield problem("near_word", "", "navn som er skrevet feil, finnes kanskje ikke: ordene er andre enn sakenes")
