"""Every screen, tab, form and dialog of the application, and how to open it where each has something to show.

    @pytest.mark.parametrize("place", PLACES, ids=str)
    async def test_...(place: Place, tmp_path: Path) -> None:
        async with at(place, tmp_path, size=SMALL) as (app, pilot):
            ...

`say` changes all stored texts (tests/screens/full_office.py); `theme` and `language` say how they are shown. A test
that goes through many places may keep one application: `running` it, `await place.open(pilot)`, `await home(pilot)`.

A new screen, tab, form or dialog is added to PLACES: test_every_screen.py finds those that are not there.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, cast

from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from data import language as languages
from kk2tui.app import Kk2App
from screens.admin import accounting, accounts, general, ledger
from screens.admin.admin import AdminScreen
from screens.admin.creditor import CreditorScreen
from screens.admin.entry_form import EntryForm
from screens.admin.handler import HandlerScreen
from screens.admin.new_creditor import NewCreditorScreen
from screens.base import AppWithServices
from screens.case.claims import ClaimsTab
from screens.case.documents import DocumentsTab
from screens.case.general import GeneralTab
from screens.case.general_form import GeneralForm
from screens.case.interest import InterestTab
from screens.case.log import LogTab
from screens.case.new_payment import NewPaymentForm
from screens.case.payments import PaymentsTab
from screens.case.screen import CaseScreen
from screens.case_import import CaseImportScreen
from screens.cases import CasesScreen
from screens.commands import CommandDialog
from screens.conversion import ConversionScreen
from screens.dialogs.amount_dialog import AmountDialog
from screens.dialogs.choice_dialog import ChoiceDialog
from screens.dialogs.choose_case_dialog import ChooseCaseDialog
from screens.dialogs.confirm_dialog import ConfirmDialog
from screens.dialogs.conflict_dialog import ConflictDialog
from screens.dialogs.error_dialog import ErrorDialog
from screens.dialogs.help_dialog import HelpDialog
from screens.dialogs.reading_dialog import ReadingDialog
from screens.dialogs.text_dialog import TextDialog
from screens.law import LawScreen
from screens.menu import MenuScreen
from screens.new_rate import NewRateForm
from screens.ocr_import import OcrImportScreen
from screens.outbox import OutboxScreen
from screens.posting import PostingScreen
from screens.receipts import ReceiptScreen, ReceiptsScreen
from screens.split_dialog import SplitDialog
from screens.unplaced import UnplacedScreen
from screens.visma_payments import VismaPaymentsScreen
from screens.widgets.list_table import ListTable
from services.edits import Edit, FieldEdit
from services.registry import Services
from tests.screens.driving import press
from tests.screens.full_office import FAMILY, RECEIPT, Say, full_office
from tests.screens.widgets.stage import SMALL

Size = tuple[int, int]


class Place(NamedTuple):
    """Somewhere in the application. `shows` is the class of what is in front there: screen, tab, form or dialog.

    `made` is the screen that it is on, None for the menu; `keys` lead on from there, and then it is waited for `ready`.
    """

    name: str
    shows: type[Widget]
    made: Callable[[], Screen[Any]] | None = None
    keys: tuple[str, ...] = ()
    ready: Callable[[Screen[Any]], bool] = bool

    def __str__(self) -> str:
        return self.name

    async def open(self, pilot: Pilot[Any]) -> None:
        """Go there from the menu, and wait until all of it is shown."""
        if self.made is not None:
            pilot.app.push_screen(self.made())
        await press(pilot)
        await press(pilot, *self.keys)
        async with asyncio.timeout(20):
            while not self.ready(pilot.app.screen):
                await press(pilot)


def case(tab: str, number: str = FAMILY) -> Callable[[], Screen[Any]]:
    """The case screen on a tab, by its name."""
    return lambda: CaseScreen(number, tab)


def creditor() -> Screen[Any]:
    return CreditorScreen("0221")


def receipt() -> Screen[Any]:
    return ReceiptScreen(RECEIPT, onward=PostingScreen)


def amount() -> Screen[Any]:
    return AmountDialog("Beløp til 0221-00000038", "Igjen 1 200,00", value=1_200_00)


def has_rows(screen: Screen[Any]) -> bool:
    """What was searched for has been found."""
    return bool(screen.query_one(ListTable).total)


def conflict() -> Screen[Any]:
    """Another has been faster."""
    field = FieldEdit(field="department", label="Avdeling", before="K010", after="K020")
    edit = Edit(actor="ola", time=datetime(2026, 11, 24, 6, 30, tzinfo=UTC), reason="Sak endret", fields=(field,))
    return ConflictDialog("Saken er endret av Ola Prøvesen. Ingenting er lagret.", [edit])


PLACES = (
    Place("hovedmeny", MenuScreen),
    Place("saker", CasesScreen, CasesScreen),
    Place("sak-generelt", GeneralTab, case("Generelt")),
    Place("sak-generelt-endre", GeneralForm, case("Generelt"), ("e",)),
    Place("sak-fordringer", ClaimsTab, case("Fordringer")),
    Place("sak-avdrag", PaymentsTab, case("Avdrag")),
    Place("sak-avdrag-ny", NewPaymentForm, case("Avdrag"), ("n",)),
    Place("sak-renter", InterestTab, case("Omkostninger og renter")),
    Place("sak-dokumenter", DocumentsTab, case("Dokumenter")),
    Place("sak-logg", LogTab, case("Logg")),
    Place("import-av-nye-saker", CaseImportScreen, CaseImportScreen),
    Place("import-av-ocr", OcrImportScreen, OcrImportScreen),
    Place("uplasserte", UnplacedScreen, UnplacedScreen),
    Place("bokforingsforslag", PostingScreen, PostingScreen),
    Place("betalinger-fra-visma", VismaPaymentsScreen, VismaPaymentsScreen),
    Place("konvertering", ConversionScreen, ConversionScreen),
    Place("kvitteringer", ReceiptsScreen, ReceiptsScreen),
    Place("kvittering", ReceiptScreen, receipt),
    Place("utboks", OutboxScreen, OutboxScreen),
    Place("administrasjon", AdminScreen, AdminScreen),
    Place("kreditor", general.GeneralTab, creditor),
    Place("kreditor-endre", EntryForm, creditor, ("e",)),
    Place("kreditor-kontoer", accounts.AccountsTab, creditor, ("2",)),
    Place("kreditor-kontoer-ny", EntryForm, creditor, ("2", "n")),
    Place("kreditor-regnskap", accounting.AccountingTab, creditor, ("3",)),
    Place("kreditor-regnskap-endre", EntryForm, creditor, ("3", "e")),
    Place("kreditor-reskontroer", ledger.LedgerTab, creditor, ("4",)),
    Place("kreditor-reskontroer-ny", EntryForm, creditor, ("4", "n")),
    Place("ny-kreditor", NewCreditorScreen, NewCreditorScreen),
    Place("saksbehandler", HandlerScreen, lambda: HandlerScreen("ola")),
    Place("lovverk", LawScreen, LawScreen),
    Place("lovverk-renter", LawScreen, LawScreen, ("2",)),
    Place("lovverk-ny-sats", NewRateForm, LawScreen, ("n",)),
    Place("dialog-ja-nei", ConfirmDialog, PostingScreen, ("f4",)),
    Place("dialog-valg", ChoiceDialog, CasesScreen, ("t",)),
    Place("dialog-finn-sak", ChooseCaseDialog, None, ("slash", "t", "e", "s", "t"), has_rows),
    Place("dialog-tekst", TextDialog, case("Avdrag"), ("s",)),
    Place("dialog-belop", AmountDialog, amount),
    Place("dialog-del", SplitDialog, UnplacedScreen, ("d",)),
    Place("dialog-lese", ReadingDialog, LawScreen, ("enter",)),
    Place("dialog-hjelp", HelpDialog, PostingScreen, ("f1",)),
    Place("dialog-kommandoer", CommandDialog, PostingScreen, ("ctrl+p",)),
    Place("dialog-feil", ErrorDialog, OcrImportScreen, ("home", "enter")),
    Place("dialog-konflikt", ConflictDialog, conflict),
)


@asynccontextmanager
async def running(
    services: Services,
    folder: Path,
    *,
    size: Size = SMALL,
    theme: str = "kk2",
    language: str = "nb",
    keys: Mapping[str, str] | None = None,
) -> AsyncIterator[tuple[Kk2App, Pilot[Any]]]:
    """The application on `services`, with the menu in front; errors are logged in `folder`.

    `keys` are those of kk2.toml, as kk2tui.keys.keymap has them.
    """
    before = languages.language()
    languages.use(language)
    app = Kk2App(services, log=folder / "kk2.log", theme=theme)
    app.changed_keys = keys or {}
    try:
        async with app.run_test(size=size) as pilot:
            await press(pilot)
            yield app, pilot
    finally:
        languages.use(before)


@asynccontextmanager
async def at(
    place: Place, folder: Path, *, size: Size = SMALL, say: Say = str, theme: str = "kk2", language: str = "nb"
) -> AsyncIterator[tuple[Kk2App, Pilot[Any]]]:
    """The application of a new full office in `folder`, with the place in front."""
    async with (
        full_office(folder, say=say) as services,
        running(services, folder, size=size, theme=theme, language=language) as (app, pilot),
    ):
        await place.open(pilot)
        yield app, pilot


async def home(pilot: Pilot[Any]) -> None:
    """Back to the menu, from anywhere, without a question, as if nothing had been opened."""
    while len(pilot.app.screen_stack) > 1:
        await pilot.app.pop_screen()
    cast(AppWithServices, pilot.app).places.clear()
    await press(pilot)
