from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from data.documents import Column, Receipt, Section
from screens.receipts import ReceiptScreen, ReceiptsScreen
from services.receipts import keep_receipt
from tests.screens.office import HOSTILE_NAME, Office, Size, open_office, press
from tests.screens.widgets.stage import LARGE, SMALL, lines, text

CASE = "0221-00000001"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as opened:
        yield opened


async def keep(office: Office, *sections: Section, warnings: tuple[str, ...] = ()) -> Receipt:
    async with office.services.store.transaction("kari", "prøve") as tx:
        return await keep_receipt(
            tx,
            office.services.clock,
            "kari",
            kind="payments",
            title="Import av OCR, OCR.D261123",
            summary=("Sum i filen 1 234 567,00", "2 saker ble avsluttet"),
            warnings=warnings,
            sections=sections,
        )


def cases_section(rows: int) -> Section:
    return Section(
        title="Saker",
        columns=(
            Column(title="Saksnummer", kind="case"),
            Column(title="Skyldner"),
            Column(title="Dato", kind="date"),
            Column(title="Antall", kind="number"),
            Column(title="Saldo", kind="amount"),
        ),
        rows=tuple(
            (f"0221-{row:08d}", HOSTILE_NAME, "2026-11-23", row, -123_456_700 - row) for row in range(1, rows + 1)
        ),
    )


REFUSED = Section(
    title="Avvist", columns=(Column(title="Årsak"), Column(title="Beløp", kind="amount")), rows=(("nei", None),)
)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_receipts_stand_newest_first_and_open_with_enter(office: Office, size: Size) -> None:
    await keep(office)
    await keep(office)
    async with office.at(ReceiptsScreen(), size) as (desk, pilot):
        assert lines(desk)[0].startswith(" Kvitteringer · 2")
        assert lines(desk)[3].startswith("› K000002")
        assert lines(desk)[4].startswith("  K000001")
        await press(pilot, "down", "enter")
        assert isinstance(desk.screen, ReceiptScreen)
        assert "K000001 · 24.11.2026" in lines(desk)[0]
        await press(pilot, "escape")
        assert lines(desk)[4].startswith("› K000001")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_receipt_shows_its_summary_warnings_and_tables(office: Office, size: Size) -> None:
    receipt = await keep(office, cases_section(2), REFUSED, warnings=("0221-00000001: 10,00 til gode",))
    async with office.at(ReceiptScreen(receipt.id), size) as (desk, pilot):
        shown = text(desk)
        assert lines(desk)[0].startswith(" Import av OCR, OCR.D261123")
        assert "Sum i filen 1 234 567,00" in shown
        assert "! 0221-00000001: 10,00 til gode" in shown
        assert "▌1 Saker (2)▐  2 Avvist (1)" in shown
        assert "[/b]" in shown
        assert "23.11.2026" in shown
        assert lines(desk)[9].endswith("−1 234 567,02")
        assert "B Bokføringsforslag" not in lines(desk)[-1]
        assert "▌2 Avvist (1)▐" in await press(pilot, "right")
        assert "Enter Til saken" not in lines(desk)[-1]
        assert "▌1 Saker (2)▐" in await press(pilot, "left")
        assert "▌2 Avvist (1)▐" in await press(pilot, "2", "9")


async def test_enter_on_a_line_opens_its_case(office: Office) -> None:
    receipt = await keep(office, cases_section(2), REFUSED)
    async with office.at(ReceiptScreen(receipt.id), SMALL) as (desk, pilot):
        await press(pilot, "enter", "2", "enter")
        assert desk.opened == [(CASE, None, None)]


async def test_the_line_whose_case_was_opened_is_still_marked_on_the_way_back(office: Office) -> None:
    receipt = await keep(office, cases_section(3))
    async with office.at(ReceiptScreen(receipt.id), SMALL) as (_desk, pilot):
        await press(pilot, "down", "down")
        assert "› 0221-00000003" in await press(pilot, "f5")  # it loads again on the way back, too


async def test_enter_on_a_remark_opens_the_case_it_is_about(office: Office) -> None:
    remarks = ("Bankkontoen er ukjent: se Administrasjon", *(f"0221-0000000{n}: 150,00 til gode" for n in (1, 2, 3)))
    receipt = await keep(office, cases_section(1), warnings=remarks)
    async with office.at(ReceiptScreen(receipt.id), SMALL) as (desk, pilot):
        shown = await press(pilot, "2")
        assert "Bankkontoen er ukjent: se Administrasjon" in shown
        await press(pilot, "enter")
        assert desk.opened == []
        await press(pilot, "down", "down", "enter")
        assert desk.opened == [("0221-00000002", None, None)]


async def test_a_receipt_of_ten_thousand_rows_is_walked_to_its_end(office: Office) -> None:
    receipt = await keep(office, cases_section(10_000))
    async with office.at(ReceiptScreen(receipt.id), SMALL) as (desk, pilot):
        assert "0221-00010000" in await press(pilot, "end")
        await press(pilot, "enter")
        assert desk.opened == [("0221-00010000", None, None)]


async def test_many_warnings_are_a_table_of_their_own(office: Office) -> None:
    receipt = await keep(office, cases_section(1), warnings=tuple(f"Merk {place}" for place in range(1, 21)))
    async with office.at(ReceiptScreen(receipt.id), SMALL) as (desk, pilot):
        assert "! … og 17 merknader til, under Merknader" in text(desk)
        assert "Merk 4" not in text(desk)
        assert "Merk 4" in await press(pilot, "2")


async def test_help_tells_only_of_the_tables_there_are(office: Office) -> None:
    one = await keep(office, cases_section(1))
    async with office.at(ReceiptScreen(one.id), SMALL) as (desk, pilot):
        assert "Tabell" not in (await press(pilot, "f1")).replace("tabeller", "")
        await press(pilot, "escape")
        two = await keep(office, cases_section(1), cases_section(2))
        await desk.push_screen(ReceiptScreen(two.id))
        shown = await press(pilot, "f1") + await press(pilot, "pagedown")
        assert "Tabell 2" in shown
        assert "Tabell 3" not in shown


async def test_a_receipt_without_tables_and_an_empty_list_do_no_harm(office: Office) -> None:
    async with office.at(ReceiptsScreen(), SMALL) as (desk, pilot):
        assert "Ingen kvitteringer ennå." in await press(pilot, "enter")
        receipt = await keep(office)
        await desk.push_screen(ReceiptScreen(receipt.id))
        assert "Ingen linjer." in await press(pilot, "left", "right", "1", "enter", "b")
        assert "K000001" in await press(pilot, "escape")


async def test_p_and_c_save_the_receipt_into_the_outbox_and_say_where(office: Office, tmp_path: Path) -> None:
    receipt = await keep(office, cases_section(2))
    async with office.at(ReceiptScreen(receipt.id), SMALL) as (desk, pilot):
        assert lines(desk)[-1].startswith(" Enter Til saken   P PDF   C CSV")
        await press(pilot, "p", "c")
        (tmp_path / "outbox" / "kvittering-K000001.csv").write_text("endret", encoding="utf-8")
        await press(pilot, "c")
        names = ("kvittering-K000001.pdf", "kvittering-K000001.csv", "kvittering-K000001-2.csv")
        told = [each.message for each in desk._notifications]
        assert told == [f"Kvitteringen ligger i outbox/{name}." for name in names]
    assert (tmp_path / "outbox" / "kvittering-K000001.csv").read_text(encoding="utf-8") == "endret"
    assert (tmp_path / "outbox" / "kvittering-K000001.pdf").read_bytes().startswith(b"%PDF")
