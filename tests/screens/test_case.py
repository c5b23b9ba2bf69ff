from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from data.documents import Case, Payment
from kk2tui.app import Kk2App
from screens.case import general
from screens.case.screen import CaseScreen, heading
from screens.dialogs.confirm_dialog import ConfirmDialog
from screens.dialogs.conflict_dialog import ConflictDialog
from screens.dialogs.error_dialog import ErrorDialog
from screens.dialogs.help_dialog import HelpDialog
from screens.law import LawScreen
from services.payments import PaymentService
from services.registry import Services
from tests.screens.driving import press, write
from tests.screens.office import until
from tests.screens.stand_in import BARNEHAGE, BRACKETS, TRANSPORT, case
from tests.screens.widgets.stage import LARGE, SMALL, lines, text

BOTH_SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])


async def stored(services: Services, number: str = BARNEHAGE) -> Case:
    found = await services.store.get(Case, number)
    assert found is not None
    return found


async def payments(services: Services, number: str = BARNEHAGE) -> list[Payment]:
    return await services.store.find(Payment, "case", number)


async def pay(services: Services, amount: int, day: int = 20, number: str = BARNEHAGE) -> Payment:
    return await services.payments.add(number, amount, date(2026, 11, day), "kari")


async def open_on(pilot: Pilot[None], app: Kk2App, tab: str, number: str = BARNEHAGE) -> None:
    await press(pilot)
    app.open_case(number, tab)
    await press(pilot)


# --- the frame ---


@BOTH_SIZES
async def test_the_heading_stays_on_every_tab_and_numbers_change_tab(app: Kk2App, size: tuple[int, int]) -> None:
    names = ("Generelt", "Fordringer", "Avdrag", "Omkostninger og renter", "Dokumenter", "Logg")
    async with app.run_test(size=size) as pilot:
        await open_on(pilot, app, "Generelt")
        for number, name in enumerate(names, 1):
            await press(pilot, str(number))
            shown = lines(app)
            assert (
                shown[0].split("Saldo")[0].split() == f"Sak {BARNEHAGE} Kari Testesen ÅPEN Overtatt 20.11.2026".split()
            )
            assert shown[0].endswith("Saldo 5 282,66")
            assert f"▌{number} {name}▐" in shown[2]
            assert all(len(line) <= size[0] for line in shown)


def test_a_long_name_gives_way_to_status_and_step() -> None:
    shown = heading(case(BARNEHAGE, "Borettslaget Påfunnet Terrasse, avdeling for gjesteparkering"), 66)
    assert len(shown) == 66
    assert shown.endswith("…  ÅPEN  Overtatt 20.11.2026")


async def test_a_closed_case_says_so_and_since_when(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Generelt", "0221-00000062")
        assert "AVSLUTTET 02.11.2026" in lines(app)[0]


async def test_f1_explains_the_tab_in_front(app: Kk2App) -> None:
    async with app.run_test(size=LARGE) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "f1")
        assert isinstance(app.screen, HelpDialog)
        assert "Avdrag viser innbetalingene på saken" in text(app)


async def test_f5_shows_what_others_have_done(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await pay(services, 1_000_00)
        await press(pilot, "f5")
        assert "20.11.2026  Manuell    1 000,00" in text(app)


async def test_a_case_that_is_not_there_is_an_error_to_read(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Generelt", "0221-99999999")
        assert isinstance(app.screen, ErrorDialog)
        assert "finnes ikke" in app.screen.message


# --- Generelt ---


async def test_generelt_shows_the_debtor_and_hides_the_national_id(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Generelt")
        for words in ("Kari Testesen", "Prøveveien 1", "9998 TESTVIK", "K010", "210,00 (kreditors)", "åpen"):
            assert words in text(app)
        assert "010190 *****" in text(app)


async def test_v_shows_the_national_id_until_the_handler_goes_on(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Generelt")
        await press(pilot, "v")
        assert "010190 00000" in text(app)
        await press(pilot, "v")
        assert "010190 *****" in text(app)
        for elsewhere, back in (("2", "1"), ("f1", "escape"), ("slash", "escape")):
            await press(pilot, "v")
            assert "010190 00000" in text(app)
            await press(pilot, elsewhere)
            assert "010190 00000" not in text(app)
            await press(pilot, back)
            assert "010190 *****" in text(app)
        told = [event for event in (await services.cases.view(BARNEHAGE)).events if "vist" in event.text]
        assert [(event.actor, event.text) for event in told] == [("kari", "Fødselsnummeret er vist.")]


async def test_a_case_is_found_by_a_national_id_that_the_hits_do_not_show(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "slash")
        await write(pilot, "01019000000")
        await until(pilot, lambda: BARNEHAGE in text(app))
        assert text(app).count("0101900") == 1, "but for the field it is typed in"


async def test_each_opening_of_a_case_asks_for_the_national_id_anew(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        for _ in range(2):
            await open_on(pilot, app, "Generelt")
            await press(pilot, "v", "v", "v")
            await press(pilot, "escape")
        told = [event for event in (await services.cases.view(BARNEHAGE)).events if "vist" in event.text]
        assert len(told) == 2


async def test_the_national_id_is_masked_again_after_a_while(app: Kk2App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(general, "SHOWN_S", 0.001)
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Generelt")
        await press(pilot, "v")
        await until(pilot, lambda: "010190 *****" in text(app))
        assert "010190 00000" not in text(app)


async def test_e_edits_and_f12_saves(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Generelt")
        await press(pilot, "e", "ctrl+u")
        await write(pilot, "K020")
        await press(pilot, "enter", "right", "enter")
        await write(pilot, "300,50")
        await press(pilot, "enter", "right", "right", "f12")
        saved = await stored(services)
        assert (saved.department, saved.handler, saved.threshold, saved.status) == ("K020", "ola", 300_50, "paused")
        assert "STILT I BERO" in lines(app)[0]
        assert "300,50 (sakens egen)" in text(app)


async def test_an_avdeling_without_a_ledger_is_saved_only_after_a_yes(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Generelt")
        await press(pilot, "e", "ctrl+u")
        await write(pilot, "K9")
        await press(pilot, "f12")
        assert isinstance(app.screen, ConfirmDialog)
        assert "Lagre Avdeling K9?" in text(app)
        await press(pilot, "n")
        assert (await stored(services)).department == "K010"
        assert "K9" in text(app)
        await press(pilot, "f12", "j")
        assert (await stored(services)).department == "K9"


async def test_avdeling_may_be_typed_in_small_letters(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Generelt")
        await press(pilot, "e", "ctrl+u")
        await write(pilot, "k020")
        await press(pilot, "f12")
        assert (await stored(services)).department == "K020"


async def test_the_keys_of_generelt_are_off_while_its_form_is_open(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Generelt")
        await press(pilot, "e", "tab")
        assert lines(app)[-1].strip() == "F12 Lagre   ESC Avbryt   F1 Hjelp"


async def test_a_threshold_that_opens_or_closes_the_case_is_told(app: Kk2App, services: Services) -> None:
    await pay(services, 5_200_00)
    assert (await stored(services)).status == "closed"
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Generelt")
        await press(pilot, "e", "enter", "enter", *"12", "f12")
        assert (await stored(services)).status == "open"
        assert "Ny terskel: saken er nå åpen · U angrer" in text(app)


async def test_a_threshold_that_cannot_be_read_is_told_under_the_field(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Generelt")
        await press(pilot, "e", "enter", "enter", *"1.5", "ctrl+s")
        assert "! Øre skrives etter komma. Mente du 1,5?" in text(app)
        assert app.focused is not None
        assert app.focused.id == "terskel"
        assert (await stored(services)).threshold is None


async def test_a_conflict_keeps_what_was_typed_and_does_not_undo_the_others_change(
    app: Kk2App, services: Services
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Generelt")
        await press(pilot, "e", "ctrl+u")
        await write(pilot, "K020")
        await services.cases.set_handler(await stored(services), "ola", "ola")
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, ConflictDialog)
        assert app.screen.code == "conflict"
        await press(pilot, "escape")
        assert "K020" in text(app)
        assert "‹ Ola Prøvesen ›" in text(app)
        await press(pilot, "ctrl+s")
        saved = await stored(services)
        assert (saved.department, saved.handler) == ("K020", "ola")


async def test_escape_asks_before_it_throws_changes_away(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Generelt")
        await press(pilot, "e", "x", "escape")
        assert isinstance(app.screen, ConfirmDialog)
        await press(pilot, "j")
        assert "Endre saken" not in text(app)
        assert (await stored(services)).department == "K010"
        await press(pilot, "e", "escape")
        assert "Endre saken" not in text(app)


async def test_the_case_opens_on_avdeling_when_asked_to(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot)
        app.open_case(BRACKETS, tab="Generelt", field="avdeling")
        await press(pilot)
        assert app.focused is not None
        assert app.focused.id == "avdeling"
        assert "K999  ! ingen" in text(app)


# --- Fordringer, Omkostninger og renter, Logg ---


@BOTH_SIZES
async def test_fordringer_tells_amount_unpaid_and_write_back(
    app: Kk2App, services: Services, size: tuple[int, int]
) -> None:
    await pay(services, 2_500_00)
    async with app.run_test(size=size) as pilot:
        await open_on(pilot, app, "Fordringer")
        shown = text(app)
        assert "900381" in shown
        assert "2 480,00         0,00  ja" in shown
        assert "2 480,00     2 460,00  ja" in shown
        assert "4 960,00     2 460,00" in shown
        assert "KID" in shown
        app.open_case(TRANSPORT, "Fordringer")
        await press(pilot)
        assert "! Saksnummeret er ikke skrevet tilbake til Visma ennå" in text(app)


@BOTH_SIZES
async def test_the_whole_calculation_of_interest_is_shown(
    app: Kk2App, services: Services, size: tuple[int, int]
) -> None:
    await pay(services, 1_000_00, 3)
    async with app.run_test(size=size) as pilot:
        await open_on(pilot, app, "Omkostninger og renter")
        shown = text(app)
        for name, amount in (("Hovedstol", "4 960,00"), ("Gebyr", "38,00"), ("Innbetalt", "−1 000,00")):
            assert any(name in line and amount in line for line in lines(app))
        assert "21.05.2026 – 30.06.2026" in shown
        assert "04.11.2026 – 24.11.2026" in shown
        assert "12,00 %" in shown
        assert "12,25 %" in shown
        assert "15.07.2026 PUR purring" in shown
        await press(pilot, "end")
        assert "Inkassoforskriften § 1-2. Grunnlag: 1/20 av inkassosatsen 760,00 i 2026" in text(app)
        await press(pilot, "home", "left")
        assert "21.05.2026 – 30.06.2026" not in text(app)


async def test_a_line_of_the_calculation_leads_to_its_rate_and_a_fee_to_the_fees_of_its_day(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Omkostninger og renter")
        await press(pilot, "down")
        assert "Sats 12,00 % 01.01.2026 – 30.06.2026, FOR-2025-12-18-2658. Enter" in text(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, LawScreen)
        assert any(line.startswith("› 01.01.2026 – 30.06.2026   12,00 %") for line in lines(app))
        await press(pilot, "escape", "end", "enter")
        assert any(line.startswith("› 01.01.2026 –") and "750,00" in line for line in lines(app))
        await press(pilot, "escape", "home", "enter")
        assert "21.05.2026 – 30.06.2026" not in text(app)


async def test_the_log_has_the_newest_line_first_and_its_whole_text_below(app: Kk2App, services: Services) -> None:
    first = await pay(services, 1_000_00)
    await services.payments.delete(first.id, "ført på feil sak etter en telefon fra skyldneren i går", "ola")
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Logg")
        assert " ola " in lines(app)[4]
        assert "etter en telefon fra skyldneren i går" in " ".join(text(app).split())


# --- Avdrag ---


@BOTH_SIZES
async def test_avdrag_shows_payments_their_coverage_and_their_sum(
    app: Kk2App, services: Services, size: tuple[int, int]
) -> None:
    await pay(services, 2_480_00, 12)
    await pay(services, 1_000_00, 20)
    async with app.run_test(size=size) as pilot:
        await open_on(pilot, app, "Avdrag")
        shown = lines(app)
        assert shown[4].startswith("› 20.11.2026  Manuell")
        assert "til bokføring" in shown[4]
        assert any(line.startswith("  Sum") and line.count("3 480,00") == 2 for line in shown)
        assert "Dekning av 20.11.2026  1 000,00   H▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇" in text(app)
        assert any(
            "H ▇▇▇▇▇▇▇▇▇▇▇▇  900382 Barnehage 06/2026" in line and "1 000,00  (rest 1 480,00)" in line for line in shown
        )
        await press(pilot, "down")
        assert "Dekning av 12.11.2026  2 480,00" in text(app)
        assert all(len(line) <= size[0] for line in lines(app))


@BOTH_SIZES
async def test_what_is_too_much_stands_as_til_gode(app: Kk2App, services: Services, size: tuple[int, int]) -> None:
    await pay(services, 12_345_678_90)
    async with app.run_test(size=size) as pilot:
        await open_on(pilot, app, "Avdrag")
        assert "12 345 678,90" in lines(app)[4]
        assert "12 340 402,90" in lines(app)[4]
        assert "til gode" in text(app)
        assert lines(app)[0].split()[1:3] == [BARNEHAGE, "Kari"]


@BOTH_SIZES
async def test_n_enters_a_payment(app: Kk2App, services: Services, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "n")
        await write(pilot, "1 000,5")
        await press(pilot, "enter", "ctrl+u")
        await write(pilot, "20.11.26")
        await press(pilot, "enter", "space", "enter")
        await write(pilot, "bankens liste")
        await press(pilot, "f12")
        made = (await payments(services))[0]
        assert (made.amount, made.date, made.posting) == (1_000_50, date(2026, 11, 20), "excluded")
        assert made.text == "bankens liste"
        assert "bokføres ikke" in text(app)
        assert "N Ny" in lines(app)[-1]


async def test_the_cursor_is_on_the_payment_just_entered(app: Kk2App, services: Services) -> None:
    await pay(services, 1_000_00)
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "n", *"120,5", "f12", "s")
        assert "24.11.2026   120,50" in text(app)


async def test_what_is_typed_on_a_yes_or_no_neither_leaves_the_form_nor_begins_anything(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "n", *"120,5", "enter", "enter", "6", "e", "slash", "space")
        assert "▌3 Avdrag▐" in text(app)
        assert "[x] skal ikke bokføres" in text(app)


async def test_the_cursor_is_in_the_open_form_again_when_one_comes_back_to_it(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "n", *"120,5", "shift+tab", "6")
        assert "▌6 Logg▐" in text(app)
        await press(pilot, "3")
        assert "120,50" in text(app)
        assert lines(app)[-1].startswith(" F12 Lagre")


async def test_a_payment_without_amount_is_not_saved(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "n", "ctrl+s")
        assert "! Beløpet mangler." in text(app)
        assert await payments(services) == []
        await press(pilot, "escape")
        assert "Ny innbetaling" not in text(app)


async def test_a_refused_payment_stays_in_the_form(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "n", *"500", "enter", "ctrl+u", "+", "3", "f12")
        assert isinstance(app.screen, ErrorDialog)
        await press(pilot, "enter")
        assert "500" in text(app)
        assert "skal ikke bokføres" in text(app)
        await press(pilot, "escape", "j")
        assert await payments(services) == []


async def test_s_deletes_with_a_reason_after_a_confirmation(app: Kk2App, services: Services) -> None:
    await pay(services, 1_000_00)
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "s", *"feil", "enter")
        assert isinstance(app.screen, ConfirmDialog)
        assert "Begrunnelse: feil" in text(app)
        await press(pilot, "n")
        assert (await payments(services))[0].deleted is None
        await press(pilot, "s", *"feil", "enter", "j")
        mark = (await payments(services))[0].deleted
        assert mark is not None
        assert mark.reason == "feil"
        assert "Ingen innbetalinger" in text(app)
        assert lines(app)[-1].startswith(" N Ny   V Slettede   F1 Hjelp")


async def test_v_shows_the_deleted_ones_with_who_and_why(app: Kk2App, services: Services) -> None:
    made = await pay(services, 1_000_00)
    await services.payments.delete(made.id, "dobbelt ført", "ola")
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "v")
        assert "slettet" in lines(app)[4]
        assert "av ola: dobbelt ført" in text(app)
        await press(pilot, "s", "f", "b")
        assert isinstance(app.screen, CaseScreen)
        await press(pilot, "v")
        assert "Ingen innbetalinger" in text(app)


async def test_arrow_up_takes_the_details_of_the_payment_deleted_last(app: Kk2App, services: Services) -> None:
    made = await pay(services, 1_000_00)
    posted = replace(made, posting="posted")
    async with services.store.transaction("kari", "Bokført") as tx:
        tx.put(posted)
    await services.payments.delete(made.id, "feil sak", "kari")
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag", TRANSPORT)
        await press(pilot, "n")
        assert "↑ henter detaljene fra slettet innbetaling 20.11.2026  1 000,00" in text(app)
        await press(pilot, "up")
        assert "[x] skal ikke bokføres" in text(app)
        await press(pilot, "f12")
        moved = (await payments(services, TRANSPORT))[0]
        assert (moved.amount, moved.date, moved.posting) == (1_000_00, date(2026, 11, 20), "excluded")


@BOTH_SIZES
async def test_f_moves_to_another_case_with_both_balances_shown(
    app: Kk2App, services: Services, size: tuple[int, int]
) -> None:
    await pay(services, 1_000_00)
    async with app.run_test(size=size) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "f")
        await write(pilot, "transport")
        await press(pilot, "enter")
        assert isinstance(app.screen, ConfirmDialog)
        shown = text(app)
        assert f"Flytte innbetalingen til sak {TRANSPORT}?" in shown
        assert f"{BARNEHAGE}         4 281,32        5 282,66" in shown
        assert f"{TRANSPORT}        19 511,01       18 509,66" in shown
        assert "Den bokføres fra den nye saken." in shown
        await press(pilot, "j")
        assert [each.amount for each in await payments(services, TRANSPORT)] == [1_000_00]
        assert "Ingen innbetalinger" in text(app)
        await press(pilot, "v")
        assert "flyttet" in lines(app)[4]


async def test_a_move_that_the_rules_refuse_is_told_before_anything_is_asked(app: Kk2App, services: Services) -> None:
    await pay(services, 1_000_00)
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "f")
        await write(pilot, BARNEHAGE)
        await press(pilot, "enter")
        assert isinstance(app.screen, ErrorDialog)
        assert app.screen.code == "same_case"


async def test_b_takes_a_payment_out_of_the_posting_and_back(app: Kk2App, services: Services) -> None:
    await pay(services, 1_000_00)
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "b")
        assert "bokføres ikke" in lines(app)[4]
        assert (await payments(services))[0].posting == "excluded"
        await press(pilot, "b")
        assert (await payments(services))[0].posting == "pending"


async def test_a_payment_is_entered_once_however_often_the_key_is_pressed(
    app: Kk2App, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    add = PaymentService.add

    async def count(self: PaymentService, *args: Any, **options: Any) -> Payment:
        calls.append(1)
        return await add(self, *args, **options)

    monkeypatch.setattr(PaymentService, "add", count)
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "n", *"500")
        await pilot.press("f12", "f12", "ctrl+s")
        await press(pilot)
        assert len(await payments(services)) == 1
        assert calls == [1]
