"""What the list of cases is narrowed to: the filters, what each can be, and how they are told."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from data.documents import CaseStatus
from data.language import N_, _
from data.wanted import Range, Wanted
from services.cases import STATUS_NAMES
from services.rules.amount_range import parse_amount_range, range_text

if TYPE_CHECKING:
    from services.registry import Services

ALL = N_("alle")
AMOUNT = "outstanding"
FILTERS = {
    "status": N_("Status"),
    "department": N_("Avdeling"),
    "handler": N_("Saksbehandler"),
    "creditor": N_("Kreditor"),
    AMOUNT: N_("Utestående"),
    "notice": N_("Varsel"),
}
IN_TITLE = ("status", "department")
SOON, LATER = timedelta(days=7), timedelta(days=30)
_PLURALS: dict[CaseStatus, str] = {"open": N_("åpne"), "closed": N_("avsluttede"), "manual": N_("manuelle")}


class Choice(NamedTuple):
    """A value that the list can be narrowed to, and what the store is asked for: without it, the field's value."""

    value: str
    name: str
    where: Mapping[str, Wanted] | None = None


class CaseFilters:
    """The filters chosen, in the order they were chosen in."""

    def __init__(self, chosen: Mapping[str, Choice] | None = None) -> None:
        self.chosen = {"status": Choice("open", N_("åpne"))} if chosen is None else dict(chosen)

    @property
    def where(self) -> dict[str, Wanted]:
        """What the store is asked for."""
        wanted: dict[str, Wanted] = {}
        for field, choice in self.chosen.items():
            wanted |= {field: choice.value} if choice.where is None else choice.where
        return wanted

    def choose(self, field: str, choice: Choice | None) -> None:
        """Narrow by a field; None: by it no more."""
        self.chosen.pop(field, None)
        if choice is not None:
            self.chosen[field] = choice

    def take_off(self) -> bool:
        """Take the filter off that was chosen last. False when there is none."""
        return bool(self.chosen) and self.chosen.popitem() is not None

    def name_of(self, field: str) -> str:
        """The value chosen, or `alle`."""
        return _(self.chosen[field].name if field in self.chosen else ALL)

    @property
    def title(self) -> str:
        """`Status: åpne   Avdeling: alle`, always told."""
        return "   ".join(f"{_(FILTERS[field])}: {self.name_of(field)}" for field in IN_TITLE)

    @property
    def others(self) -> str:
        """The rest of those chosen, told over the table; empty when there are none."""
        return "   ".join(f"{_(FILTERS[each])}: {self.name_of(each)}" for each in self.chosen if each not in IN_TITLE)


def amount_choice(text: str) -> Choice:
    """Narrowed to the amounts that were typed. Raises AmountError."""
    amounts = parse_amount_range(text)
    return Choice(text, range_text(amounts), {AMOUNT: amounts})


async def choices(services: "Services", field: str) -> Sequence[Choice]:
    """What a field other than the amount can be narrowed to."""
    if field == "status":
        return [Choice(status, _status_name(status)) for status in STATUS_NAMES]
    if field == "notice":
        return notice_choices(services.clock.today())
    if field == "handler":
        return [Choice(each.id, each.name) for each in await services.handlers.all()]
    creditors = await services.creditors.all()
    if field == "creditor":
        return [Choice(each.number, f"{each.number} {each.name}") for each in creditors]
    types = sorted({line.ledger_type for each in creditors for line in each.ledger_lines})
    return [Choice(ledger_type, ledger_type) for ledger_type in types]


def notice_choices(today: date) -> list[Choice]:
    """By the letter that the case last came to. `step_date` is a deadline only of a case that has had one."""
    sent: dict[str, Wanted] = {"step_sent": Range()}

    def due(least: date | None, most: date) -> dict[str, Wanted]:
        return {**sent, "step_date": Range(least.isoformat() if least else None, most.isoformat())}

    return [
        Choice("none", N_("ikke sendt"), {"step_sent": None}),
        Choice("sent", N_("sendt"), sent),
        Choice("over", N_("frist er ute"), due(None, today - timedelta(days=1))),
        Choice("soon", N_("frist innen 7 dager"), due(today, today + SOON)),
        Choice("later", N_("frist innen 30 dager"), due(today, today + LATER)),
    ]


def _status_name(status: str) -> str:
    """The status of several cases: `åpne`, `avsluttede`."""
    known = cast(CaseStatus, status)
    return _PLURALS.get(known, STATUS_NAMES[known])
