from collections.abc import Sequence
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from data.errors import Kk2Error
from screens.dialogs import choose_case_dialog
from screens.dialogs.choice_dialog import ChoiceDialog
from screens.dialogs.choose_case_dialog import PAUSE, ChooseCaseDialog
from screens.dialogs.confirm_dialog import ConfirmDialog
from screens.dialogs.error_dialog import ErrorDialog, detail_line
from screens.dialogs.help_dialog import HelpDialog
from screens.dialogs.text_dialog import TextDialog
from tests.screens.widgets.stage import HOSTILE, LARGE, SMALL, Stage, settle, text

NOTHING = object()


class Desk(Stage):
    """A stage that keeps a dialog's answer."""

    answer: object = NOTHING

    async def put(self, dialog: Screen[Any]) -> None:
        await self.push_screen(dialog, lambda answer: setattr(self, "answer", answer))


async def answer_to(dialog: Screen[Any], *keys: str, size: tuple[int, int] = SMALL) -> object:
    app = Desk()
    async with app.run_test(size=size) as pilot:
        await app.put(dialog)
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)
    return app.answer


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["enter"], False),
        (["j"], True),
        (["J"], True),
        (["n"], False),
        (["escape"], False),
        (["left", "enter"], True),
        (["tab", "tab", "enter"], False),
        (["x"], NOTHING),
    ],
)
async def test_confirming(keys: list[str], expected: object, size: tuple[int, int]) -> None:
    dialog = ConfirmDialog("Bokføre 5 bilag, sum 95 239,50, i Visma?", ["1 innbetaling blir stående."])
    assert await answer_to(dialog, *keys, size=size) is expected


async def test_a_confirmation_shows_question_effect_and_that_nei_is_chosen() -> None:
    app = Desk()
    async with app.run_test(size=SMALL) as pilot:
        await app.put(ConfirmDialog("Bokføre 5 bilag?", ["sum 95 239,50", HOSTILE]))
        await settle(pilot)
        for words in ("Bokføre 5 bilag?", "sum 95 239,50", "› Nei", "J Ja   N Nei", "Hansen [/b] [as] ·[2J"):
            assert words in text(app)


@pytest.mark.parametrize("keys", [["escape"], ["enter"]])
async def test_an_error_goes_when_it_is_read(keys: list[str]) -> None:
    assert await answer_to(ErrorDialog("Disken er full. Ingenting er lagret.", code="store_full"), *keys) is None


async def test_an_error_stays_for_other_keys_and_shows_many_details_by_scrolling() -> None:
    details = [{"line": number, "column": 9, "message": f"feil {number}"} for number in range(200)]
    app = Desk()
    async with app.run_test(size=SMALL) as pilot:
        await app.put(ErrorDialog("Filen er ikke lest inn.", details=details, code="bad_file"))
        await settle(pilot)
        assert "linje 0, kolonne 9  feil 0" in text(app)
        await pilot.press("x", "j", "end")
        await settle(pilot)
        assert "feil 199" in text(app)
        assert "Kode: bad_file" in text(app)
        assert app.answer is NOTHING


def test_a_detail_is_told_in_norwegian_or_not_at_all() -> None:
    assert detail_line({"fault": "INGEN_NYE"}) == "Visma svarte: INGEN_NYE"
    assert detail_line({"table": "cases", "id": "0221-00000001"}) == ""
    assert (
        ErrorDialog("Sak 0221-00000001 er endret.", details=[{"table": "cases", "id": "0221-00000001"}]).details == []
    )
    assert detail_line({"line": 3, "message": "kontrollsum"}) == "linje 3  kontrollsum"


async def test_help_is_closed_by_the_key_that_opened_it() -> None:
    assert await answer_to(HelpDialog("Her står alle saker.", [("F5", "Oppdater")]), "f1") is None


async def test_a_choice_is_made_with_the_arrows() -> None:
    dialog = ChoiceDialog("Status", [("open", "Åpne"), ("closed", "Avsluttede"), ("all", "Alle [/b]")], chosen="closed")
    assert await answer_to(dialog, "down", "enter") == "all"


async def test_a_choice_can_be_left() -> None:
    assert await answer_to(ChoiceDialog("Status", [("open", "Åpne")]), "escape") is None


async def test_a_reason_is_asked_for_until_one_is_given() -> None:
    app = Desk()
    async with app.run_test(size=SMALL) as pilot:
        await app.put(TextDialog("Slette innbetalingen?", "Begrunnelsen står i loggen."))
        await settle(pilot)
        await pilot.press("space", "enter")
        await settle(pilot)
        assert "! Skriv en begrunnelse." in text(app)
        await pilot.press(*"feil sak", "enter")
        await settle(pilot)
        assert app.answer == "feil sak"


class Register:
    """Made-up cases to search, and what was searched for."""

    def __init__(self, cases: Sequence[tuple[str, str]]) -> None:
        self.cases = cases
        self.asked: list[str] = []

    async def search(self, text: str) -> list[tuple[str, str]]:
        self.asked.append(text)
        if text == "feil":
            raise Kk2Error("Søket ble avvist.")
        return [case for case in self.cases if text.lower() in case[1].lower()]


CASES = [("0221-00000412", "Kari Testesen"), ("0221-00000413", "Ola Testesen [/b]"), ("0221-00000399", "Prøve AS")]


async def typed(pilot: Pilot[Any], *keys: str) -> None:
    await pilot.press(*keys)
    await settle(pilot)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_enter_searches_at_once_and_the_arrows_choose(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choose_case_dialog, "PAUSE", 60)
    register = Register(CASES)
    app = Desk()
    async with app.run_test(size=size) as pilot:
        await app.put(ChooseCaseDialog(register.search))
        await typed(pilot, *"testesen")
        await typed(pilot, "enter")
        assert register.asked[-1] == "testesen"
        assert "2 treff" in text(app)
        assert "Ola Testesen [/b]" in text(app)
        await typed(pilot, "down")
        await typed(pilot, "enter")
        assert app.answer == "0221-00000413"


async def test_enter_takes_the_only_hit() -> None:
    app = Desk()
    async with app.run_test(size=SMALL) as pilot:
        await app.put(ChooseCaseDialog(Register(CASES).search))
        await typed(pilot, *"prøve", "enter")
        await settle(pilot)
        assert app.answer == "0221-00000399"


async def test_a_pause_in_typing_starts_one_search(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    register = Register(CASES)
    dialog = ChooseCaseDialog(register.search)
    app = Desk()
    async with app.run_test(size=SMALL) as pilot:
        await app.put(dialog)
        await settle(pilot)
        monkeypatch.setattr(dialog, "set_timer", lambda pause, _then: pauses.append(pause))
        await typed(pilot, *"kari")
        assert register.asked == []
        assert pauses == [PAUSE] * 4
        dialog._look_up()
        await settle(pilot)
        assert register.asked == ["kari"]
        assert "Kari Testesen" in text(app)


async def test_a_search_that_is_refused_says_so_and_goes_on() -> None:
    app = Desk()
    async with app.run_test(size=SMALL) as pilot:
        await app.put(ChooseCaseDialog(Register(CASES).search))
        await typed(pilot, *"feil", "enter")
        await settle(pilot)
        assert "Søket ble avvist." in text(app)
        await typed(pilot, *(["backspace"] * 4), *"kari", "enter")
        await settle(pilot)
        assert app.answer == "0221-00000412"


async def test_leaving_the_search_answers_nothing() -> None:
    assert await answer_to(ChooseCaseDialog(Register(CASES).search), "k", "escape") is None
