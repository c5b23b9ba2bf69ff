import asyncio
import stat
from pathlib import Path
from typing import Any

import pytest

from data.documents import Payment
from kk2tui.app import Kk2App
from screens.base import wait_for_writes
from screens.case.screen import CaseScreen
from screens.cases import CasesScreen
from screens.commands import CommandDialog, screen_commands
from screens.dialogs.choose_case_dialog import ChooseCaseDialog
from screens.dialogs.confirm_dialog import ConfirmDialog
from screens.ocr_import import OcrImportScreen
from services.registry import Services
from tests.screens.driving import press, write
from tests.screens.stand_in import BARNEHAGE, TRANSPORT
from tests.screens.widgets.stage import SMALL, lines, text

MOVING = {"Opp", "Ned", "Forrige side", "Neste side", "Første rad", "Siste rad", "Neste felt", "Kommandoer"}


async def test_slash_finds_a_case_from_anywhere(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "slash")
        assert isinstance(app.screen, ChooseCaseDialog)
        await write(pilot, "transport")
        await press(pilot, "enter")
        assert isinstance(app.screen, CaseScreen)
        assert app.screen.number == TRANSPORT


async def test_the_palette_speaks_norwegian_and_does_what_is_chosen(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "ctrl+p")
        assert isinstance(app.screen, CommandDialog)
        for words in ("Finn sak", "Avslutt", "Saker", "Import av OCR"):
            assert words in text(app)
        assert [line for line in lines(app) if "│" in line and "Saker" in line][1:] == []
        await write(pilot, "av ocr")
        await press(pilot, "down", "up", "enter")
        assert isinstance(app.screen, OcrImportScreen)


async def test_the_palette_finds_the_look_by_what_one_calls_it_and_leaves_moving_out(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1", "ctrl+p")
        commands = [str(row.cells[0]) for row in screen_commands(app.screen_stack[-2])]
        assert set(commands).isdisjoint(MOVING)
        assert {"Merk alle", "Sorter", "Forrige sak"} <= set(commands)
        for word in ("tema", "farge", "utseende"):
            await write(pilot, word)
            assert "Utseende: tema og farger" in text(app)
            await press(pilot, "ctrl+u")


async def test_the_palette_opens_a_menu_item(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "ctrl+p")
        await write(pilot, "saker")
        await press(pilot, "enter")
        assert isinstance(app.screen, CasesScreen)


async def test_the_palette_has_the_keys_of_the_screen_and_presses_them(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        app.open_case(BARNEHAGE, "Avdrag")
        await press(pilot, "ctrl+p")
        assert "Vis eller skjul slettede innbetalinger" in text(app)
        assert "Flytt innbetalingen til en annen sak" not in text(app)
        await write(pilot, "ny innbetaling")
        await press(pilot, "enter")
        assert "skal ikke bokføres" in text(app)


async def test_the_palette_goes_to_a_case_by_its_number(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "ctrl+p")
        await write(pilot, "46")
        await press(pilot, "enter")
        assert isinstance(app.screen, CaseScreen)
        assert app.screen.number == TRANSPORT


async def test_a_command_is_carried_out_also_with_the_cursor_in_a_field(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        app.open_case(BARNEHAGE, "Avdrag")
        await press(pilot, "n", "ctrl+p")
        assert len([line for line in lines(app) if "› Lagre" in line or "│   Lagre" in line]) == 1
        await write(pilot, "finn sak")
        await press(pilot, "enter")
        assert isinstance(app.screen, ChooseCaseDialog)


async def test_escape_closes_the_palette(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "ctrl+p", "escape")
        assert not isinstance(app.screen, CommandDialog)


@pytest.mark.parametrize("key", ["f10", "ctrl+q"])
async def test_the_program_is_left(app: Kk2App, key: str) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, key)
    assert not app.is_running
    assert app.return_code == 0


async def test_leaving_asks_first_when_something_is_not_saved(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        app.open_case(BARNEHAGE, "Avdrag")
        await press(pilot, "n", "5", "f10")
        assert isinstance(app.screen, ConfirmDialog)
        assert "Innbetalingen er ikke lagret." in text(app)
        await press(pilot, "n")
        assert app.is_running
        await press(pilot, "f10", "j")
    assert not app.is_running


async def test_leaving_waits_for_what_is_being_saved(
    app: Kk2App, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()
    add = services.payments.add

    async def slowly(*args: Any, **options: Any) -> Payment:
        await gate.wait()
        return await add(*args, **options)

    monkeypatch.setattr(services.payments, "add", slowly)
    async with app.run_test(size=SMALL) as pilot:
        app.open_case(BARNEHAGE, "Avdrag")
        await press(pilot, "n", "5")
        await pilot.press("f12", "f10")
        assert app.is_running
        assert [told.message for told in app._notifications] == ["Avslutter når det som lagres, er ferdig …"]
        gate.set()
        await wait_for_writes(app)
    assert [payment.amount for payment in await services.store.find(Payment, "case", BARNEHAGE)] == [5_00]


async def test_asking_for_the_case_in_front_opens_it_no_second_time(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        app.open_case(BARNEHAGE)
        await press(pilot)
        depth = len(app.screen_stack)
        app.open_case(BARNEHAGE, "Logg")
        await press(pilot)
        assert len(app.screen_stack) == depth
        assert "▌6 Logg▐" in text(app)


async def test_a_crash_says_one_line_and_logs_where_without_values(
    app: Kk2App, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fall() -> None:
        secret = "01010112345"
        raise ValueError(f"broken by {secret}")

    async def session() -> None:
        async with app.run_test(size=SMALL) as pilot:
            await press(pilot)
            app.call_later(fall)
            await press(pilot)

    with pytest.raises(ValueError, match="broken"):
        await session()
    log = tmp_path / "kk2.log"
    written = log.read_text(encoding="utf-8")
    assert "in fall" in written
    assert "01010112345" not in written
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    told = "".join(str(segment.text) for part in app._exit_renderables for segment in part.segments)  # type: ignore[union-attr] # Segments, each of them
    told += "".join(capsys.readouterr())
    assert "kk2 måtte avslutte" in told
    assert "Traceback" not in told
    assert "01010112345" not in told
