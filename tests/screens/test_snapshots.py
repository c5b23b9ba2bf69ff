"""Each screen looks as it did when somebody last looked at it: tests/screens/snapshots/, in two sizes and one theme.

`pytest tests/screens/test_snapshots.py --keep-snapshots` writes them anew; then look at the change before it is
committed. Snapshots are plain text.
"""

from pathlib import Path

import pytest
from textual.screen import ModalScreen

from tests.screens.every_screen import PLACES, Place, home, running
from tests.screens.full_office import full_office
from tests.screens.snapshot import FOLDER, difference, keep, picture
from tests.screens.widgets.stage import LARGE, SMALL

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=lambda size: f"{size[0]}x{size[1]}")


@SIZES
async def test_every_screen_looks_as_it_did(tmp_path: Path, size: tuple[int, int], pytestconfig: pytest.Config) -> None:
    changed = []
    async with full_office(tmp_path) as services, running(services, tmp_path, size=size) as (app, pilot):
        for place in places_in(size):
            await place.open(pilot)
            name, now = f"{place}-{size[0]}x{size[1]}", picture(app)
            if pytestconfig.getoption("--keep-snapshots"):
                keep(name, now)
            changed.append(difference(name, now))
            await home(pilot)
    if told := "\n\n".join(filter(None, changed)):
        pytest.fail(f"{told}\n\nIf this is as it should be: --keep-snapshots", pytrace=False)


def places_in(size: tuple[int, int]) -> list[Place]:
    """Dialogs are as large in both sizes."""
    return [place for place in PLACES if size == SMALL or not issubclass(place.shows, ModalScreen)]


def test_no_snapshot_is_left_of_a_screen_that_is_gone() -> None:
    named = {f"{place}-{size[0]}x{size[1]}.txt" for size in (SMALL, LARGE) for place in places_in(size)}
    assert {path.name for path in FOLDER.iterdir()} == named
