"""Administrasjon: the lists of creditors and handlers, a new creditor, and a handler."""

from dataclasses import replace as with_fields

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from data.documents import Creditor, Handler
from kk2tui.app import Kk2App
from screens.admin.admin import AdminScreen
from screens.admin.creditor import CreditorScreen
from screens.admin.handler import HandlerScreen
from screens.admin.new_creditor import NewCreditorScreen
from screens.dialogs.confirm_dialog import ConfirmDialog
from screens.dialogs.conflict_dialog import ConflictDialog
from screens.dialogs.error_dialog import ErrorDialog
from services.handlers import fingerprint_of
from services.registry import Services
from tests.screens.driving import press, write
from tests.screens.stand_in import OLA
from tests.screens.widgets.stage import LARGE, SMALL, lines, text
from tests.services.keys import ed25519

BOTH_SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])


async def open_admin(pilot: Pilot[None], app: Kk2App) -> None:
    await press(pilot)
    app.push_screen(AdminScreen())
    await press(pilot)


async def type_in(pilot: Pilot[None], *words: str) -> None:
    """Words into one field after the other."""
    for each in words:
        await write(pilot, each)
        await press(pilot, "enter")


async def refused(app: Kk2App, code: str) -> str:
    assert isinstance(app.screen, ErrorDialog)
    assert app.screen.code == code
    return app.screen.message


@BOTH_SIZES
async def test_both_lists_are_shown_and_the_keys_follow_the_list(app: Kk2App, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        await open_admin(pilot, app)
        for words in ("0221      Testvik kommune", "210,00", "Kari Testesen", "administrator", "Ola Prøvesen"):
            assert words in text(app)
        assert lines(app)[-1].startswith(" Enter Åpne   N Ny   Tab Bytt liste")
        await press(pilot, "tab")
        assert lines(app)[-1].startswith(" Enter Åpne   N Ny   S Fjern   Tab Bytt liste")


@pytest.mark.parametrize("key", ["a", "A"])
async def test_the_menu_leads_here(app: Kk2App, key: str) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, key)
        assert isinstance(app.screen, AdminScreen)
        assert "Testvik kommune" in text(app)


async def test_a_creditor_without_accounts_and_ledgers_is_marked(app: Kk2App, services: Services) -> None:
    await services.creditors.change(
        replace(await services.creditors.get("0221"), bank_accounts=(), ledger_lines=()), "kari"
    )
    async with app.run_test(size=SMALL) as pilot:
        await open_admin(pilot, app)
        assert text(app).count("! ingen") == 2


async def test_others_than_administrators_are_told_whom_to_ask(app: Kk2App, services: Services) -> None:
    app.services = with_fields(services, handler=OLA)
    async with app.run_test(size=SMALL) as pilot:
        await open_admin(pilot, app)
        assert "Oppsettet kan bare endres av en administrator. Spør Kari Testesen." in text(app)
        assert "0221" not in text(app)
        assert lines(app)[-1] == " F1 Hjelp   ESC Tilbake"
        await press(pilot, "n", "enter", "s")
        assert isinstance(app.screen, AdminScreen)


async def test_one_who_loses_the_role_meanwhile_is_refused_when_saving(app: Kk2App, services: Services) -> None:
    await services.handlers.change(replace(OLA, rev=1, role="admin"), "kari")
    async with app.run_test(size=SMALL) as pilot:
        await open_admin(pilot, app)
        await press(pilot, "tab", "down", "enter")
        assert isinstance(app.screen, HandlerScreen)
        kari = await services.handlers.require("kari")
        await services.handlers.change(replace(kari, role="handler"), "ola")
        await press(pilot, "ctrl+u")
        await write(pilot, "Ola P. Prøvesen")
        await press(pilot, "f12")
        assert "Ingenting er endret" in await refused(app, "not_admin")
        await press(pilot, "enter")
        assert "Ola P. Prøvesen" in text(app)


# --- creditors ---


async def test_enter_opens_the_creditor_and_escape_comes_back(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_admin(pilot, app)
        await press(pilot, "enter")
        assert isinstance(app.screen, CreditorScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, AdminScreen)


async def test_a_new_creditor_is_saved_and_opened(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_admin(pilot, app)
        await press(pilot, "n")
        await type_in(pilot, "0222", "Testvik havn", "2", "IK", "1920", "8050", "3900")
        await press(pilot, "f12")
        assert isinstance(app.screen, CreditorScreen)
        assert lines(app)[0].split() == ["Kreditor", "0222", "·", "Testvik", "havn", "Selskap", "2"]
        saved = await services.creditors.get("0222")
        assert (saved.company, saved.accounting.fees, saved.threshold) == ("2", "3900", 210_00)
        await press(pilot, "escape")
        assert isinstance(app.screen, AdminScreen)
        assert "Testvik havn" in text(app)


async def test_what_a_new_creditor_lacks_is_told_at_the_field_and_nothing_is_saved(
    app: Kk2App, services: Services
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_admin(pilot, app)
        await press(pilot, "n")
        await type_in(pilot, "22", "Testvik havn")
        await press(pilot, "f12")
        assert "! Nummeret skal være fire siffer." in text(app)
        assert "! Kontoen for renter må være fylt ut." in text(app)
        assert "! Navnet" not in text(app)
        await press(pilot, "ctrl+u")
        await type_in(pilot, "0222")
        await press(pilot, "f12")
        assert "! Nummeret" not in text(app)
        assert [each.number for each in await services.creditors.all()] == ["0221"]


async def test_a_number_that_is_taken_keeps_what_was_typed(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_admin(pilot, app)
        await press(pilot, "n")
        await type_in(pilot, "0221", "Testvik havn", "2", "IK", "1920", "8050", "3900")
        await press(pilot, "f12")
        assert "finnes fra før" in await refused(app, "conflict")
        await press(pilot, "enter")
        assert "Testvik havn" in text(app)
        stored = await services.store.get(Creditor, "0221")
        assert stored is not None
        assert stored.name == "Testvik kommune"


async def test_leaving_a_new_creditor_half_done_asks_first(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_admin(pilot, app)
        await press(pilot, "n")
        await type_in(pilot, "0222")
        await press(pilot, "escape")
        assert isinstance(app.screen, ConfirmDialog)
        await press(pilot, "n")
        assert isinstance(app.screen, NewCreditorScreen)
        await press(pilot, "escape", "j")
        assert isinstance(app.screen, AdminScreen)


# --- handlers ---


async def test_a_new_handler_is_registered(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_admin(pilot, app)
        await press(pilot, "tab", "n")
        await type_in(pilot, "per", "Per Prøvesen", "per@testvik.invalid")
        await press(pilot, "f12")
        assert isinstance(app.screen, AdminScreen)
        assert "Per Prøvesen" in text(app)
        per = await services.handlers.require("per")
        assert (per.email, per.role) == ("per@testvik.invalid", "handler")


async def test_what_is_wrong_with_a_handler_is_told_at_the_field(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_admin(pilot, app)
        await press(pilot, "tab", "n")
        await type_in(pilot, "Per Olsen", "", "per")
        await press(pilot, "f12")
        for words in (
            "! Innlogging: små bokstaver",
            "! Saksbehandleren må ha et navn.",
            "! E-postadressen skal se ut som",
        ):
            assert words in text(app)
        assert app.focused is not None
        assert len(await services.handlers.all()) == 2


async def test_the_role_is_changed_with_the_arrows(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_admin(pilot, app)
        await press(pilot, "tab", "down", "enter", "enter", "enter", "right", "f12")
        assert isinstance(app.screen, AdminScreen)
        assert (await services.handlers.require("ola")).role == "admin"
        assert text(app).count("administrator") == 2


async def test_a_conflict_keeps_what_was_typed_and_takes_the_rest_from_the_store(
    app: Kk2App, services: Services
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_admin(pilot, app)
        await press(pilot, "tab", "down", "enter")
        await press(pilot, "ctrl+u")
        await write(pilot, "Ola P. Prøvesen")
        ola = await services.handlers.require("ola")
        await services.handlers.change(replace(ola, email="ny@testvik.invalid"), "kari")
        await press(pilot, "f12")
        assert isinstance(app.screen, ConflictDialog)
        await press(pilot, "escape")
        assert "Ola P. Prøvesen" in text(app)
        assert "ny@testvik.invalid" in text(app)
        await press(pilot, "f12")
        saved = await services.handlers.require("ola")
        assert (saved.name, saved.email) == ("Ola P. Prøvesen", "ny@testvik.invalid")


async def answered(app: Kk2App, pilot: Pilot[None], question: str, *keys: str) -> None:
    assert isinstance(app.screen, ConfirmDialog)
    assert question in text(app)
    await press(pilot, *keys)


async def test_removing_tells_of_open_cases_and_is_refused_while_there_are_any(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_admin(pilot, app)
        await press(pilot, "tab", "down", "s")
        await answered(app, pilot, "! Har 1 åpen sak.", "j")
        assert "Ola Prøvesen har 1 åpen sak" in await refused(app, "refused")
        assert (await services.handlers.require("ola")).name == "Ola Prøvesen"


async def test_a_handler_without_cases_is_removed(app: Kk2App, services: Services) -> None:
    await services.handlers.register(Handler(id="per", name="Per Prøvesen", email=""), "kari")
    async with app.run_test(size=SMALL) as pilot:
        await open_admin(pilot, app)
        await press(pilot, "tab", "end", "s")
        await answered(app, pilot, "Fjerne Per Prøvesen?", "j")
        assert "Per Prøvesen" not in text(app)
        assert [each.id for each in await services.handlers.all()] == ["kari", "ola"]


async def test_a_handlers_keys_are_told_by_their_fingerprints(app: Kk2App, services: Services) -> None:
    key = ed25519("ola")
    await services.handlers.add(OLA.id, OLA.name, OLA.email, "handler", [key], services.actor)
    async with app.run_test(size=SMALL) as pilot:
        app.push_screen(HandlerScreen(OLA.id))
        await press(pilot)
        assert "SSH-nøkler: 1." in text(app)
        assert fingerprint_of(key) in text(app)
        app.push_screen(HandlerScreen())
        await press(pilot)
        assert "SSH-nøkler" not in text(app)
