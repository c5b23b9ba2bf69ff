"""Back to where you were: a screen that is opened again in the same session is as it was left."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from screens.admin.admin import AdminScreen
from screens.base import Kk2Screen
from screens.case.screen import CaseScreen
from screens.law import LawScreen
from screens.law_rows import FEES
from screens.outbox import OutboxScreen
from screens.posting import PostingScreen
from screens.receipts import ReceiptsScreen
from screens.unplaced import UnplacedScreen
from tests.screens.office import Desk, Office, open_office, press, rest
from tests.screens.widgets.stage import LARGE, text

FIRST, SECOND = "0221-00000001", "0221-00000002"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Three cases, each paid on; two payments that are not placed, an e-mail that waits, and two receipts."""
    async with open_office(tmp_path) as opened:
        await opened.take_over()
        await opened.read_file()
        yield opened


async def opened_again(desk: Desk, pilot: Pilot[Any], screen: Kk2Screen) -> str:
    """What stands on the screen when it has been opened."""
    await desk.push_screen(screen)
    await rest(pilot)
    return text(desk)


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        (ReceiptsScreen, ["down"]),
        (UnplacedScreen, ["down"]),
        (PostingScreen, ["enter", "down", "down"]),
        (LawScreen, ["2", "down", "down", "down"]),
        (AdminScreen, ["tab"]),
    ],
)
async def test_a_list_opens_where_it_was_left(office: Office, kind: type[Kk2Screen], keys: list[str]) -> None:
    async with office.at(kind(), LARGE) as (desk, pilot):
        first = text(desk)
        left = await press(pilot, *keys)
        assert left != first
        await press(pilot, "escape")
        assert await opened_again(desk, pilot, kind()) == left


async def test_the_outbox_opens_in_the_list_that_was_left(office: Office) -> None:
    await office.services.posting.freeze("kari")
    async with office.at(OutboxScreen(), LARGE) as (desk, pilot):
        left = await press(pilot, "tab")
        assert "Bilag KK2-0221" in left
        await press(pilot, "escape")
        assert await opened_again(desk, pilot, OutboxScreen()) == left


async def test_a_problem_that_is_new_is_where_posting_opens_first_and_the_vouchers_when_they_were_left(
    office: Office,
) -> None:
    await office.spoil_department(FIRST)
    async with office.at(PostingScreen(), LARGE) as (desk, pilot):
        assert desk.screen.focused is not None
        assert desk.screen.focused.id == "problems"
        left = await press(pilot, "tab", "down")
        await press(pilot, "escape")
        await desk.push_screen(PostingScreen())
        await rest(pilot)
        assert desk.screen.focused is not None
        assert desk.screen.focused.id == "vouchers"
        assert text(desk) == left


async def test_a_row_that_is_gone_leaves_the_cursor_at_its_place(office: Office) -> None:
    async with office.at(UnplacedScreen(), LARGE) as (desk, pilot):
        await press(pilot, "down", "escape")
        (_first, second) = await office.services.payments.unplaced()
        await office.services.payments.dismiss(second.id, "kari", "ikke vår")
        assert (await opened_again(desk, pilot, UnplacedScreen())).count("›") == 1


async def test_lovverk_opened_on_a_day_is_there_wherever_it_was_left(office: Office) -> None:
    async with office.at(LawScreen(), LARGE) as (desk, pilot):
        await press(pilot, "2", "slash", "1", "2", "escape")
        await press(pilot, "escape")
        assert "▌3 Gebyrsatser▐" in await opened_again(desk, pilot, LawScreen(FEES))


async def test_a_case_opens_on_its_last_tab_and_another_case_on_its_own(office: Office) -> None:
    async with office.at(CaseScreen(FIRST), LARGE) as (desk, pilot):
        left = await press(pilot, "3")
        assert "▌3 Avdrag▐" in left
        await press(pilot, "escape")
        assert "▌1 Generelt▐" in await opened_again(desk, pilot, CaseScreen(SECOND))
        await press(pilot, "escape")
        assert await opened_again(desk, pilot, CaseScreen(FIRST)) == left


async def test_a_tab_that_is_asked_for_comes_before_the_last_one(office: Office) -> None:
    async with office.at(CaseScreen(FIRST), LARGE) as (desk, pilot):
        await press(pilot, "3", "escape")
        assert "▌1 Generelt▐" in await opened_again(desk, pilot, CaseScreen(FIRST, "Generelt"))
