"""camt.054 goes the same way as OCR giro, and an account is read from one of them only."""

from pathlib import Path

import pytest

from data.documents import Payment
from data.store import Store
from services.bank.kid import make_kid
from services.bank_import import BankImport
from tests.builders import ACCOUNT, bank_file, case, claim, number_of, paid, put
from tests.services.bank import camt_files as camt
from tests.services.fakes import FakeClock

KID = make_kid("0221", 1)


def camt_file(path: Path, amount: int, kid: str, message: str = "MSG1", version: camt.Version = "02") -> Path:
    entry = camt.entry(amount, camt.transaction(amount, kid=kid, version=version), version=version)
    account = camt.nested("Id/Othr/Id", ACCOUNT)
    path.write_bytes(camt.document(camt.notification(entry, account=account), version=version, message=message))
    return path


@pytest.fixture
async def bank(store: Store, clock: FakeClock) -> BankImport:
    await put(store, case(1), claim(case(1)))
    return BankImport(store, clock)


@pytest.mark.parametrize("version", camt.VERSIONS)
async def test_a_camt_payment_is_placed_like_an_ocr_payment(
    bank: BankImport, store: Store, tmp_path: Path, version: camt.Version
) -> None:
    read = await bank.run(camt_file(tmp_path / "camt.xml", 300_00, KID, version=version), "kari")
    assert (read.status, read.placed, read.unplaced, read.amount) == ("imported", 1, 0, 300_00)
    [payment] = await store.find(Payment, "case", number_of(1))
    assert (payment.source, payment.posting, payment.covered("principal")) == ("camt", "pending", 300_00)


async def test_reading_the_same_camt_file_again_imports_nothing(bank: BankImport, tmp_path: Path) -> None:
    path = camt_file(tmp_path / "camt.xml", 300_00, KID)
    await bank.run(path, "kari")
    assert (await bank.run(path, "kari")).status == "duplicate"


async def test_an_account_read_from_one_format_is_refused_from_the_other(
    bank: BankImport, store: Store, tmp_path: Path
) -> None:
    await bank.run(bank_file(tmp_path / "OCR.D1", [paid(100_00, KID)]), "kari")
    before = await store.last_change()
    refused = await bank.run(camt_file(tmp_path / "camt.xml", 100_00, KID), "kari")
    assert refused.status == "rejected"
    assert [finding.code for finding in refused.findings if finding.severity == "error"] == ["other_source"]
    assert await store.last_change() == before


async def test_and_the_other_way_round(bank: BankImport, tmp_path: Path) -> None:
    await bank.run(camt_file(tmp_path / "camt.xml", 100_00, KID), "kari")
    refused = await bank.check(bank_file(tmp_path / "OCR.D1", [paid(100_00, KID)]))
    assert [(finding.code, finding.column) for finding in refused.findings] == [("other_source", 25)]


async def test_a_camt_file_with_a_doctype_is_refused(bank: BankImport, store: Store, tmp_path: Path) -> None:
    path = camt_file(tmp_path / "camt.xml", 100_00, KID)
    path.write_bytes(path.read_bytes().replace(b"?>", b'?>\n<!DOCTYPE Document [<!ENTITY a "b">]>', 1))
    assert (await bank.run(path, "kari")).status == "rejected"
    assert await store.find(Payment, "case", number_of(1)) == []
