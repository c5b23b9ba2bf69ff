"""Ctrl+Y copies what the handler is on to the clipboard of the handler's own machine."""

from kk2tui.app import Kk2App
from screens.cases import CasesScreen
from tests.screens.driving import press, write
from tests.screens.stand_in import BARNEHAGE
from tests.screens.widgets.stage import SMALL


async def test_on_a_case_its_number_then_its_kid(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        app.open_case(BARNEHAGE)
        await press(pilot, "f5")  # and wait until it is there
        await press(pilot, "ctrl+y")
        assert app.clipboard == BARNEHAGE
        kid = (await app.services.cases.view(BARNEHAGE)).case.kid
        assert [told.message for told in app._notifications] == [f"Kopiert: {BARNEHAGE}\nCtrl+Y igjen: {kid}"]
        await press(pilot, "ctrl+y")
        assert app.clipboard == kid


async def test_in_the_list_the_number_of_the_row_and_in_a_field_what_is_written(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1")
        assert isinstance(app.screen, CasesScreen)
        await press(pilot, "ctrl+y")
        assert app.clipboard.startswith("0221-")
        await press(pilot, "slash")
        await write(pilot, "barne")
        await press(pilot, "ctrl+y")
        assert app.clipboard == "barne"


async def test_where_there_is_nothing_it_says_so(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "ctrl+p", "ctrl+y")
        assert [told.message for told in app._notifications] == ["Her er det ingenting å kopiere."]
        assert app.clipboard == ""
