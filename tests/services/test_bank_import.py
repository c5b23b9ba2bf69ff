"""Reading the bank's files onto the cases: all of a file or nothing, nothing twice, and nothing lost."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from data.documents import BankFile, Case, Event, Payment, Receipt
from data.errors import Conflict, StoreFull
from data.store import Store
from services.bank.kid import make_kid
from services.bank.ocr_writer import OcrPayment
from services.bank_check import ImportedFile
from services.bank_import import BankImport
from services.errors import Refused
from services.payment_intake import BATCH
from services.payments import PaymentService
from tests.builders import ACCOUNT, D1, D2, OTHER_ACCOUNT, bank_file, case, claim, creditor, number_of, paid, put
from tests.services.fakes import CountingStore, FailingStore, FakeClock

KID = make_kid("0221", 1)


class Bank:
    """The import, and a folder of files to read."""

    def __init__(self, store: Store, clock: FakeClock, folder: Path) -> None:
        self.store = store
        self.clock = clock
        self.folder = folder
        self.service = BankImport(store, clock)
        self._files = 0

    def file(self, payments: Sequence[OcrPayment], **more: Any) -> Path:
        self._files += 1
        path = self.folder / f"OCR.D{self._files}"
        return bank_file(path, payments, **({"transmission": self._files} | more))

    async def read(self, *payments: OcrPayment) -> ImportedFile:
        return await self.service.run(self.file(payments), "kari")

    async def unplaced(self) -> list[str | None]:
        waiting = await PaymentService(self.store, self.clock).unplaced()
        return [payment.unplaced for payment in waiting]


@pytest.fixture
async def bank(store: Store, clock: FakeClock, tmp_path: Path) -> Bank:
    """Two cases of 1 000,00 each."""
    for new in (case(1), case(2)):
        await put(store, new, claim(new))
    return Bank(store, clock, tmp_path)


async def test_a_payment_is_placed_by_the_kid_of_the_case_or_of_its_invoice(bank: Bank) -> None:
    read = await bank.read(paid(300_00, KID), paid(400_00, claim(number_of(2)).kid))
    assert (read.status, read.placed, read.unplaced, read.amount) == ("imported", 2, 0, 700_00)
    [first] = await bank.store.find(Payment, "case", number_of(1))
    assert (first.source, first.posting, first.date, first.amount) == ("ocr", "pending", D1, 300_00)
    assert (first.covered("principal"), first.creditor, first.bank_file) == (300_00, "0221", first.bank_file)
    [second] = await bank.store.find(Payment, "case", number_of(2))
    assert second.covered("principal") == 400_00
    updated = await bank.store.get(Case, number_of(1))
    assert updated is not None
    assert updated.outstanding == 700_00
    assert [event.text for event in await bank.store.find(Event, "case", number_of(1))] == [
        "300,00 innbetalt, lest fra OCR.D1."
    ]


async def test_nothing_is_dropped_every_payment_that_cannot_be_placed_waits_with_its_reason(bank: Bank) -> None:
    closed, shared = case(3, status="closed"), make_kid("9021", 99)
    await put(bank.store, closed, claim(number_of(1), serial=2, kid=shared), claim(number_of(2), serial=2, kid=shared))
    await put(bank.store, creditor("0222"), case(1, creditor="0222"))
    wrong_check = KID[:-1] + str((int(KID[-1]) + 1) % 10)
    payments = [
        (paid(1_00, make_kid("0221", 999)), "unknown_kid"),
        (paid(2_00, make_kid("0222", 1)), "unknown_kid"),
        (paid(3_00, shared), "ambiguous_kid"),
        (paid(4_00), "blank_kid"),
        (paid(5_00, "02210000AB015"), "bad_chars"),
        (paid(6_00, "123456782"), "bad_length"),
        (paid(7_00, wrong_check), "bad_check"),
        (paid(8_00, closed.kid), "closed_case"),
        (paid(-9_00, KID), "negative"),
        (paid(500_00, KID, transaction_type="19"), "card"),
    ]
    read = await bank.service.run(bank.file([each for each, _ in payments]), "kari")
    assert (read.status, read.placed, read.unplaced) == ("imported", 0, len(payments)), read.findings
    assert await bank.unplaced() == [reason for _, reason in payments]
    receipt = await bank.store.get(Receipt, read.receipt)
    assert receipt is not None
    assert [section.title for section in receipt.sections] == ["Saker", "Uplasserte innbetalinger"]
    assert len(receipt.sections[1].rows) == len(payments)
    assert all(row[4] for row in receipt.sections[1].rows)


async def test_a_case_that_owes_less_than_its_threshold_is_closed_also_by_two_payments_of_one_file(bank: Bank) -> None:
    await put(bank.store, case(3, threshold=0), claim(number_of(3)))
    read = await bank.read(paid(500_00, KID), paid(400_00, KID), paid(700_00, case(2).kid), paid(1_000_00, case(3).kid))
    assert read.closed == (number_of(1),)
    closed = await bank.store.get(Case, number_of(1))
    assert closed is not None
    assert (closed.status, closed.closed, closed.closed_by_threshold) == ("closed", bank.clock.today(), True)
    texts = [event.text for event in await bank.store.find(Event, "case", number_of(1))]
    assert texts[0] == "900,00 innbetalt, lest fra OCR.D1."
    assert texts[1].startswith("Saken er avsluttet: saldo 1")
    later = await bank.read(paid(100_00, KID))
    assert (later.placed, later.unplaced) == (0, 1)
    assert await bank.unplaced() == ["closed_case"]


async def test_two_equal_payments_in_one_file_are_both_kept(bank: Bank) -> None:
    read = await bank.read(paid(100_00, KID), paid(100_00, KID))
    assert (read.placed, read.duplicates) == (2, 0)
    assert sum(each.amount for each in await bank.store.find(Payment, "case", number_of(1))) == 200_00


async def test_reading_a_file_twice_changes_nothing_and_says_when_it_was_read(bank: Bank) -> None:
    path = bank.file([paid(100_00, KID)])
    await bank.service.run(path, "kari")
    before = await bank.store.last_change()
    again = await bank.service.run(path.rename(bank.folder / "kopi"), "ola")
    assert again.status == "duplicate"
    assert await bank.store.last_change() == before
    [finding] = again.findings
    assert finding.severity == "warning"
    assert "av kari som OCR.D1, 1 innbetalinger, 100,00" in finding.message


async def test_a_file_that_another_reads_in_while_it_is_checked_is_a_duplicate_and_not_one_that_was_altered(
    bank: Bank,
) -> None:
    path = bank.file([paid(100_00, KID)])

    class Interrupted(CountingStore):
        """Somebody else reads the file in when the first question is asked."""

        async def get_many(self, *asked: Any) -> Any:
            await bank.service.run(path, "ola")
            return await bank.store.get_many(*asked)

    read = await BankImport(Interrupted(bank.store), bank.clock).run(path, "kari")
    assert (read.status, [finding.code for finding in read.findings]) == ("duplicate", ["duplicate_file"])
    assert await bank.store.count(Payment) == 1


async def test_payments_read_before_in_another_file_are_left_out_and_counted(bank: Bank) -> None:
    await bank.read(paid(100_00, KID), paid(100_00, KID))
    copy = await bank.read(paid(100_00, KID), paid(100_00, KID), paid(100_00, KID), paid(5_00, KID))
    assert (copy.status, copy.placed, copy.duplicates) == ("imported", 2, 2)
    assert sum(each.amount for each in await bank.store.find(Payment, "case", number_of(1))) == 305_00
    receipt = await bank.store.get(Receipt, copy.receipt)
    assert receipt is not None
    assert "2 innbetalinger var lest før og er ikke lest på nytt" in receipt.summary


async def test_the_same_transmission_with_other_content_is_refused(bank: Bank) -> None:
    await bank.service.run(bank.file([paid(100_00, KID)], transmission=77), "kari")
    before = await bank.store.last_change()
    changed = await bank.service.run(bank.file([paid(999_00, KID)], transmission=77), "kari")
    assert (changed.status, [each.code for each in changed.findings]) == ("rejected", ["transmission_changed"])
    assert await bank.store.last_change() == before


async def test_an_account_that_is_nobodys_is_refused_with_line_and_column(bank: Bank) -> None:
    before = await bank.store.last_change()
    read = await bank.service.run(bank.file([paid(100_00, KID)], account=OTHER_ACCOUNT), "kari")
    [finding] = read.findings
    assert (read.status, finding.code, finding.line, finding.column) == ("rejected", "unknown_account", 2, 25)
    assert await bank.store.last_change() == before


async def test_a_broken_file_changes_nothing(bank: Bank) -> None:
    path = bank.file([paid(100_00, KID), paid(200_00, KID)])
    lines = path.read_bytes().split(b"\r\n")
    path.write_bytes(b"\r\n".join(lines[:4] + lines[6:]))
    before = await bank.store.last_change()
    read = await bank.service.run(path, "kari")
    assert read.status == "rejected"
    assert any(each.severity == "error" and each.line > 1 for each in read.findings)
    assert await bank.store.last_change() == before
    assert await bank.store.count(Payment) == 0


async def test_checking_stores_nothing(bank: Bank) -> None:
    path = bank.file([paid(100_00, KID)])
    before = await bank.store.last_change()
    checked = await bank.service.check(path)
    assert (checked.status, checked.payments, checked.amount, checked.accounts) == ("valid", 1, 100_00, (ACCOUNT,))
    assert await bank.store.last_change() == before
    with pytest.raises(OSError, match="finnes-ikke"):
        await bank.service.check(bank.folder / "finnes-ikke")


async def test_a_failure_in_the_middle_leaves_nothing_and_the_file_can_be_read_again(bank: Bank) -> None:
    failing = FailingStore(bank.store)
    failing.error = StoreFull("Disken er full. Ingenting er lagret.")
    path = bank.file([paid(100_00, KID), paid(1_00)])
    before = await bank.store.last_change()
    with pytest.raises(StoreFull):
        await BankImport(failing, bank.clock).run(path, "kari")
    assert await bank.store.last_change() == before
    assert await bank.store.count(Payment) == 0
    assert (await bank.service.run(path, "kari")).status == "imported"


async def test_a_file_that_changes_while_it_is_read_leaves_nothing(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bank.file([paid(100_00, KID)])
    check = bank.service._file_check.run

    async def check_then_change(path: Path) -> object:
        checked = await check(path)
        bank_file(path, [paid(999_00, KID)], transmission=5)
        return checked

    monkeypatch.setattr(bank.service._file_check, "run", check_then_change)
    with pytest.raises(Refused) as refused:
        await bank.service.run(path, "kari")
    assert refused.value.code == "file_changed"
    assert await bank.store.count(Payment) == 0


async def test_of_two_who_read_a_file_at_once_one_is_told(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bank.file([paid(100_00, KID)])
    check = bank.service._file_check.run

    async def check_while_another_reads(path: Path) -> object:
        checked = await check(path)
        await BankImport(bank.store, bank.clock).run(path, "ola")
        return checked

    monkeypatch.setattr(bank.service._file_check, "run", check_while_another_reads)
    with pytest.raises(Conflict, match="lest inn av en annen"):
        await bank.service.run(path, "kari")
    assert await bank.store.count(Payment) == 1
    assert await bank.store.count(BankFile) == 1


async def test_the_receipt_lists_each_case_with_its_balance_before_and_after(bank: Bank) -> None:
    await bank.read(paid(100_00, KID))
    bank.clock.turn_to(bank.clock.today())
    read = await bank.read(paid(1_200_00, KID, D2), paid(50_00, case(2).kid, D2))
    receipt = await bank.store.get(Receipt, read.receipt)
    assert receipt is not None
    assert (receipt.kind, receipt.title) == ("payments", "Import av OCR, OCR.D2")
    assert receipt.summary[0] == "Sum i filen 1 250,00"
    assert receipt.summary[1] == "2 saker fikk 1 250,00; 1 saker ble avsluttet"
    rows = {str(row[0]): row for row in receipt.sections[0].rows}
    for number, amount in ((number_of(1), 1_200_00), (number_of(2), 50_00)):
        _, _, received, before, after, _ = rows[number]
        assert received == amount
        assert isinstance(before, int)
        assert isinstance(after, int)
        # interest stops on what was paid: the balance falls by the payment and the days since it
        assert 0 <= before - after - amount < 2_00
    assert rows[number_of(1)][5] == "avsluttet"
    assert receipt.warnings[0].startswith(f"{number_of(1)}: ")


async def test_progress_is_told_as_the_file_is_read(bank: Bank) -> None:
    told: list[tuple[int, int, str]] = []
    path = bank.file([paid(1_00 + serial, KID) for serial in range(2 * BATCH + 10)])
    await bank.service.run(path, "kari", lambda *each: told.append(each))
    steps = (BATCH, 2 * BATCH, 2 * BATCH + 10)
    assert told == [(done, steps[-1], "innbetalinger lest") for done in steps]


async def asked_for(bank: Bank, cases: int, payments: int, first: int) -> int:
    """How often the store is asked when a file hits this many cases with this many payments."""
    new = [case(serial) for serial in range(first, first + cases)]
    await put(bank.store, *new, *[claim(each, 10_000_00) for each in new])
    counting = CountingStore(bank.store)
    path = bank.file([paid(1_00 + serial // cases, new[serial % cases].kid) for serial in range(payments)])
    read = await BankImport(counting, bank.clock).run(path, "kari")
    assert (read.placed, read.unplaced) == (payments, 0)
    return counting.asked.total() - counting.asked["put"]


async def test_twenty_thousand_payments_ask_the_store_a_few_times_for_each_batch(bank: Bank) -> None:
    few = await asked_for(bank, 500, 2_000, first=10)
    many = await asked_for(bank, 5_000, 20_000, first=1_000)
    assert many <= 10 * few
    assert many < 10 * 20_000 / BATCH, "a batch at a time, never a payment at a time"
