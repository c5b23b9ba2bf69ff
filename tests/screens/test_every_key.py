"""Every key on every screen does what it says: the table in every_key.py, pressed key by key."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from kk2tui.app import Kk2App
from kk2tui.keys import actions
from screens.base import Kk2Screen
from screens.dialogs.help_dialog import HelpDialog
from services.registry import Services
from tests.screens.driving import press
from tests.screens.every_key import KEYS
from tests.screens.every_screen import PLACES, home, running
from tests.screens.full_office import full_office
from tests.screens.key_checks import Press, Seen
from tests.screens.widgets.stage import SMALL, text

AT = {place.name: place for place in PLACES}
BOUND = {(action.owner, action.id, action.binding.key) for action in actions()}


def keys_of(owner: type, each: Press) -> list[str]:
    return sorted(key for of, key_id, key in BOUND if (of, key_id) == (owner, each.id) and each.only in ("", key))


def test_each_key_of_each_class_is_in_the_table_and_nothing_else_is() -> None:
    tried = {(owner, each.id, key) for owner, lines in KEYS.items() for each in lines for key in keys_of(owner, each)}
    named = {(owner, each.id) for owner, lines in KEYS.items() for each in lines}
    assert {(of.__qualname__, key_id, key) for of, key_id, key in BOUND - tried} == set(), "add to KEYS in every_key.py"
    assert {(of.__qualname__, key_id) for of, key_id in named - {(of, key_id) for of, key_id, _ in BOUND}} == set()


@pytest.mark.parametrize("owner", KEYS, ids=lambda owner: f"{owner.__module__.rpartition('.')[2]}-{owner.__qualname__}")
async def test_each_key_does_what_it_says(owner: type, tmp_path: Path) -> None:
    async with full_office(tmp_path) as services, running(services, tmp_path, size=SMALL) as (app, pilot):
        for each in KEYS[owner]:
            for key in keys_of(owner, each):
                seen = await go_to(each, app, pilot, services)
                assert not each.then(seen), f"{each.id}, already before {key}:\n{text(app)}"
                await press(pilot, key)
                assert each.then(seen), f"{each.id}, after {key}:\n{text(app)}"
                await home(pilot)


async def go_to(each: Press, app: Kk2App, pilot: Pilot[Any], services: Services) -> Seen:
    """Where the key is to be pressed, with what is to be heard of listened for."""
    app.clear_notifications()
    if each.given is not None:
        await each.given(services)
    answers: list[object] = []
    if isinstance(each.at, str):
        await AT[each.at].open(pilot)
    else:
        app.push_screen(each.at(), answers.append)
        await press(pilot)
    await press(pilot, *each.first)
    seen = Seen(app, answers)
    seen.instead_of(app, "exit")
    for owner, method in heard(services):
        seen.listen(owner, method)
    seen.listen(app, "action_repaint")
    if isinstance(app.screen, Kk2Screen):
        seen.listen(app.screen, "load")
    return seen


def heard(services: Services) -> list[tuple[object, str]]:
    """The calls that are to be heard of: those that leave nothing on the screen to know them by."""
    return [
        (services.bank, "check"),
        (services.case_import, "write_back"),
        (services.case_import, "make_late_letters"),
        (services.conversion, "match"),
        (services.handlers, "change"),
        (services.payments, "set_posting"),
    ]


async def test_f1_explains_and_escape_leaves_on_every_screen(tmp_path: Path) -> None:
    screens = [place for place in PLACES if place.made is not None and not place.keys]
    async with full_office(tmp_path) as services, running(services, tmp_path, size=SMALL) as (app, pilot):
        menu = app.screen
        for place in screens:
            await place.open(pilot)
            if not isinstance(app.screen, Kk2Screen):
                continue
            await press(pilot, "f1")
            assert isinstance(app.screen, HelpDialog), place
            assert len(text(app).split()) > 30, f"{place} has no help"
            await press(pilot, "escape", "escape")
            assert app.screen is menu, place
            await home(pilot)
