"""Sak: one case, its heading always in view, and its tabs."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.widgets import ContentSwitcher

from data.documents import Case
from screens.base import Kk2Screen
from screens.case.claims import ClaimsTab
from screens.case.general import GeneralTab
from screens.case.interest import InterestTab
from screens.case.log import LogTab
from screens.case.payments import PaymentsTab
from screens.case.tab import CaseTab
from screens.case.tab_line import TabLine
from screens.dialogs.help_dialog import HelpDialog
from screens.widgets.columns import fit
from screens.widgets.key_line import screen_keys
from screens.widgets.safe_text import safe
from services.cases import STATUS_NAMES, CaseView
from services.rules.dates import format_date
from services.rules.money import format_amount

LEAST_NAME = 10


class CaseScreen(Kk2Screen):
    """Case `number`, opened on `tab` (its name) with the cursor in `field`. Tabs are filled when they come in front."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"tab({number - 1})", f"Fane {number}", show=False) for number in range(1, 6)),
    ]
    DEFAULT_CSS = """
    CaseScreen ContentSwitcher { height: 1fr; }
    """

    def __init__(self, number: str, tab: str | None = None, field: str | None = None) -> None:
        super().__init__()
        self.number = number
        self._first = (tab, field)
        self._view: CaseView | None = None
        self._tabs: list[CaseTab] = []
        self._tab_line = TabLine(())
        self._current = 0
        self._filled: set[int] = set()

    def content(self) -> ComposeResult:
        self._tabs = [GeneralTab(), ClaimsTab(), PaymentsTab(self.services.clock), InterestTab(), LogTab()]
        self._tab_line = TabLine([tab.NAME for tab in self._tabs])
        yield self._tab_line
        with ContentSwitcher(initial=self._tabs[0].id):
            yield from self._tabs

    def on_mount(self) -> None:
        self.show_title(f"Sak {self.number}")
        self.go_to(*self._first)

    def on_screen_resume(self) -> None:
        """Back from another case, or from a dialog: what others have done meanwhile is to be seen."""
        if self._view is not None:
            self.load()

    def load(self) -> None:
        self.run_service(self.services.cases.view(self.number), self._show)

    def _show(self, view: CaseView) -> None:
        self._view = view
        self._filled.clear()
        self._show_heading()
        self._fill()

    def _show_heading(self) -> None:
        if self._view is None:
            return
        balance = self._view.settlement.balance
        mark = "" if balance.interest_complete else "! "
        saldo = f"{mark}Saldo {format_amount(balance.total)}"
        self.show_title(heading(self._view.case, self.app.size.width - len(saldo) - 4), saldo)

    def on_resize(self, _event: Resize) -> None:
        self._show_heading()

    def _fill(self) -> None:
        """Show the case on the tab in front, unless it is there already."""
        if self._view is not None and self._current not in self._filled:
            self._filled.add(self._current)
            self._tabs[self._current].show(self._view)

    def go_to(self, tab: str | None, field: str | None) -> None:
        """Bring the tab with this name to the front, and put the cursor in a field of it."""
        names = [each.NAME for each in self._tabs]
        self._bring(names.index(tab) if tab in names else self._current, field)

    def action_tab(self, index: int) -> None:
        self._bring(index, None)

    def _bring(self, index: int, field: str | None) -> None:
        self._current = self._tab_line.current = index
        tab = self._tabs[index]
        self.query_one(ContentSwitcher).current = tab.id
        self._fill()
        tab.start(field)

    def unsaved(self) -> str:
        return " ".join(filter(None, (tab.unsaved() for tab in self._tabs)))

    def action_help(self) -> None:
        keys = [(key.name, key.label) for key in screen_keys(self, hidden=True)]
        self.app.push_screen(HelpDialog(self._tabs[self._current].HELP, keys))


def heading(case: Case, width: int) -> str:
    """Number, debtor, status and step, in `width` cells: the debtor's name gives way."""
    rest = f"   {STATUS_NAMES[case.status].upper()}{step_text(case)}"
    number = f"Sak {case.id}   "
    name = safe(case.debtor_name)
    room = max(width - len(number) - len(rest), LEAST_NAME)
    return number + (name if len(name) <= room else fit(name, room)) + rest


def step_text(case: Case) -> str:
    """What the case last came to: `   Overtatt 20.11.2026`, or the day it was closed."""
    if case.status == "closed":
        return f" {format_date(case.closed)}" if case.closed else ""
    day = f" {format_date(case.step_date)}" if case.step_date else ""
    return f"   {case.step}{day}" if case.step else ""
