"""Whether a PostgreSQL store is whole: the audit trail, and what is kept so that documents can be found.

Generated columns and indexes are PostgreSQL's own to keep in step. The row's id and revision, and the words to search
by, are written by us: one that says something else than the document hides it, or finds the wrong one.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import msgspec

from data.damage import MOST_TOLD, Problem, damaged, problem
from data.decoded import decoder
from data.documents import Document
from data.errors import StoreBroken
from data.near_words import keys
from data.postgres import audit
from data.postgres.connections import Connection
from data.postgres.lists import asked
from data.postgres.search import lexemes
from data.postgres.shape import PostgresShape
from data.search_index import near_words

STRETCH = 500  # documents that are looked at without letting anybody else to


async def verify(
    connection: Connection, shapes: Mapping[str, PostgresShape], kinds: Mapping[str, type[Document]]
) -> int:
    """Check everything at one moment, however long it takes. Returns the length of the audit trail.

    Raises StoreBroken: what is wrong first, and in `details` up to a hundred things, as table, id and message.
    """
    async with connection.transaction():
        await connection.execute("set transaction isolation level repeatable read read only")
        length, problems = await _trail(connection)
        async for wrong in _derived(connection, shapes, kinds):
            problems.append(wrong)
            if len(problems) >= MOST_TOLD:
                break
    if problems:
        raise damaged(problems)
    return length


async def _trail(connection: Connection) -> tuple[int, list[Problem]]:
    try:
        return await audit.verify(connection), []
    except StoreBroken as error:
        return 0, [problem("", "", error.message)]


async def _derived(
    connection: Connection, shapes: Mapping[str, PostgresShape], kinds: Mapping[str, type[Document]]
) -> AsyncIterator[Problem]:
    for table, kind in kinds.items():
        async for row in _rows(
            connection,
            f"select d.id, rev, doc::text, owner, words from {shapes[table].table} d"  # noqa: S608 - quoted
            " left join search_source s on s.tab = %s and s.id = d.id order by d.id",
            (table,),
        ):
            for message in _wrong(kind, *row):
                yield problem(table, row[0], message)
        gone = f"select id from search_source where tab = %s and id not in (select id from {shapes[table].table})"  # noqa: S608 - quoted
        for (key,) in await asked(connection, gone, (table,)):
            yield problem(table, key, "har søkeord, men finnes ikke")
    async for wrong in _search_words(connection):
        yield wrong


def _wrong(kind: type[Document], key: str, rev: int, text: str, owner: str | None, words: str | None) -> Iterator[str]:
    try:
        doc = decoder(kind).decode(text)
    except msgspec.DecodeError:
        yield "kan ikke leses: det er ikke slik et dokument skal være"
        return
    if (doc.id, doc.rev) != (key, rev):
        yield "har en annen id eller utgave enn raden det ligger i"
    if kind.SEARCHED and doc.search_entry() != (None if owner is None else (owner, words)):
        yield "finnes ikke igjen i søk: søkeordene er andre enn dokumentets"


async def _search_words(connection: Connection) -> AsyncIterator[Problem]:
    """The words of each owner against those of all that belongs to it."""
    rows = _rows(
        connection,
        "select owner, tsvector_to_array(o.words), array_agg(s.words) filter (where s.words is not null)"
        " from search_owner o full join search_source s using (owner) group by owner, o.words order by owner",
    )
    names: set[str] = set()
    async for owner, written, texts in rows:
        expected = lexemes(texts or ())
        names |= near_words(expected)
        if set(expected.split()) != set(written or ()):
            yield problem("cases", owner, "finnes ikke igjen i søk: søkeraden er en annen")
    kept = set(await asked(connection, "select key, word from near_word"))
    if kept != {(key, word) for word in names for key in keys(word)}:
        yield problem("near_word", "", "navn som er skrevet feil, finnes kanskje ikke: ordene er andre enn sakenes")


async def _rows(connection: Connection, sql: str, values: tuple[object, ...] = ()) -> AsyncIterator[tuple[Any, ...]]:
    async with connection.cursor("checked") as cursor:
        cursor.itersize = STRETCH
        await cursor.execute(sql, values)
        async for row in cursor:
            yield row
