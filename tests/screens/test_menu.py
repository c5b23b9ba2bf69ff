from asyncio import Event
from pkgutil import resolve_name
from typing import Any

import pytest
from textual.screen import Screen

from data.errors import Kk2Error
from kk2tui.app import Kk2App
from screens.case.screen import CaseScreen
from screens.cases import CasesScreen
from screens.dialogs.error_dialog import ErrorDialog
from screens.menu import ITEMS, MenuScreen
from screens.menu_rows import needs
from screens.menu_start import catch_up
from screens.ocr_import import OcrImportScreen
from screens.posting import PostingScreen
from services.overview import Overview
from services.registry import Services
from tests.screens.driving import press
from tests.screens.stand_in import BARNEHAGE, BRACKETS, unplaced_payment
from tests.screens.widgets.stage import LARGE, SMALL, lines, settle, text


async def work_waiting(services: Services) -> None:
    """Two payments to post, one of them on a case without ledger line, and one without a case."""
    day = services.clock.today()
    await services.payments.add(BARNEHAGE, 1_000_00, day, "kari")
    await services.payments.add(BRACKETS, 50_00, day, "kari")
    async with services.store.transaction("kari", "Uplassert") as tx:
        tx.put(unplaced_payment())


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_menu_tells_what_waits(app: Kk2App, services: Services, size: tuple[int, int]) -> None:
    await work_waiting(services)
    async with app.run_test(size=size) as pilot:
        await press(pilot)
        shown = lines(app)
        assert shown[0].startswith(" kk2 · Testvik kommune")
        assert shown[0].endswith("Kari Testesen · Visma: simulator")
        for words in ("3 åpne", "500,00", "1 050,00", "Utestående på åpne saker", "Løsningsgrad", "25 %"):
            assert words in text(app)
        assert "Innbetalt i november            1 050,00" in text(app)
        assert "Mest i november 1 050,00" in text(app)
        assert ("d j f m a m j j a s o n" if size == SMALL else "des jan feb mar apr") in text(app)
        assert "! Sak uten reskontrotype" in text(app)
        assert "! 1 innbetaling uten sak" in text(app)
        assert shown[-1].startswith(" / Finn sak   F5 Oppdater   Ctrl+P Kommandoer   F10 Avslutt")


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_every_item_leads_to_a_screen(item: tuple[str, str, str]) -> None:
    assert issubclass(resolve_name(item[2]), Screen)


async def test_a_number_and_enter_both_open_an_item_and_escape_comes_back(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1")
        assert isinstance(app.screen, CasesScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, MenuScreen)
        await press(pilot, "enter")
        assert isinstance(app.screen, CasesScreen)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_bank_files_and_payments_that_wait_are_said_and_lead_to_their_screens(
    app: Kk2App, services: Services, size: tuple[int, int]
) -> None:
    services.inbox.folder.mkdir(exist_ok=True)
    (services.inbox.folder / "OCR.D261123").write_text("ikke lest")
    await services.payments.add(BARNEHAGE, 1_000_00, services.clock.today(), "kari")
    async with app.run_test(size=size) as pilot:
        await press(pilot)
        assert "Trenger deg · 3" in text(app)  # the third is the office's own: a case number not in Visma
        assert "! 1 bankfil å lese inn" in text(app)
        assert "! 1 innbetaling å bokføre" in text(app)
        await press(pilot, "tab", "down", "enter")
        assert isinstance(app.screen, OcrImportScreen)
        await press(pilot, "escape", "down", "enter")
        assert isinstance(app.screen, PostingScreen)


async def test_nothing_is_said_of_what_waits_before_it_is_counted(app: Kk2App) -> None:
    counting = Event()

    async def read() -> Overview:
        await counting.wait()
        return an_overview()

    app.services.overview.read = read  # type: ignore[method-assign] # one that takes its time
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert "Trenger deg" in text(app)
        assert "Ingenting akkurat nå." not in text(app)
        counting.set()
        await press(pilot)
        assert "Ingenting akkurat nå." in text(app)


async def test_what_needs_someone_can_be_walked_and_opened(app: Kk2App, services: Services) -> None:
    await work_waiting(services)
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "tab", "enter")
        assert isinstance(app.screen, CaseScreen)
        assert app.screen.number == BRACKETS
        assert app.focused is not None
        assert app.focused.id == "avdeling"


async def test_the_counts_follow_when_the_menu_is_shown_again_and_at_f5(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1")
        await work_waiting(services)
        await press(pilot, "escape")
        assert "1 050,00" in text(app)
        await services.payments.add(BARNEHAGE, 2_00, services.clock.today(), "kari")
        await press(pilot, "f5")
        assert "1 052,00" in text(app)


class Broken:
    """A service that does not answer."""

    async def write_back(self, actor: str) -> int:
        raise Kk2Error("Visma svarer ikke. Ingenting er endret.")

    async def make_late_letters(self, actor: str) -> int:
        return 0


async def test_what_fails_at_start_is_a_line_in_the_list_and_no_dialog(services: Services, app: Kk2App) -> None:
    services.case_import = Broken()  # type: ignore[assignment] # all that is asked
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot)
        assert isinstance(app.screen, MenuScreen)
        assert "! Saksnummer er ikke skrevet tilbake" in text(app)
        await press(pilot, "tab", "end", "enter")
        assert isinstance(app.screen, ErrorDialog)
        assert "Visma svarer ikke. Ingenting er endret." in app.screen.message


async def test_catching_up_writes_back_what_waits(services: Services) -> None:
    assert await catch_up(services) == []


def test_rates_that_end_soon_are_told_of() -> None:
    from datetime import date

    overview = an_overview(rates_until=date(2026, 12, 31), rates_warning=True)
    assert [need.text for need in needs(overview)] == ["Rentesats er kjent til 31.12.2026"]


def test_the_gravest_comes_first_and_a_long_list_of_cases_is_cut() -> None:
    cases = tuple(f"0221-{number:08}" for number in range(9))
    found = needs(an_overview(unknown=3, needs_decision=1, problem_cases=cases, waiting_for_rate=1))
    assert [need.text for need in found[:2]] == ["1 bilag må avgjøres", "2 bilag med ukjent utfall"]
    assert [need.text for need in found[2:]] == [
        *["Sak uten reskontrotype"] * 5,
        "… og 4 saker til",
        "1 sak venter på rentesats",
    ]


def test_the_ordinary_work_of_the_day_comes_last_in_its_order() -> None:
    found = needs(an_overview(to_post=2, inbox_files=3, unplaced=1, unknown=1))
    assert [need.text for need in found] == [
        "1 bilag med ukjent utfall",
        "1 innbetaling uten sak",
        "3 bankfiler å lese inn",
        "2 innbetalinger å bokføre",
    ]


def an_overview(**more: Any) -> Overview:
    fields: dict[str, Any] = dict.fromkeys(Overview.__struct_fields__, 0)
    fields |= {"problem_cases": (), "rates_until": None, "rates_warning": False}
    return Overview(**fields | more)


async def test_escape_goes_back_to_the_items_and_the_menu_stays(app: Kk2App, services: Services) -> None:
    await work_waiting(services)
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "tab", "escape")
        await settle(pilot)
        assert isinstance(app.screen, MenuScreen)
        assert app.focused is not None
        assert app.focused.id == "items"


async def test_the_figures_find_their_place_when_the_window_changes(app: Kk2App, services: Services) -> None:
    await work_waiting(services)
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot)
        assert "d j f m a m" in text(app)
        await pilot.resize_terminal(*LARGE)
        await settle(pilot)
        assert "des jan feb" in text(app)
