import asyncio
import logging
from typing import ClassVar

import pytest
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from data.errors import Conflict
from screens.base import Kk2Screen, wait_for_writes
from screens.dialogs.confirm_dialog import ConfirmDialog
from screens.dialogs.error_dialog import ErrorDialog
from screens.dialogs.help_dialog import HelpDialog
from screens.widgets.columns import Column
from screens.widgets.key_line import KeyLine
from screens.widgets.virtual_table import VirtualTable
from tests.screens.widgets.stage import LARGE, SMALL, Numbered, Stage, in_front, lines, settle, text


class Cases(Kk2Screen):
    TITLE = "Saker"
    HELP = "Her står alle saker."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Åpne"),
        Binding("slash", "app.find_case", "Finn"),
        Binding("n", "send", "Send"),
        *(Binding(letter, f"fill('{letter}')", f"Et langt ord {letter}") for letter in "abcdefg"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.results: list[str] = []
        self.failed = 0
        self.gate = asyncio.Event()
        self.lost = ""

    def content(self) -> ComposeResult:
        yield VirtualTable([Column("Saksnummer", 14), Column("Skyldner")], Numbered(50))

    def load(self) -> None:
        self.show_title("Saker · 50 åpne", "Status: åpne")

    def unsaved(self) -> str:
        return self.lost

    def action_send(self) -> None:
        self.run_write(self._send(), self.results.append, action="send", failed=self._count_failure)

    async def _send(self) -> str:
        await self.gate.wait()
        return "sendt"

    def _count_failure(self) -> None:
        self.failed += 1


async def answer(text: str) -> str:
    return text


async def refuse(error: Exception) -> str:
    raise error


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_screen_has_one_title_line_and_one_line_of_keys(size: tuple[int, int]) -> None:
    app = Stage()
    async with app.run_test(size=size) as pilot:
        await app.push_screen(Cases())
        await settle(pilot)
        shown = lines(app)
        assert shown[0].startswith(" Saker · 50 åpne")
        assert shown[0].endswith("Status: åpne")
        assert shown[1] == "─" * size[0] == shown[-2]
        assert shown[-1].startswith(" Enter Åpne   / Finn   N Send   A Et langt ord a")
        assert shown[-1].endswith("F1 Hjelp   ESC Tilbake")
        assert shown[-1].count("   ") <= 7
        assert len(shown[-1]) < size[0]


async def test_moving_the_cursor_leaves_title_and_keys_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        await app.push_screen(Cases())
        await settle(pilot)
        painted: list[int] = []
        monkeypatch.setattr(KeyLine, "render_line", lambda _self, y: painted.append(y))
        await pilot.press("down", "down", "end")
        await settle(pilot)
    assert painted == []


async def test_a_result_reaches_the_screen_and_an_older_one_is_dropped() -> None:
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        await app.push_screen(screen := Cases())
        screen.run_service(answer("gammel"), screen.results.append)
        screen.run_service(answer("ny"), screen.results.append)
        await settle(pilot)
        assert screen.results == ["ny"]


async def test_a_known_error_stays_until_read() -> None:
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        await app.push_screen(screen := Cases())
        error = Conflict("Saken er endret av en annen. Ingenting er lagret.", details=[{"line": 3, "message": "[/b]"}])
        screen.run_service(refuse(error), screen.results.append)
        await settle(pilot)
        await pilot.press("x", "down")
        assert isinstance(app.screen, ErrorDialog)
        for words in ("Ingenting er lagret.", "linje 3  [/b]", "Kode: conflict"):
            assert words in text(app)
        await pilot.press("enter")
        await settle(pilot)
        assert in_front(app) is screen


async def test_an_unforeseen_error_shows_a_reference_and_logs_no_national_id(caplog: pytest.LogCaptureFixture) -> None:
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        await app.push_screen(screen := Cases())
        with caplog.at_level(logging.ERROR, logger="kk2"):
            screen.run_service(refuse(ValueError("bad id 01010112345")), screen.results.append)
            await settle(pilot)
        assert isinstance(app.screen, ErrorDialog)
        assert app.screen.code.removeprefix("referanse ") in caplog.text
        assert "ValueError" in caplog.text
        assert "ValueError" not in text(app)
        assert "01010112345" not in caplog.text + text(app)


async def test_a_write_disables_its_key_until_it_has_ended() -> None:
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        await app.push_screen(screen := Cases())
        await settle(pilot)
        await pilot.press("n", "n")
        await pilot.pause()
        assert screen.writing
        assert "N Send" not in lines(app)[-1]
        screen.gate.set()
        await settle(pilot)
        assert screen.results == ["sendt"]
        assert "N Send" in lines(app)[-1]


async def test_a_write_goes_on_when_the_screen_is_left() -> None:
    app = Stage()
    done: list[str] = []
    async with app.run_test(size=SMALL) as pilot:
        await app.push_screen(screen := Cases())
        await settle(pilot)

        async def send() -> str:
            await screen.gate.wait()
            done.append("sendt")
            return "sendt"

        screen.run_write(send(), screen.results.append, action="send")
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is not screen
        screen.gate.set()
        await wait_for_writes(app)
        assert done == ["sendt"]
        await settle(pilot)
        assert screen.results == []


async def test_a_write_that_fails_says_so_and_can_be_tried_again() -> None:
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        await app.push_screen(screen := Cases())
        screen.run_write(
            refuse(Conflict("Ingenting er lagret.")), screen.results.append, action="send", failed=screen._count_failure
        )
        await settle(pilot)
        assert isinstance(app.screen, ErrorDialog)
        assert (screen.failed, screen.writing) == (1, False)


async def test_leaving_with_something_unsaved_asks_first() -> None:
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        await app.push_screen(screen := Cases())
        screen.lost = "Innbetalingen er ikke lagret."
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, ConfirmDialog)
        await pilot.press("n")
        await settle(pilot)
        assert in_front(app) is screen
        await pilot.press("escape", "j")
        await settle(pilot)
        assert in_front(app) is not screen


async def test_help_tells_what_the_screen_is_and_all_its_keys() -> None:
    app = Stage()
    async with app.run_test(size=LARGE) as pilot:
        await app.push_screen(screen := Cases())
        await pilot.press("f1")
        await settle(pilot)
        assert isinstance(app.screen, HelpDialog)
        for words in ("Her står alle saker.", "N           Send", "F5          Oppdater", "ESC         Tilbake"):
            assert words in text(app)
        await pilot.press("escape")
        await settle(pilot)
        assert in_front(app) is screen


async def test_letters_work_with_caps_lock_on() -> None:
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        await app.push_screen(screen := Cases())
        await settle(pilot)
        screen.gate.set()
        await pilot.press("N")
        await settle(pilot)
        assert screen.results == ["sendt"]


async def test_a_table_that_cannot_fetch_its_rows_shows_an_error() -> None:
    class Failing(Numbered):
        async def count(self) -> int:
            raise Conflict("Registeret svarer ikke. Ingenting er endret.")

    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        await app.push_screen(screen := Cases())
        screen.query_one(VirtualTable).set_provider(Failing(3))
        await settle(pilot)
        assert isinstance(app.screen, ErrorDialog)
        assert "Registeret svarer ikke." in text(app)
