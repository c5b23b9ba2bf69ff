"""What others do while one looks at a screen: it shows by itself, and nothing moves under one's hands."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from data.documents import Case, Payment
from data.tinydb import store as tinydb_store
from data.tinydb.store import TinyStore
from kk2tui import app as application
from kk2tui.app import Kk2App
from screens.base import Kk2Screen
from screens.case.screen import CaseScreen
from screens.cases import CasesScreen
from screens.menu import MenuScreen
from screens.unplaced import UnplacedScreen
from screens.widgets.virtual_table import VirtualTable
from services.news import News
from services.registry import Services
from services.visma.simulator.embedded import embedded
from tests.screens.driving import press, write
from tests.screens.stand_in import BARNEHAGE, TODAY, TRANSPORT, case, services_for
from tests.screens.widgets.stage import SMALL, lines, text
from tests.stores import open_test_store

DEADLINE_S = 30


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often: nothing here depends on how long others' changes take to be seen."""
    monkeypatch.setattr(tinydb_store, "_LOOK_S", 0.01)
    monkeypatch.setattr(application, "BETWEEN_NEWS_S", 0.01)


@pytest.fixture
async def ola(tmp_path: Path, services: Services) -> AsyncIterator[Services]:
    """The other handler: the same file, opened as another process would."""
    store = open_test_store(tmp_path / "kk2.db")
    visma = embedded(None, {"companies": ["1"]})
    yield services_for(store, visma, tmp_path)
    await visma.close()
    await store.close()


async def until(pilot: Pilot[Any], there: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not there():
            await pilot.pause(0.01)


async def shows(pilot: Pilot[Any], *words: str) -> None:
    await until(pilot, lambda: all(each in text(pilot.app) for each in words))


async def open_on(pilot: Pilot[None], app: Kk2App, tab: str, number: str = BARNEHAGE) -> None:
    await press(pilot)
    app.open_case(number, tab)
    await press(pilot)


async def the_case(services: Services, number: str = BARNEHAGE) -> Case:
    found = await services.store.get(Case, number)
    assert found
    return found


def loads_of(monkeypatch: pytest.MonkeyPatch, screen: type[Kk2Screen]) -> list[int]:
    """A list that grows each time a screen of this kind is loaded."""
    loads: list[int] = []
    load = screen.load

    def counted(self: Kk2Screen) -> None:
        loads.append(len(loads))
        load(self)

    monkeypatch.setattr(screen, "load", counted)
    return loads


def news_heard(monkeypatch: pytest.MonkeyPatch) -> list[News]:
    """A list that grows with all that the screen of a case is told of."""
    heard: list[News] = []
    concerns = CaseScreen.concerns

    def listened(self: CaseScreen, news: News) -> bool:
        heard.append(news)
        return concerns(self, news)

    monkeypatch.setattr(CaseScreen, "concerns", listened)
    return heard


def calls_of(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> list[str]:
    """A list that grows by the name each time the function or method of that name is called."""
    calls: list[str] = []
    call = getattr(owner, name)

    def counted(*args: Any, **more: Any) -> Any:
        calls.append(name)
        return call(*args, **more)

    monkeypatch.setattr(owner, name, counted)
    return calls


# --- what others do is seen ---


async def test_the_menu_counts_what_others_do(app: Kk2App, ola: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot)
        assert "3 åpne" in text(app)
        await ola.cases.set_status(await the_case(ola), "closed", "ola")
        await shows(pilot, "2 åpne")


async def test_a_payment_that_another_enters_is_seen_on_the_case(app: Kk2App, ola: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await ola.payments.add(BARNEHAGE, 1_000_00, date(2026, 11, 20), "ola")
        await shows(pilot, "20.11.2026  Manuell    1 000,00")


async def test_the_list_of_cases_keeps_the_cursor_on_the_same_case(app: Kk2App, ola: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1", "down")
        table = app.screen.query_one(VirtualTable)
        assert table.cursor_key == TRANSPORT
        await ola.cases.set_status(await the_case(ola), "closed", "ola")
        await until(pilot, lambda: BARNEHAGE not in text(app))
        assert "2 åpne av 4" in text(app)
        assert table.cursor_key == TRANSPORT


async def test_a_search_that_is_being_typed_is_left_alone(app: Kk2App, ola: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1", "slash")
        await write(pilot, "transport")
        await press(pilot)
        await ola.payments.add(TRANSPORT, 902_00, TODAY, "ola")
        await shows(pilot, "18 609,01")
        assert app.screen.query_one(Input).value == "transport"
        assert app.screen.query_one(Input).has_focus


async def test_a_screen_under_another_one_is_right_when_it_comes_back(app: Kk2App, ola: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "4")
        assert isinstance(app.screen, UnplacedScreen)
        await ola.cases.set_status(await the_case(ola), "closed", "ola")
        await press(pilot, "escape")
        assert isinstance(app.screen, MenuScreen)
        assert "2 åpne" in text(app)


async def test_nothing_moves_under_a_dialog_and_all_is_shown_when_it_is_closed(app: Kk2App, ola: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        screen = app.screen
        assert isinstance(screen, CaseScreen)
        await press(pilot, "f1")
        await ola.payments.add(BARNEHAGE, 1_000_00, date(2026, 11, 20), "ola")
        await until(pilot, lambda: screen._following.missing is not None)
        assert "1 000,00" not in text(app)
        await press(pilot, "escape")
        await shows(pilot, "20.11.2026  Manuell    1 000,00")


# --- what one is typing stays ---


async def test_a_half_typed_payment_stays_and_the_change_is_told_quietly(app: Kk2App, ola: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "n", *"1 23")
        await ola.cases.set_department(await the_case(ola), "K020", "ola")
        await shows(pilot, "Ola Prøvesen har endret saken", "· F5 viser ──")
        field = app.focused
        assert isinstance(field, Input)
        assert (field.value, field.cursor_position) == ("1 23", 4)
        await press(pilot, "4", "f12")
        assert [each.amount for each in await ola.store.find(Payment, "case", BARNEHAGE)] == [1_234_00]
        await until(pilot, lambda: lines(app)[1] == "─" * SMALL[0])
        await press(pilot, "1")
        assert "K020" in text(app)


async def test_the_form_closed_shows_what_was_kept_back(app: Kk2App, ola: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "n")
        await ola.payments.add(BARNEHAGE, 1_000_00, date(2026, 11, 20), "ola")
        await shows(pilot, "Ola Prøvesen har endret saken")
        assert "20.11.2026  Manuell" not in text(app)
        await press(pilot, "escape")
        await shows(pilot, "20.11.2026  Manuell    1 000,00")
        assert lines(app)[1] == "─" * SMALL[0]


async def test_f5_shows_the_change_and_keeps_what_is_typed(app: Kk2App, ola: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Generelt")
        await press(pilot, "e", "ctrl+u", *"K020")
        await ola.cases.set_handler(await the_case(ola), "ola", "ola")
        await shows(pilot, "Ola Prøvesen har endret saken")
        await press(pilot, "f5")
        assert lines(app)[1] == "─" * SMALL[0]
        assert "‹ Ola Prøvesen ›" in text(app)
        assert isinstance(app.focused, Input)
        assert app.focused.value == "K020"


async def test_another_case_is_no_news_here(app: Kk2App, ola: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        loads = loads_of(monkeypatch, CaseScreen)
        heard = news_heard(monkeypatch)
        await ola.payments.add(TRANSPORT, 1_00, TODAY, "ola")
        await until(pilot, lambda: bool(heard))
        await press(pilot)
        assert loads == []


# --- what it costs ---


async def test_a_screen_nobody_touches_reads_nothing_and_draws_nothing(
    app: Kk2App, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = calls_of(monkeypatch, tinydb_store, "data_version")
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot)
        reads = [calls_of(monkeypatch, TinyStore, name) for name in ("_read", "last_change")]
        drawn: list[object] = []
        monkeypatch.setattr(type(app), "_display", lambda _self, _screen, what: drawn.append(what))
        before = len(looks)
        await until(pilot, lambda: len(looks) > before + 5)
        assert (reads, drawn) == ([[], []], [])


async def test_a_change_that_alters_nothing_on_the_screen_draws_nothing(
    app: Kk2App, ola: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1")
        loads = loads_of(monkeypatch, CasesScreen)
        drawn: list[object] = []
        monkeypatch.setattr(type(app), "_display", lambda _self, _screen, what: drawn.append(what))
        closed = await the_case(ola, "0221-00000062")
        async with ola.store.transaction("ola", "ingen ser det") as tx:
            tx.put(closed)
        await until(pilot, lambda: bool(loads))
        await press(pilot)
        assert drawn == []


async def test_ones_own_change_is_read_once(app: Kk2App, services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        heard = news_heard(monkeypatch)
        loads = loads_of(monkeypatch, CaseScreen)
        await press(pilot, "n", *"100", "f12")
        await until(pilot, lambda: bool(heard))
        await press(pilot)
        assert len(loads) == 1


async def test_an_import_of_ten_thousand_payments_by_another_is_one_reload(
    app: Kk2App, ola: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot)
        loads = loads_of(monkeypatch, MenuScreen)
        async with ola.store.transaction("ola", "OCR lest inn") as tx:
            for serial in range(10_000):
                tx.put(_payment(serial))
        await shows(pilot, "10 000")
        await press(pilot)
        assert len(loads) <= 2


async def test_a_burst_of_changes_is_few_reloads(app: Kk2App, ola: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "BETWEEN_NEWS_S", 0.5)
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot)
        loads = loads_of(monkeypatch, MenuScreen)
        for serial in range(1000, 1100):
            async with ola.store.transaction("ola", "én til") as tx:
                tx.put(case(f"0221-{serial:08}", "Kari Testesen"))
        await shows(pilot, "103 åpne")
        assert len(loads) < 20


def _payment(serial: int) -> Payment:
    return Payment(
        id=f"X{serial:06d}",
        case=None,
        creditor="0221",
        source="ocr",
        date=TODAY,
        amount=100_00,
        unplaced="blank_kid",
    )
