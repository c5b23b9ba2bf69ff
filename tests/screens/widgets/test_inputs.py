from datetime import date

import pytest
from textual.events import Paste

from screens.widgets.amount_input import AmountInput
from screens.widgets.date_input import DateInput
from screens.widgets.field import Field
from screens.widgets.form_input import FormInput
from screens.widgets.percent_input import PercentInput
from tests.screens.widgets.stage import HOSTILE, LARGE, SMALL, Stage, lines, settle, text

TODAY = date(2026, 11, 24)


def form() -> tuple[AmountInput, DateInput, Stage]:
    amount, day = AmountInput(), DateInput(TODAY)
    return amount, day, Stage(Field("Beløp", amount), Field("Dato", day))


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_an_amount_is_understood_and_shown_as_it_is_typed(size: tuple[int, int]) -> None:
    amount, _, app = form()
    async with app.run_test(size=size) as pilot:
        await pilot.press(*"12345,5")
        await settle(pilot)
        assert amount.value_or_none == 12_345_50
        assert lines(app)[1].strip() == "= 12 345,50 kr"


async def test_enter_goes_on_and_the_left_field_is_written_out() -> None:
    amount, day, app = form()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*"1250", "enter", *"+14", "enter")
        await settle(pilot)
        assert (amount.value, day.value) == ("1 250,00", "08.12.2026")
        assert (amount.value_or_none, day.value_or_none) == (1250_00, date(2026, 12, 8))
        assert app.focused is amount


async def test_a_date_is_told_with_its_day_as_it_is_typed() -> None:
    _amount, day, app = form()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("tab", *"-3")
        await settle(pilot)
        assert "= lørdag 21.11.2026" in text(app)
        await pilot.press("tab")
        await settle(pilot)
        assert day.value == "21.11.2026"
        assert "= lørdag 21.11.2026" in text(app)


@pytest.mark.parametrize("pasted", ["kr 1\u00a0234,50", "1 234,50 kr", "−1.234,50", "Kr. 1234,50"])
async def test_an_amount_from_the_banks_page_can_be_pasted(pasted: str) -> None:
    amount, _, app = form()
    async with app.run_test(size=SMALL) as pilot:
        app.post_message(Paste(pasted))
        await settle(pilot)
        assert abs(amount.value_or_none or 0) == 1_234_50


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("typed", ["1x2", "12,345", "abc", "1,,5", "-"])
async def test_no_key_does_nothing_in_an_amount_and_what_is_none_is_said(typed: str, size: tuple[int, int]) -> None:
    amount, _, app = form()
    async with app.run_test(size=size) as pilot:
        await pilot.press(*typed)
        await settle(pilot)
        assert amount.value == typed
        assert amount.value_or_none is None
        await pilot.press("tab")
        await settle(pilot)
        assert amount.value == typed
        assert lines(app)[1].strip().startswith("! Beløpet kan ikke leses.")


async def test_a_rate_takes_all_keys_too() -> None:
    rate = PercentInput()
    app = Stage(Field("Sats", rate), Field("Dato", DateInput(TODAY)))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*"12,255", "tab")
        await settle(pilot)
        assert (rate.value, rate.value_or_none) == ("12,255", None)
        assert "! Skriv satsen i prosent, for eksempel 12,25." in text(app)


async def test_an_ambiguous_amount_is_complained_of_when_the_field_is_left() -> None:
    amount, _, app = form()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*"1.234")
        await settle(pilot)
        assert "!" not in text(app)
        await pilot.press("tab")
        await settle(pilot)
        assert lines(app)[1].strip().startswith("! Et punktum")
        assert amount.value_or_none is None


async def test_an_empty_field_is_an_error_only_when_it_is_required() -> None:
    needed, free = AmountInput(), DateInput(TODAY, required=False)
    app = Stage(Field("Beløp", needed), Field("Dato", free))
    async with app.run_test(size=SMALL) as pilot:
        assert (needed.check(), free.check()) == (None, None)
        await settle(pilot)
        assert "mangler" in needed.error
        assert free.error == ""
        assert "! Beløpet mangler" in text(app)


async def test_a_value_can_be_filled_in_and_taken_out_again() -> None:
    amount, day, app = form()
    async with app.run_test(size=SMALL) as pilot:
        amount.set_value(-1_234_50)
        day.set_value(TODAY)
        await settle(pilot)
        assert (amount.value, day.value) == ("−1 234,50", "24.11.2026")
        assert amount.value_or_none == -1_234_50
        amount.set_value(None)
        await settle(pilot)
        assert amount.value_or_none is None


async def test_hostile_text_in_a_field_is_only_text() -> None:
    app = Stage(Field("Navn [/b]", field := FormInput(HOSTILE)))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert field.value.isprintable()
        assert "Navn [/b]" in text(app)
        assert "\x1b" not in text(app)


async def test_fields_do_not_blink() -> None:
    amount, day, app = form()
    async with app.run_test(size=SMALL):
        assert not amount.cursor_blink
        assert not day.cursor_blink


async def test_a_text_longer_than_its_field_is_seen_as_it_is_typed() -> None:
    app = Stage(Field("Tekst", FormInput()))
    async with app.run_test(size=SMALL) as pilot:
        app.query_one(FormInput).value = "oppdiktet " * 8
        await pilot.press(*"slutt")
        await settle(pilot)
        assert lines(app)[0].endswith("oppdiktet slutt")


async def test_what_is_wrong_and_how_to_write_it_is_told_in_full_at_80_columns() -> None:
    amount, day, app = form()
    async with app.run_test(size=SMALL) as pilot:
        amount.check()
        day.value = "99.99.2026"
        day.check()
        await settle(pilot)
        told = " ".join(text(app).split())
        for error in (amount.error, day.error):
            assert f"! {error}" in told
