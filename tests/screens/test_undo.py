"""U takes back the last action of this handler, and the line above the keys says what that was."""

from datetime import date

import pytest
from textual.pilot import Pilot

from data.documents import BankReference, Case, Payment
from kk2tui.app import Kk2App
from screens.admin.admin import AdminScreen
from screens.admin.creditor import CreditorScreen
from screens.case.screen import CaseScreen
from screens.dialogs.error_dialog import ErrorDialog
from screens.menu import MenuScreen
from services.registry import Services
from services.undo import LASTS
from tests.screens.driving import press, write
from tests.screens.stand_in import BARNEHAGE, TRANSPORT, unplaced_payment
from tests.screens.test_case import open_on
from tests.screens.widgets.stage import LARGE, SMALL, lines, text


async def case_now(services: Services, number: str = BARNEHAGE) -> Case:
    return await services.cases.require(number)


async def pay(services: Services, amount: int = 1_000_00) -> Payment:
    return await services.payments.add(BARNEHAGE, amount, date(2026, 11, 20), "kari")


async def live(services: Services, number: str = BARNEHAGE) -> list[int]:
    payments = await services.store.find(Payment, "case", number)
    return [payment.amount for payment in payments if payment.deleted is None]


async def test_a_payment_entered_is_offered_back_and_taken(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "n")
        await write(pilot, "1234,5")
        await press(pilot, "f12")
        assert "Innbetaling 1 234,50 er ført · U angrer" in lines(app)[-2]
        await press(pilot, "u")
        assert "Angret: Innbetaling 1 234,50 er ført" in lines(app)[-2]
        assert "Ingen innbetalinger." in text(app)
    assert await live(services) == []


async def test_a_deleted_payment_comes_back(app: Kk2App, services: Services) -> None:
    await pay(services)
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "s")
        await write(pilot, "Feil")
        await press(pilot, "enter", "j")
        assert "Innbetaling 1 000,00 er slettet · U angrer" in lines(app)[-2]
        await press(pilot, "u")
    assert await live(services) == [1_000_00]


async def test_a_moved_payment_is_back(app: Kk2App, services: Services) -> None:
    await pay(services)
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "f")
        await write(pilot, "transport")
        await press(pilot, "enter", "j")
        assert f"Innbetaling 1 000,00 er flyttet til sak {TRANSPORT} · U angrer" in lines(app)[-2]
        await press(pilot, "u")
    assert (await live(services), await live(services, TRANSPORT)) == ([1_000_00], [])


async def test_what_was_set_on_a_case_is_set_back(app: Kk2App, services: Services) -> None:
    before = await case_now(services)
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Generelt")
        await press(pilot, "e", "end")
        await write(pilot, "9")
        await press(pilot, "f12", "j")
        assert (await case_now(services)).department == before.department + "9"
        assert f"Sak {BARNEHAGE} er endret · U angrer" in lines(app)[-2]
        await press(pilot, "u")
    assert (await case_now(services)).department == before.department


async def test_to_save_what_is_not_changed_takes_nothing_older_back(app: Kk2App, services: Services) -> None:
    await services.cases.set_department(await case_now(services), "K020", "kari")
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Generelt")
        await press(pilot, "e", "f12", "u")
        assert "angrer" not in text(app)
    assert (await case_now(services)).department == "K020"


async def test_the_offer_follows_the_handler_to_the_screen_below(app: Kk2App, services: Services) -> None:
    await pay(services)
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "b", "escape")
        assert isinstance(app.screen, MenuScreen)
        assert "Innbetaling 1 000,00 skal ikke bokføres · U angrer" in lines(app)[-2]
        await press(pilot, "u")
    (payment,) = await services.store.find(Payment, "case", BARNEHAGE)
    assert payment.posting == "pending"


async def test_the_key_is_not_offered_where_it_is_a_letter(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "n")
        await write(pilot, "500")
        await press(pilot, "f12", "n")
        assert lines(app)[-2].rstrip(" ─").endswith("Innbetaling 500,00 er ført")
        await press(pilot, "escape")
        assert "er ført · U angrer" in lines(app)[-2]


async def test_the_next_action_takes_its_place(app: Kk2App, services: Services) -> None:
    await pay(services)
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "b", "b")
        assert "Innbetaling 1 000,00 skal bokføres · U angrer" in lines(app)[-2]
        await press(pilot, "u", "u")
    (payment,) = await services.store.find(Payment, "case", BARNEHAGE)
    assert payment.posting == "excluded"


async def test_nothing_is_taken_back_when_nothing_was_done(app: Kk2App, services: Services) -> None:
    await pay(services)
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "u")
        assert isinstance(app.screen, CaseScreen)
        assert "undo" not in vars(services)
    assert await live(services) == [1_000_00]


async def test_after_a_while_the_offer_is_gone(
    app: Kk2App, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pay(services)
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "b")
        later = services.clock.now() + 2 * LASTS
        monkeypatch.setattr(services.clock, "now", lambda: later)
        await press(pilot, "u")
        told = "For sent å angre (ti minutter): Innbetaling 1 000,00 skal ikke bokføres"
        assert told in lines(app)[-2]
        assert "U angrer" not in text(app)
        await press(pilot, "u", "escape")
        assert "U angrer" not in text(app)
    (payment,) = await services.store.find(Payment, "case", BARNEHAGE)
    assert payment.posting == "excluded"


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("key", ["down", "f1", "x", "ctrl+p"])
async def test_after_a_while_the_words_go_with_the_next_key(
    app: Kk2App, services: Services, monkeypatch: pytest.MonkeyPatch, key: str, size: tuple[int, int]
) -> None:
    await pay(services)
    async with app.run_test(size=size) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "b", key, *(["escape"] if key != "x" else []))
        assert "U angrer" in lines(app)[-2]
        later = services.clock.now() + 2 * LASTS
        monkeypatch.setattr(services.clock, "now", lambda: later)
        await press(pilot)
        assert "U angrer" in lines(app)[-2]  # nothing is sent to a screen that nobody touches
        await press(pilot, key)
        assert "angrer" not in text(app)


async def test_a_key_that_is_given_to_undo_says_too_that_it_is_too_late(
    app: Kk2App, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.changed_keys = {"common.undo": "ctrl+z"}
    await pay(services)
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "b")
        assert "Ctrl+Z angrer" in lines(app)[-2]
        later = services.clock.now() + 2 * LASTS
        monkeypatch.setattr(services.clock, "now", lambda: later)
        await press(pilot, "ctrl+z")
        assert "For sent å angre" in lines(app)[-2]


async def test_what_was_said_of_another_time_is_not_said_again(app: Kk2App, services: Services) -> None:
    await pay(services)
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, "Avdrag")
        await press(pilot, "b", "u")
        assert "Angret: " in lines(app)[-2]
        await press(pilot, "f1", "escape")
        assert "Angret: " not in text(app)


# --- set-up ---


async def open_admin(pilot: Pilot[None], app: Kk2App) -> None:
    await press(pilot)
    app.push_screen(AdminScreen())
    await press(pilot)


async def test_a_handler_is_changed_back_on_the_list_of_handlers(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_admin(pilot, app)
        await press(pilot, "tab", "end", "enter", "end")
        await write(pilot, "x")
        await press(pilot, "f12")
        assert "Ola Prøvesenx er endret · U angrer" in lines(app)[-2]
        await press(pilot, "u")
        assert "Ola Prøvesenx" not in "\n".join(lines(app)[:-2])
    assert (await services.handlers.require("ola")).name == "Ola Prøvesen"


async def test_a_ledger_line_that_was_deleted_is_back(app: Kk2App, services: Services) -> None:
    before = (await services.creditors.get("0221")).ledger_lines
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot)
        app.push_screen(CreditorScreen("0221"))
        await press(pilot)
        await press(pilot, "4", "s", "j")
        assert len((await services.creditors.get("0221")).ledger_lines) == len(before) - 1
        assert "Kreditor 0221 er endret · U angrer" in lines(app)[-2]
        await press(pilot, "u")
    assert (await services.creditors.get("0221")).ledger_lines == before


async def test_an_account_that_money_has_come_in_on_since_is_not_taken_away(app: Kk2App, services: Services) -> None:
    account = "12345688003"
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot)
        app.push_screen(CreditorScreen("0221"))
        await press(pilot)
        await press(pilot, "2", "n")
        await write(pilot, account)
        await press(pilot, "f12")
        assert "U angrer" in lines(app)[-2]
        bank = BankReference(account=account, transaction_type="10")
        async with services.store.transaction("kari", "Oppdiktet") as tx:
            tx.put(unplaced_payment(bank=bank))
        await press(pilot, "u")
        assert isinstance(app.screen, ErrorDialog)
        assert app.screen.code == "payments_wait"
    assert account in [each.account for each in (await services.creditors.get("0221")).bank_accounts]
