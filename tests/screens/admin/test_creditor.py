"""Kreditor: its four tabs, what is told at the fields, and what a change does to the cases."""

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from data.documents import BankAccount, BankReference, Case, Creditor, LedgerLine
from kk2tui.app import Kk2App
from screens.admin.creditor import CreditorScreen
from screens.dialogs.confirm_dialog import ConfirmDialog
from screens.dialogs.conflict_dialog import ConflictDialog
from screens.dialogs.error_dialog import ErrorDialog
from screens.dialogs.help_dialog import HelpDialog
from services.registry import Services
from tests.screens.driving import press, write
from tests.screens.stand_in import BARNEHAGE, unplaced_payment
from tests.screens.widgets.stage import LARGE, SMALL, lines, text

BOTH_SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])
GENERAL, ACCOUNTS, ACCOUNTING, LEDGERS = "1234"
ACCOUNT, OTHER_ACCOUNT = "12345678911", "12345688003"


async def open_on(pilot: Pilot[None], app: Kk2App, tab: str = GENERAL) -> None:
    await press(pilot)
    app.push_screen(CreditorScreen("0221"))
    await press(pilot)
    await press(pilot, tab)


async def stored(services: Services) -> Creditor:
    return await services.creditors.get("0221")


async def renew(pilot: Pilot[None], words: str) -> None:
    """Other words in the field with the cursor, and on to the next."""
    await press(pilot, "ctrl+u")
    await write(pilot, words)
    await press(pilot, "enter")


def assert_asked(app: Kk2App, *words: str) -> None:
    assert isinstance(app.screen, ConfirmDialog)
    for each in words:
        assert each in " ".join(text(app).replace("│", " ").split())


# --- the frame ---


@BOTH_SIZES
async def test_numbers_change_tab_and_the_heading_stays(app: Kk2App, size: tuple[int, int]) -> None:
    names = ("Kreditor", "Bankkontoer og KID", "Regnskapsintegrasjon", "Reskontroer")
    async with app.run_test(size=size) as pilot:
        await open_on(pilot, app)
        for number, name in enumerate(names, 1):
            await press(pilot, str(number))
            assert lines(app)[0].split() == ["Kreditor", "0221", "·", "Testvik", "kommune", "Selskap", "1"]
            assert f"▌{number} {name}▐" in lines(app)[2]


async def test_f1_explains_the_tab_in_front(app: Kk2App) -> None:
    async with app.run_test(size=LARGE) as pilot:
        await open_on(pilot, app, LEDGERS)
        await press(pilot, "f1")
        assert isinstance(app.screen, HelpDialog)
        assert "En linje endres ikke der den står" in " ".join(text(app).replace("│", " ").split())


@BOTH_SIZES
@pytest.mark.parametrize(("tab", "key"), [(GENERAL, "e"), (ACCOUNTS, "n"), (ACCOUNTING, "e"), (LEDGERS, "n")])
async def test_every_form_fits_the_smallest_terminal(app: Kk2App, size: tuple[int, int], tab: str, key: str) -> None:
    async with app.run_test(size=size) as pilot:
        await open_on(pilot, app, tab)
        await press(pilot, key)
        shown = app.screen.query("Form.-open Field")
        assert len(shown) >= 3
        assert all(field.region.bottom <= size[1] - 2 for field in shown)
        assert lines(app)[-1].startswith(" F12 Lagre   ESC Avbryt")


async def test_leaving_with_something_typed_asks_first(app: Kk2App) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, LEDGERS)
        await press(pilot, "n", "k")
        await press(pilot, "escape")
        assert_asked(app, "Forkaste det du har skrevet?", "Reskontrolinjen er ikke lagret.")
        await press(pilot, "n")
        assert not isinstance(app.screen, ConfirmDialog)
        await press(pilot, "escape", "j")
        assert lines(app)[-1].startswith(" N Ny")


# --- Kreditor ---


async def test_the_creditor_is_changed_and_shown(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app)
        await press(pilot, "e")
        await renew(pilot, "Testvik by")
        await renew(pilot, "Rådhusplassen 1 / 9998 TESTVIK")
        await renew(pilot, "post@testvik.invalid")
        await renew(pilot, "12 34 56 78")
        await press(pilot, "right", "enter", "right", "f12")
        saved = await stored(services)
        assert (saved.name, saved.address) == ("Testvik by", ("Rådhusplassen 1", "9998 TESTVIK"))
        assert (saved.email, saved.phone) == ("post@testvik.invalid", "12 34 56 78")
        assert (saved.language, saved.letters) == ("nn", "each")
        for words in ("Testvik by", "9998 TESTVIK", "nynorsk", "en e-post for hvert varsel"):
            assert words in text(app)


async def test_what_is_wrong_is_told_at_the_field_and_nothing_is_saved(app: Kk2App, services: Services) -> None:
    before = await stored(services)
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app)
        await press(pilot, "e")
        await renew(pilot, " ")
        await press(pilot, "enter")
        await renew(pilot, "post")
        await press(pilot, "enter", "enter", "enter")
        await renew(pilot, "-5")
        await press(pilot, "f12")
        for words in (
            "! Navnet må være fylt ut.",
            "! E-postadressen skal",
            "! Behandlingsterskelen kan ikke være negativ.",
        ):
            assert words in text(app)
        assert await stored(services) == before


async def test_a_threshold_that_cannot_be_read_takes_the_cursor(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app)
        await press(pilot, "e", *["enter"] * 6)
        await renew(pilot, "1.5")
        await press(pilot, "f12")
        assert "! Øre skrives etter komma. Mente du 1,5?" in text(app)
        assert (await stored(services)).threshold == 210_00


async def test_a_new_threshold_says_what_it_does_and_closes_the_cases_under_it(app: Kk2App, services: Services) -> None:
    await services.payments.add(BARNEHAGE, 4_900_00, services.clock.today(), "kari")
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app)
        await press(pilot, "e", *["enter"] * 6)
        await renew(pilot, "500")
        await press(pilot, "f12")
        assert_asked(app, "Endre det som gjelder alle sakene?", "fra 210,00 til 500,00")
        await press(pilot, "j")
        assert (await stored(services)).threshold == 500_00
        case = await services.store.get(Case, BARNEHAGE)
        assert case is not None
        assert case.status == "closed"
        assert "500,00" in text(app)


async def test_the_order_of_coverage_is_moved_with_space(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app)
        await press(pilot, "e", *["enter"] * 7)
        await press(pilot, "right", "right", "right", "space", "space", "space", "space", "f12")
        assert_asked(app, "Oppdekning: renter, hovedstol, omkostninger, gebyr.")
        await press(pilot, "j")
        assert (await stored(services)).coverage == ("interest", "principal", "costs", "fees")


async def test_a_conflict_keeps_what_was_typed_and_does_not_undo_the_others_change(
    app: Kk2App, services: Services
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app)
        await press(pilot, "e")
        await renew(pilot, "Testvik by")
        await services.creditors.change(replace(await stored(services), phone="99 99 99 99"), "kari")
        await press(pilot, "f12")
        assert isinstance(app.screen, ConflictDialog)
        assert app.screen.code == "conflict"
        await press(pilot, "escape")
        assert "Testvik by" in text(app)
        assert "99 99 99 99" in text(app)
        await press(pilot, "f12")
        saved = await stored(services)
        assert (saved.name, saved.phone) == ("Testvik by", "99 99 99 99")


# --- Regnskapsintegrasjon ---


async def test_accounting_is_changed_and_a_new_company_asks_first(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, ACCOUNTING)
        await press(pilot, "e", "enter", "enter")
        await renew(pilot, "1920")
        await press(pilot, "shift+tab", "shift+tab", "shift+tab")
        await renew(pilot, "7")
        await press(pilot, "tab", "tab", "tab", "tab", "tab", "tab", "space", "f12")
        assert_asked(app, "Bytte selskap fra 1 til 7?", "ligger i selskap 1")
        await press(pilot, "j")
        saved = await stored(services)
        assert (saved.company, saved.accounting.bank, saved.accounting.approve) == ("7", "1920", True)
        assert lines(app)[0].endswith("Selskap 7")


async def test_an_account_that_is_missing_is_told_at_its_field(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, ACCOUNTING)
        await press(pilot, "e", "enter", "enter", "enter")
        await renew(pilot, "")
        await press(pilot, "f12")
        assert "! Kontoen for renter må være fylt ut." in text(app)
        assert (await stored(services)).accounting.interest == "1900001"


# --- Bankkontoer og KID ---


async def test_an_account_is_added_with_its_agreement(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, ACCOUNTS)
        await press(pilot, "n")
        await write(pilot, "1234 56 88003")
        await press(pilot, "enter")
        assert "1234.56.88003" in text(app)
        await renew(pilot, "13, 8")
        await press(pilot, "right", "f12")
        added = BankAccount(account=OTHER_ACCOUNT, kid_lengths=(8, 13), kid_check="mod11")
        assert (await stored(services)).bank_accounts[1:] == (added,)
        assert "8, 13" in text(app)


async def test_a_wrong_account_is_explained_as_it_is_left(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, ACCOUNTS)
        await press(pilot, "n")
        await write(pilot, "12345678912")
        await press(pilot, "enter")
        assert "! Kontrollsifferet stemmer ikke:" in text(app)
        await renew(pilot, "30")
        assert "! Skriv tall fra 2 til 25" in text(app)
        await press(pilot, "f12")
        assert len((await stored(services)).bank_accounts) == 1


async def test_the_account_of_another_creditor_is_refused_and_what_was_typed_stays(
    app: Kk2App, services: Services
) -> None:
    other = replace(await stored(services), id="0222", rev=0, bank_accounts=(BankAccount(account=OTHER_ACCOUNT),))
    await services.creditors.add(other, "kari")
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, ACCOUNTS)
        await press(pilot, "n")
        await write(pilot, OTHER_ACCOUNT)
        await press(pilot, "f12")
        assert isinstance(app.screen, ErrorDialog)
        assert "hører til kreditor 0222" in app.screen.message
        await press(pilot, "enter")
        assert "1234.56.88003" in text(app)


async def test_an_agreement_is_replaced_after_a_question(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, ACCOUNTS)
        await press(pilot, "n")
        await write(pilot, ACCOUNT)
        await press(pilot, "enter")
        await renew(pilot, "10")
        await press(pilot, "f12")
        assert_asked(app, "Erstatte KID-avtalen for konto 1234.56.78911?", "KID på 13 siffer", "KID på 10 siffer")
        await press(pilot, "j")
        assert (await stored(services)).bank_accounts == (BankAccount(account=ACCOUNT, kid_lengths=(10,)),)


async def test_an_account_with_unplaced_payments_is_not_deleted(app: Kk2App, services: Services) -> None:
    async with services.store.transaction("kari", "Uplassert") as tx:
        tx.put(unplaced_payment(bank=BankReference(account=ACCOUNT, transaction_type="10")))
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, ACCOUNTS)
        await press(pilot, "s")
        assert_asked(app, "Slette konto 1234.56.78911?")
        await press(pilot, "j")
        assert isinstance(app.screen, ErrorDialog)
        assert app.screen.code == "payments_wait"
        assert len((await stored(services)).bank_accounts) == 1


async def test_an_account_is_deleted_and_then_there_is_nothing_to_delete(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, ACCOUNTS)
        await press(pilot, "s", "j")
        assert (await stored(services)).bank_accounts == ()
        assert "Ingen bankkontoer. N legger til en." in text(app)
        assert lines(app)[-1].startswith(" N Ny   F1 Hjelp")


# --- Reskontroer ---


async def test_a_ledger_line_is_added(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, LEDGERS)
        await press(pilot, "n")
        for words in ("K030", "2131030", "standard"):
            await write(pilot, words)
            await press(pilot, "enter")
        await press(pilot, "f12")
        added = LedgerLine(ledger_type="K030", account="2131030", flow="standard")
        assert (await stored(services)).ledger_lines[2:] == (added,)
        assert "K030" in text(app)


async def test_an_empty_line_is_told_at_both_fields(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, LEDGERS)
        await press(pilot, "n", "f12")
        assert "! Hver reskontrolinje må ha en reskontrotype." in text(app)
        assert "! Hver reskontrolinje må ha en konto." in text(app)
        assert len((await stored(services)).ledger_lines) == 2


async def test_a_new_line_replaces_the_old_one_of_its_type_after_a_question(app: Kk2App, services: Services) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, LEDGERS)
        await press(pilot, "n")
        await write(pilot, "K010")
        await press(pilot, "enter")
        await write(pilot, "2139999")
        await press(pilot, "f12")
        assert_asked(app, "Erstatte linjen for K010?", "konto 2131010", "konto 2139999", "1 sak, går over")
        await press(pilot, "n")
        assert "2139999" in text(app)
        assert len((await stored(services)).ledger_lines) == 2
        await press(pilot, "f12", "j")
        assert (await stored(services)).ledger_lines[0] == LedgerLine(ledger_type="K010", account="2139999")


async def test_deleting_a_line_warns_of_the_cases_that_use_it(app: Kk2App, services: Services) -> None:
    await services.payments.add(BARNEHAGE, 100_00, services.clock.today(), "kari")
    async with app.run_test(size=SMALL) as pilot:
        await open_on(pilot, app, LEDGERS)
        await press(pilot, "s")
        assert_asked(app, "Slette linjen for K010?", "! 1 sak og 1 innbetaling til bokføring, sum 100,00, blir uten")
        await press(pilot, "n")
        assert (await stored(services)).ledger_line("K010") is not None
        await press(pilot, "s", "j")
        assert [line.ledger_type for line in (await stored(services)).ledger_lines] == ["K020"]
        assert "K010" not in text(app)
