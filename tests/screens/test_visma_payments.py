from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data.documents import Case, Payment
from screens.dialogs.error_dialog import ErrorDialog
from screens.menu import MenuScreen
from screens.menu_rows import recent
from screens.receipts import ReceiptScreen
from screens.unplaced import UnplacedScreen
from screens.visma_payments import VismaPaymentsScreen
from tests.screens.office import Office, Size, open_office, press
from tests.screens.stand_in import TODAY
from tests.screens.widgets.stage import LARGE, SMALL, lines, text


def movement(visma_id: str, amount: int, **more: str) -> dict[str, Any]:
    return {"visma_id": visma_id, "amount": amount, "date": TODAY.isoformat(), "text": "Innbetaling"} | more


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Three cases, and in Visma a payment on one of them and an invoice posted as a payment on another."""
    upcoming = [movement("F1", -500_00), movement("F3", -100_00, type="20-UTG. FAKTURA")]
    async with open_office(tmp_path, upcoming=upcoming) as opened:
        await opened.take_over()
        yield opened


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("key", ["enter", "h"])
async def test_fetching_ends_with_the_receipt(office: Office, size: Size, key: str) -> None:
    async with office.at(VismaPaymentsScreen(), size) as (desk, pilot):
        assert lines(desk)[0].startswith(" Betalinger fra Visma · ikke hentet ennå")
        assert "Ingenting er hentet ennå." in text(desk)
        asked = await press(pilot, key)
        assert "Hente betalinger fra Visma?" in asked
        assert "Alt som er ført i Visma, leses. Det kan ta tid." in asked
        receipt = await press(pilot, "j")
        assert isinstance(desk.screen, ReceiptScreen)
        assert "1 registrert: 1 sak fikk 500,00" in receipt
        assert "! 1 av type 20-UTG. FAKTURA er ført som innbetaling i Visma." in receipt
        assert "2 Feilført i Visma (1)" in receipt


async def test_who_only_looks_and_presses_enter_too_often_fetches_nothing(office: Office) -> None:
    async with office.at(VismaPaymentsScreen(), SMALL) as (desk, pilot):
        await press(pilot, "enter", "enter")
        assert isinstance(desk.screen, VismaPaymentsScreen)
        assert lines(desk)[0].startswith(" Betalinger fra Visma · ikke hentet ennå")
        assert (await office.services.visma_payments.last()).time is None


async def test_afterwards_the_screen_tells_of_the_last_fetch_and_leads_on(office: Office) -> None:
    async with office.at(VismaPaymentsScreen(), LARGE) as (desk, pilot):
        assert "Uplasserte" not in lines(desk)[-1]
        told = await press(pilot, "enter", "j", "escape")
        assert "Betalinger fra Visma · sist hentet 24.11.2026" in told
        assert "1 registrert: 1 sak fikk 500,00" in told
        assert "! 1 betaling fra Visma venter under Uplasserte innbetalinger. U går dit." in told
        assert isinstance(desk.screen, VismaPaymentsScreen)
        await press(pilot, "k")
        assert isinstance(desk.screen, ReceiptScreen)
        waiting = await press(pilot, "escape", "u")
        assert isinstance(desk.screen, UnplacedScreen)
        assert "feilføring i Visma: 20-UTG. FAKTURA" in waiting


async def test_fetching_a_second_time_registers_nothing(office: Office) -> None:
    async with office.at(VismaPaymentsScreen(), SMALL) as (_, pilot):
        again = await press(pilot, "enter", "j", "escape", "enter")
        assert "Det som er ført i Visma siden 24.11.2026" in again
        again = await press(pilot, "j")
        assert "0 nye transaksjoner i Visma" in again
        cases = [case.id for case in (await office.services.store.page(Case)).items]
        assert len(await office.services.store.find_many(Payment, "case", cases)) == 1


async def test_when_visma_does_not_answer_the_screen_says_so_and_can_try_again(office: Office) -> None:
    office.visma.silent = {"fetch_transactions"}
    async with office.at(VismaPaymentsScreen(), SMALL) as (desk, pilot):
        refused = await press(pilot, "enter", "j")
        assert isinstance(desk.screen, ErrorDialog)
        assert "Visma svarer ikke." in refused
        office.visma.silent = set()
        await press(pilot, "escape", "h", "j")
        assert isinstance(desk.screen, ReceiptScreen)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_menu_tells_when_it_was_last_fetched(office: Office, size: Size) -> None:
    async with office.at(MenuScreen(), size) as (desk, _):
        line = next(line for line in lines(desk) if "6  Betalinger fra Visma" in line)
        assert "sist" not in line
    await office.services.visma_payments.run("kari")
    async with office.at(MenuScreen(), size) as (desk, _):
        line = next(line for line in lines(desk) if "6  Betalinger fra Visma" in line)
        assert "sist    i dag" in line


@pytest.mark.parametrize(
    ("instant", "told"),
    [
        (datetime(2026, 11, 24, 6, 30, tzinfo=UTC), "i dag 07:30"),
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), "i går 00:30"),
        (datetime(2026, 11, 2, 6, 30, tzinfo=UTC), "02.11. 07:30"),
        (datetime(2025, 11, 24, 6, 30, tzinfo=UTC), "24.11.2025"),
    ],
)
def test_a_time_is_told_by_how_long_ago_it_is(instant: datetime, told: str) -> None:
    assert recent(instant, datetime(2026, 11, 24, 11, tzinfo=UTC)) == told
