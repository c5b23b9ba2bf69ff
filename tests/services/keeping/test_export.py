"""An exported file is TinyDB's own, loses nothing, and becomes the same store again; so does a file without a trail."""

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tinydb import TinyDB, where

from data.documents import Case, Claim, Handler, Payment
from data.errors import Conflict, StoreBroken
from data.store import Store
from services.errors import InvalidInput, Refused
from services.keeping import exported_file
from services.keeping.export import export
from services.keeping.exported_file import ExportedFile
from services.keeping.importing import import_file
from services.payments import PaymentService
from tests.builders import D1, number_of, put, unplaced
from tests.data.conformance import contents
from tests.services.fakes import FakeClock
from tests.services.keeping.conftest import beside, content, mode


@pytest.fixture
async def file(worked: Store, tmp_path: Path) -> Path:
    await export(worked, tmp_path / "ut.json")
    return tmp_path / "ut.json"


def rewritten(file: Path, change: Any) -> Path:
    """The file as another program writes it: on one line, spaced, in ASCII."""
    tables = json.loads(file.read_bytes())
    change(tables)
    other = file.with_name("annen.json")
    other.write_text(json.dumps(tables), encoding="ascii")
    return other


def without_trail(tables: dict[str, Any]) -> None:
    for name in ("_serial", "_audit", "_audit_change", "_meta"):
        del tables[name]


async def test_a_stock_tinydb_opens_it(worked: Store, file: Path) -> None:
    with TinyDB(file) as db:
        assert {"cases", "claims", "payments", "_serial", "_audit", "_audit_change", "_meta"} <= db.tables()
        assert len(db.table("payments")) == await worked.count(Payment)
        (found,) = db.table("cases").search(where("id") == number_of(2))
        assert found.doc_id == 2
        assert msgspec.convert(found, Case) == await worked.get(Case, number_of(2))


async def test_a_stock_tinydb_writes_it_and_it_is_still_whole(
    worked: Store, target: Store, clock: FakeClock, file: Path
) -> None:
    with TinyDB(file) as db:
        db.table("_default").insert({"et": "notat"})
        db.table("_default").truncate()
    done = await import_file(file, target, "kari", clock)
    assert done.exact
    assert await contents(target) == await contents(worked)


async def test_what_is_remembered_for_handlers_is_not_in_it(worked: Store, tmp_path: Path) -> None:
    await worked.remember("kari/draft/payment/0221-00000001", "Per Skyldnersen")
    await export(worked, tmp_path / "uten.json")
    written = (tmp_path / "uten.json").read_text(encoding="utf-8")
    assert "Per Skyldnersen" not in written
    assert "note" not in json.loads(written)


async def test_it_is_written_whole_for_its_owner_alone_and_never_over_another(worked: Store, file: Path) -> None:
    assert mode(file) == 0o600
    before = content(file)
    with pytest.raises(Refused, match="finnes fra før"):
        await export(worked, file)
    assert content(file) == before
    assert beside(file) == ["ut.json"]


async def test_with_its_trail_it_becomes_the_same_store(
    worked: Store, target: Store, clock: FakeClock, file: Path
) -> None:
    done = await import_file(file, target, "kari", clock)
    assert (done.exact, done.report.in_order) == (True, True)
    assert await contents(target) == await contents(worked)
    assert await target.verify() == await worked.verify()
    assert await target.history(Payment, "P000001") == await worked.history(Payment, "P000001")


async def test_it_is_read_in_stretches(
    worked: Store, target: Store, clock: FakeClock, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exported_file, "PIECE", 1_000)
    monkeypatch.setattr(exported_file, "STRETCH", 3)
    assert (await import_file(file, target, "kari", clock)).exact
    assert await contents(target) == await contents(worked)


async def test_written_by_another_program_it_becomes_the_same_store(
    worked: Store, target: Store, clock: FakeClock, file: Path
) -> None:
    done = await import_file(rewritten(file, lambda tables: None), target, "kari", clock)
    assert done.exact
    assert await contents(target) == await contents(worked)


async def test_without_a_trail_every_document_is_new_and_signed_by_the_importer(
    worked: Store, target: Store, clock: FakeClock, file: Path
) -> None:
    done = await import_file(rewritten(file, without_trail), target, "kari", clock)
    assert (done.exact, done.report.in_order) == (False, True)
    for kind in (Case, Claim, Payment):
        assert await target.count(kind) == await worked.count(kind)
    assert {change.actor for change in await target.changes(0)} == {"kari"}
    (entry,) = await target.history(Case, number_of(1))
    assert (entry.before, entry.reason) == (None, "Import av TinyDB-fil")


async def test_without_a_trail_the_numbers_go_on_where_the_documents_end(
    target: Store, clock: FakeClock, file: Path
) -> None:
    await import_file(rewritten(file, without_trail), target, "kari", clock)
    last = max(payment.id for payment in (await target.page(Payment, limit=1000)).items)
    added = await PaymentService(target, clock).add(number_of(1), 1_00, D1, "kari")
    assert int(added.id[1:]) == int(last[1:]) + 1


async def test_a_file_without_handlers_makes_the_importer_administrator(
    target: Store, clock: FakeClock, file: Path
) -> None:
    def change(tables: dict[str, Any]) -> None:
        without_trail(tables)
        del tables["handlers"]

    await import_file(rewritten(file, change), target, "grete", clock)
    grete = await target.get(Handler, "grete")
    assert grete
    assert grete.role == "admin"


async def test_a_document_that_is_wrong_is_told_with_its_place_and_nothing_is_stored(
    target: Store, clock: FakeClock, file: Path
) -> None:
    def change(tables: dict[str, Any]) -> None:
        without_trail(tables)
        tables["payments"]["3"]["amount"] = "mye"

    with pytest.raises(InvalidInput) as refused:
        await import_file(rewritten(file, change), target, "kari", clock)
    (detail,) = refused.value.details
    assert (detail["table"], detail["number"]) == ("payments", "3")
    assert "$.amount" in str(detail["message"])
    assert await target.last_change() == 0


async def test_an_id_that_is_there_twice_is_refused(target: Store, clock: FakeClock, file: Path) -> None:
    def change(tables: dict[str, Any]) -> None:
        without_trail(tables)
        tables["payments"]["99"] = tables["payments"]["1"]

    with pytest.raises(InvalidInput, match="finnes to ganger"):
        await import_file(rewritten(file, change), target, "kari", clock)
    assert await target.last_change() == 0


async def test_a_trail_that_was_altered_is_refused(target: Store, clock: FakeClock, file: Path) -> None:
    def change(tables: dict[str, Any]) -> None:
        tables["_audit"]["5"]["actor"] = "ola"

    with pytest.raises(StoreBroken):
        await import_file(rewritten(file, change), target, "kari", clock)


async def test_a_trail_that_lacks_its_end_is_refused(
    target: Store, clock: FakeClock, worked: Store, file: Path
) -> None:
    """All that is left verifies: only what the file says of itself tells that more was there."""
    await put(worked, unplaced())
    longer = file.with_name("lengre.json")
    await export(worked, longer)

    def change(tables: dict[str, Any]) -> None:
        tables["_meta"] = json.loads(longer.read_bytes())["_meta"]

    with pytest.raises(StoreBroken, match="noe er tatt bort"):
        await import_file(rewritten(file, change), target, "kari", clock)


@pytest.mark.parametrize("login", ["ola", "fremmed"])
async def test_only_an_administrator_of_the_file_reads_it_in(
    target: Store, clock: FakeClock, file: Path, login: str
) -> None:
    with pytest.raises(Refused) as refused:
        await import_file(file, target, login, clock)
    assert refused.value.code == "not_admin"


async def test_nothing_is_read_in_over_what_is_there(target: Store, clock: FakeClock, file: Path) -> None:
    await put(target, unplaced())
    for each in (file, rewritten(file, without_trail)):
        with pytest.raises(Conflict) as refused:
            await import_file(each, target, "kari", clock)
        assert refused.value.code == "not_empty"
    assert await target.last_change() == 1


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (b"", "kan ikke leses"),
        (b'{"cases": {"1": {"id": "x"', "ikke en hel fil"),
        (b"[1, 2]", "ikke en hel fil"),
        (b'{"biler": {}}', "tabeller som kk2 ikke kjenner: biler"),
        (b'{"cases": {}, "_meta": {"1": {"format": 99, "newest": ""}}}', "nyere utgave"),
    ],
)
def test_what_is_no_file_of_ours_is_refused(tmp_path: Path, written: bytes, why: str) -> None:
    path = tmp_path / "fil.json"
    path.write_bytes(written)
    with pytest.raises(InvalidInput, match=why):
        ExportedFile(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="kan ikke leses"):
        ExportedFile(tmp_path / "borte.json")
    assert os.listdir(tmp_path) == []
