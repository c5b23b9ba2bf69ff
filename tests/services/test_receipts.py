"""Receipts are kept, numbered, and read again."""

import pytest

from data.errors import NotFound
from data.store import Store
from services.receipts import ReceiptService, keep_receipt
from tests.services.fakes import FakeClock


async def test_receipts_are_numbered_and_shown_newest_first(store: Store, clock: FakeClock) -> None:
    receipts = ReceiptService(store)
    for title in ("Første", "Andre", "Tredje"):
        async with store.transaction("kari", "Kvittering") as tx:
            await keep_receipt(tx, clock, "kari", kind="payments", title=title, warnings=["Se etter"])
    assert await receipts.count() == 3
    assert [(each.id, each.title) for each in (await receipts.newest(limit=2)).items] == [
        ("K000003", "Tredje"),
        ("K000002", "Andre"),
    ]
    assert [each.id for each in (await receipts.newest(offset=2)).items] == ["K000001"]
    kept = await receipts.get("K000001")
    assert (kept.title, kept.actor, kept.time, kept.warnings) == ("Første", "kari", clock.now(), ("Se etter",))
    with pytest.raises(NotFound, match="Kvittering K000099 finnes ikke"):
        await receipts.get("K000099")
