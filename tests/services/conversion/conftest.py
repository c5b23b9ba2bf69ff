from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from data.store import Store
from tests.services.conversion.office import Office
from tests.services.fakes import FakeClock

OpenOffice = Callable[..., Awaitable[Office]]


@pytest.fixture
async def open_office(store: Store, clock: FakeClock, tmp_path: Path) -> AsyncIterator[OpenOffice]:
    """Opens the services on a Visma with the invoices that are given."""
    async with AsyncExitStack() as stack:

        async def opened(invoices: Mapping[str, Mapping[str, Any]] | None = None, **more: Any) -> Office:
            office = Office(store, clock, tmp_path, invoices or {}, **more)
            stack.push_async_callback(office.visma.close)
            return office

        yield opened
