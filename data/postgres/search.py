"""Search as you type in PostgreSQL: the words of data.search_index, in one tsvector for each owner.

Words are cut and folded by us, on both sides; PostgreSQL only looks them up by their beginnings.
"""

from collections.abc import Collection, Mapping, Sequence

from data.decoded import readable
from data.documents import Document
from data.near_words import keys, nearest, stretch
from data.postgres.connections import Connection
from data.postgres.lists import asked
from data.postgres.shape import PostgresShape
from data.sealed_words import is_sealed
from data.search_index import LONGEST_WORD, NOTHING, mistypable, near_words, owner_words, spellings
from data.store import Match

STRETCH = 500  # owners whose words are put together without letting anybody else to
Entry = tuple[str, str]  # owner, words
Key = tuple[str, str]  # table, id


class SearchWords:
    """Keeps the words in step. An owner's words are put together once, at the end of the transaction."""

    def __init__(self) -> None:
        self._touched: set[str] = set()

    async def put(self, connection: Connection, entries: Mapping[Key, Entry | None]) -> None:
        """Say what documents are found by, and whom the search shall answer with; None: not searched, or removed."""
        rows = await asked(
            connection,
            "select tab, id, owner, words from search_source"
            " join unnest(%b::text[], %b::text[]) as asked_for(tab, id) using (tab, id)",
            _columns(list(entries)),
            prepare=True,
        )
        before: dict[Key, Entry | None] = {(table, key): (owner, words) for table, key, owner, words in rows}
        changed = {key: entry for key, entry in entries.items() if before.get(key) != entry}
        gone = [key for key, entry in changed.items() if entry is None]
        here = [(*key, *entry) for key, entry in changed.items() if entry is not None]
        self._touched.update(owner for key in changed for owner, _ in filter(None, (before.get(key), changed[key])))
        if gone:
            await connection.execute(
                "delete from search_source using unnest(%b::text[], %b::text[]) as gone(tab, id)"
                " where (search_source.tab, search_source.id) = (gone.tab, gone.id)",
                _columns(gone),
            )
        if here:
            await write_sources(connection, here)

    async def write(self, connection: Connection) -> None:
        """Bring the words of the owners touched up to date."""
        while self._touched:
            await write_owners(connection, [self._touched.pop() for _ in range(min(STRETCH, len(self._touched)))])


async def write_sources(connection: Connection, rows: Sequence[tuple[str, str, str, str]]) -> None:
    """Write what documents are found by: (table, id, owner, words)."""
    await connection.execute(
        "insert into search_source select * from unnest(%b::text[], %b::text[], %b::text[], %b::text[])"
        " on conflict (tab, id) do update set owner = excluded.owner, words = excluded.words",
        _columns(rows),
    )


async def write_owners(connection: Connection, owners: Sequence[str]) -> None:
    """Put the words of owners together anew from all that belongs to them."""
    old = "select unnest(tsvector_to_array(words)) from search_owner where owner = any(%s)"
    before = near_words(" ".join([word for (word,) in await asked(connection, old, (owners,))]))
    rows = await asked(
        connection,
        "select owner, array_agg(words) from search_source where owner = any(%s) group by owner",
        (owners,),
    )
    words = {owner: lexemes(texts) for owner, texts in rows}
    found = {owner: text for owner, text in words.items() if text}
    after = near_words(" ".join(found.values()))
    await connection.execute("delete from search_owner where owner = any(%s)", ([o for o in owners if o not in found],))
    await connection.execute(
        "insert into search_owner select owner, array_to_tsvector(string_to_array(words, ' '))"
        " from unnest(%b::text[], %b::text[]) as kept(owner, words)"
        " on conflict (owner) do update set words = excluded.words",
        ([*found], [*found.values()]),
    )
    await _keep_near(connection, after - before)
    await _forget_near(connection, before - after)


async def _keep_near(connection: Connection, words: Collection[str]) -> None:
    if not words:
        return
    rows = [(key, word) for word in words for key in keys(word)]
    await connection.execute(
        "insert into near_word select * from unnest(%b::text[], %b::text[]) on conflict do nothing", _columns(rows)
    )


async def _forget_near(connection: Connection, words: Collection[str]) -> None:
    """A name must not stay behind when the last one who had it is erased."""
    if not words:
        return
    await connection.execute(
        "delete from near_word using unnest(%b::text[], %b::text[]) as gone(key, word)"
        " where (near_word.key, near_word.word) = (gone.key, gone.word)"
        " and not exists (select from search_owner where words @@ (quote_literal(gone.word))::tsquery)",
        _columns([(key, word) for word in words for key in keys(word)]),
    )


async def write_all_owners(connection: Connection) -> None:
    """Words of all owners, by the id of the last one done."""
    last = ""
    while True:
        rows = await asked(
            connection,
            "select distinct owner from search_source where owner > %s order by owner limit %s",
            (last, STRETCH),
        )
        if not rows:
            return
        await write_owners(connection, [owner for (owner,) in rows])
        last = rows[-1][0]


async def make_again(connection: Connection, kinds: Collection[tuple[type[Document], PostgresShape]]) -> None:
    """Make all words again, from the documents. Runs inside the caller's transaction."""
    await connection.execute("delete from search_source")
    await connection.execute("delete from search_owner")
    await connection.execute("delete from near_word")
    for kind, shape in kinds:
        if not kind.SEARCHED:
            continue
        async with connection.cursor("searched") as cursor:
            await cursor.execute(f"select id, doc::text from {shape.table}")  # noqa: S608 - quoted
            while rows := await cursor.fetchmany(STRETCH):
                docs = [doc for _, text in rows if (doc := readable(kind, text))]  # the others wait for a migration
                if found := [(shape.name, doc.id, *entry) for doc in docs if (entry := doc.search_entry())]:
                    await write_sources(connection, found)
    await write_all_owners(connection)


def lexemes(texts: Sequence[str]) -> str:
    """The words of an owner, between blanks. Longer ones than are ever looked for would not fit in a tsvector."""
    return " ".join(dict.fromkeys(word[:LONGEST_WORD] for word in owner_words(texts).split()))


async def search(connection: Connection, shape: PostgresShape, text: str, by: Match, limit: int) -> list[str]:
    """The JSON of the documents found, ordered by id. From how many answer, the server chooses how to find them."""
    words = spellings(text)
    near = {word: await _near(connection, word) for word in mistypable(words)} if by == "near" else {}
    query = tsquery(words, whole=by == "whole", near=near)
    if not query:
        return []
    rows = await asked(
        connection,
        f"select doc::text from search_owner join {shape.table} on id = owner"  # noqa: S608 - quoted
        " where search_owner.words @@ %s::tsquery order by owner limit %s",
        (query, limit),
    )
    return [doc for (doc,) in rows]


async def _near(connection: Connection, word: str) -> list[str]:
    rows = await asked(
        connection,
        "select word from near_word where key = any(%s) union select word from near_word where key >= %s and key < %s",
        (keys(word), *stretch(word)),
        prepare=True,
    )
    return [other for other in nearest(word, (other for (other,) in rows)) if other != word]


def tsquery(words: Sequence[Sequence[str]], *, whole: bool = False, near: Mapping[str, Sequence[str]] = NOTHING) -> str:
    """The query in PostgreSQL's language; empty when there is nothing to look for.

    Each word is letters and digits alone, or sealed, in quotation marks: nothing that is typed can be taken for an
    operator.
    """

    def one(word: str) -> str:
        asked_for = f"'{word}'" if whole or is_sealed(word) else f"'{word}':*"
        return "(" + " | ".join((asked_for, *(f"'{other}'" for other in near.get(word, ())))) + ")"

    return " | ".join("(" + " & ".join(map(one, alternative)) + ")" for alternative in words)


def _columns(rows: Sequence[tuple[str, ...]]) -> list[list[str]]:
    return [list(column) for column in zip(*rows, strict=True)]
