"""A dialog answers once, and not too many of them lie on each other, however fast the keys come."""

from pathlib import Path

from textual.screen import ModalScreen

from kk2tui.app import MOST_DIALOGS
from screens.dialogs.choice_dialog import ChoiceDialog
from tests.screens.every_screen import running
from tests.screens.full_office import full_office
from tests.screens.widgets.stage import Stage, settle


async def test_a_second_answer_in_the_same_breath_leaves_what_is_under_the_dialog() -> None:
    app, answers = Stage(), list[str | None]()
    async with app.run_test() as pilot:
        under, dialog = ChoiceDialog("Under", [("a", "A")]), ChoiceDialog("Over", [("b", "B")])
        await app.push_screen(under)
        await app.push_screen(dialog, answers.append)
        for _ in range(3):
            dialog.dismiss("b")
        await settle(pilot)
        assert app.screen is under
    assert answers == ["b"]


async def test_a_key_that_is_held_down_opens_no_tower_of_dialogs(tmp_path: Path) -> None:
    async with full_office(tmp_path) as services, running(services, tmp_path) as (app, pilot):
        for number in range(60):
            app.push_screen(ChoiceDialog(f"Nr. {number}", [("a", "A")]))
        await settle(pilot)
        assert sum(isinstance(each, ModalScreen) for each in app.screen_stack) == MOST_DIALOGS
        for _ in range(MOST_DIALOGS):
            await pilot.press("escape")
        await settle(pilot)
        assert len(app.screen_stack) == 1  # the menu
