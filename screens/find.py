"""Finding a case and going to it: the same wherever a case is asked for."""

from collections.abc import Sequence
from typing import Any, Protocol, cast

from textual.screen import Screen

from screens.dialogs.choose_case_dialog import Search
from screens.widgets.columns import fit
from screens.widgets.safe_text import safe
from services.cases import STATUS_NAMES, CaseRow, CaseService
from services.rules.money import format_amount

NAME_WIDTH = 28
MOST_HITS = 50


class OpensCases(Protocol):
    """What the application offers screens that lead to a case."""

    def open_case(self, number: str, tab: str | None = None, field: str | None = None) -> None:
        """Show a case; on a tab by its name, with the cursor in a field by its name."""


def open_case(screen: Screen[Any], number: str, tab: str | None = None, field: str | None = None) -> None:
    """Go from `screen` to a case."""
    cast(OpensCases, screen.app).open_case(number, tab, field)


def case_search(cases: CaseService) -> Search:
    """What ChooseCaseDialog searches with: case number, KID, invoice number, name or national id."""

    async def search(text: str) -> Sequence[tuple[str, str]]:
        return [(row.case.id, case_line(row)) for row in await cases.search(text, limit=MOST_HITS)]

    return search


def case_line(row: CaseRow) -> str:
    """A case in one line: number, debtor, status, balance."""
    case = row.case
    status = "" if case.status == "open" else STATUS_NAMES[case.status]
    balance = format_amount(row.balance)
    return f"{case.id}  {fit(safe(case.debtor_name), NAME_WIDTH)}  {balance:>12}  {status}".rstrip()
