from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from data.documents import BankFile, Payment
from screens.dialogs.confirm_dialog import ConfirmDialog
from screens.dialogs.error_dialog import ErrorDialog
from screens.ocr_import import OcrImportScreen
from screens.posting import PostingScreen
from screens.receipts import ReceiptScreen
from tests.screens.office import Office, Size, open_office, press, rest
from tests.screens.widgets.stage import LARGE, SMALL, lines, text

GOOD, BAD = "OCR.D261123", "OCR.D261124-kopi"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Three cases; a good file in the inbox, and one whose end record counts one payment too many."""
    async with open_office(tmp_path) as opened:
        await opened.take_over()
        opened.write_file(await opened.payments(), name=GOOD)
        bad = opened.write_file(await opened.payments(), name=BAD, transmission=2)
        bad.write_bytes(bad.read_bytes().replace(b"NY09008800000005", b"NY09008800000006"))
        yield opened


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_files_are_checked_as_the_screen_opens(office: Office, size: Size) -> None:
    async with office.at(OcrImportScreen(), size) as (desk, pilot):
        shown = lines(desk)
        assert shown[0].startswith(" Import av OCR · 2 filer, 1 klar")
        assert shown[0].endswith("Bankkonto 1234.56.78911")
        assert shown[3].split() == ["›", GOOD, "24.11.2026", "5", "3", "504,53", "klar"]
        assert shown[4].replace("×", " ").split() == [BAD, "24.11.2026", "1", "feil"]
        assert "linje 13, kolonne 9" in await press(pilot, "down")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_file_is_read_in_after_a_confirmation_and_its_receipt_leads_on(office: Office, size: Size) -> None:
    async with office.at(OcrImportScreen(), size) as (desk, pilot):
        asked = await press(pilot, "enter")
        assert isinstance(desk.screen, ConfirmDialog)
        assert "5 innbetalinger, sum 3 504,53, laget 24.11.2026." in asked
        receipt = await press(pilot, "j")
        assert isinstance(desk.screen, ReceiptScreen)
        assert "Uplassert: 2 med sum 2 004,50" in receipt
        assert "▌1 Saker (3)▐  2 Uplasserte innbetalinger (2)" in receipt
        assert "uten KID" in await press(pilot, "2")
        await press(pilot, "b")
        assert isinstance(desk.screen, PostingScreen)
        assert "Bokføringsforslag · 3 innbetalinger" in text(desk)
        assert "lest 24.11.2026" in await press(pilot, "escape")


async def test_a_file_is_not_read_in_when_the_answer_is_no(office: Office) -> None:
    async with office.at(OcrImportScreen(), SMALL) as (_, pilot):
        await press(pilot, "enter", "n")
        assert await office.services.store.count(BankFile) == 0


async def test_a_broken_file_and_one_read_before_cannot_be_read_in(office: Office) -> None:
    await office.services.bank.run(office.inbox / GOOD, "kari")
    async with office.at(OcrImportScreen(), SMALL) as (desk, pilot):
        before = await office.services.store.count(Payment)
        assert f"{GOOD} er lest før, 24.11.2026" in await press(pilot, "enter")
        assert isinstance(desk.screen, ErrorDialog)
        broken = await press(pilot, "escape", "down", "enter")
        assert isinstance(desk.screen, ErrorDialog)
        assert f"{BAD} har feil og kan ikke leses inn. Ingenting er lest." in broken
        assert await office.services.store.count(Payment) == before


async def test_a_file_that_has_become_right_is_seen_with_k_and_new_ones_with_f5(office: Office) -> None:
    async with office.at(OcrImportScreen(), SMALL) as (desk, pilot):
        await press(pilot, "down")
        office.write_file(await office.payments(), name=BAD, transmission=2)
        told = await press(pilot, "k")
        assert "1 feil" not in told
        assert f"{BAD} er kontrollert: klar" in told
        assert "2 klare" in lines(desk)[0]
        office.write_file(await office.payments(), name="OCR.D261125", transmission=3)
        assert "Import av OCR · 3 filer, 3 klare" in await press(pilot, "f5")


async def test_progress_is_a_bar_with_count_and_sum(office: Office) -> None:
    async with office.at(OcrImportScreen(), SMALL) as (desk, pilot):
        screen = desk.screen
        assert isinstance(screen, OcrImportScreen)
        screen.add_class("-reading")
        screen._amount = 350_453
        screen.tell_progress(5, 5, "innbetalinger lest")
        await rest(pilot)
        assert "Leser inn  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇  5 av 5  3 504,53" in text(desk)


async def test_b_leads_to_the_proposal_and_an_empty_inbox_says_where_files_go(office: Office) -> None:
    for name in (GOOD, BAD):
        (office.inbox / name).unlink()
    async with office.at(OcrImportScreen(), LARGE) as (desk, pilot):
        assert "Innboksen er tom." in text(desk)
        assert "inbox og trykk F5." in text(desk).replace("\n", " ")
        await press(pilot, "enter", "k", "b")
        assert isinstance(desk.screen, PostingScreen)
