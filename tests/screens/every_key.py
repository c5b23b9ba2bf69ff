"""What each key does, by the class that binds it: the table behind test_every_key.py.

A line is the binding's id, where to press it, and what is so afterwards that was not so before. All keys of the id are
pressed, unless `only` names one. A new binding gets a line here; the test finds those that have none.
"""

from collections.abc import Mapping, Sequence

from textual.widgets import Input

from kk2tui.app import Kk2App
from screens.admin import accounting, accounts, general, ledger
from screens.admin.admin import AdminScreen
from screens.admin.creditor import CreditorScreen
from screens.admin.entry_form import EntryForm
from screens.admin.new_creditor import NewCreditorScreen
from screens.admin.order_pick import OrderPick
from screens.base import Kk2Screen
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
from screens.dialogs.dialog import Dialog
from screens.dialogs.error_dialog import ErrorDialog
from screens.dialogs.help_dialog import HelpDialog
from screens.dialogs.reading_dialog import ReadingDialog
from screens.dialogs.text_dialog import TextDialog
from screens.law import LawScreen, LawTable
from screens.menu import MenuScreen
from screens.new_rate import NewRateForm
from screens.ocr_import import OcrImportScreen
from screens.outbox import OutboxScreen
from screens.posting import PostingScreen
from screens.receipts import ReceiptScreen, ReceiptsScreen, _SectionTable
from screens.split_dialog import SplitDialog
from screens.unplaced import UnplacedScreen
from screens.visma_payments import VismaPaymentsScreen
from screens.widgets.form import Form
from screens.widgets.list_table import ListTable
from screens.widgets.pick import Pick
from screens.widgets.row_table import RowTable
from screens.widgets.sheet import Sheet
from screens.widgets.text_pane import TextPane
from screens.widgets.tick import Tick
from tests.screens.every_screen import conflict
from tests.screens.full_office import FAMILY, FIRM
from tests.screens.key_checks import (
    Holding,
    Press,
    ThreeFields,
    answered,
    asks,
    called,
    fields,
    focus,
    front,
    gone,
    group,
    held,
    moves,
    nine,
    nine_tables,
    number_not_written_back,
    only_called,
    opened_before,
    order,
    pane,
    pick,
    queued_mail,
    reloaded,
    row,
    run_without_letters,
    says,
    scrolled,
    sheet,
    table,
    told,
    two,
)
from tests.screens.widgets.stage import text

TO_A_LINE = ("tab", "down", "right", "down", "down")
TO_A_PART = ("n", *FAMILY[-2:], "enter", "enter")

KEYS: Mapping[type, Sequence[Press]] = {
    Kk2App: [
        Press("common.leave", "saker", called("exit")),
        Press("common.repaint", "saker", called("action_repaint")),
        Press("common.copy", "saker", told(f"Kopiert: {FAMILY}")),
    ],
    Kk2Screen: [
        Press("common.help", "uplasserte", asks(HelpDialog, "Her ligger innbetalinger som ikke kunne føres")),
        Press("common.back", "uplasserte", front(MenuScreen)),
        Press("common.reload", "uplasserte", reloaded),
        Press("common.find_case", "uplasserte", asks(ChooseCaseDialog, "Finn sak")),
        Press("common.commands", "uplasserte", front(CommandDialog)),
        Press("common.undo", "sak-avdrag", says("Angret"), ["b"]),
        Press("common.to_case", "kvittering", front(GeneralTab)),
        Press("common.previous_case", "sak-avdrag", says(f"Sak {FIRM}"), given=opened_before),
        Press("common.leave", "uplasserte", called("exit")),
        Press("common.next", lambda: Holding(*fields()), focus("#second")),
        Press("common.previous", lambda: Holding(*fields()), focus("#third")),
    ],
    MenuScreen: [
        Press("common.find_case", "hovedmeny", front(ChooseCaseDialog)),
        Press("common.reload", "hovedmeny", reloaded),
        Press("common.commands", "hovedmeny", front(CommandDialog)),
        Press("common.leave", "hovedmeny", called("exit")),
        Press("menu.items", "hovedmeny", focus("#items"), ["tab"]),
        Press("menu.cases", "hovedmeny", front(CasesScreen)),
        Press("menu.case_import", "hovedmeny", front(CaseImportScreen)),
        Press("menu.ocr_import", "hovedmeny", front(OcrImportScreen)),
        Press("menu.unplaced", "hovedmeny", front(UnplacedScreen)),
        Press("menu.posting", "hovedmeny", front(PostingScreen)),
        Press("menu.visma_payments", "hovedmeny", front(VismaPaymentsScreen)),
        Press("menu.conversion", "hovedmeny", front(ConversionScreen)),
        Press("menu.receipts", "hovedmeny", front(ReceiptsScreen)),
        Press("menu.outbox", "hovedmeny", front(OutboxScreen)),
        Press("menu.admin", "hovedmeny", front(AdminScreen)),
        Press("menu.law", "hovedmeny", front(LawScreen)),
    ],
    CasesScreen: [
        Press("cases.open", "saker", says(f"Sak {FAMILY}")),
        Press("cases.find", "saker", focus("#finn FormInput")),
        Press("cases.filter", "saker", asks(ChoiceDialog, "Vis alle saker")),
        Press("cases.order", "saker", asks(ChoiceDialog, "Sorter etter")),
        Press("cases.unfilter", "saker", says("Per Ferdigstad")),
        Press("cases.change", "saker", asks(ChoiceDialog, "Saksbehandler")),
    ],
    CaseScreen: [
        Press("tab.1", "sak-avdrag", front(GeneralTab)),
        Press("tab.2", "sak-avdrag", front(ClaimsTab)),
        Press("tab.3", "sak-generelt", front(PaymentsTab)),
        Press("tab.4", "sak-avdrag", front(InterestTab)),
        Press("tab.5", "sak-avdrag", front(DocumentsTab)),
        Press("tab.6", "sak-avdrag", front(LogTab)),
    ],
    GeneralTab: [
        Press("case.edit", "sak-generelt", front(GeneralForm)),
        Press("case.national_id", "sak-generelt", says("018101 00000")),
    ],
    DocumentsTab: [Press("case.letter.copy", "sak-dokumenter", told("Kopien ligger i outbox/"))],
    PaymentsTab: [
        Press("case.payment.new", "sak-avdrag", front(NewPaymentForm)),
        Press("case.payment.move", "sak-avdrag", asks(ChooseCaseDialog, "Flytt 1 000,00 til sak")),
        Press("case.payment.delete", "sak-avdrag", asks(TextDialog, "Hvorfor slettes den?")),
        Press("case.payment.posting", "sak-avdrag", called("set_posting")),
        Press("case.payment.deleted", "sak-avdrag", says("250,00")),
    ],
    NewPaymentForm: [
        Press(
            "case.payment.fetch_deleted",
            "sak-avdrag",
            lambda seen: any(
                each.value.startswith("1 000") for each in seen.screen.query(NewPaymentForm).first().query(Input)
            ),
            ["s", "f", "e", "i", "l", "enter", "j", "n"],
        )
    ],
    CaseImportScreen: [
        Press("import.take_over", "import-av-nye-saker", asks(ConfirmDialog, "Hente kjøring 4721 fra Visma?")),
        Press("common.reload", "import-av-nye-saker", reloaded),
        Press("import.write_back", "import-av-nye-saker", called("write_back"), given=number_not_written_back),
        Press("import.letters", "import-av-nye-saker", called("make_late_letters"), given=run_without_letters),
    ],
    OcrImportScreen: [
        Press("ocr.read", "import-av-ocr", asks(ConfirmDialog, "Lese inn OCR.D261124?"), ["down"]),
        Press("ocr.check", "import-av-ocr", only_called("check"), ["down"]),
        Press("ocr.onward", "import-av-ocr", front(PostingScreen)),
        Press("common.reload", "import-av-ocr", lambda seen: seen.calls[:1] == ["load"]),
    ],
    UnplacedScreen: [
        Press("unplaced.place", "uplasserte", asks(ChoiceDialog, "Per Ferdigstad")),
        Press("unplaced.split", "uplasserte", asks(SplitDialog, "Dele 1 200,00 fra 19.11.2026")),
        Press("unplaced.dismiss", "uplasserte", front(TextDialog)),
        Press("common.reload", "uplasserte", reloaded),
    ],
    PostingScreen: [
        Press("posting.post", "bokforingsforslag", asks(ConfirmDialog, "Bokføre 1 bilag, sum 1 000,00, i Visma?")),
        Press("posting.send", "bokforingsforslag", asks(ConfirmDialog, "Sende 1 bilag, sum 500,00, til Visma?")),
        Press("posting.resolve", "bokforingsforslag", asks(ChoiceDialog, "Hva ble det av 0221-20261119-R?")),
        Press("posting.open", "bokforingsforslag", says("▾ 19.11.2026"), ["tab"]),
        Press(
            "posting.case",
            "bokforingsforslag",
            asks(GeneralTab, f"Sak {FAMILY}"),
            ["tab", "down", "right", "down", "down"],
        ),
        Press("common.reload", "bokforingsforslag", reloaded),
    ],
    VismaPaymentsScreen: [
        Press("visma.receipt", "betalinger-fra-visma", asks(ReceiptScreen, "K000003")),
        Press("visma.unplaced", "betalinger-fra-visma", front(UnplacedScreen)),
        Press("common.reload", "betalinger-fra-visma", reloaded),
        Press("visma.fetch", "betalinger-fra-visma", asks(ConfirmDialog, "Hente betalinger fra Visma?")),
    ],
    ConversionScreen: [
        Press("conversion.read", "konvertering", asks(ChoiceDialog, "Lese saker fra fil")),
        Press("conversion.choose", "konvertering", asks(ChoiceDialog, "Faktura for")),
        Press("conversion.find", "konvertering", asks(TextDialog, "Finn faktura for")),
        Press("conversion.without", "konvertering", asks(TextDialog, "Ingen faktura i Visma")),
        Press("conversion.case", "konvertering", front(ClaimsTab)),
        Press("common.reload", "konvertering", reloaded),
        Press("conversion.match", "konvertering", called("match")),
    ],
    ReceiptsScreen: [Press("receipts.open", "kvitteringer", front(ReceiptScreen))],
    ReceiptScreen: [
        Press("receipt.onward", "kvittering", front(PostingScreen)),
        Press("receipt.open", "kvittering", asks(GeneralTab, f"Sak {FAMILY}")),
        Press("receipt.pdf", "kvittering", told(".pdf.")),
        Press("receipt.csv", "kvittering", told(".csv.")),
        Press("receipt.table.next", nine, says("▌2 Del"), given=nine_tables),
        Press("receipt.table.previous", nine, says("▌9 Del"), given=nine_tables),
        *(
            Press(
                f"receipt.table.{number}",
                nine,
                says(f"▌{number} Del"),
                ["2" if number == 1 else "1"],
                given=nine_tables,
            )
            for number in range(1, 10)
        ),
    ],
    _SectionTable: moves(table(_SectionTable)),
    OutboxScreen: [
        Press("outbox.resolve", "utboks", asks(ChoiceDialog, "Hva skal gjøres med e-post E000001?")),
        Press("common.reload", "utboks", reloaded),
        Press("outbox.send", "utboks", says("1 e-post sendt."), given=queued_mail),
    ],
    AdminScreen: [
        Press("admin.open", "administrasjon", front(general.GeneralTab)),
        Press("admin.new", "administrasjon", front(NewCreditorScreen)),
        Press("admin.remove", "administrasjon", asks(ConfirmDialog, "Fjerne Kari Testesen?"), ["tab"]),
        Press("admin.other_list", "administrasjon", focus("#handlers")),
    ],
    CreditorScreen: [
        Press("tab.1", "kreditor-kontoer", front(general.GeneralTab)),
        Press("tab.2", "kreditor", front(accounts.AccountsTab)),
        Press("tab.3", "kreditor", front(accounting.AccountingTab)),
        Press("tab.4", "kreditor", front(ledger.LedgerTab)),
    ],
    general.GeneralTab: [Press("creditor.edit", "kreditor", asks(EntryForm, "Endre kreditor"))],
    accounts.AccountsTab: [
        Press("creditor.account.new", "kreditor-kontoer", asks(EntryForm, "Ny bankkonto")),
        Press("creditor.account.delete", "kreditor-kontoer", asks(ConfirmDialog, "Slette konto 1234.56.78911?")),
    ],
    accounting.AccountingTab: [
        Press("creditor.accounting.edit", "kreditor-regnskap", asks(EntryForm, "Endre regnskapsintegrasjonen"))
    ],
    ledger.LedgerTab: [
        Press("creditor.ledger.new", "kreditor-reskontroer", asks(EntryForm, "Ny reskontrolinje")),
        Press("creditor.ledger.delete", "kreditor-reskontroer", asks(ConfirmDialog, "Slette linjen for K010?")),
    ],
    LawScreen: [
        Press("law.find", "lovverk", focus("#finn FormInput")),
        Press("law.new_rate", "lovverk", front(NewRateForm)),
        Press("tab.1", "lovverk-renter", says("▌1 Lover og forskrifter▐")),
        Press("tab.2", "lovverk", says("▌2 Forsinkelsesrente▐")),
        Press("tab.3", "lovverk", says("▌3 Gebyrsatser▐")),
    ],
    LawTable: [Press("law.source", "lovverk", front(ReadingDialog))],
    CommandDialog: [
        Press("dialog.down", "dialog-kommandoer", row(1)),
        Press("dialog.up", "dialog-kommandoer", row(0), ["down"]),
    ],
    ChooseCaseDialog: [
        Press("dialog.down", "dialog-finn-sak", row(1)),
        Press("dialog.up", "dialog-finn-sak", row(0), ["down"]),
        Press("dialog.page_down", "dialog-finn-sak", row(4)),
        Press("dialog.page_up", "dialog-finn-sak", row(0), ["down"]),
    ],
    Dialog: [
        Press("dialog.cancel", ThreeFields, answered(None)),
        Press("common.next", ThreeFields, focus("#second")),
        Press("common.previous", ThreeFields, focus("#third")),
    ],
    ConfirmDialog: [
        Press("dialog.yes", lambda: ConfirmDialog("Sikker?"), answered(True)),
        Press("dialog.no", lambda: ConfirmDialog("Sikker?"), answered(False)),
        Press("dialog.turn", lambda: ConfirmDialog("Sikker?"), says("› Ja")),
        Press("dialog.choose", lambda: ConfirmDialog("Sikker?"), answered(False)),
        Press("dialog.choose", lambda: ConfirmDialog("Sikker?"), answered(True), ["left"]),
    ],
    ConflictDialog: [
        Press("dialog.conflict.see", conflict, answered("see")),
        Press("dialog.conflict.again", conflict, answered("again")),
    ],
    ErrorDialog: [Press("dialog.close", lambda: ErrorDialog("Feil."), answered(None))],
    HelpDialog: [Press("dialog.close", lambda: HelpDialog("Hjelp.", []), answered(None))],
    ReadingDialog: [Press("dialog.close", lambda: ReadingDialog("Les", ["Dette."]), answered(None))],
    SplitDialog: [
        Press("dialog.split.new", "dialog-del", asks(ChooseCaseDialog, "Hvilken sak?")),
        Press(
            "dialog.split.amount",
            "dialog-del",
            asks(AmountDialog, f"Hvor mye til sak {FAMILY}?"),
            TO_A_PART,
        ),
        Press(
            "dialog.split.remove",
            "dialog-del",
            says("Gjenstår 1 200,00"),
            TO_A_PART,
        ),
        Press("dialog.split.accept", "dialog-del", says("! Gjenstår 1 200,00")),
    ],
    Form: [
        Press("form.save", "saksbehandler", called("change")),
        Press("form.close", "sak-generelt-endre", lambda seen: gone(GeneralForm)(seen) and not seen.calls),
    ],
    RowTable: [
        *moves(table()),
        Press("list.open", table(), lambda seen: getattr(seen.screen, "selected", None) == ["1"], ["down"]),
    ],
    ListTable: [
        Press("list.fold", group, lambda seen: "Linje" not in text(seen.app)),
        Press("list.unfold", group, says("Linje"), ["left"]),
    ],
    TextPane: [
        Press("text.up", pane, scrolled(False), ["down"]),
        Press("text.down", pane, scrolled(True)),
        Press("text.page_up", pane, scrolled(False), ["down"]),
        Press("text.page_down", pane, held(lambda pane: pane.scroll_offset.y > 3)),
        Press("text.first", pane, scrolled(False), ["down"]),
        Press("text.last", pane, held(lambda pane: pane.scroll_offset.y == pane.max_scroll_y)),
    ],
    Sheet: [
        Press("text.up", sheet, scrolled(False), ["down"]),
        Press("text.down", sheet, scrolled(True)),
        Press("text.page_up", sheet, scrolled(False), ["down"]),
        Press("text.page_down", sheet, held(lambda sheet: sheet.scroll_offset.y > 3)),
    ],
    Tick: [
        Press("field.turn", two(lambda: Tick("Av")), held(lambda tick: tick.on)),
        Press("field.next", two(lambda: Tick("Av")), held(lambda tick: not tick.has_focus)),
    ],
    Pick: [
        Press("field.previous_choice", two(pick), held(lambda each: each.value == "a"), ["right"]),
        Press("field.next_choice", two(pick), held(lambda each: each.value == "b")),
        Press("field.next", two(pick), held(lambda each: not each.has_focus)),
    ],
    OrderPick: [
        Press("field.order.previous", two(order), held(lambda each: each.marked == 0), ["right"]),
        Press("field.order.next", two(order), held(lambda each: each.marked == 1)),
        Press("field.order.forward", two(order), held(lambda each: each.order == ("b", "a", "c")), ["right"]),
        Press("field.next", two(order), held(lambda each: not each.has_focus)),
    ],
}
