"""Konvertering: reading a file, looking in Visma, and choosing, at the keyboard."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from data.documents import Case, Claim
from screens.conversion import ConversionScreen
from screens.dialogs.choice_dialog import ChoiceDialog
from screens.dialogs.conflict_dialog import ConflictDialog
from screens.dialogs.error_dialog import ErrorDialog
from screens.receipts import ReceiptScreen
from tests.screens.office import Office, Size, fill, open_office, press
from tests.screens.widgets.stage import LARGE, SMALL, lines, text
from tests.services.conversion.files import OLD, claim_row, csv_file, kid, other_row, stored_invoice

TWINS = {"F1": stored_invoice(1, "1"), "F2": stored_invoice(2, "1"), "F3": stored_invoice(2, "3")}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """A Visma where the first claim is found, the second is one of two invoices, and the third is not there."""
    async with open_office(tmp_path, invoices=TWINS, proposals=[]) as opened:
        folder = opened.services.conversion_folder.folder
        folder.mkdir()
        rows = (claim_row(1), claim_row(2, "77/12"), claim_row(3, "78/12"), other_row("innbetaling", "100"))
        csv_file(folder, *rows)
        yield opened


async def read_in(office: Office, *, match: bool = True) -> None:
    services = office.services
    await services.conversion.read(services.conversion_folder.file("saker.csv"), "kari")
    if match:
        await services.conversion.match("kari")


async def claims(office: Office) -> dict[str, Claim]:
    return {claim.invoice: claim for claim in (await office.services.store.page(Claim)).items}


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_file_is_read_and_its_invoices_found(office: Office, size: Size) -> None:
    async with office.at(ConversionScreen(), size) as (desk, pilot):
        assert "Ingen saker er konvertert. L leser en fil." in text(desk)
        offered = await press(pilot, "l")
        assert isinstance(desk.screen, ChoiceDialog)
        assert "saker.csv  klar, 3 saker" in offered
        asked = await press(pilot, "enter")
        assert "Lese inn saker.csv?" in asked
        assert "3 saker med 3 fordringer, hovedstol 3 000,00." in asked
        assert "1 innbetaling, som ikke skal bokføres." in asked
        await press(pilot, "j")
        assert isinstance(desk.screen, ReceiptScreen)
        assert "3 ikke søkt" in await press(pilot, "escape")
        await press(pilot, "s")
        assert isinstance(desk.screen, ReceiptScreen)
        shown = await press(pilot, "escape")
        assert "Konvertering · 1 å velge, 1 ikke funnet" in shown
    assert (await claims(office))["900001"].written_back == "done"


async def test_a_file_with_errors_is_not_read_and_the_errors_are_shown_by_line(office: Office) -> None:
    csv_file(office.services.conversion_folder.folder, claim_row(1, belop="mye", navn=""), name="feil.csv")
    async with office.at(ConversionScreen(), LARGE) as (desk, pilot):
        assert "feil.csv  2 feil" in await press(pilot, "l")
        told = await press(pilot, "enter")
        assert isinstance(desk.screen, ErrorDialog)
        assert "feil.csv har feil og kan ikke leses inn. Ingenting er lest." in told
        assert "linje 2, felt 12: navn mangler" in told
    assert await office.services.store.count(Case) == 0


async def test_a_file_that_was_read_says_so(office: Office) -> None:
    await read_in(office, match=False)
    async with office.at(ConversionScreen(), LARGE) as (desk, pilot):
        assert "saker.csv  lest før" in await press(pilot, "l")
        assert "Ingenting er lest på nytt" in await press(pilot, "enter")
        assert isinstance(desk.screen, ErrorDialog)


async def test_without_a_file_it_says_where_to_lay_one(office: Office) -> None:
    folder = office.services.conversion_folder.folder
    (folder / "saker.csv").unlink()
    async with office.at(ConversionScreen(), LARGE) as (_desk, pilot):
        assert "Ingen filer å lese." in await press(pilot, "l")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_handler_chooses_between_several(office: Office, size: Size) -> None:
    await read_in(office)
    async with office.at(ConversionScreen(), size) as (desk, pilot):
        assert "Hansen [/b] & Sønn" in text(desk)
        offered = await press(pilot, "enter")
        assert isinstance(desk.screen, ChoiceDialog)
        assert offered.count("900002") >= 2
        asked = await press(pilot, "down", "enter")
        assert "Koble fordring 900002 på 1 000,00 til denne fakturaen?" in asked
        shown = await press(pilot, "j")
        assert "Konvertering · 1 ikke funnet" in shown
    chosen = (await claims(office))["900002"]
    assert (chosen.visma_id, chosen.written_back) == ("F3", "done")


async def test_a_candidate_can_be_picked_in_its_own_list_and_no_is_no(office: Office) -> None:
    await read_in(office)
    async with office.at(ConversionScreen(), LARGE) as (_desk, pilot):
        assert "til denne fakturaen?" in await press(pilot, "tab", "enter")
        await press(pilot, "n")
    assert (await claims(office))["900002"].visma_id == ""


async def test_an_invoice_that_was_not_found_is_looked_for_by_another_key(office: Office) -> None:
    await read_in(office)
    async with office.at(ConversionScreen(), LARGE) as (desk, pilot):
        await press(pilot, "down", "enter")
        found = await fill(pilot, kid(2))
        assert "Konvertering · 2 å velge" in lines(desk)[0]
        assert "900002" in found


async def test_a_claim_may_be_left_without_an_invoice(office: Office) -> None:
    await read_in(office)
    async with office.at(ConversionScreen(), LARGE) as (desk, pilot):
        await press(pilot, "down", "u")
        await fill(pilot, "Eldre enn Visma")
        assert "Konvertering · 1 å velge" in lines(desk)[0]
    assert (await claims(office))["900003"].written_back == "none"


async def test_the_case_is_a_key_away(office: Office) -> None:
    await read_in(office)
    async with office.at(ConversionScreen(), LARGE) as (desk, pilot):
        await press(pilot, "g")
        assert desk.opened == [("0221-00000039", "Fordringer", None)]


async def test_when_visma_is_silent_the_cases_are_in_all_the_same(office: Office) -> None:
    await read_in(office, match=False)
    office.visma.silent.add("find_invoices")
    async with office.at(ConversionScreen(), LARGE) as (desk, pilot):
        told = await press(pilot, "s")
        assert isinstance(desk.screen, ErrorDialog)
        assert "Visma svarer ikke" in told
        assert "3 ikke søkt" in await press(pilot, "escape")


async def test_the_menu_tells_how_many_wait(office: Office) -> None:
    await read_in(office)
    overview: Any = await office.services.overview.read()
    assert overview.unlinked == 2
    assert await office.services.store.get(Case, OLD) is not None


async def test_what_another_chose_meanwhile_is_told_and_stands(office: Office) -> None:
    await read_in(office)
    async with office.at(ConversionScreen(), LARGE) as (desk, pilot):
        await press(pilot, "enter", "down", "enter")
        key = (await claims(office))["900002"].id
        await office.services.conversion.without(key, "finnes ikke i Visma", "ola")
        told = await press(pilot, "j")
        assert isinstance(desk.screen, ConflictDialog)
        assert f"Fordring {key} har ingen faktura i Visma" in " ".join(told.split())
        shown = await press(pilot, "p")
        assert "900002" not in shown
    assert (await claims(office))["900002"].visma_id == ""
