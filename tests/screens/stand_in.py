"""A small made-up municipality for the tests of the screens: the real services on the real store, in one folder."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

from data.documents import (
    Accounting,
    BankAccount,
    Case,
    Claim,
    Creditor,
    Debtor,
    Fee,
    Handler,
    LedgerLine,
    Payment,
)
from data.store import Store
from services.bank.kid import make_kid
from services.clock import SystemClock
from services.rates import seed_rates
from services.registry import Services
from services.visma.port import VismaPort
from services.visma.simulator.embedded import embedded
from tests.stores import open_test_store

TODAY = date(2026, 11, 24)
KARI = Handler(id="kari", name="Kari Testesen", email="kari@testvik.invalid", role="admin")
OLA = Handler(id="ola", name="Ola Prøvesen", email="ola@testvik.invalid")

BARNEHAGE, TRANSPORT, BRACKETS, CLOSED = "0221-00000038", "0221-00000046", "0221-00000054", "0221-00000062"


def creditor(**more: Any) -> Creditor:
    """Testvik kommune, with two ledger lines."""
    fields: dict[str, Any] = {
        "id": "0221",
        "name": "Testvik kommune",
        "company": "1",
        "bank_accounts": (BankAccount(account="12345678911"),),
        "accounting": Accounting(
            voucher_type="IK", bank="2102201", interest="1900001", fees="1620001", department="1200"
        ),
        "ledger_lines": (
            LedgerLine(ledger_type="K010", account="2131010"),
            LedgerLine(ledger_type="K020", account="2131020"),
        ),
    }
    return Creditor(**fields | more)


def case(number: str, name: str, **more: Any) -> Case:
    """An open case in department K010, with Kari as its handler."""
    serial = int(number.rpartition("-")[2])
    debtor = Debtor(
        customer=str(100_000 + serial),
        name=name,
        national_id="01019000000",
        address=("Prøveveien 1",),
        postcode="9998",
        city="TESTVIK",
        email="skyldner@testvik.invalid",
        mobile="00000000",
    )
    fields: dict[str, Any] = {
        "id": number,
        "creditor": number[:4],
        "kid": make_kid(number[:4], serial),
        "debtor": debtor,
        "debtor_name": name,
        "customer_key": f"4711|1|{number}",
        "department": "K010",
        "handler": "kari",
        "run": "4711",
        "opened": date(2026, 11, 20),
        "step": "Overtatt",
        "step_date": date(2026, 11, 20),
    }
    return Case(**fields | more)


def claim(number: str, serial: int, unpaid: int, due: date, **more: Any) -> Claim:
    """An invoice on a case, nothing of it paid when the case was taken over."""
    invoice = f"90{number[-3:]}{serial}"
    fields: dict[str, Any] = {
        "id": f"{number}/{serial}",
        "case": number,
        "visma_id": f"F{invoice}",
        "company": "1",
        "invoice": invoice,
        "text": f"Barnehage {due.month:02d}/{due.year}",
        "kid": make_kid("9021", int(invoice)),
        "issued": date(due.year, due.month, 1),
        "due": due,
        "amount": unpaid,
        "unpaid": unpaid,
        "customer": str(100_000 + int(number[-8:])),
        "written_back": "done",
    }
    return Claim(**fields | more)


async def fill(store: Store) -> None:
    """Four cases: one with two claims and a fee, one large, one with a hostile name and no ledger line, one closed."""
    await seed_rates(store, "kari")
    async with store.transaction("kari", "Oppdiktede saker") as tx:
        tx.put(KARI)
        tx.put(OLA)
        tx.put(creditor())
        tx.put(case(BARNEHAGE, "Kari Testesen", outstanding=4_998_00))
        tx.put(claim(BARNEHAGE, 1, 2_480_00, date(2026, 5, 20)))
        tx.put(claim(BARNEHAGE, 2, 2_480_00, date(2026, 6, 22)))
        tx.put(
            Fee(
                id=f"{BARNEHAGE}/P1",
                case=BARNEHAGE,
                code="PUR",
                component="fees",
                date=date(2026, 7, 15),
                amount=38_00,
                basis="1/20 av inkassosatsen 760,00 i 2026",
            )
        )
        tx.put(case(TRANSPORT, "Prøve Transport AS", department="K020", handler="ola", outstanding=18_902_00))
        tx.put(claim(TRANSPORT, 1, 18_902_00, date(2026, 8, 20), written_back="pending"))
        tx.put(case(BRACKETS, "Hansen [/b] \x1b[2J & Sønn", department="K999", outstanding=1_200_00))
        tx.put(claim(BRACKETS, 1, 1_200_00, date(2026, 9, 20)))
        tx.put(case(CLOSED, "Per Ferdigstad", status="closed", closed=date(2026, 11, 2), outstanding=0))
        await tx.serials("payments", 900)


def unplaced_payment(amount: int = 500_00, **more: Any) -> Payment:
    """A payment that no case has, by its KID."""
    fields: dict[str, Any] = {
        "id": "B0000001",
        "case": None,
        "creditor": "0221",
        "source": "ocr",
        "date": date(2026, 11, 20),
        "amount": amount,
        "kid": "9999999999999",
        "unplaced": "unknown_kid",
    }
    return Payment(**fields | more)


def services_for(store: Store, visma: VismaPort, folder: Path, handler: Handler = KARI) -> Services:
    """All services, on a clock that stands at TODAY."""
    return Services(
        handler=handler,
        visma="simulator",
        municipality="Testvik kommune",
        clock=SystemClock(TODAY),
        store=store,
        home=folder,
        inbox_folder=folder / "inbox",
        open_visma=lambda: visma,
        open_transport=lambda: None,
    )


@asynccontextmanager
async def opened_services(
    folder: Path, *, scenario: Mapping[str, Any] | None = None, filled: bool = True
) -> AsyncIterator[Services]:
    """The services on a new store in `folder`; Visma is the simulator in this process, as `scenario` (None: empty)."""
    (folder / "inbox").mkdir(exist_ok=True)
    store = open_test_store(folder / "kk2.db")
    visma = embedded(None, {"companies": ["1"]} if scenario is None else scenario)
    try:
        if filled:
            await fill(store)
        yield services_for(store, visma, folder)
    finally:
        await visma.close()
        await store.close()
