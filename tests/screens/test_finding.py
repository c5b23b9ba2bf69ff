"""Finding a case from anywhere, coming back to the last one, and going from a number to its case."""

from pathlib import Path

import pytest

from kk2tui.app import Kk2App
from screens.case.screen import CaseScreen
from screens.dialogs.choice_dialog import ChoiceDialog
from screens.dialogs.choose_case_dialog import ChooseCaseDialog
from screens.menu import MenuScreen
from screens.widgets.key_line import screen_keys
from services.recents import RecentCases
from services.registry import Services
from tests.screens.driving import press, until, write
from tests.screens.stand_in import BARNEHAGE, CLOSED, TRANSPORT, unplaced_payment
from tests.screens.widgets.stage import LARGE, SMALL, lines, text


def number(app: Kk2App) -> str:
    assert isinstance(app.screen, CaseScreen)
    return app.screen.number


def said(app: Kk2App) -> str:
    """What was said in passing."""
    return "".join(each.message for each in app._notifications)


async def test_slash_finds_a_name_typed_wrong_and_says_why(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "slash")
        await write(pilot, "kri testesne")
        await press(pilot, "enter", "enter")
        assert number(app) == BARNEHAGE
        await press(pilot, "slash")
        await write(pilot, "transprot")
        await until(pilot, lambda: TRANSPORT in text(app))
        (line,) = [line for line in lines(app) if TRANSPORT in line]
        assert "navn ligner" in line


async def test_with_nothing_typed_the_cases_opened_last_are_there(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        app.open_case(BARNEHAGE)
        await press(pilot)
        app.open_case(CLOSED)
        await press(pilot, "slash")
        assert isinstance(app.screen, ChooseCaseDialog)
        shown = text(app)
        assert shown.index(CLOSED) < shown.index(BARNEHAGE)
        assert "Sist åpnet" in shown
        await press(pilot, "down", "enter")
        assert number(app) == BARNEHAGE
    assert await RecentCases(services.store, "kari").numbers() == [BARNEHAGE, CLOSED]


async def test_they_are_there_at_the_next_log_in(services: Services, tmp_path: Path) -> None:
    for app in (Kk2App(services, log=tmp_path / "kk2.log"), Kk2App(services, log=tmp_path / "kk2.log")):
        async with app.run_test(size=SMALL) as pilot:
            await press(pilot, "slash")
            shown = text(app)
            await press(pilot, "escape")
            app.open_case(TRANSPORT)
            await press(pilot)
    assert TRANSPORT in shown


async def test_a_search_by_a_whole_national_id_is_one_line_in_the_log_and_the_number_in_no_file(
    app: Kk2App, tmp_path: Path
) -> None:
    nobody = "31129999999"
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "slash")
        await write(pilot, nobody)
        await until(pilot, lambda: "search by" in (tmp_path / "kk2.log").read_text(encoding="utf-8"))
        await press(pilot, "escape")
    (line,) = (tmp_path / "kk2.log").read_text(encoding="utf-8").splitlines()
    assert line.endswith("INFO search by a whole national id by kari: 0 cases found")
    assert _files_with(tmp_path, b"kari") != []
    assert _files_with(tmp_path, nobody.encode()) == []


def _files_with(folder: Path, text: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text in path.read_bytes()]


async def test_ctrl_o_goes_to_and_fro_between_two_cases(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "ctrl+o")
        assert "ingen annen sak" in said(app)
        app.open_case(BARNEHAGE)
        await press(pilot, "escape")
        app.open_case(TRANSPORT)
        await press(pilot, "ctrl+o")
        assert number(app) == BARNEHAGE
        await press(pilot, "ctrl+o")
        assert number(app) == TRANSPORT
        await press(pilot, "escape")
        assert isinstance(app.screen, MenuScreen)
        await press(pilot, "ctrl+o")
        assert number(app) == TRANSPORT


async def test_f2_goes_from_a_line_to_its_case(app: Kk2App, services: Services) -> None:
    async with services.store.transaction("kari", "test") as tx:
        tx.put(unplaced_payment(text=f"Gjelder {TRANSPORT}"))
    async with app.run_test(size=LARGE) as pilot:
        await press(pilot, "1", "f2")
        assert number(app) == BARNEHAGE
        await press(pilot, "f2")
        assert said(app)
        await press(pilot, "escape", "escape", "4", "f2")
        assert number(app) == TRANSPORT


async def test_f2_asks_when_a_line_is_about_several_cases(app: Kk2App, services: Services) -> None:
    async with services.store.transaction("kari", "test") as tx:
        tx.put(unplaced_payment(text=f"Gjelder {TRANSPORT} og {BARNEHAGE}"))
    async with app.run_test(size=LARGE) as pilot:
        await press(pilot, "4", "f2")
        assert isinstance(app.screen, ChoiceDialog)
        assert "Linjen er om 2 saker" in text(app)
        await press(pilot, "down", "enter")
        assert number(app) == BARNEHAGE


async def test_f2_says_when_there_is_no_case(app: Kk2App) -> None:
    async with app.run_test(size=LARGE) as pilot:
        await press(pilot, "l", "f2")
        assert "ikke noe nummer" in said(app)


@pytest.mark.parametrize(("key", "told"), [("F2", "Til saken"), ("Ctrl+O", "Forrige sak")])
async def test_the_keys_are_among_those_that_f1_tells_of(app: Kk2App, key: str, told: str) -> None:
    async with app.run_test(size=LARGE) as pilot:
        await press(pilot, "1")
        assert (key, told) in [(each.name, each.label) for each in screen_keys(app.screen, hidden=True)]
