"""Somebody else was faster: what they did is told, nothing that was typed is lost, and one key saves it on top."""

from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from data.documents import Case, Creditor, Payment
from data.tinydb import store as tinydb_store
from kk2tui.app import Kk2App
from screens.admin.admin import AdminScreen
from screens.case.screen import CaseScreen
from screens.dialogs.conflict_dialog import ConflictDialog, edit_lines
from screens.dialogs.error_dialog import ErrorDialog
from services.edits import Edit
from services.oslo import OSLO
from services.registry import Services
from tests.screens.driving import press, write
from tests.screens.stand_in import BARNEHAGE, TODAY, TRANSPORT, creditor
from tests.screens.widgets.stage import SMALL, text


@pytest.fixture(autouse=True)
def nobody_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others' changes are not seen before one saves."""
    monkeypatch.setattr(tinydb_store, "_LOOK_S", 3600)


async def open_on(pilot: Pilot[None], app: Kk2App, tab: str, number: str = BARNEHAGE) -> None:
    await press(pilot)
    app.open_case(number, tab)
    await press(pilot)


async def the_case(services: Services, number: str = BARNEHAGE) -> Case:
    found = await services.store.get(Case, number)
    assert found
    return found


async def the_creditor(services: Services) -> Creditor:
    return await services.creditors.get(creditor().number)


async def payments(services: Services, number: str = BARNEHAGE) -> list[Payment]:
    return await services.store.find(Payment, "case", number)


def told(app: Kk2App, *words: str) -> ConflictDialog:
    """The dialog in front, which has these words."""
    dialog = app.screen
    assert isinstance(dialog, ConflictDialog), dialog
    for each in words:
        assert each in text(app)
    return dialog


async def edit_the_department(pilot: Pilot[Any], app: Kk2App) -> None:
    await open_on(pilot, app, "Generelt")
    await press(pilot, "e", "ctrl+u", *"K020")


# --- a case ---


async def test_the_dialog_tells_who_changed_what_from_and_to(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await edit_the_department(pilot, app)
        await services.cases.set_handler(await the_case(services), "ola", "ola")
        await press(pilot, "f12")
        dialog = told(app, "Saksbehandler: Kari Testesen → Ola Prøvesen", "Det du har skrevet, står der ennå.")
        assert [each.actor for each in dialog.edits] == ["Ola Prøvesen"]
        assert "Enter Velg   S Se endringen   P Prøv igjen   ESC Avbryt" in text(app)


def test_without_a_second_try_the_keys_offer_none() -> None:
    assert "P Prøv igjen" not in ConflictDialog("Saken er endret.", [], can_retry=False).key_texts


async def test_try_again_saves_only_what_was_changed_here(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await edit_the_department(pilot, app)
        await services.cases.set_handler(await the_case(services), "ola", "ola")
        await press(pilot, "f12", "p")
        assert isinstance(app.screen, CaseScreen)
        case = await the_case(services)
        assert (case.department, case.handler) == ("K020", "ola")
        assert "Endre saken" not in text(app)


async def test_the_choices_are_walked_with_the_arrows(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await edit_the_department(pilot, app)
        await services.cases.set_handler(await the_case(services), "ola", "ola")
        await press(pilot, "f12", "down", "enter")
        assert (await the_case(services)).department == "K020"


async def test_see_the_change_shows_it_beside_what_is_typed(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await edit_the_department(pilot, app)
        await services.cases.set_department(await the_case(services), "K030", "ola")
        await press(pilot, "f12", "s")
        assert isinstance(app.screen, CaseScreen)
        line = next(line for line in text(app).splitlines() if line.startswith("  Avdeling   ") and "K020" in line)
        assert "Avdeling       K030" in text(app)
        assert "Ola Prøvesen: K010 → K030" in text(app)
        assert line.split() == ["Avdeling", "K020"]
        await press(pilot, "f12")
        assert (await the_case(services)).department == "K020"


async def test_cancel_leaves_the_form_with_what_was_typed(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await edit_the_department(pilot, app)
        await services.cases.set_status(await the_case(services), "paused", "ola")
        await press(pilot, "f12", "escape")
        assert "K020" in text(app)
        assert (await the_case(services)).department == "K010"


async def test_a_case_that_an_import_closes_keeps_its_new_status(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await edit_the_department(pilot, app)
        await services.payments.add(BARNEHAGE, 5_282_66, TODAY, "ola")
        await press(pilot, "f12")
        told(app, "Status: åpen → avsluttet", "Utestående: 4 998,00 → 0,00")
        await press(pilot, "p")
        case = await the_case(services)
        assert (case.department, case.status) == ("K020", "closed")


# --- payments ---


async def test_a_payment_on_a_case_closed_under_ones_hands_is_told_and_kept(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "n", *"123,45")
        await services.cases.set_status(await the_case(services), "closed", "ola")
        await press(pilot, "f12")
        told(app, "ble avsluttet av en annen", "Innbetalingen er ikke lagret.", "Status: åpen → avsluttet")
        assert await payments(services) == []
        await press(pilot, "escape")
        assert "123,45" in text(app)
        assert "AVSLUTTET" in text(app)


async def test_it_can_be_entered_on_the_closed_case_all_the_same(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "n", *"123,45")
        await services.cases.set_status(await the_case(services), "closed", "ola")
        await press(pilot, "f12", "p")
        assert [each.amount for each in await payments(services)] == [123_45]


async def test_a_case_that_was_closed_when_one_came_takes_payments_without_a_word(
    app: Kk2App, services: Services
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag", "0221-00000062")
        await press(pilot, "n", *"10", "f12")
        assert isinstance(app.screen, CaseScreen)
        assert [each.amount for each in await payments(services, "0221-00000062")] == [10_00]


async def test_deleting_what_another_has_deleted_tells_who(app: Kk2App, services: Services) -> None:
    payment = await services.payments.add(BARNEHAGE, 100_00, TODAY, "kari")
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "s")
        await write(pilot, "feil")
        await services.payments.delete(payment.id, "dobbel", "ola")
        await press(pilot, "enter", "j")
        told(app, "er slettet fra før", "Ola Prøvesen", "Slettet: (tom) → ja: dobbel")


async def test_moving_what_another_has_moved_tells_who(app: Kk2App, services: Services) -> None:
    payment = await services.payments.add(BARNEHAGE, 100_00, TODAY, "kari")
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "f")
        await write(pilot, "transport")
        await press(pilot, "enter")
        await services.payments.move(payment.id, TRANSPORT, "ola")
        await press(pilot, "j")
        told(app, "Ola Prøvesen", "Flyttet til: (tom) → P0009")


async def test_placing_what_another_has_placed_tells_who(app: Kk2App, services: Services) -> None:
    async with services.store.transaction("kari", "fra banken") as tx:
        tx.put(
            Payment(id="P1", case=None, creditor="0221", source="ocr", date=TODAY, amount=100_00, unplaced="blank_kid")
        )
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "4", "p")
        await write(pilot, "transport")
        await press(pilot, "enter")
        await services.payments.place("P1", BARNEHAGE, "ola")
        await press(pilot, "j")
        told(app, "ikke blant de uplasserte", "Ola Prøvesen", f"Sak: (tom) → {BARNEHAGE}")


# --- set-up ---


async def test_a_creditors_form_saves_on_top_of_the_others_change(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "a", "enter", "e", "ctrl+u")
        await write(pilot, "Testvik by")
        await services.creditors.change(replace(await the_creditor(services), phone="99 99 99 99"), "kari")
        await press(pilot, "f12")
        told(app, "Telefon: (tom) → 99 99 99 99")
        await press(pilot, "p")
        saved = await the_creditor(services)
        assert (saved.name, saved.phone) == ("Testvik by", "99 99 99 99")


async def test_a_ledger_line_is_added_beside_the_one_that_another_added(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "a", "enter", "4", "n")
        await write(pilot, "K040")
        await press(pilot, "enter")
        await write(pilot, "2131040")
        seen = await the_creditor(services)
        await services.creditors.add_ledger_line(seen, replace(seen.ledger_lines[0], ledger_type="K030"), "kari")
        await press(pilot, "f12")
        told(app, "Reskontroer: K010 2131010")
        await press(pilot, "p")
        assert [line.ledger_type for line in (await the_creditor(services)).ledger_lines][2:] == ["K030", "K040"]


async def test_a_ledger_line_is_deleted_from_the_creditor_as_it_is_now(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "a", "enter", "4", "down", "s")
        await services.creditors.change(replace(await the_creditor(services), phone="99"), "kari")
        await press(pilot, "j")
        told(app, "Telefon")
        await press(pilot, "p")
        saved = await the_creditor(services)
        assert ([line.ledger_type for line in saved.ledger_lines], saved.phone) == (["K010"], "99")


async def test_a_handlers_form_saves_on_top_of_the_others_change(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "a", "tab", "down", "enter", "ctrl+u")
        await write(pilot, "Ola P. Prøvesen")
        ola = await services.handlers.require("ola")
        await services.handlers.change(replace(ola, email="ny@testvik.invalid"), "kari")
        await press(pilot, "f12")
        told(app, "E-post: ola@testvik.invalid → ny@testvik.invalid")
        await press(pilot, "p")
        assert isinstance(app.screen, AdminScreen)
        saved = await services.handlers.require("ola")
        assert (saved.name, saved.email) == ("Ola P. Prøvesen", "ny@testvik.invalid")


async def test_a_refusal_that_no_one_else_is_behind_is_a_plain_error(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "a", "n")
        for field in ("0221", "Annen", "1", "IK", "1", "2", "3"):
            await write(pilot, field)
            await press(pilot, "enter")
        await press(pilot, "f12")
        assert isinstance(app.screen, ErrorDialog)
        assert "finnes fra før" in app.screen.message


def test_what_is_gone_and_what_has_no_fields_is_told_in_a_word() -> None:
    when = TODAY.strftime("%d.%m.%Y")
    edits = [
        Edit(actor="Ola", time=_noon(), reason="Bilag bokført", fields=()),
        Edit(actor="Kari", time=_noon(), reason="bort", fields=(), removed=True),
    ]
    assert edit_lines(edits) == [f"Kari {when} 12:00:", "  Fjernet.", f"Ola {when} 12:00:", "  Bilag bokført"]


def _noon() -> datetime:
    return datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=OSLO)
