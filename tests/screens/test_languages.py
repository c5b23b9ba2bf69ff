"""The screens in other languages: all of it fits, all of it is translated, and it can be switched while it runs."""

from pathlib import Path

import pytest

from data.language import PSEUDO, language
from kk2tui.app import Kk2App
from screens.base import wait_for_writes
from tests.screens.clipped import clipped
from tests.screens.driving import press
from tests.screens.every_screen import PLACES, home, running
from tests.screens.full_office import full_office


# Bokmål is looked at with all else that holds on every screen (test_every_screen.py).
@pytest.mark.parametrize("language", ["nn", "en", PSEUDO])
async def test_nothing_of_the_programs_own_is_cut_off_at_80_by_24(language: str, tmp_path: Path) -> None:
    cut: dict[str, list[str]] = {}
    async with full_office(tmp_path) as services, running(services, tmp_path, language=language) as (app, pilot):
        for place in PLACES:
            await place.open(pilot)
            if found := clipped(app.screen, headings=language != PSEUDO):
                cut[place.name] = found
            await home(pilot)
    assert cut == {}


async def test_another_language_is_chosen_in_the_palette_and_shown_at_once(tmp_path: Path) -> None:
    """The screen in front and those under it; what is typed stays, and it is remembered for the handler."""
    async with full_office(tmp_path) as services, running(services, tmp_path) as (app, pilot):
        await press(pilot, "1")
        assert "Saksnummer" in words(app)
        await press(pilot, "ctrl+p", *"language", "enter")
        await press(pilot, "end", "enter")
        await press(pilot)
        assert language() == "en"
        assert "Case number" in words(app)
        assert "Saksnummer" not in words(app)
        await press(pilot, "escape")
        assert "Unplaced payments" in words(app)
        assert services.municipality in words(app)
        await wait_for_writes(app)
        assert (await services.handlers.require(services.actor)).language == "en"


def words(app: Kk2App) -> str:
    """All that stands on the screen."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())
