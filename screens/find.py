"""Finding a case and going to it: the same wherever a case is asked for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, cast

from textual.screen import Screen

from data.language import N_, _
from screens.dialogs.choose_case_dialog import ChooseCaseDialog, Search
from screens.widgets.columns import fit
from screens.widgets.safe_text import safe
from services.cases import STATUS_NAMES, CaseRow
from services.rules.money import format_amount

if TYPE_CHECKING:
    from services.registry import Services

NAME_WIDTH = 24
MOST_HITS = 50


class OpensCases(Protocol):
    """What the application offers screens that lead to a case."""

    def open_case(self, number: str, tab: str | None = None, field: str | None = None) -> None:
        """Show a case; on a tab by its name, with the cursor in a field by its name."""


def open_case(screen: Screen[Any], number: str, tab: str | None = None, field: str | None = None) -> None:
    """Go from `screen` to a case."""
    cast(OpensCases, screen.app).open_case(number, tab, field)


def find_dialog(services: "Services", heading: str = N_("Finn sak")) -> ChooseCaseDialog:
    """Asks for a case, with those that were open last while nothing is typed."""

    async def recent() -> Sequence[tuple[str, str]]:
        rows = await services.finding.rows(await services.recents.numbers())
        return [(row.case.id, case_line(row)) for row in rows]

    return ChooseCaseDialog(case_search(services), heading=heading, recent=recent)


def case_search(services: "Services", creditor: str = "") -> Search:
    """What ChooseCaseDialog searches with, among the cases of one creditor if it is given."""

    async def search(text: str) -> Sequence[tuple[str, str]]:
        hits = await services.finding.find(text, limit=MOST_HITS)
        wanted = [hit for hit in hits if creditor in ("", hit.row.case.creditor)]
        return [(hit.row.case.id, case_line(hit.row, hit.why)) for hit in wanted]

    return search


def case_line(row: CaseRow, why: str = "") -> str:
    """A case in one line: number, debtor, balance, its status when it is not open, and why it was found.

    The end of the line may be cut: that a case is closed matters more than how its name was spelled.
    """
    case = row.case
    status = "" if case.status == "open" else _(STATUS_NAMES[case.status])
    told = " · ".join(filter(None, (status, why)))
    return f"{case.id}  {fit(safe(case.debtor_name), NAME_WIDTH)}  {format_amount(row.balance):>12}  {told}".rstrip()
