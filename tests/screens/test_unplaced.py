from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from data.documents import Payment
from screens.dialogs.choice_dialog import ChoiceDialog
from screens.dialogs.choose_case_dialog import ChooseCaseDialog
from screens.dialogs.confirm_dialog import ConfirmDialog
from screens.split_dialog import SplitDialog
from screens.unplaced import UnplacedScreen
from tests.screens.office import Office, Size, fill, ocr_payment, open_office, press, rest
from tests.screens.widgets.stage import LARGE, SMALL, in_front, lines

FIRST, SECOND, THIRD = "0221-00000001", "0221-00000002", "0221-00000003"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Three cases, the first closed; one payment to the closed case, and one without KID."""
    async with open_office(tmp_path) as opened:
        cases = await opened.take_over()
        await opened.services.cases.set_status(cases[0], "closed", "kari")
        paid = [ocr_payment(amount=123_450, kid=cases[0].kid), ocr_payment(amount=77_000)]
        await opened.services.bank.run(opened.write_file(paid), "kari")
        yield opened


async def stored(office: Office, amount: int) -> list[Payment]:
    payments = (await office.services.store.page(Payment)).items
    return [payment for payment in payments if payment.amount == amount]


async def add_part(pilot: Pilot[Any], case: str, amount: str = "") -> None:
    """In the split dialog: a case found by name, with an amount or with all that is left."""
    await press(pilot, "n")
    await fill(pilot, case)
    await (fill(pilot, amount) if amount else press(pilot, "enter"))


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_each_payment_shows_why_it_is_here_and_where_it_may_belong(office: Office, size: Size) -> None:
    async with office.at(UnplacedScreen(), size) as (desk, pilot):
        shown = "\n".join(lines(desk))
        assert "Uplasserte innbetalinger · 2" in lines(desk)[0]
        assert lines(desk)[0].endswith("Sum 2 004,50")
        assert "saken er avsluttet" in lines(desk)[3]
        assert f"{FIRST}  Kari Testesen" in shown
        assert "samme KID, avsluttet" in shown
        second = await press(pilot, "down")
        assert "uten KID" in second
        assert "Ingen forslag. P søker etter en sak." in second


async def test_a_payment_is_placed_on_the_suggested_case(office: Office) -> None:
    async with office.at(UnplacedScreen(), SMALL) as (desk, pilot):
        await press(pilot, "p")
        assert isinstance(desk.screen, ChoiceDialog)
        asked = await press(pilot, "enter")
        assert f"Plassere 1 234,50 på sak {FIRST}?" in asked
        assert "Saken er avsluttet." in asked
        assert "Uplasserte innbetalinger · 1" in await press(pilot, "j")
    assert [payment.case for payment in await stored(office, 123_450)] == [FIRST]


async def test_a_suggestion_can_be_picked_in_its_own_list(office: Office) -> None:
    async with office.at(UnplacedScreen(), LARGE) as (desk, pilot):
        assert f"på sak {FIRST}?" in await press(pilot, "tab", "enter")
        assert isinstance(desk.screen, ConfirmDialog)
        await press(pilot, "n")
    assert [payment.case for payment in await stored(office, 123_450)] == [None]


async def test_without_a_suggestion_the_case_is_searched_for(office: Office) -> None:
    async with office.at(UnplacedScreen(), SMALL) as (desk, pilot):
        await press(pilot, "down", "enter")
        assert isinstance(desk.screen, ChooseCaseDialog)
        assert f"på sak {SECOND}?" in await fill(pilot, "transport")
        await press(pilot, "j")
    assert [payment.case for payment in await stored(office, 77_000)] == [SECOND]


async def test_another_case_than_the_suggested_one_can_be_searched_for(office: Office) -> None:
    async with office.at(UnplacedScreen(), SMALL) as (desk, pilot):
        await press(pilot, "p", "down", "enter")
        assert isinstance(desk.screen, ChooseCaseDialog)
        await fill(pilot, "hansen")
        await press(pilot, "j")
    assert [payment.case for payment in await stored(office, 123_450)] == [THIRD]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_payment_is_split_only_when_the_parts_add_up(office: Office, size: Size) -> None:
    async with office.at(UnplacedScreen(), size) as (desk, pilot):
        await press(pilot, "d")
        assert isinstance(desk.screen, SplitDialog)
        await add_part(pilot, "transport", "1000")
        left = await press(pilot, "f12")
        assert isinstance(desk.screen, SplitDialog)
        assert "! Gjenstår 234,50" in left
        await add_part(pilot, "hansen")
        assert "Alt er fordelt" in "\n".join(lines(desk))
        asked = await press(pilot, "f12")
        assert "Dele 1 234,50 fra 23.11.2026 på 2 saker?" in asked
        await press(pilot, "j")
    assert [payment.case for payment in await stored(office, 100_000)] == [SECOND]
    assert [payment.case for payment in await stored(office, 23_450)] == [THIRD]


async def test_a_part_can_be_changed_and_taken_out_again(office: Office) -> None:
    async with office.at(UnplacedScreen(), SMALL) as (desk, pilot):
        await press(pilot, "d")
        await add_part(pilot, "hansen")
        await press(pilot, "e")
        assert "Gjenstår 34,50" in await fill(pilot, "1200")
        assert "Gjenstår 1 234,50" in await press(pilot, "s")
        await press(pilot, "escape")
        assert isinstance(desk.screen, UnplacedScreen)


async def test_a_payment_that_is_not_ours_needs_a_reason(office: Office) -> None:
    async with office.at(UnplacedScreen(), SMALL) as (_, pilot):
        assert "! Skriv en begrunnelse." in await press(pilot, "i", "enter")
        assert "Uplasserte innbetalinger · 1" in await fill(pilot, "Feil mottaker")
    (payment,) = await stored(office, 123_450)
    assert payment.dismissed is not None
    assert payment.dismissed.reason == "Feil mottaker"


async def test_when_all_is_placed_there_is_nothing_to_press(office: Office) -> None:
    for payment in await office.services.payments.unplaced():
        await office.services.payments.dismiss(payment.id, "prøve", "kari")
    async with office.at(UnplacedScreen(), SMALL) as (_, pilot):
        shown = await press(pilot, "p", "d", "i")
        assert "Alle innbetalinger er plassert." in shown
        assert "P Plasser" not in shown


async def test_suggestions_that_come_after_another_dialog_put_nothing_on_top_of_it(office: Office) -> None:
    async with office.at(screen := UnplacedScreen(), SMALL) as (desk, pilot):
        await press(pilot, "d")
        screen._offer((await stored(office, 123_450))[0], [])
        await rest(pilot)
        assert isinstance(desk.screen, SplitDialog)
        await press(pilot, "escape")
        assert in_front(desk) is screen


async def test_the_complaint_about_a_reason_goes_when_one_is_written(office: Office) -> None:
    async with office.at(UnplacedScreen(), SMALL) as (desk, pilot):
        await press(pilot, "i", "enter")
        assert "! Skriv en begrunnelse." in "\n".join(lines(desk))
        await press(pilot, "x")
        assert "! Skriv en begrunnelse." not in "\n".join(lines(desk))


# --- several, and taking back -----------------------------------------------------------------------------------------


async def test_marked_payments_are_counted_and_summed_and_seen_without_colour(office: Office) -> None:
    async with office.at(UnplacedScreen(), SMALL) as (desk, pilot):
        await press(pilot, "space", "down", "space")
        assert lines(desk)[0].endswith("2 merket, sum 2 004,50")
        assert lines(desk)[3].startswith("*")
        assert lines(desk)[4].startswith("›*")
        assert "ESC Fjern merker" in lines(desk)[-1]
        await press(pilot, "escape")
        assert desk.screen.is_current
        assert lines(desk)[0].endswith("Sum 2 004,50")
        assert "*" not in lines(desk)[3] + lines(desk)[4]


async def test_several_are_dismissed_for_one_reason_and_brought_back_together(office: Office) -> None:
    async with office.at(UnplacedScreen(), SMALL) as (_, pilot):
        asked = await press(pilot, "ctrl+a", "i")
        assert "2 innbetalinger, sum 2 004,50 tas av listen" in asked
        gone = await fill(pilot, "Feil mottaker")
        assert "2 innbetalinger, sum 2 004,50 er tatt av listen · U angrer" in gone
        assert "Alle innbetalinger er plassert." in gone
        back = await press(pilot, "u")
        assert "Uplasserte innbetalinger · 2" in back
        assert "Angret: 2 innbetalinger" in back
        assert "angrer" not in await press(pilot, "u")
    assert [payment.dismissed for payment in await office.services.payments.unplaced()] == [None, None]


async def test_several_are_placed_on_one_case(office: Office) -> None:
    async with office.at(UnplacedScreen(), SMALL) as (desk, pilot):
        await press(pilot, "ctrl+a", "p")
        assert isinstance(desk.screen, ChooseCaseDialog)
        assert f"Plassere 2 innbetalinger, sum 2 004,50 på sak {SECOND}?" in await fill(pilot, "transport")
        assert f"er plassert på sak {SECOND} · U angrer" in await press(pilot, "j")
    placed = await stored(office, 123_450) + await stored(office, 77_000)
    assert [payment.case for payment in placed] == [SECOND, SECOND]


async def test_a_marked_payment_that_somebody_else_has_placed_is_not_marked_any_more(office: Office) -> None:
    async with office.at(UnplacedScreen(), SMALL) as (desk, pilot):
        await press(pilot, "ctrl+a")
        (payment,) = await stored(office, 77_000)
        await office.services.payments.place(payment.id, SECOND, "kari")
        await press(pilot, "f5")
        assert lines(desk)[0].endswith("1 merket, sum 1 234,50")


async def test_what_somebody_else_has_touched_since_is_not_taken_back(office: Office) -> None:
    async with office.at(UnplacedScreen(), SMALL) as (desk, pilot):
        await press(pilot, "p", "enter", "j")
        (payment,) = await stored(office, 123_450)
        await office.services.payments.set_posting(payment.id, False, "kari")
        refused = await press(pilot, "u")
        assert "er endret siden, så det du gjorde, kan ikke" in refused
        await press(pilot, "escape")
        assert "U angrer" not in "\n".join(lines(desk))
    assert [payment.case for payment in await stored(office, 123_450)] == [FIRST]


async def test_a_split_payment_is_whole_again(office: Office) -> None:
    async with office.at(UnplacedScreen(), SMALL) as (desk, pilot):
        await press(pilot, "d")
        await add_part(pilot, "transport", "1000")
        await add_part(pilot, "hansen")
        await press(pilot, "f12", "j")
        assert "1 234,50 er delt på 2 saker · U angrer" in "\n".join(lines(desk))
        assert "Uplasserte innbetalinger · 2" in await press(pilot, "u")
