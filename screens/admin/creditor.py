"""Kreditor: one creditor's set-up, on four tabs."""

from typing import ClassVar

from textual.binding import BindingType

from data.documents import Creditor
from data.language import N_, _
from screens.admin.accounting import AccountingTab
from screens.admin.accounts import AccountsTab
from screens.admin.general import GeneralTab
from screens.admin.ledger import LedgerTab
from screens.tabs import TabScreen, tab_keys
from services.news import News

TABS = (GeneralTab, AccountsTab, AccountingTab, LedgerTab)


class CreditorScreen(TabScreen[Creditor]):
    """The creditor with this number."""

    TABS = TABS
    SHOWS = frozenset({"creditors"})
    THING = N_("kreditoren")
    BINDINGS: ClassVar[list[BindingType]] = [*tab_keys(TABS)]

    def __init__(self, number: str, tab: str | None = None) -> None:
        super().__init__(tab)
        self.number = number

    def concerns(self, news: News) -> bool:
        return ("creditors", self.number) in news.documents

    def load(self) -> None:
        self.run_service(self.services.creditors.get(self.number), self._show)

    def _show(self, creditor: Creditor) -> None:
        self.show_title(
            _("Kreditor {number} · {name}").format(number=creditor.number, name=creditor.name),
            _("Selskap {company}").format(company=creditor.company),
        )
        self.show(creditor)
