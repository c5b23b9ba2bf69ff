"""The terminal's cursor is where the selection is, on every screen (in a real terminal: tests/e2e/test_cursor.py)."""

from pathlib import Path

from kk2tui.terminal.textual_seam import spot
from screens.dialogs.confirm_dialog import YesNo
from screens.widgets.form_input import FormInput
from screens.widgets.row_table import RowTable
from tests.screens.every_screen import PLACES, home, running
from tests.screens.full_office import full_office
from tests.screens.widgets.stage import lines


async def test_the_cursor_is_at_what_the_keys_act_on(tmp_path: Path) -> None:
    async with full_office(tmp_path) as services, running(services, tmp_path) as (app, pilot):
        for place in PLACES:
            await place.open(pilot)
            focused, at = app.screen.focused, spot(app.screen)
            here = lines(app)[at.y][at.x :]
            if isinstance(focused, YesNo) or (isinstance(focused, RowTable) and focused.total):
                assert here.startswith("›"), (place, here)
            elif isinstance(focused, FormInput):
                before = lines(app)[at.y].ljust(at.x)[: at.x]
                assert before.endswith(focused.value[: focused.cursor_position][-10:]), (place, before)
            elif focused is None:
                assert here.strip(), (place, "where there is something to read")
            else:
                assert focused.region.contains_point(at), place
            await home(pilot)
