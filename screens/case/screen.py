"""Sak: one case, its heading always in view, and its tabs."""

from typing import ClassVar

from rich.cells import cell_len
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
ROOMY = 80  # cells for the heading from which its parts stand further apart
TABS: tuple[type[CaseTab], ...] = (GeneralTab, ClaimsTab, PaymentsTab, InterestTab, LogTab)


class CaseScreen(Kk2Screen):
    """Case `number`, opened on `tab` (its name) with the cursor in `field`. Tabs are filled when they come in front."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(index + 1), f"tab({index})", tab.NAME, show=False) for index, tab in enumerate(TABS)),
    ]
    DEFAULT_CSS = """
    CaseScreen ContentSwitcher { height: 1fr; }
    """

    def __init__(self, number: str, tab: str | None = None, field: str | None = None) -> None:
        super().__init__()
        self.number = number
        self._first = (tab, field)
        self._view: CaseView | None = None
        self._tabs = [tab() for tab in TABS]
        self._tab_line = TabLine([tab.NAME for tab in TABS])
        self._current = 0
        self._filled: set[int] = set()

    def content(self) -> ComposeResult:
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
        if self.writing:
            return ""  # it is being saved now, and leaving waits for that
        return " ".join(filter(None, (tab.unsaved() for tab in self._tabs)))

    def action_help(self) -> None:
        keys = [(key.name, key.label) for key in screen_keys(self, hidden=True)]
        self.app.push_screen(HelpDialog(self._tabs[self._current].HELP, keys))


def heading(case: Case, width: int) -> str:
    """Number, debtor, status and step, in `width` cells: the debtor's name gives way."""
    gap = "   " if width >= ROOMY else "  "
    rest = gap.join(filter(None, where_it_stands(case)))
    number = f"Sak {case.id}"
    name = safe(case.debtor_name)
    room = max(width - len(number) - len(rest) - 2 * len(gap), LEAST_NAME)
    return gap.join((number, name if cell_len(name) <= room else fit(name, room), rest))


def where_it_stands(case: Case) -> tuple[str, str]:
    """`ÅPEN`, `Overtatt 20.11.2026`: the status, and what the case last came to. Of a closed case, when it closed."""
    status = STATUS_NAMES[case.status].upper()
    if case.status == "closed":
        return f"{status} {format_date(case.closed) if case.closed else ''}".strip(), ""
    return status, f"{safe(case.step)} {format_date(case.step_date) if case.step_date else ''}".strip()
