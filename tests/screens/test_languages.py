"""The screens in other languages: all of it fits, all of it is translated, and it can be switched while it runs."""

from pathlib import Path

import pytest

from data.language import PSEUDO
from tests.screens.clipped import clipped
from tests.screens.driving import press
from tests.screens.every_screen import PLACES, home, running
from tests.screens.full_office import full_office


@pytest.mark.parametrize("language", ["nb", "nn", "en", PSEUDO])
async def test_nothing_of_the_programs_own_is_cut_off_at_80_by_24(language: str, tmp_path: Path) -> None:
    cut: dict[str, list[str]] = {}
    async with full_office(tmp_path) as services, running(services, tmp_path, language=language) as (app, pilot):
        for place in PLACES:
            await place.open(pilot)
            if found := clipped(app.screen, headings=language != PSEUDO):
                cut[place.name] = found
            await home(pilot)
    assert cut == {}
