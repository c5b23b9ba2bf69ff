"""[keys] of kk2.toml: other keys, checked by name before the first screen, and shown where keys are shown."""

from pathlib import Path

import pytest
from textual.dom import DOMNode

from docs.make_keys import PAGE, page
from kk2tui.keys import actions, can_be_changed, keymap, understood
from kk2tui.settings import SettingsError, read_settings
from kk2tui.wiring import write_settings
from screens.dialogs.choose_case_dialog import ChooseCaseDialog
from screens.dialogs.help_dialog import HelpDialog
from screens.dialogs.text_dialog import TextDialog
from screens.widgets.form import Form
from screens.widgets.key_line import KeyLine
from tests.screens.driving import press
from tests.screens.every_screen import PLACES, running
from tests.screens.full_office import full_office
from tests.screens.widgets.stage import text

FILE = Path("kk2.toml")


def refused(**wanted: str) -> str:
    """What is said of [keys] with these; `__` stands for the dot of an id."""
    with pytest.raises(SettingsError) as caught:
        keymap({key.replace("__", "."): value for key, value in wanted.items()}, FILE)
    return caught.value.message


def test_every_binding_has_an_id_that_says_where_and_what() -> None:
    assert [action for action in actions() if action.id.count(".") < 1] == []


def test_one_id_is_one_action_wherever_it_stands() -> None:
    names: dict[str, set[str]] = {}
    for action in actions():
        names.setdefault(action.id, set()).add(action.binding.action.removeprefix("app."))
    assert {key: found for key, found in names.items() if len(found) > 1} == {}


def test_the_keys_that_textual_has_put_together_are_where_they_are_looked_for() -> None:
    assert DOMNode._merged_bindings is None
    assert "f12" in (Form._merged_bindings or {}).key_to_bindings  # type: ignore[union-attr]  # a map of its own


@pytest.mark.parametrize(
    ("written", "key"),
    [("n", "n"), ("N", "n"), ("å", "å"), ("F6", "f6"), ("Ctrl+S", "ctrl+s"), ("/", "slash"), ("PgUp", "pageup"),
     ("Del", "delete"), ("Shift+Tab", "shift+tab"), ("?", "question_mark")],
)  # fmt: skip
def test_a_key_is_written_as_the_screens_show_it(written: str, key: str) -> None:
    assert understood(written) == key


@pytest.mark.parametrize("written", ["", "F13", "alt+x", "ctrl+1", "ctrl+z", "ctrl+i", "nn", "ctrl+", "\x1b"])
def test_a_key_that_no_terminal_sends_reliably_cannot_be_used(written: str) -> None:
    assert understood(written) is None
    assert f"«case.payment.new»: «{written.strip()}» er ikke en tast" in refused(case__payment__new=written)


def test_an_unknown_id_is_named() -> None:
    assert "kk2.toml: [keys] «case.new» finnes ikke." in refused(case__new="n")


@pytest.mark.parametrize("key_id", ["dialog.yes", "list.down", "tab.1", "menu.cases", "common.back", "field.next"])
def test_what_is_the_same_everywhere_stays(key_id: str) -> None:
    assert not can_be_changed(key_id)
    assert f"«{key_id}» kan ikke endres" in refused(**{key_id: "f6"})


@pytest.mark.parametrize("key_id", ["common.help", "form.save", "case.payment.fetch_deleted"])
@pytest.mark.parametrize("key", ["x", "space", "ctrl+k"])
def test_what_works_in_a_form_cannot_have_a_key_that_typing_needs(key_id: str, key: str) -> None:
    assert f"«{key_id}» kan ikke ha tasten" in refused(**{key_id: key})


@pytest.mark.parametrize("key", ["up", "enter", "escape", "tab"])
def test_the_keys_of_lists_stay_with_the_lists(key: str) -> None:
    assert "den trengs til å skrive eller flytte med" in refused(case__payment__new=key)


@pytest.mark.parametrize("key", ["v", "1", "f5", "f12"])
def test_one_key_does_one_thing_on_a_screen(key: str) -> None:
    assert "kan ikke ha samme tast" in refused(case__payment__new=key)


def test_the_same_key_may_do_different_things_in_different_places() -> None:
    assert keymap({"cases.order": "v"}, FILE) == {"cases.order": "v"}


def test_two_may_change_places() -> None:
    assert keymap({"case.payment.new": "v", "case.payment.deleted": "n"}, FILE)["case.payment.new"] == "v"


def test_it_may_keep_a_key_of_its_own_and_get_more() -> None:
    assert keymap({"cases.open": "enter,F6"}, FILE) == {"cases.open": "enter,f6"}


def test_the_settings_file_has_them_by_id(tmp_path: Path) -> None:
    (tmp_path / "kk2.toml").write_text('[keys]\n"case.payment.new" = "n,f6"\n', encoding="utf-8")
    settings = read_settings(tmp_path)
    assert settings.keys == {"case.payment.new": "n,f6"}
    write_settings(tmp_path, settings)
    assert read_settings(tmp_path) == settings


async def test_the_changed_keys_work_and_are_shown_in_the_key_line_and_the_help(tmp_path: Path) -> None:
    wanted = {"case.payment.new": "F6", "case.payment.delete": "v", "case.payment.deleted": "s", "common.help": "F8"}
    payments = next(place for place in PLACES if place.name == "sak-avdrag")
    keys = keymap(wanted, FILE)
    async with full_office(tmp_path) as services, running(services, tmp_path, keys=keys) as (app, pilot):
        await payments.open(pilot)
        line = app.screen.query_one(KeyLine).text
        assert line == "F6 Ny   F Flytt   V Slett   B Bokføring   S Slettede   F8 Hjelp   ESC Tilbake"
        await press(pilot, "n")
        assert not app.screen.query_one(Form).is_open
        await press(pilot, "f8")
        assert isinstance(app.screen, HelpDialog)
        assert {("F6", "Ny"), ("V", "Slett"), ("F8", "Hjelp")} <= set(app.screen.keys)
        assert "slik de er satt i kk2.toml" in text(app)
        await press(pilot, "escape", "v")
        assert isinstance(app.screen, TextDialog)
        await press(pilot, "escape", "f6")
        assert [form.is_open for form in app.screen.query("NewPaymentForm").results(Form)] == [True]


async def test_a_key_of_the_common_ones_moves_on_every_screen(tmp_path: Path) -> None:
    keys = keymap({"common.find_case": "F7"}, FILE)
    async with full_office(tmp_path) as services, running(services, tmp_path, keys=keys) as (app, pilot):
        assert app.screen.query_one(KeyLine).text.startswith("F7 Finn sak")
        await press(pilot, "f7")
        assert isinstance(app.screen, ChooseCaseDialog)


def test_the_page_of_all_keys_is_true() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "make keys"
