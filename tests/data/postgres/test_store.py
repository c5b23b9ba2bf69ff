"""PostgreSQL keeps the promises of every backend, with no more rights than docs/postgresql-roles.sql gives."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from psycopg import errors

from data.documents import Case
from data.errors import StoreBroken
from data.postgres.store import open_postgres
from data.store import Store
from tests.data import conformance
from tests.data.conformance import OpenIt, stored
from tests.data.made_up import case, claim
from tests.data.postgres_roles import Roles, made_roles


@pytest.fixture(scope="module")
def roles(postgres_url: str) -> Iterator[Roles]:
    with made_roles(postgres_url) as made:
        yield made


@pytest_asyncio.fixture
async def open_it(roles: Roles) -> AsyncIterator[OpenIt]:
    async with opener(roles) as open_once_more:
        yield open_once_more


@pytest_asyncio.fixture
async def open_empty(roles: Roles) -> AsyncIterator[OpenIt]:
    async with opener(roles) as open_once_more:
        yield open_once_more


@asynccontextmanager
async def opener(roles: Roles) -> AsyncIterator[OpenIt]:
    """Opens the store in a new schema, each time once more; all are closed, and the schema dropped, at the end."""
    with roles.schema() as urls:
        await opened_once(urls.owner)
        opened: list[Store] = []

        def open_once_more() -> Store:
            opened.append(open_postgres(urls.app))
            return opened[-1]

        yield open_once_more
        for store in opened:
            await store.close()


async def opened_once(url: str) -> None:
    store = open_postgres(url)
    assert await store.last_change() == 0
    await store.close()


class TestDocuments(conformance.Documents):
    pass


class TestConflicts(conformance.Conflicts):
    pass


class TestTransactions(conformance.Transactions):
    pass


class TestLists(conformance.Lists):
    pass


class TestNotes(conformance.Notes):
    pass


class TestRanges(conformance.Ranges):
    pass


class TestNear(conformance.Near):
    pass


class TestTrail(conformance.Trail):
    pass


class TestNews(conformance.News):
    pass


class TestCopies(conformance.Copies):
    pass


# --- rights -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "update audit set actor = 'ola'",
        "delete from audit",
        "truncate audit",
        "update audit_change set after = null",
        "update audit_change set after = '{}'",
        "update audit_change set digest = ''",
        "delete from audit_change",
        "truncate audit_change",
        "drop table cases",
        "drop table audit",
        "alter table audit disable trigger all",
        "create table mine(x int)",
        "create or replace function only_erasure() returns trigger language plpgsql as 'begin return new; end'",
        "update meta set value = '0'",
        "delete from serial",
        "insert into turn default values",
    ],
)
async def test_a_handler_cannot_alter_the_trail_or_the_tables(roles: Roles, statement: str) -> None:
    with roles.schema() as urls:
        await opened_once(urls.owner)
        store = open_postgres(urls.app)
        await stored(store, case(1), claim(1))
        with urls.connect(roles.app) as connection, pytest.raises(errors.InsufficientPrivilege):
            connection.execute(statement)
        assert await store.verify() == 1
        await store.close()


async def test_a_handler_cannot_make_the_tables_and_is_told_who_can(roles: Roles) -> None:
    with roles.schema() as urls:
        store = open_postgres(urls.app)
        with pytest.raises(StoreBroken, match=r"postgresql-roles\.sql") as refused:
            await store.count(Case)
        assert refused.value.code == "store_not_allowed"
        await opened_once(urls.owner)
        assert await store.count(Case) == 0
        await store.close()


async def test_a_table_that_comes_with_an_upgrade_is_the_handlers_too(roles: Roles) -> None:
    with roles.schema() as urls:
        old = open_postgres(urls.owner, kinds=[])
        assert await old.last_change() == 0
        await old.close()
        await opened_once(urls.owner)
        store = open_postgres(urls.app)
        await stored(store, case(1))
        assert await store.count(Case) == 1
        await store.close()


async def test_not_even_the_owner_alters_the_trail_by_mistake(roles: Roles) -> None:
    with roles.schema() as urls:
        await opened_once(urls.owner)
        for statement in ("delete from audit", "truncate audit_change", "update audit set actor = ''"):
            with urls.connect(roles.owner) as connection, pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement)
