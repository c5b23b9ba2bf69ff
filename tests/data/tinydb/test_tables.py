"""The TinyDB face behaves as TinyDB, whose own MemoryStorage is the judge."""

import asyncio
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinydb import Query, TinyDB, where
from tinydb.operations import increment
from tinydb.storages import MemoryStorage
from tinydb.table import Document, Table
from tinydb.version import __version__ as tinydb_version

from data.documents import Case
from data.errors import Conflict, StoreBroken
from data.tinydb.sqlite_storage import SqliteStorage
from data.tinydb.store import open_store
from data.tinydb.tables import DocumentDB, DocumentTable
from tests.data.conformance import stored
from tests.data.made_up import case, claim


@pytest.fixture
def path(tmp_path: Path) -> Path:
    open_store(tmp_path / "kk2.db")
    return tmp_path / "kk2.db"


@pytest.fixture
def db(path: Path) -> Iterator[DocumentDB]:
    with DocumentDB(path, actor="kari") as opened:
        yield opened


def fill(path: Path, *documents: Any) -> None:
    async def put() -> None:
        store = open_store(path)
        await stored(store, *documents)
        await store.close()

    asyncio.run(put())


# --- the seam -----------------------------------------------------------------------------------------------------


def test_the_pinned_tinydb_has_the_seams() -> None:
    assert tinydb_version.startswith("4.9")
    assert list(inspect.signature(Table._update_table).parameters) == ["self", "updater"]
    assert list(inspect.signature(Table._get_next_id).parameters) == ["self"]
    assert (where("kid") == "1")._hash == ("==", ("kid",), "1")
    assert where("kid").one_of(["1", "2"])._hash == ("one_of", ("kid",), ("1", "2"))
    both = (where("kid") == "1") & (where("status") == "open")
    assert both._hash == ("and", frozenset({("==", ("kid",), "1"), ("==", ("status",), "open")}))


@pytest.mark.parametrize(
    ("query", "indexed"),
    [
        (where("kid") == case(1).kid, True),
        (where("id") == case(1).id, True),
        (where("kid").one_of([case(1).kid, "x"]), True),
        ((where("handler") == "kari") & (where("debtor").name == "Kari Testesen"), True),
        (where("debtor").customer == "501", False),
        ((where("kid") == case(1).kid) | (where("step") == "x"), False),
    ],
)
def test_equality_on_an_indexed_field_reads_only_what_it_finds(
    db: DocumentDB, path: Path, query: Any, indexed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(path, case(1), claim(1))
    scans: list[str] = []
    monkeypatch.setattr(DocumentTable, "_read_table", _noting(scans, DocumentTable._read_table))
    found = db.table("cases").search(query)
    assert ([doc["id"] for doc in found], bool(scans)) == ([case(1).id], not indexed)
    assert db.table("cases").get(query) == found[0]
    assert db.table("cases").contains(query)
    assert db.table("cases").count(query) == 1


def _noting(calls: list[str], method: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def noted(table: Any) -> Any:
        calls.append(table.name)
        return method(table)

    return noted


# --- our documents through TinyDB ---------------------------------------------------------------------------------


def test_plain_tinydb_lists_and_searches_the_store(path: Path) -> None:
    fill(path, case(1), case(2, handler="ola"), claim(1))
    plain = TinyDB(path, storage=SqliteStorage)
    assert {"cases", "claims", "payments"} <= plain.tables()
    assert [doc["kid"] for doc in plain.table("cases")] == [case(1).kid, case(2).kid]
    assert plain.table("cases").search(where("handler") == "ola")[0]["id"] == case(2).id
    assert plain.table("cases").get(doc_id=1)["id"] == case(1).id  # type: ignore[index] # it is there
    assert len(plain.table("claims")) == 1
    with pytest.raises(NotImplementedError):
        plain.table("cases").insert({})
    plain.close()


def test_a_change_through_tinydb_is_checked_signed_and_searchable(db: DocumentDB, path: Path) -> None:
    fill(path, case(1))
    cases = db.table("cases")
    cases.update({"debtor_name": "Nytt Navn"}, where("kid") == case(1).kid)
    changed = cases.get(where("id") == case(1).id)
    assert changed is not None
    assert changed["rev"] == 2
    with pytest.raises(Conflict):
        cases.insert({key: value for key, value in cases.all()[0].items() if key != "rev"})
    with pytest.raises(Exception, match="debtor_name"):
        cases.update({"debtor_name": 7})
    with pytest.raises(ValueError, match="id never changes"):
        cases.update({"id": "x"})

    async def check() -> None:
        store = open_store(path)
        assert [doc.rev for doc in await store.search(Case, "nytt")] == [2]
        assert (await store.changes(1))[0].actor == "kari"
        assert await store.verify() == 2
        await store.close()

    asyncio.run(check())


def test_other_processes_changes_show_at_once(db: DocumentDB, path: Path) -> None:
    query = where("handler") == "kari"
    assert db.table("cases").search(query) == []
    fill(path, case(1))
    assert len(db.table("cases").search(query)) == 1


def test_a_document_read_is_a_copy(db: DocumentDB, path: Path) -> None:
    fill(path, case(1))
    db.table("cases").all()[0]["handler"] = "ola"
    assert db.table("cases").all()[0]["handler"] == "kari"


# --- any documents, beside TinyDB's own ----------------------------------------------------------------------------


def test_a_document_of_its_own_number_is_kept_and_the_next_is_higher(db: DocumentDB) -> None:
    table = db.table("notes")
    assert table.insert(Document({"a": 1}, doc_id=7)) == 7
    assert table.insert({"a": 2}) == 8
    assert table.insert_multiple([{"a": 3}, {"a": 4}]) == [9, 10]
    with pytest.raises(ValueError, match="already exists"):
        table.insert(Document({}, doc_id=7))
    assert table.upsert(Document({"b": 1}, doc_id=7)) == [7]
    assert table.get(doc_id=7) == {"a": 1, "b": 1}
    assert [doc.doc_id for doc in table.get(doc_ids=[8, 99, 10])] == [8, 10]


def test_a_failing_update_changes_nothing(db: DocumentDB) -> None:
    table = db.table("notes")
    table.insert_multiple([{"n": 1}, {"n": 2}, {"n": "x"}])
    with pytest.raises(TypeError):
        table.update(increment("n"))
    assert [doc["n"] for doc in table] == [1, 2, "x"]


def test_a_table_that_is_not_there_is_empty(db: DocumentDB) -> None:
    table = db.table("notes")
    assert (len(table), table.all(), table.get(doc_id=1), table.search(Query().a == 1)) == (0, [], None, [])
    assert "notes" not in db.tables()


def test_a_dropped_table_is_empty(db: DocumentDB) -> None:
    db.table("notes").insert({"a": 1})
    db.drop_table("notes")
    assert len(db.table("notes")) == 0
    db.table("more").insert({"a": 1})
    db.drop_tables()
    assert len(db.table("more")) == 0


def test_tables_are_not_mixed_with_the_stores_own(db: DocumentDB) -> None:
    with pytest.raises(StoreBroken):
        db.table("audit").insert({"a": 1})


values = st.sampled_from([None, 0, 1, 2, "x", "å", [1, {"b": 2}], {"c": "d"}, True])
documents = st.dictionaries(st.sampled_from(["a", "b", "id", "rev"]), values, max_size=3)
conditions = st.sampled_from(
    [
        where("a") == 1,
        where("a").exists(),
        where("b") == None,  # noqa: E711 - a query
        (where("a") == 1) & (where("b") == 2),
        (where("a") == "x") | ~(where("b").exists()),
        where("a").one_of([1, "x"]),
        where("b").c == "d",
        where("id") == 1,
    ]
)
steps = st.one_of(
    st.tuples(st.just("insert"), documents),
    st.tuples(st.just("insert_multiple"), st.lists(documents, max_size=3)),
    st.tuples(st.just("update"), documents, conditions),
    st.tuples(st.just("update"), documents),
    st.tuples(st.just("update"), documents, st.none(), st.lists(st.integers(1, 6), max_size=3, unique=True)),
    st.tuples(st.just("update_multiple"), st.lists(st.tuples(documents, conditions), max_size=2)),
    st.tuples(st.just("upsert"), documents, conditions),
    st.tuples(st.just("remove"), conditions),
    st.tuples(st.just("remove"), st.none(), st.lists(st.integers(1, 6), max_size=3, unique=True)),
    st.tuples(st.just("truncate")),
    st.tuples(st.just("search"), conditions),
    st.tuples(st.just("count"), conditions),
    st.tuples(st.just("contains"), conditions),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, max_size=12))
def test_any_sequence_of_operations_does_what_tinydb_does(db: DocumentDB, operations: list[tuple[Any, ...]]) -> None:
    ours, theirs = db.table("notes"), TinyDB(storage=MemoryStorage).table("notes")
    ours.truncate()
    for name, *arguments in operations:
        mine, other = getattr(ours, name)(*arguments), getattr(theirs, name)(*arguments)
        if name not in ("insert", "insert_multiple", "upsert"):  # a number that is free again may be given again
            assert mine == other
        assert [dict(doc) for doc in ours] == [dict(doc) for doc in theirs]
        if [doc.doc_id for doc in ours] != [doc.doc_id for doc in theirs]:
            break
