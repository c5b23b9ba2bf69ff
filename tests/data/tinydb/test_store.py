"""The default backend keeps the promises of every backend."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest_asyncio

from data.store import Store
from data.tinydb.store import open_store
from tests.data import conformance
from tests.data.conformance import OpenIt


@pytest_asyncio.fixture
async def open_it(tmp_path: Path) -> AsyncIterator[OpenIt]:
    async with opener(tmp_path / "kk2.db") as open_once_more:
        yield open_once_more


@pytest_asyncio.fixture
async def open_empty(tmp_path: Path) -> AsyncIterator[OpenIt]:
    async with opener(tmp_path / "empty.db") as open_once_more:
        yield open_once_more


@asynccontextmanager
async def opener(path: Path) -> AsyncIterator[OpenIt]:
    """Opens the store at the path, each time once more; all are closed at the end."""
    opened: list[Store] = []

    def open_once_more() -> Store:
        opened.append(open_store(path))
        return opened[-1]

    yield open_once_more
    for store in opened:
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
