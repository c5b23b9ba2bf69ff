"""Search as you type: every word of the query begins a word of the document or of what belongs to it.

One row of SQLite's full-text index holds all words of an owner (a case with its claims). Words are folded the same way
on both sides: `Bjørn-Åge Sæther` is found by `bjorn`, `aage` and `saether`, and a number with or without dashes and
blanks. Words of letters are also kept by what they may be typed as (data/near_words.py). A national id is not among the
words: it is found whole, by a word that says nothing (data/sealed_words.py).
"""

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from data.decoded import readable
from data.documents import Document
from data.near_words import keys, may_be_near, nearest, stretch
from data.sealed_words import is_sealed, may_be_national_id, sealed
from data.store import Match
from data.tinydb.table_shape import TableShape

NOTHING: Mapping[str, Sequence[str]] = {}
CANDIDATES = 2_000  # as many owners as are looked up sooner than all are gone through in order
_MOST_WORDS = 12
LONGEST_WORD = 64
_JOINERS = "-‐‑–—./'’"
_FOLD = str.maketrans({"ø": "o", "ö": "o", "œ": "o", "æ": "ae", "ä": "ae", "å": "a", "đ": "d", "ð": "d", "ł": "l"})


class SearchIndex:
    """Keeps the index in step. An owner's row is written once, at the end of the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._touched: set[int] = set()

    def put(self, table: str, key: str, entry: tuple[str, str] | None) -> None:
        """Say what a document is found by, and whom the search shall answer with; None: it is not searched."""
        old = self._connection.execute("select owner, words from search_source where tab = ? and id = ?", (table, key))
        before = old.fetchone()
        after = (self._number(entry[0]), entry[1]) if entry else None
        if before == after:
            return
        if after is None:
            self._connection.execute("delete from search_source where tab = ? and id = ?", (table, key))
        else:
            self._connection.execute("insert or replace into search_source values (?, ?, ?, ?)", (table, key, *after))
        self._touched.update(row[0] for row in (before, after) if row)

    def write(self) -> None:
        """Bring the rows of the owners touched up to date."""
        before: set[str] = set()
        after: set[str] = set()
        for owner in self._touched:
            old, new = self._write_owner(owner)
            before.update(old)
            after.update(new)
        self._touched.clear()
        self._keep_near(after - before)
        self._forget_near(before - after)

    def _write_owner(self, owner: int) -> tuple[set[str], set[str]]:
        """The words that may be mistyped, as they were and as they are."""
        execute = self._connection.execute
        rows = execute("select words from search_source where owner = ? order by tab, id", (owner,))
        words = owner_words(text for (text,) in rows)
        old = execute("select words from search_words where rowid = ?", (owner,)).fetchone()
        if old:
            execute("delete from search_words where rowid = ?", (owner,))
        if words:
            execute("insert into search_words(rowid, words) values (?, ?)", (owner, words))
        return near_words(old[0] if old else ""), near_words(words)

    def _keep_near(self, words: Iterable[str]) -> None:
        for word in words:
            ways = keys(word)
            known = "select 1 from near_word where key = ? and word = ?"
            if not self._connection.execute(known, (ways[0], word)).fetchone():
                self._connection.executemany("insert into near_word values (?, ?)", ((key, word) for key in ways))

    def _forget_near(self, words: Iterable[str]) -> None:
        """A name must not stay behind when the last one who had it is erased."""
        for word in words:
            owned = "select 1 from search_words where search_words match ? limit 1"
            if not self._connection.execute(owned, (f'"{word}"',)).fetchone():
                gone = ((key, word) for key in keys(word))
                self._connection.executemany("delete from near_word where key = ? and word = ?", gone)

    def forget(self) -> None:
        """The transaction was undone."""
        self._touched.clear()

    def _number(self, owner: str) -> int:
        known = self._connection.execute("select n from search_owner where owner = ?", (owner,)).fetchone()
        if known is None:
            known = self._connection.execute(
                "insert into search_owner(owner) values (?) returning n", (owner,)
            ).fetchone()
        number: int = known[0]
        return number


def make_again(connection: sqlite3.Connection, kinds: Iterable[tuple[type[Document], TableShape]]) -> None:
    """Make all words again, from the documents. Runs inside the caller's transaction."""
    for table in ("search_source", "search_words", "near_word"):
        connection.execute(f"delete from {table}")  # noqa: S608 - the names above
    index = SearchIndex(connection)
    for kind, shape in kinds:
        if not kind.SEARCHED:
            continue
        for key, text in connection.execute(f"select id, doc from {shape.table}"):  # noqa: S608 - quoted
            if doc := readable(kind, text):  # else a migration is about to write it
                index.put(shape.name, key, doc.search_entry())
    index.write()
    clear_out(connection)


def clear_out(connection: sqlite3.Connection) -> None:
    """Take words that nobody is found by any more out of the file: till then they are only marked as gone."""
    connection.execute("insert into search_words(search_words) values ('optimize')")


def search(connection: sqlite3.Connection, shape: TableShape, text: str, by: Match, limit: int) -> list[str]:
    """The JSON of the documents found, ordered by id.

    A few owners are looked up one by one; where many answer, owners are gone through in order until there are enough.
    """
    words = spellings(text)
    near = {word: _near(connection, word) for word in mistypable(words)} if by == "near" else {}
    expression = match_expression(words, whole=by == "whole", near=near)
    if not expression:
        return []
    found = "select rowid from search_words where search_words match ?"
    numbers = connection.execute(f"{found} limit ?", (expression, CANDIDATES)).fetchall()
    number = "n" if len(numbers) < CANDIDATES else "+n"  # to SQLite, a sum is nothing to look up by
    owners = f"search_owner cross join {shape.table} on id = owner"
    rows = connection.execute(
        f"select doc from {owners} where {number} in ({found}) order by owner limit ?",  # noqa: S608 - no user's text
        (expression, limit),
    )
    return [doc for (doc,) in rows]


def _near(connection: sqlite3.Connection, word: str) -> list[str]:
    ways = keys(word)
    places = ", ".join("?" * len(ways))
    by_key = f"select word from near_word where key in ({places})"  # noqa: S608 - question marks
    by_beginning = "select word from near_word where key >= ? and key < ?"
    rows = connection.execute(f"{by_key} union {by_beginning}", (*ways, *stretch(word)))
    return [other for other in nearest(word, (other for (other,) in rows)) if other != word]


def mistypable(words: Iterable[Sequence[str]]) -> list[str]:
    """Words of a query that may stand for others."""
    return list(dict.fromkeys(word for alternative in words for word in alternative if may_be_near(word)))


def near_words(words: str) -> set[str]:
    """Those of an owner's words that are recognised when they are mistyped."""
    return {word for word in words.split() if may_be_near(word)}


def owner_words(texts: Iterable[str]) -> str:
    """The words of an owner's row: those of all that belongs to it, each once."""
    return " ".join(dict.fromkeys(word for text in texts for word in stored_words(text)))


def stored_words(text: str) -> list[str]:
    """The words to find a text by: each as a whole without dashes, and each part of it; sealed words as they are."""
    found = dict.fromkeys(filter(is_sealed, text.split()))
    for piece in _pieces(" ".join(word for word in text.split() if word not in found)):
        parts = ["".join(group) for kept, group in groupby(piece, str.isalnum) if kept]
        found.update(dict.fromkeys(("".join(parts), *parts)))
    return list(found)


def match_expression(
    words: Sequence[Sequence[str]], *, whole: bool = False, near: Mapping[str, Sequence[str]] = NOTHING
) -> str:
    """The query in SQLite's full-text language; empty when there is nothing to look for.

    Each word is letters and digits alone, or sealed, in quotation marks: nothing that is typed can be taken for an
    operator.
    """

    def one(word: str) -> str:
        asked = f'"{word}"' if whole or is_sealed(word) else f'"{word}"*'
        others = near.get(word, ())
        return "(" + " OR ".join((asked, *(f'"{other}"' for other in others))) + ")" if others else asked

    return " OR ".join("(" + " AND ".join(map(one, alternative)) + ")" for alternative in words)


def spellings(text: str) -> list[list[str]]:
    """Beginnings of words to look for, all of one of the lists; none when there is nothing to look for.

    Eleven digits may be a national id, which is looked for by its sealed word.
    """
    words = [word for piece in _pieces(text) if (word := _letters(piece))][:_MOST_WORDS]
    joined = [
        word
        for numeric, group in groupby(words, str.isdecimal)
        for word in (["".join(group)] if numeric else list(group))
    ]
    spelled = [words, joined]  # "0221 0000 0038 5" may be one number or four
    spelled += [[sealed(word) if may_be_national_id(word) else word for word in each] for each in spelled]
    different = [each for at, each in enumerate(spelled) if each not in spelled[:at]]
    return [[word[:LONGEST_WORD] for word in alternative] for alternative in different] if words else []


def _pieces(text: str) -> list[str]:
    """What stands between blanks and signs other than the joiners, folded."""
    return "".join(char if char.isalnum() or char in _JOINERS else " " for char in fold(text)).split()


def _letters(piece: str) -> str:
    return "".join(filter(str.isalnum, piece))


def fold(text: str) -> str:
    """Lower case without accents; Norwegian letters as they are typed without a Norwegian keyboard (aa counts as å)."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_FOLD)
    bare = "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))
    return re.sub("a{2,}", "a", bare.translate(_FOLD))  # once more: ǽ has become æ
