"""A desk to test the import and posting screens at: the real services, the simulator behind them, one small town."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from data.documents import Case, Voucher
from screens.base import Kk2Screen
from services.bank.ocr_writer import OcrAssignment, OcrPayment, write_ocr
from services.rates import seed_rates
from services.registry import Services
from services.visma.port import VismaPort, VismaUncertain, VismaUnreachable, VoucherReceipt
from services.visma.simulator.embedded import embedded
from tests.screens.stand_in import KARI, TODAY, creditor, services_for
from tests.screens.widgets.stage import Stage, settle, text
from tests.stores import open_test_store

YESTERDAY = TODAY - timedelta(days=1)
ACCOUNT = creditor().bank_accounts[0].account
HOSTILE_NAME = "Hansen [/b] & Sønn"

Size = tuple[int, int]


class Desk(Stage):
    """Remembers which cases it was asked to open."""

    CSS_PATH = "../../kk2tui/kk2.tcss"

    def __init__(self, services: Services) -> None:
        super().__init__(services=services)
        self.opened: list[tuple[str, str | None, str | None]] = []

    def open_case(self, number: str, tab: str | None = None, field: str | None = None) -> None:
        self.opened.append((number, tab, field))


class MoodyVisma:
    """The simulator, in one of several moods.

    `gate` holds deliveries back while it is closed; of the calls in `silent` nothing arrives; `forgetful` loses the
    answers to deliveries.
    """

    def __init__(self, inner: VismaPort) -> None:
        self._inner = inner
        self.gate = asyncio.Event()
        self.gate.set()
        self.silent: set[str] = set()
        self.forgetful = False

    def __getattr__(self, name: str) -> Any:
        return _no_answer if name in self.silent else getattr(self._inner, name)

    async def deliver_voucher(self, voucher: Voucher) -> VoucherReceipt:
        await self.gate.wait()
        if "deliver_voucher" in self.silent:
            await _no_answer()
        receipt = await self._inner.deliver_voucher(voucher)
        if self.forgetful:
            raise VismaUncertain("Svaret fra Visma ble borte.")
        return receipt


async def _no_answer(*_args: object, **_more: object) -> None:
    raise VismaUnreachable("Visma svarer ikke. Ingenting er sendt.")


class Office:
    """The services with what a test needs besides: Visma's moods and the inbox."""

    def __init__(self, services: Services, visma: MoodyVisma, folder: Path) -> None:
        self.services = services
        self.visma = visma
        self.inbox = folder / "inbox"

    @asynccontextmanager
    async def at(self, screen: Kk2Screen, size: Size) -> AsyncIterator[tuple[Desk, Pilot[Any]]]:
        """The screen, open and loaded, in a terminal of this size."""
        desk = Desk(self.services)
        async with desk.run_test(size=size) as pilot:
            await desk.push_screen(screen)
            await rest(pilot)
            yield desk, pilot

    async def take_over(self) -> list[Case]:
        """Import the approved proposal."""
        await self.services.case_import.run("kari", 4711)
        return (await self.services.store.page(Case)).items

    async def read_file(self, name: str = "OCR.D261123") -> str:
        """Write a bank file and read it in; its receipt."""
        self.write_file(await self.payments(), name=name)
        read = await self.services.bank.run(self.inbox / name, "kari")
        assert read.status == "imported", read.findings
        return read.receipt

    async def payments(self) -> list[OcrPayment]:
        """One payment to each case, one with a KID nobody has and one without."""
        cases = (await self.services.store.page(Case)).items
        paid = [ocr_payment(amount=50_000 + place, kid=case.kid) for place, case in enumerate(cases)]
        return [*paid, ocr_payment(amount=123_450, kid="0000000000018"), ocr_payment(amount=77_000)]

    def write_file(self, payments: list[OcrPayment], *, name: str = "OCR.D261123", transmission: int = 1) -> Path:
        assignment = OcrAssignment(account=ACCOUNT, payments=tuple(payments))
        path = self.inbox / name
        content = write_ocr([assignment], transmission=transmission, recipient="00123456", created=TODAY)
        path.write_bytes(content)
        return path

    async def spoil_department(self, number: str) -> None:
        """Give a case a department that has no ledger line."""
        case = await self.services.cases.require(number)
        await self.services.cases.set_department(case, "K999", "kari")


@asynccontextmanager
async def open_office(folder: Path, **world: Any) -> AsyncIterator[Office]:
    """A new office; `world` adds to the simulator's scenario (rules, faults)."""
    (folder / "inbox").mkdir()
    store = open_test_store(folder / "kk2.db")
    visma = MoodyVisma(embedded(None, scenario() | world))
    try:
        await seed_rates(store, "kari")
        async with store.transaction("kari", "Oppsett") as tx:
            tx.put(KARI)
            tx.put(creditor())
        yield Office(services_for(store, visma, folder), visma, folder)
    finally:
        await visma.close()
        await store.close()


def ocr_payment(*, amount: int, kid: str = "", day: date = YESTERDAY) -> OcrPayment:
    return OcrPayment(date=day, amount=amount, kid=kid, order_date=day)


def scenario() -> dict[str, Any]:
    """Three proposals: one approved with four invoices to three debtors, one not approved, one spoilt."""
    names = {"1": "Kari Testesen", "2": "Prøve Transport AS", "3": HOSTILE_NAME}
    invoices = {f"F{serial}": _invoice(serial, customer) for serial, customer in enumerate("1123", 1)}
    return {
        "rules": {"voucher_types": ["IK"]},
        "companies": ["1"],
        "customers": {key: {"id": key, "ledger_type": "K010", "name": name} for key, name in names.items()},
        "invoices": invoices,
        "proposals": [
            _proposal(4711, "approved", list(invoices)),
            _proposal(4712, "proposed", []),
            _proposal(4713, "distributed", []),
        ],
    }


def _proposal(run: int, status: str, invoices: list[str]) -> dict[str, Any]:
    return {"run": run, "company": "1", "ledger_type": "K010", "status": status, "invoices": invoices}


def _invoice(serial: int, customer: str) -> Mapping[str, Any]:
    return {
        "number": str(900_100 + serial),
        "company": "1",
        "client": "0221",
        "customer": customer,
        "text": f"Barnehage {serial}",
        "issued": "2026-08-01",
        "due": "2026-08-20",
        "amount": 248_000 + serial,
    }


async def rest(pilot: Pilot[Any]) -> None:
    """Until nothing is under way: an answer may start the next call."""
    await settle(pilot)
    while any(not worker.is_finished for worker in pilot.app.workers):
        await settle(pilot)


async def press(pilot: Pilot[Any], *keys: str) -> str:
    """Press keys one by one, and read the screen."""
    for key in keys:
        await pilot.press(key)
        await rest(pilot)
    return text(pilot.app)


async def fill(pilot: Pilot[Any], words: str) -> str:
    """Put words into the field with the cursor, press Enter, and read the screen."""
    field = pilot.app.screen.focused
    assert isinstance(field, Input)
    field.value = words
    return await press(pilot, "enter")


async def until(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    """Until the screen is so."""
    async with asyncio.timeout(20):
        while not condition():
            await pilot.pause()
