"""PostgreSQL keeps the promises of every backend."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from data.postgres_store import open_postgres
from data.store import Store
from tests.data import conformance
from tests.data.conformance import OpenIt
from tests.postgres import NotInstalled, drop_schema, new_schema_url


@pytest_asyncio.fixture
async def open_it() -> AsyncIterator[OpenIt]:
    async with opener() as open_once_more:
        yield open_once_more


@pytest_asyncio.fixture
async def open_empty() -> AsyncIterator[OpenIt]:
    async with opener() as open_once_more:
        yield open_once_more


@asynccontextmanager
async def opener() -> AsyncIterator[OpenIt]:
    """Opens the store in a new schema, each time once more; all are closed, and the schema dropped, at the end."""
    try:
        url = new_schema_url()
    except NotInstalled as missing:
        pytest.skip(str(missing))
    opened: list[Store] = []

    def open_once_more() -> Store:
        opened.append(open_postgres(url))
        return opened[-1]

    yield open_once_more
    for store in opened:
        await store.close()
    drop_schema(url)


class TestDocuments(conformance.Documents):
    pass


class TestConflicts(conformance.Conflicts):
    pass


class TestTransactions(conformance.Transactions):
    pass


class TestLists(conformance.Lists):
    pass


class TestTrail(conformance.Trail):
    pass


class TestNews(conformance.News):
    pass


class TestCopies(conformance.Copies):
    pass
