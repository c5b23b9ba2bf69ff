"""What the tests of the services share: a real store with a creditor, the rates and two handlers, and a clock."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from data.store import Store
from services.rates import seed_rates
from tests.builders import KARI, OLA, creditor, put
from tests.services.fakes import FakeClock
from tests.stores import open_test_store


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = open_test_store(tmp_path / "kk2.db")
    await seed_rates(opened, "kari")
    await put(opened, KARI, OLA, creditor())
    yield opened
    await opened.close()
