"""Search as you type: every word of the query begins a word of the document or of what belongs to it.

One row of SQLite's full-text index holds all words of an owner (a case with its claims). Words are folded the same way
on both sides: `Bjørn-Åge Sæther` is found by `bjorn`, `aage` and `saether`, and a number with or without dashes and
blanks.
"""

import re
import sqlite3
import unicodedata
from collections.abc import Iterable
from itertools import groupby

from data.tinydb.table_shape import TableShape

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
        for owner in self._touched:
            rows = self._connection.execute(
                "select words from search_source where owner = ? order by tab, id", (owner,)
            )
            words = owner_words(text for (text,) in rows)
            self._connection.execute("delete from search_words where rowid = ?", (owner,))
            if words:
                self._connection.execute("insert into search_words(rowid, words) values (?, ?)", (owner, words))
        self._touched.clear()

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


def search(connection: sqlite3.Connection, shape: TableShape, text: str, limit: int) -> list[str]:
    """The JSON of the documents found, ordered by id.

    A few owners are looked up one by one; where many answer, owners are gone through in order until there are enough.
    """
    expression = match_expression(text)
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


def owner_words(texts: Iterable[str]) -> str:
    """The words of an owner's row: those of all that belongs to it, each once."""
    return " ".join(dict.fromkeys(word for text in texts for word in stored_words(text)))


def stored_words(text: str) -> list[str]:
    """The words to find a text by: each as a whole without dashes, and each part of it."""
    found: dict[str, None] = {}
    for piece in _pieces(text):
        parts = ["".join(group) for kept, group in groupby(piece, str.isalnum) if kept]
        found.update(dict.fromkeys(("".join(parts), *parts)))
    return list(found)


def match_expression(text: str) -> str:
    """The query in SQLite's full-text language; empty when there is nothing to look for.

    Each word is letters and digits alone, in quotation marks: nothing that is typed can be taken for an operator.
    """
    return " OR ".join("(" + " AND ".join(f'"{word}"*' for word in words) + ")" for words in spellings(text))


def spellings(text: str) -> list[list[str]]:
    """Beginnings of words to look for, all of one of the lists; none when there is nothing to look for."""
    words = [word for piece in _pieces(text) if (word := _letters(piece))][:_MOST_WORDS]
    joined = [
        word
        for numeric, group in groupby(words, str.isdecimal)
        for word in (["".join(group)] if numeric else list(group))
    ]
    spelled = [words, joined] if joined != words else [words]  # "0221 0000 0038 5" may be one number or four
    return [[word[:LONGEST_WORD] for word in alternative] for alternative in spelled] if words else []


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
