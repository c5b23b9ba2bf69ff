"""The list of every screen is whole, and each place is what it says it is."""

import importlib
import pkgutil
from pathlib import Path

from textual.screen import Screen
from textual.widget import Widget

import screens
from kk2tui.app import Kk2App
from kk2tui.terminal.textual_seam import spot
from screens.admin.form_screen import FormScreen
from screens.base import Kk2Screen
from screens.dialogs.confirm_dialog import YesNo
from screens.dialogs.dialog import Dialog
from screens.job_screen import JobScreen
from screens.tabs import Tab, TabScreen
from screens.widgets.form import Form
from screens.widgets.form_input import FormInput
from screens.widgets.key_line import GAP, MOST_KEYS, KeyLine, screen_keys
from screens.widgets.row_table import RowTable
from tests.screens.clipped import clipped
from tests.screens.every_screen import PLACES, Place, home, running
from tests.screens.full_office import full_office
from tests.screens.widgets.stage import SMALL, lines, text

PARTS = (Screen, Tab, Form)
NEVER_IN_FRONT = {Kk2Screen, Dialog, JobScreen, FormScreen}


def classes_of_screens() -> set[type[Widget]]:
    """What a person can have in front: screens and dialogs, tabs, forms."""
    for module in pkgutil.walk_packages(screens.__path__, "screens."):
        importlib.import_module(module.name)
    found = {each for part in PARTS for each in _below(part) if each.__module__.startswith("screens.")}
    bases = {base for each in found for base in each.__mro__[1:] if base in found and not issubclass(base, Form)}
    return found - bases - NEVER_IN_FRONT - {Tab, TabScreen, Form}


def _below(part: type[Widget]) -> set[type[Widget]]:
    return {each for direct in part.__subclasses__() for each in {direct, *_below(direct)}}


def test_every_screen_tab_form_and_dialog_is_in_the_list() -> None:
    listed = {place.shows for place in PLACES}
    on_tabs = {screen for screen in classes_of_screens() if issubclass(screen, TabScreen)}  # shown by their tabs
    missing = classes_of_screens() - listed - on_tabs
    assert not missing, f"add to PLACES in every_screen.py: {sorted(each.__qualname__ for each in missing)}"


def test_no_two_places_have_the_same_name() -> None:
    assert len({place.name for place in PLACES}) == len(PLACES)


async def test_each_place_shows_what_it_says_whole_with_its_keys_and_the_cursor_where_they_act(tmp_path: Path) -> None:
    """In one walk: to go through all places takes a quarter of a minute."""
    async with full_office(tmp_path) as services, running(services, tmp_path, size=SMALL) as (app, pilot):
        menu = app.screen
        for place in PLACES:
            await place.open(pilot)
            assert in_front(app.screen, place), f"{place}: {text(app)}"
            for line in app.screen.query(KeyLine):
                assert not wrong_with(line), f"{place}: {wrong_with(line)}: {line.text}"
            assert not clipped(app.screen), place
            assert cursor_is_in_place(app), f"{place}: {spot(app.screen)}"
            await home(pilot)
            assert app.screen is menu


def in_front(screen: Screen[object], place: Place) -> bool:
    """Whether what the place shows is on the screen, for the eye."""
    if issubclass(place.shows, Screen):
        return type(screen) is place.shows
    return any(each.is_on_screen for each in screen.query(place.shows))


def wrong_with(line: KeyLine) -> str:
    """At most eight keys, none cut in two, and F1 there to tell the rest."""
    shown, all_keys = line.text.split(GAP), [key.text for key in screen_keys(line.screen)]
    if len(shown) > MOST_KEYS:
        return "more than eight keys"
    if not set(shown) <= set(all_keys) or len(line.text) > SMALL[0] - 2:
        return "a key is cut"
    return "" if "F1 Hjelp" in shown else "no help"


def cursor_is_in_place(app: Kk2App) -> bool:
    """Whether the terminal's cursor is at what the keys act on (in a real terminal: tests/e2e/test_cursor.py)."""
    focused, at = app.screen.focused, spot(app.screen)
    line = lines(app)[at.y]
    if isinstance(focused, YesNo) or (isinstance(focused, RowTable) and focused.total):
        return line[at.x :].startswith("›")
    if isinstance(focused, FormInput):
        return line.ljust(at.x)[: at.x].endswith(focused.value[: focused.cursor_position][-10:])
    if focused is None:
        return bool(line[at.x :].strip())  # where there is something to read
    return focused.region.contains_point(at)
