from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from data.documents import Case, Claim, Run
from screens.case_import import CaseImportScreen
from screens.dialogs.confirm_dialog import ConfirmDialog
from screens.dialogs.error_dialog import ErrorDialog
from screens.receipts import ReceiptScreen
from tests.screens.office import Office, Size, open_office, press
from tests.screens.widgets.stage import LARGE, SMALL, lines, text


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_an_approved_proposal_is_taken_over_after_a_confirmation_in_numbers(office: Office, size: Size) -> None:
    async with office.at(CaseImportScreen(), size) as (desk, pilot):
        shown = lines(desk)
        assert shown[0].startswith(" Import av nye saker · 1 forslag klart, 4 nye fakturaer")
        assert "4711     K010           Godkjent" in shown[3]
        assert "9 920,10" in shown[3]
        asked = await press(pilot, "enter")
        assert isinstance(desk.screen, ConfirmDialog)
        assert "4 fakturaer, sum 9 920,10, reskontrotype K010." in asked
        assert "Du blir saksbehandler." in asked
        receipt = await press(pilot, "j")
        assert isinstance(desk.screen, ReceiptScreen)
        assert "3 saker av 4 fakturaer" in receipt
        assert "4 saksnummer skrevet tilbake til Visma" in receipt
        assert [case.handler for case in (await office.services.store.page(Case)).items] == ["kari"] * 3


async def test_nothing_is_taken_over_when_the_answer_is_no(office: Office) -> None:
    async with office.at(CaseImportScreen(), SMALL) as (_, pilot):
        await press(pilot, "h", "n")
        assert await office.services.cases.count() == 0


async def test_a_proposal_that_is_not_approved_only_says_why(office: Office) -> None:
    async with office.at(CaseImportScreen(), SMALL) as (desk, pilot):
        refused = await press(pilot, "down", "enter")
        assert isinstance(desk.screen, ErrorDialog)
        assert "Kjøring 4712 er ikke godkjent." in refused
        noted = await press(pilot, "escape", "down")
        assert "Bare Vismas brukerstøtte kan rette det" in noted


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_when_there_is_nothing_new_the_three_checks_are_shown(office: Office, size: Size) -> None:
    await office.take_over()
    async with office.at(CaseImportScreen(), size) as (desk, _):
        assert "Ingen nye fakturaer på EWS" in lines(desk)[0]
        for check in ("1 Ligger det fakturaer", "2 Er forslaget godkjent?", "3 Har oppdragsgiveren riktig purrekode"):
            assert check in text(desk)


async def test_case_numbers_that_wait_can_be_written_back_with_a_key(office: Office) -> None:
    office.visma.silent = {"write_case_numbers"}
    async with office.at(CaseImportScreen(), SMALL) as (desk, pilot):
        receipt = await press(pilot, "enter", "j")
        assert isinstance(desk.screen, ReceiptScreen)
        assert "Saksnumrene er ikke skrevet tilbake" in receipt
        waiting = await press(pilot, "escape")
        assert "! 4 saksnummer er ikke skrevet tilbake til Visma ennå. T prøver igjen." in waiting
        assert "T Skriv tilbake" in waiting
        office.visma.silent = set()
        written = await press(pilot, "t")
        assert "T Skriv tilbake" not in written
        assert await office.services.store.count(Claim, {"written_back": "pending"}) == 0


async def test_an_import_that_broke_off_is_told_and_can_be_ended(office: Office) -> None:
    await office.take_over()
    async with office.services.store.transaction("kari", "prøve") as tx:
        run = await tx.get(Run, "1/4711")
        assert run is not None
        tx.put(replace(run, state="started"))
    async with office.at(CaseImportScreen(), SMALL) as (desk, pilot):
        assert "! Importen av kjøring 4711 ble avbrutt. H gjør den ferdig." in text(desk)
        assert "Gjøre ferdig importen av kjøring 4711?" in await press(pilot, "h")
        assert "3 saker av 4 fakturaer" in await press(pilot, "j")
        assert "avbrutt" not in await press(pilot, "escape")


async def test_when_visma_does_not_answer_the_screen_says_so_and_f5_tries_again(office: Office) -> None:
    office.visma.silent = {"fetch_proposals"}
    async with office.at(CaseImportScreen(), SMALL) as (desk, pilot):
        assert isinstance(desk.screen, ErrorDialog)
        assert "Ikke hentet fra Visma. F5 prøver igjen." in await press(pilot, "escape")
        office.visma.silent = set()
        assert "4711" in await press(pilot, "f5")
