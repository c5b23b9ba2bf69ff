"""Sak: one case, its heading always in view, and its tabs."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import BindingType
from textual.events import Resize

from data.documents import Case
from data.language import N_, _
from screens.case.claims import ClaimsTab
from screens.case.documents import DocumentsTab
from screens.case.general import GeneralTab
from screens.case.interest import InterestTab
from screens.case.log import LogTab
from screens.case.payments import PaymentsTab
from screens.case.tab import CaseTab
from screens.tabs import TabScreen, tab_keys
from screens.widgets.columns import fit
from screens.widgets.safe_text import safe
from services.cases import STATUS_NAMES, CaseView
from services.news import News
from services.rules.dates import format_date
from services.rules.money import format_amount

LEAST_NAME = 10
OF_ALL_CASES = frozenset({"creditors", "handlers", "interest_rates", "mails"})
ROOMY = 80  # cells for the heading from which its parts stand further apart
TABS: tuple[type[CaseTab], ...] = (GeneralTab, ClaimsTab, PaymentsTab, InterestTab, DocumentsTab, LogTab)


class CaseScreen(TabScreen[CaseView]):
    """Case `number`, opened on `tab` (its name) with the cursor in `field`."""

    TABS = TABS
    SHOWS = frozenset(
        {"cases", "claims", "fees", "payments", "events", "letters", "creditors", "handlers", "interest_rates", "mails"}
    )
    THING = N_("saken")
    BINDINGS: ClassVar[list[BindingType]] = [*tab_keys(TABS)]

    def __init__(self, number: str, tab: str | None = None, field: str | None = None) -> None:
        super().__init__(tab, field)
        self.number = number
        self.comes_back = tab is None

    @property
    def place_name(self) -> str:
        return f"{super().place_name} {self.number}"

    def on_mount(self) -> None:
        self.show_title(_("Sak {number}").format(number=self.number))

    def load(self) -> None:
        self.run_service(self.services.cases.view(self.number), self.show)

    def concerns(self, news: News) -> bool:
        """Of cases and what is on them, this one's; of what holds for all, everything."""
        if not super().concerns(news):
            return False
        return news.about_case(self.number) or not OF_ALL_CASES.isdisjoint(news.tables)

    def show(self, view: CaseView) -> None:
        super().show(view)
        self._show_heading()

    def copyable(self) -> Sequence[str]:
        """Number, KID and balance, for Ctrl+Y."""
        if self.thing is None:
            return [self.number]
        return [self.number, self.thing.case.kid, format_amount(self.thing.settlement.balance.total)]

    def on_screen_suspend(self) -> None:
        """A dialog or another screen is in front."""
        self.query_one(GeneralTab).hide_national_id()

    def _show_heading(self) -> None:
        if self.thing is None:
            return
        balance = self.thing.settlement.balance
        mark = "" if balance.interest_complete else "! "
        saldo = _("{mark}Saldo {total}").format(mark=mark, total=format_amount(balance.total))
        self.show_title(heading(self.thing.case, self.app.size.width - len(saldo) - 4), saldo)

    def on_resize(self, _event: Resize) -> None:
        self._show_heading()


def heading(case: Case, width: int) -> str:
    """Number, debtor, status and step, in `width` cells: the debtor's name gives way."""
    gap = "   " if width >= ROOMY else "  "
    rest = gap.join(filter(None, where_it_stands(case, whole=width >= ROOMY)))
    number = _("Sak {id}").format(id=case.id)
    name = safe(case.debtor_name)
    room = max(width - len(number) - len(rest) - 2 * len(gap), LEAST_NAME)
    return gap.join((number, name if cell_len(name) <= room else fit(name, room), rest))


def where_it_stands(case: Case, *, whole: bool = True) -> tuple[str, str]:
    """`ÅPEN`, `Overtatt 20.11.2026`: the status, and what the case last came to. Of a closed case, when it closed.

    Of a letter when it was sent, with its deadline; the deadline only unless the `whole` is wanted.
    """
    status = _(STATUS_NAMES[case.status]).upper()
    if case.status == "closed":
        return f"{status} {format_date(case.closed) if case.closed else ''}".strip(), ""
    if case.step_sent and case.step_date:
        sent = _(" sendt {day}").format(day=format_date(case.step_sent)) if whole else ""
        return status, _("{step}{sent}, frist {step_date}").format(
            step=safe(case.step), sent=sent, step_date=format_date(case.step_date)
        )
    return status, f"{safe(case.step)} {format_date(case.step_date) if case.step_date else ''}".strip()
