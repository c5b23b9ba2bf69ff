"""The default backend keeps the promises of every backend."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from data.store import Store
from data.tinydb_store import open_store
from tests.data import conformance
from tests.data.conformance import OpenIt


@pytest_asyncio.fixture
async def open_it(tmp_path: Path) -> AsyncIterator[OpenIt]:
    opened: list[Store] = []

    def open_once_more() -> Store:
        opened.append(open_store(tmp_path / "kk2.db"))
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


class TestTrail(conformance.Trail):
    pass


class TestNews(conformance.News):
    pass
