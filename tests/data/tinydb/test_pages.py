"""Pages hold every document once, in order, however the list is cut."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.documents import Document
from data.tinydb.pages import Order, count, page, total
from data.tinydb.sqlite_file import create_table
from data.tinydb.table_shape import TableShape


class Note(Document, frozen=True, kw_only=True):
    TABLE = "notes"
    INDEXED = ("colour", "weight")

    colour: str | None
    weight: int


notes = st.lists(st.tuples(st.sampled_from([None, "", "a", "b", "å", '"']), st.integers(-2, 2)), max_size=25).map(
    lambda rows: [Note(id=f"n{i:02}", colour=colour, weight=weight) for i, (colour, weight) in enumerate(rows)]
)


def table_of(documents: list[Note]) -> sqlite3.Connection:
    connection, shape = sqlite3.connect(":memory:"), TableShape.of(Note)
    connection.execute("create table document_table(name)")
    create_table(connection, shape)
    for doc in reversed(documents):
        values = (doc.id, f'{{"id":"{doc.id}","weight":{doc.weight}}}', doc.colour, doc.weight)
        connection.execute("insert into notes(id, rev, doc, colour, weight) values (?, 1, ?, ?, ?)", values)
    return connection


def sorted_by(field: str, documents: list[Note], *, descending: bool) -> list[str]:
    def key(doc: Note) -> tuple[bool, bytes | int, str]:
        value = getattr(doc, field)
        return value is not None, value.encode() if isinstance(value, str) else value or 0, doc.id

    return [f'"{doc.id}"' for doc in sorted(documents, key=key, reverse=descending)]


@given(notes, st.sampled_from(["id", "colour", "weight"]), st.booleans(), st.integers(1, 7), st.integers(-2, 3))
def test_pages_in_a_row_are_the_sorted_list(
    documents: list[Note], field: str, descending: bool, limit: int, weight: int
) -> None:
    where = {"weight": weight} if weight < 3 else None
    wanted = [doc for doc in documents if where is None or doc.weight == weight]
    seen: list[str] = []
    after: str | None = None
    with closing(table_of(documents)) as connection:
        while True:
            docs, after = page(connection, TableShape.of(Note), where, Order(field, descending), after, 0, limit)
            assert len(docs) == limit or after is None
            seen += [doc[6:11] for doc in docs]
            if after is None:
                break
        assert count(connection, TableShape.of(Note), where) == len(wanted)
        assert total(connection, TableShape.of(Note), "weight", where) == sum(doc.weight for doc in wanted)
    assert seen == sorted_by(field, wanted, descending=descending)


@given(notes, st.sampled_from(["id", "colour", "weight"]), st.booleans(), st.integers(0, 30))
def test_a_jump_skips_that_many(documents: list[Note], field: str, descending: bool, offset: int) -> None:
    with closing(table_of(documents)) as connection:
        docs, _ = page(connection, TableShape.of(Note), None, Order(field, descending), None, offset, 5)
    assert [doc[6:11] for doc in docs] == sorted_by(field, documents, descending=descending)[offset : offset + 5]


def test_an_order_that_no_index_has_is_refused() -> None:
    with closing(table_of([])) as connection:
        with pytest.raises(ValueError, match="smell"):
            page(connection, TableShape.of(Note), None, Order("smell", False), None, 0, 5)
        with pytest.raises(ValueError, match="place"):
            page(connection, TableShape.of(Note), None, Order("id", False), '["n01","n01"]', 3, 5)


def test_a_jump_is_answered_by_the_index_alone() -> None:
    with closing(table_of([])) as connection:
        plan = connection.execute("explain query plan select doc_id from notes order by colour, id limit 5 offset 9")
        assert "COVERING INDEX notes_colour" in plan.fetchone()[3]
