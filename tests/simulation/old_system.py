"""The system that the municipality had before: its cases, in files for Konvertering, and what Visma knows of them."""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from services.bank.kid import make_kid
from services.rules.dates import format_date
from tests.simulation.clock import WorldClock
from tests.simulation.swarm import Swarm
from tests.simulation.town import COMPANIES, VismaPeople

STATUSES = {"": "open", "åpen": "open", "bero": "paused", "manuell": "manual", "avsluttet": "closed"}
COLUMNS = (
    "saksnummer", "kreditor", "radtype", "avdeling", "status", "oppdatert", "sakskid", "kundenummer", "navn",
    "fakturanummer", "kid", "forfall", "belop", "hovedstol", "dato",
)  # fmt: skip
Key = tuple[str, str]  # creditor, and the number that the case had in the old system


@dataclass(frozen=True)
class OldInvoice:
    """What the old system says of an invoice. `visma_id` is what it is in Visma, empty when it is not there."""

    number: str
    kid: str
    due: dt.date
    amount: int
    principal: int
    visma_id: str


@dataclass(frozen=True)
class OldCase:
    """A case. `charges` are (row type, øre), `payments` (date, øre)."""

    key: Key
    status: str
    department: str
    counted_until: dt.date | None
    kid: str
    customer: str
    invoices: tuple[OldInvoice, ...]
    charges: tuple[tuple[str, int], ...]
    payments: tuple[tuple[dt.date, int], ...]


@dataclass(frozen=True)
class OldFile:
    """A file in the folder. `cases` is None for one that must be rejected."""

    path: Path
    cases: tuple[OldCase, ...] | None


class OldSystem:
    """Drops files: new cases, some of them with cases that were in a file before, the same again, and bad ones."""

    def __init__(self, folder: Path, people: VismaPeople, clock: WorldClock, dice: random.Random, swarm: Swarm) -> None:
        self._folder = folder
        self._people = people
        self._clock = clock
        self._dice = dice
        self._swarm = swarm
        self._serial = 0
        self.sent: list[OldFile] = []
        self.wrote: set[str] = set()  # invoices that have a case number in Visma from the old system

    def status_of(self, key: Key) -> str:
        """What a case was in the old system."""
        return next((STATUSES[case.status] for case in self._cases() if case.key == key), "open")

    def invoice_of(self, key: Key, number: str) -> str:
        """What an invoice of a case is in Visma, empty when it is not there: a person knows."""
        invoices = (each for case in self._cases() if case.key == key for each in case.invoices)
        return next((each.visma_id for each in invoices if each.number == number), "")

    def _cases(self) -> Iterator[OldCase]:
        for file in self.sent:
            yield from file.cases or ()

    # --- files --------------------------------------------------------------------------------------------------------

    def send(self) -> str:
        """Put a file into the folder."""
        good = [each for each in self.sent if each.cases]
        way = self._dice.random()
        if good and way < 0.1:
            again = self._dice.choice(good)
            return self._drop(again.path.read_text(), again.cases)
        made = [self._case() for _ in range(self._dice.randint(1, 3))]
        if way < 0.2:
            return self._drop(_written(made).replace(",", ",,"), None)
        earlier = self._dice.choice(good).cases if good and way < 0.6 else None
        if earlier and way < 0.3:
            grown = replace(earlier[0], invoices=(*earlier[0].invoices, self._invoice(earlier[0].key, "")))
            return self._drop(_written([grown, *made]), (grown, *made))
        cases = (*made, *(earlier or ()))
        return self._drop(_written(cases), cases)

    def _drop(self, content: str, cases: tuple[OldCase, ...] | None) -> str:
        path = self._folder / f"saker{len(self.sent) + 1:03}.csv"
        path.write_text(content, encoding="utf-8")
        self.sent.append(OldFile(path, cases))
        told = "bad" if cases is None else " ".join(" ".join(each.key) for each in cases)
        return f"{path.name}: {told}"

    # --- cases --------------------------------------------------------------------------------------------------------

    def _case(self) -> OldCase:
        dice = self._dice
        self._serial += 1
        creditor = dice.choice(list(COMPANIES)[: self._swarm.creditors])
        # Numbers of our own shape, that our own cases have or will have; or of any other.
        number = f"{creditor}-{2 * self._serial:08d}" if dice.random() < 0.5 else f"{self._serial}/12"
        key = (creditor, number)
        customer = f"{COMPANIES[creditor]}9{self._serial:03}"
        today = self._clock.today()
        return OldCase(
            key=key,
            status=dice.choice(("", "", "åpen", "bero", "manuell", "avsluttet")),
            department=dice.choice(("K010", "K010", "K020", "K999", "")),
            counted_until=dice.choice((None, today, today - dt.timedelta(days=3))),
            kid=make_kid(creditor, 5_000 + self._serial) if dice.random() < 0.2 else "",
            customer=customer,
            invoices=tuple(self._invoice(key, customer) for _ in range(dice.randint(1, 3))),
            charges=tuple(dice.choice((("gebyr", 38_00), ("omkostning", 1_243_00))) for _ in range(dice.randint(0, 2))),
            payments=tuple(
                (today - dt.timedelta(days=dice.choice((0, 1, 10, 100))), dice.choice((100_00, 1_000_00, -50_00)))
                for _ in range(dice.choice((0, 0, 1, 2)))
            ),
        )

    def _invoice(self, key: Key, customer: str) -> OldInvoice:
        """An invoice, and how well the old system and Visma agree on it."""
        dice, people = self._dice, self._people
        self._serial += 1
        known = f"G{self._serial}"
        due = self._clock.today() - dt.timedelta(days=dice.choice((14, 30, 100, 400)))
        way = (
            dice.choice(("number", "number", "number", "kid", "customer", "twin", "sum", "gone"))
            if customer
            else "gone"
        )
        if way == "gone":
            return OldInvoice(known, "", due, 700_00 + self._serial, 700_00 + self._serial, "")
        written = key[1] if self._swarm.overlap and dice.random() < 0.2 else ""
        visma_id, invoice = people.old_invoice(key[0], customer, self._serial, written)
        if written:
            self.wrote.add(visma_id)
        if way == "twin":
            people.twin(visma_id)
        return OldInvoice(
            number=invoice.number if way == "number" else known,
            kid=invoice.kid if way in ("number", "kid") else "",
            due=invoice.due,
            amount=invoice.amount + (1_00 if way == "sum" else 0),
            principal=invoice.amount - invoice.paid,
            visma_id=visma_id,
        )


def _written(cases: Sequence[OldCase]) -> str:
    rows = [row for case in cases for row in _rows(case)]
    return "\n".join([";".join(COLUMNS), *(";".join(row.get(name, "") for name in COLUMNS) for row in rows)])


def _rows(case: OldCase) -> Iterator[dict[str, str]]:
    creditor, number = case.key
    of_case = {"saksnummer": number, "kreditor": creditor}
    about = of_case | {
        "avdeling": case.department,
        "status": case.status,
        "oppdatert": format_date(case.counted_until) if case.counted_until else "",
        "sakskid": case.kid,
        "kundenummer": case.customer,
        "navn": f"Kari Testesen {case.customer}",
    }
    for each in case.invoices:
        amounts = {"belop": _kroner(each.amount), "hovedstol": _kroner(each.principal)}
        yield about | amounts | {"fakturanummer": each.number, "kid": each.kid, "forfall": format_date(each.due)}
    day = format_date(case.invoices[0].due)
    for kind, amount in case.charges:
        yield of_case | {"radtype": kind, "belop": _kroner(amount), "dato": day}
    for paid, amount in case.payments:
        yield of_case | {"radtype": "innbetaling", "belop": _kroner(amount), "dato": format_date(paid)}


def _kroner(amount: int) -> str:
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100},{abs(amount) % 100:02d}"
