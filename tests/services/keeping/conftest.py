"""A store that handlers have worked in: files read, payments moved, split and deleted, vouchers sent and rejected."""

from pathlib import Path

import pytest

from data.store import Store
from tests.builders import case, claim, fee, put
from tests.services.fakes import FakeClock
from tests.services.test_conservation import CASES, Walk

OWED = 1_000_00 + 400_00 + 38_00


@pytest.fixture
async def worked(store: Store, clock: FakeClock, tmp_path: Path) -> Store:
    await work(store, clock, tmp_path, seed=5)
    return store


async def work(store: Store, clock: FakeClock, folder: Path, seed: int) -> None:
    """Eighty things that a handler can do, in an order that the seed decides."""
    for number in CASES:
        new = case(int(number[-8:]), outstanding=OWED)
        await put(store, new, claim(number), fee(number), claim(number, 400_00, serial=2))
    async with store.transaction("kari", "Saksnumre") as tx:
        await tx.serials("cases/0221", len(CASES))
    await Walk(store, clock, folder, seed).go()
