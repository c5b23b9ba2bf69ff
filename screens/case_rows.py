"""The rows of Saker: all cases, or those that a search finds."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from data.language import N_, _
from data.wanted import Wanted
from screens.widgets.columns import Column, Look, Row
from services.cases import STATUS_NAMES, CaseRow, CaseService
from services.rules.dates import format_date
from services.rules.money import format_amount

if TYPE_CHECKING:
    from services.finding import FindService, Hit

MOST_HITS = 200

COLUMNS = (
    Column("Saksnummer", 13),
    Column("Skyldner"),
    Column("Avd.", 5),
    Column("Steg", 12),
    Column("Dato", 10, from_width=100),
    Column("Saldo", 12, right=True),
    Column("Saksbeh.", 8),
)


class Order(NamedTuple):
    """A way to sort the list: by an indexed field of the case."""

    name: str
    field: str
    descending: bool = False


ORDERS = (
    Order(N_("Saksnummer"), "id"),
    Order(N_("Nyeste sak først"), "id", True),
    Order(N_("Skyldner"), "debtor_sort"),
    Order(N_("Avdeling"), "department"),
    Order(N_("Saksbehandler"), "handler"),
    Order(N_("Kjøring, siste først"), "run", True),
)


class AllCases:
    """Provider of the list: all cases that have `where`, in `order`. It notes the balances that it has read."""

    def __init__(
        self,
        cases: CaseService,
        where: Mapping[str, Wanted],
        order: Order,
        names: dict[str, str],
        balances: dict[str, int],
    ) -> None:
        self._cases = cases
        self._balances = balances
        self._where = where
        self._order = order
        self._names = names

    async def count(self) -> int:
        return await self._cases.count(self._where)

    async def rows(self, offset: int, limit: int) -> Sequence[Row]:
        found = await self._cases.rows(
            self._where,
            order=self._order.field,
            descending=self._order.descending,
            offset=offset,
            limit=limit,
        )
        self._note(found)
        return [case_row(row, self._names) for row in found]

    async def among(self, keys: Sequence[str]) -> Sequence[str]:
        found = await self._cases.matching(keys, self._where)
        self._note(found)  # they need not be in view, and their sum is told
        return [row.case.id for row in found]

    def _note(self, found: Sequence[CaseRow]) -> None:
        self._balances |= {row.case.id: row.balance for row in found}


class CasesFound:
    """Provider of the cases that a search finds. The search runs once, when the rows are first counted."""

    def __init__(self, finding: "FindService", text: str, names: dict[str, str], balances: dict[str, int]) -> None:
        self._finding = finding
        self._balances = balances
        self._text = text
        self._names = names
        self._found: list[Row] = []

    async def count(self) -> int:
        hits = await self._finding.find(self._text, limit=MOST_HITS)
        self._balances |= {hit.row.case.id: hit.row.balance for hit in hits}
        self._found = [found_row(hit, self._names) for hit in hits]
        return len(self._found)

    async def among(self, keys: Sequence[str]) -> Sequence[str]:
        found = {row.key for row in self._found}
        return [key for key in keys if key in found]

    async def rows(self, offset: int, limit: int) -> Sequence[Row]:
        return self._found[offset : offset + limit]


def found_row(hit: "Hit", initials: dict[str, str]) -> Row:
    """A case that was found; one that is only near says so behind its name."""
    row = case_row(hit.row, initials)
    if not hit.near:
        return row
    number, name, *rest = row.cells
    return row._replace(cells=(number, f"{name} ({hit.why})", *rest))


def case_row(row: CaseRow, initials: dict[str, str]) -> Row:
    """A case as a line; one that is closed is quiet, and tells its status where the step would be."""
    case = row.case
    day = case.closed if case.status == "closed" else case.step_date
    cells = (
        case.id,
        case.debtor_name,
        case.department,
        case.step if case.status == "open" else _(STATUS_NAMES[case.status]),
        format_date(day) if day else "",
        format_amount(row.balance),
        initials.get(case.handler, case.handler),
    )
    return Row(case.id, cells, Look.QUIET if case.status == "closed" else Look.NORMAL)
