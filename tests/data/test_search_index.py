"""What search makes of words, and that no text can break it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.search_index import fold, match_expression, spellings, stored_words


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("create virtual table t using fts5(words, detail=none, tokenize='ascii')")
        yield connection


def found(index: sqlite3.Connection, text: str, query: str) -> bool:
    index.execute("delete from t")
    index.execute("insert into t values (?)", (" ".join(stored_words(text)),))
    return (
        index.execute("select 1 from t where t match ?", (match_expression(spellings(query)),)).fetchone() is not None
    )


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        *(("Bjørn", "bjorn"), ("SÆTHER", "saether"), ("Håkon", "hakon"), ("Haakon", "hakon"), ("Ha\u030akon", "hakon")),
        *(("Zoë Müller", "zoe muller"), ("Öberg", "oberg"), ("STRAẞE", "strasse"), ("ǽ", "ae"), ("１２３", "123")),
    ],
)
def test_words_are_folded_as_they_may_be_typed(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_number_is_kept_whole_and_in_parts() -> None:
    assert stored_words("0221-00000038 Hansen-Dahl") == [
        "022100000038",
        "0221",
        "00000038",
        "hansendahl",
        "hansen",
        "dahl",
    ]


def test_numbers_with_blanks_may_be_one_number_or_several() -> None:
    assert match_expression(spellings("kari 12 34")) == '("kari"* AND "12"* AND "34"*) OR ("kari"* AND "1234"*)'


@given(text=st.text(max_size=200))
def test_any_text_is_a_query_that_can_be_asked(index: sqlite3.Connection, text: str) -> None:
    expression = match_expression(spellings(text))
    assert expression == "" or index.execute("select count(*) from t where t match ?", (expression,)).fetchone()


@pytest.mark.parametrize(
    "text",
    ['"', '""', "'", "*", "a*b", 'a" OR "b', "NEAR(a b, 2)", "words:x", "-a", "^a", "a AND", "(", "{a}:b", "a\0b"],
)
def test_the_operators_of_full_text_search_are_only_text(index: sqlite3.Connection, text: str) -> None:
    expression = match_expression(spellings(text))
    assert expression == "" or index.execute("select count(*) from t where t match ?", (expression,)).fetchone()


names = st.text(st.characters(categories=["Lu", "Ll", "Nd"], max_codepoint=0x24F), min_size=1, max_size=12)


@given(words=st.lists(names, min_size=1, max_size=5), data=st.data())
def test_every_beginning_of_every_word_finds_in_any_order(
    index: sqlite3.Connection, words: list[str], data: st.DataObject
) -> None:
    stored = " ".join(words)
    pieces = [piece for piece in fold(stored).split() if piece]
    query = data.draw(st.permutations([piece[: data.draw(st.integers(1, len(piece)))] for piece in pieces]))
    assert found(index, stored, " ".join(query))


def test_a_word_that_is_not_there_is_not_found(index: sqlite3.Connection) -> None:
    assert found(index, "Kari Testesen", "kari test")
    assert not found(index, "Kari Testesen", "kari testx")
    assert not found(index, "Kari Testesen", "ari")
