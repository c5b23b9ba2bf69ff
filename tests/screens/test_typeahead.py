"""Many keys in one read, as a slow line brings them: each goes where it would have gone had it come alone."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.pilot import Pilot

from kk2tui.app import Kk2App
from screens.base import Kk2Screen
from screens.case.screen import CaseScreen
from screens.cases import CasesScreen
from screens.dialogs.choose_case_dialog import ChooseCaseDialog
from screens.dialogs.confirm_dialog import ConfirmDialog
from screens.dialogs.error_dialog import ErrorDialog
from screens.menu import MenuScreen
from screens.widgets.form_input import FormInput
from tests.screens.driving import press, until
from tests.screens.every_screen import PLACES, Place, at
from tests.screens.stand_in import TRANSPORT
from tests.screens.widgets.stage import SMALL, text

DOWN, UP, PAGE_DOWN, F1, F4 = "\x1b[B", "\x1b[A", "\x1b[6~", "\x1bOP", "\x1bOS"
AT = {place.name: place for place in PLACES}
MIXED = [
    DOWN,
    UP,
    PAGE_DOWN,
    "\t",
    "\x1b[Z",
    "\r",
    "\x7f",
    F1,
    F4,
    "\x1b[15~",
    "\x10",
    "\x0c",
    "\x19",
    *"/123neødsjtu +-,.",
]


async def read(pilot: Pilot[Any], typed: str) -> None:
    """All of it in one read from the terminal, and what comes of it."""
    for event in XTermParser().feed(typed):
        pilot.app.post_message(event)
    await dealt_with(pilot)


async def dealt_with(pilot: Pilot[Any]) -> None:
    await its_turn(pilot.app)
    await press(pilot)


async def its_turn(app: Any) -> None:
    """Until all that was read has been handed on and dealt with."""
    await asyncio.sleep(0)  # the application takes in what was posted
    await come_true(lambda: app._typeahead._limit is None and app._message_queue.empty())


async def come_true(condition: Callable[[], bool]) -> None:
    """As `until`, without a pilot's waiting for all widgets: one of them may be stuck."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)


async def test_letters_behind_slash_are_in_the_field_that_it_opens(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot)
        await read(pilot, "/transport")
        assert isinstance(app.screen, ChooseCaseDialog)
        assert app.screen.query_one(FormInput).value == "transport"
        await until(pilot, lambda: TRANSPORT in text(app))


async def test_enter_behind_them_opens_the_only_hit(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot)
        await read(pilot, "/transport\r")
        await until(pilot, lambda: isinstance(app.screen, CaseScreen))
        assert isinstance(app.screen, CaseScreen)
        assert app.screen.number == TRANSPORT


async def test_what_is_pasted_behind_a_key_keeps_its_place(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot)
        await read(pilot, "/a\x1b[200~bc\x1b[201~d")
        assert app.screen.query_one(FormInput).value == "abcd"


async def test_a_list_that_opens_takes_the_keys_behind_it_or_leaves_them(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot)
        await read(pilot, "1" + DOWN + "\r")
        assert isinstance(app.screen, CasesScreen | CaseScreen)  # its lines may not have been there
        await press(pilot, *["escape"] * (len(app.screen_stack) - 1))
        assert isinstance(app.screen, MenuScreen)


async def test_a_question_is_not_answered_by_what_was_typed_before_it_was_asked(tmp_path: Path) -> None:
    async with at(AT["bokforingsforslag"], tmp_path) as (app, pilot):
        answers: list[bool | None] = []
        under = app.screen
        app.push_screen(ConfirmDialog("Slette?"), answers.append)
        await press(pilot)
        await read(pilot, "j")
        assert answers == [True], "the question was on the screen"
        await read(pilot, F4 + "j\r")
        assert isinstance(app.screen, ConfirmDialog)
        await read(pilot, "n")
        assert app.screen is under


@pytest.mark.parametrize("dialog", [ConfirmDialog("Slette?"), ErrorDialog("Det gikk ikke.")], ids=["question", "error"])
async def test_a_key_read_before_a_dialog_was_drawn_is_not_for_it(app: Kk2App, dialog: Any) -> None:
    """Also when it comes by itself, between the key's being read and its turn."""
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot)
        early = events.Key("enter", "\r")
        app.push_screen(dialog)
        await press(pilot)
        app.post_message(early)
        await dealt_with(pilot)
        assert app.screen is dialog
        await press(pilot, "enter")
        assert isinstance(app.screen, MenuScreen)


async def test_a_widget_that_is_stuck_holds_the_keys_up_for_a_moment_only(
    app: Kk2App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kk2tui.terminal.typeahead.LIMIT_S", 0.05)
    stuck = asyncio.Event()

    async def wait(screen: MenuScreen) -> None:
        await stuck.wait()

    monkeypatch.setattr(MenuScreen, "key_x", wait, raising=False)
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot)
        for event in XTermParser().feed("x" + "\x0c" + "/"):
            app.post_message(event)
        await come_true(lambda: not app._typeahead._waiting)
        stuck.set()
        await dealt_with(pilot)
        assert isinstance(app.screen, ChooseCaseDialog)


async def test_the_end_is_not_held_up(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot)
        for event in XTermParser().feed("/abc" + DOWN * 50):
            app.post_message(event)
        app.hang_up(1)
        await come_true(lambda: app.return_code is not None)
    assert app.return_code == 1


LISTS = [AT[name] for name in ("hovedmeny", "saker", "uplasserte", "lovverk")]
STEPS = [DOWN, DOWN, UP, PAGE_DOWN, "\x1b[F", "\x1b[H"]


@pytest.mark.parametrize("place", LISTS, ids=str)
async def test_a_hundred_steps_in_one_read_lead_where_they_lead_one_by_one(place: Place, tmp_path: Path) -> None:
    steps = Random(place.name).choices(STEPS, k=100)
    async with at(place, tmp_path) as (app, pilot):
        await read(pilot, "".join(steps))
        at_once = text(app)
    (tmp_path / "again").mkdir()
    async with at(place, tmp_path / "again") as (app, pilot):
        for each in steps:
            for event in XTermParser().feed(each):
                app.post_message(event)
            await its_turn(app)
        await press(pilot)
        assert at_once == text(app)


MANY = [AT[name] for name in ("hovedmeny", "saker", "sak-generelt-endre", "sak-avdrag", "uplasserte", "lovverk")]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("place", MANY, ids=str)
async def test_a_hundred_mixed_keys_in_one_read_break_nothing(place: Place, seed: int, tmp_path: Path) -> None:
    async with at(place, tmp_path) as (app, pilot):
        await read(pilot, "".join(Random(f"{place.name}{seed}").choices(MIXED, k=100)))
        assert app.is_running
        assert app._exception is None
        while len(app.screen_stack) > 1:
            await app.pop_screen()
        await read(pilot, "/ab")
        assert app.screen.query_one(FormInput).value == "ab"
        assert isinstance(app.screen_stack[0], Kk2Screen)
