"""Moving a store proves that all of it came over, and says so when somebody worked meanwhile."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from data.documents import Case, Payment
from data.errors import Conflict, StoreBroken
from data.store import Snapshot, Store, StoredDocument
from data.tinydb.store import open_store
from services.errors import Refused
from services.keeping.check import check
from services.keeping.migrate import migrate, prove
from tests import postgres
from tests.builders import case, put, unplaced
from tests.data.conformance import contents
from tests.services.fakes import FakeClock


@pytest.fixture(params=["file", "postgresql"])
async def target(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store of each backend."""
    if request.param == "file":
        opened: Store = open_store(tmp_path / "ny.db")
        yield opened
        await opened.close()
        return
    from data.postgres.store import open_postgres

    try:
        url = postgres.new_schema_url()
    except postgres.NotInstalled as missing:
        pytest.skip(str(missing))
    opened = open_postgres(url)
    yield opened
    await opened.close()
    postgres.drop_schema(url)


async def test_everything_comes_over_and_the_proof_says_so(worked: Store, target: Store, clock: FakeClock) -> None:
    proof = await migrate(worked, target)
    assert await contents(target) == await contents(worked)
    tables = {each.table: each for each in proof.tables}
    assert tables["payments"].documents == await worked.count(Payment)
    assert tables["payments"].sums["amount"] == await worked.total(Payment, "amount")
    assert tables["cases"].sums == {"outstanding": await worked.total(Case, "outstanding")}
    assert proof.contents.lines == await worked.last_change()
    assert (await check(target, clock)).in_order


async def test_what_is_remembered_for_handlers_stays_behind(worked: Store, target: Store) -> None:
    await worked.remember("kari/draft/payment/0221-00000001", "Per Skyldnersen")
    await migrate(worked, target)
    assert await target.notes("") == {}


async def test_there_and_back_again_is_the_same(worked: Store, target: Store, tmp_path: Path) -> None:
    there = await migrate(worked, target)
    home = open_store(tmp_path / "hjem.db")
    assert await migrate(target, home) == there
    assert await contents(home) == await contents(worked)
    await home.close()


async def test_nothing_is_moved_to_where_there_is_something(worked: Store, target: Store) -> None:
    await put(target, case())
    with pytest.raises(Conflict) as refused:
        await migrate(worked, target)
    assert refused.value.code == "not_empty"


async def test_work_done_meanwhile_is_told_and_the_copy_is_of_the_moment_before(
    worked: Store, target: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = await worked.last_change()
    fill = target.fill

    async def fill_while_somebody_works(snapshot: Snapshot) -> None:
        await fill(snapshot)
        await put(worked, unplaced())

    monkeypatch.setattr(target, "fill", fill_while_somebody_works)
    with pytest.raises(Refused, match="Noen har arbeidet") as refused:
        await migrate(worked, target)
    assert refused.value.code == "moved_on"
    assert await target.last_change() == lines


async def test_a_copy_that_differs_is_told_by_table(
    worked: Store, target: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill = target.fill

    async def fill_with_less(snapshot: Snapshot) -> None:
        await fill(Without(snapshot, "P000001"))

    monkeypatch.setattr(target, "fill", fill_with_less)
    with pytest.raises(StoreBroken, match="ikke lik registeret: payments") as refused:
        await migrate(worked, target)
    assert refused.value.code == "not_equal"


async def test_a_single_letter_is_another_proof(worked: Store) -> None:
    async with worked.snapshot() as snapshot:
        before = await prove(snapshot)
        after = await prove(Without(snapshot, "", letter=True))
    differing = {a.table for a, b in zip(before.tables, after.tables, strict=True) if a.digest != b.digest}
    assert differing == {"cases"}


class Without:
    """A snapshot without one payment, or with another letter in the cases' names."""

    def __init__(self, snapshot: Snapshot, payment: str, *, letter: bool = False) -> None:
        self.tables, self.serials = snapshot.tables, snapshot.serials
        self.trail, self.parts = snapshot.trail, snapshot.parts
        self._snapshot, self._payment, self._letter = snapshot, payment, letter

    async def documents(self, table: str) -> AsyncIterator[list[StoredDocument]]:
        async for stretch in self._snapshot.documents(table):
            kept = [each for each in stretch if each.id != self._payment]
            if self._letter and table == "cases":
                kept = [
                    StoredDocument(each.table, each.id, each.rev, each.doc.replace("Kari", "Kåri")) for each in kept
                ]
            yield kept
