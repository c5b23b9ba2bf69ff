"""What the simulated Visma knows. A scenario file and the state on disk are both this, as JSON; see docs/simulator.md.

Amounts are øre, dates ISO text, proposals' and vouchers' states the words of services/visma/port.py.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from services.visma.port import Customer, ProposalStatus, Reminder, VismaError, VoucherState


class ScenarioError(VismaError):
    """The scenario, or the state on disk, cannot be read."""

    code = "visma_scenario"


class Record(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of the world; it can be changed."""


class Rules(Record, kw_only=True):
    """How this Visma behaves. An empty list means that everything is accepted."""

    version: str = "KK2-simulator 1"
    recognises_references: bool = True
    max_count: int = 1000
    voucher_types: list[str] = []
    closed_periods: list[str] = []  # "2026-05"
    only_category_0: bool = False


class InvoiceLine(Record, kw_only=True):
    text: str
    amount: int


class StoredInvoice(Record, kw_only=True):
    """`customer` is a key of World.customers. What is unpaid is `amount` less `paid`."""

    number: str
    company: str
    customer: str
    client: str = ""
    text: str = ""
    kid: str = ""
    issued: dt.date
    due: dt.date
    amount: int
    paid: int = 0
    case_number: str = ""
    lines: list[InvoiceLine] = []
    reminders: list[Reminder] = []


class StoredProposal(Record, kw_only=True):
    """`invoices` are keys of World.invoices."""

    run: int
    company: str
    ledger_type: str
    dunning_type: str = "Inkasso"
    code: str = "EWS"
    status: ProposalStatus = "proposed"
    approved_at: dt.datetime | None = None
    approved_by: str = ""
    invoices: list[str] = []


class StoredTransaction(Record, kw_only=True):
    """A movement in the ledger; `serial` rises strictly within a company. Below zero it reduces the claim."""

    serial: int
    company: str
    type: str
    category: int = 0
    visma_id: str
    voucher_number: str
    date: dt.date
    amount: int
    text: str = ""
    reference: str = ""


class StoredLine(Record, kw_only=True):
    account: str
    amount: int
    text: str = ""
    ledger_type: str = ""
    customer: str = ""
    visma_id: str = ""
    kid: str = ""
    dimensions: dict[int, str] = {}


class StoredVoucher(Record, kw_only=True):
    """A voucher as delivered, with its place on the way from received to posted."""

    visma_id: str
    reference: str
    company: str
    voucher_type: str
    date: dt.date
    text: str = ""
    number: str = ""
    state: VoucherState = "received"
    content_hash: str
    received: dt.datetime
    lines: list[StoredLine] = []


class Movement(Record, kw_only=True):
    """A movement that is entered in the ledger when its invoice gets an external case number."""

    visma_id: str
    amount: int
    date: dt.date
    type: str = "30-INNBETALING"
    category: int = 0
    text: str = ""


class Fault(Record, kw_only=True):
    """Something to go wrong at the next `times` calls of an operation; "*" means any."""

    operation: str
    fault: str
    times: int = 1


class World(Record, kw_only=True):
    """Everything. `users` are names and passwords; without any there is no log-in.

    `upcoming` waits for its invoices' case numbers, `faults` for their calls.
    """

    note: str = ""
    rules: Rules = msgspec.field(default_factory=Rules)
    users: dict[str, str] = {}
    companies: list[str] = []
    customers: dict[str, Customer] = {}
    invoices: dict[str, StoredInvoice] = {}
    proposals: list[StoredProposal] = []
    transactions: list[StoredTransaction] = []
    vouchers: list[StoredVoucher] = []
    upcoming: list[Movement] = []
    faults: list[Fault] = []


Scenario = Mapping[str, Any]
ScenarioSource = Scenario | Callable[[], Scenario]  # itself, or what makes it when it is needed


def read_scenario(path: Path) -> Scenario:
    """A scenario file. Raises ScenarioError when it cannot be read or says something that nobody knows."""
    content = _content(path)
    decode_world(content)
    scenario: Scenario = msgspec.json.decode(content)
    return scenario


def read_world(path: Path) -> World:
    """The state on disk. Raises ScenarioError."""
    return decode_world(_content(path))


def load_world(scenario: Scenario) -> World:
    """A world that starts as a scenario. Raises ScenarioError."""
    return decode_world(msgspec.json.encode(scenario))


def decode_world(content: bytes) -> World:
    """A world from JSON. Raises ScenarioError."""
    try:
        return msgspec.json.decode(content, type=World)
    except msgspec.MsgspecError as error:
        raise ScenarioError(f"Simulatorens scenario er ikke gyldig: {error}. Ingenting er endret.") from error


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ScenarioError(f"Simulatorens fil {path.name} kan ikke leses. Ingenting er endret.") from error
