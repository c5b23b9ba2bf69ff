"""A store that handlers have worked in: files read, payments moved, split and deleted, vouchers sent and rejected."""

import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from data.store import Store
from data.tinydb.store import open_store
from services.rates import seed_rates
from tests.builders import KARI, OLA, case, claim, creditor, fee, put
from tests.services.fakes import FakeClock
from tests.services.test_conservation import CASES, Walk
from tests.stores import open_test_store

OWED = 1_000_00 + 400_00 + 38_00


@pytest.fixture(scope="session")
def worked_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once. Not to be changed."""
    folder = tmp_path_factory.mktemp("worked")

    async def make() -> None:
        store = open_store(folder / "kk2.db")
        await seed_rates(store, "kari")
        await put(store, KARI, OLA, creditor())
        await work(store, FakeClock(), folder, seed=8)
        await store.close()

    asyncio.run(make())
    return folder / "kk2.db"


@pytest.fixture
async def worked(worked_file: Path, tmp_path: Path) -> AsyncIterator[Store]:
    """The test's own copy of it."""
    made, own = open_store(worked_file), open_test_store(tmp_path / "kk2.db")
    async with made.snapshot() as snapshot:
        await own.fill(snapshot)
    await made.close()
    yield own
    await own.close()


@pytest.fixture
async def target(tmp_path: Path) -> AsyncIterator[Store]:
    """A store with nothing in it."""
    (tmp_path / "ny").mkdir()
    opened = open_test_store(tmp_path / "ny" / "kk2.db")
    yield opened
    await opened.close()


async def work(store: Store, clock: FakeClock, folder: Path, seed: int) -> None:
    """Eighty things that a handler can do, in an order that the seed decides."""
    for number in CASES:
        new = case(int(number[-8:]), outstanding=OWED)
        await put(store, new, claim(number), fee(number), claim(number, 400_00, serial=2))
    async with store.transaction("kari", "Saksnumre") as tx:
        await tx.serials("cases/0221", len(CASES))
    await Walk(store, clock, folder, seed).go()


def content(path: Path) -> bytes:
    return path.read_bytes()


def cut(path: Path, part: float) -> None:
    """Leave the first part of a file."""
    with path.open("r+b") as file:
        file.truncate(int(path.stat().st_size * part))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def beside(path: Path) -> list[str]:
    """The files whose name has the file's in it."""
    return sorted(each.name for each in path.parent.iterdir() if path.name in each.name)
