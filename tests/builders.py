"""Made-up creditors, cases, claims, payments, bank files and invoices, with only what a test needs to say of them."""

from collections.abc import Sequence
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
    Document,
    Fee,
    Handler,
    InterestRate,
    LedgerLine,
    Payment,
)
from data.store import Store
from services.bank.kid import make_kid
from services.bank.ocr_writer import OcrAssignment, OcrPayment, write_ocr
from services.visma.port import Customer, Invoice, Proposal, Reminder

TODAY = date(2026, 11, 24)
D1, D2 = date(2026, 11, 19), date(2026, 11, 20)
DUE = date(2026, 8, 20)
ACCOUNT, OTHER_ACCOUNT = "12345678911", "12345688003"
KARI = Handler(id="kari", name="Kari Testesen", email="kari@testvik.invalid", role="admin")
OLA = Handler(id="ola", name="Ola Prøvesen", email="ola@testvik.invalid")
NEXT_HALF_YEAR = InterestRate(
    id="2027-01-01",
    valid_from=date(2027, 1, 1),
    valid_to=date(2027, 6, 30),
    basis_points=1225,
    regulation="FOR-0000-00-00-0",
    source="oppdiktet",
)


def creditor(number: str = "0221", **more: Any) -> Creditor:
    """Testvik kommune, or with another number a second creditor of its own company, with two ledger lines."""
    fields: dict[str, Any] = {
        "id": number,
        "name": "Testvik kommune" if number == "0221" else f"Testvik foretak {number}",
        "company": "1" if number == "0221" else number[-1],
        "bank_accounts": (BankAccount(account=ACCOUNT if number == "0221" else OTHER_ACCOUNT),),
        "accounting": Accounting(
            voucher_type="IK", bank="2102201", interest="1900001", fees="1620001", department="1200", project="8001"
        ),
        "ledger_lines": (
            LedgerLine(ledger_type="K010", account="2131010"),
            LedgerLine(ledger_type="K020", account="2131020"),
        ),
    }
    return Creditor(**fields | more)


def number_of(serial: int, creditor: str = "0221") -> str:
    return f"{creditor}-{serial:08d}"


def case(serial: int = 1, *, creditor: str = "0221", **more: Any) -> Case:
    """An open case in department K010."""
    name = more.pop("name", f"Kari Testesen {serial}")
    fields: dict[str, Any] = {
        "id": number_of(serial, creditor),
        "creditor": creditor,
        "kid": make_kid(creditor, serial),
        "debtor": Debtor(customer=str(100_000 + serial), name=name, national_id="01810100000"),
        "debtor_name": name,
        "customer_key": f"4711|1|{creditor}|{serial}|K010",
        "department": "K010",
        "handler": "kari",
        "run": "4711",
        "opened": date(2026, 11, 2),
    }
    return Case(**fields | more)


def claim(case: str | Case, unpaid: int = 1_000_00, *, serial: int = 1, due: date = DUE, **more: Any) -> Claim:
    """An invoice on a case, nothing of it paid when the case was taken over."""
    number = case.id if isinstance(case, Case) else case
    mark = f"{number[:4]}{int(number[-8:])}{serial}"
    fields: dict[str, Any] = {
        "id": f"{number}/{serial}",
        "case": number,
        "visma_id": f"F{mark}",
        "company": "1",
        "invoice": f"90{mark}",
        "text": f"Barnehage {due.month:02d}/{due.year}",
        "kid": make_kid("9021", int(mark)),
        "issued": date(due.year, due.month, 1),
        "due": due,
        "amount": unpaid,
        "unpaid": unpaid,
        "customer": str(100_000 + int(number[-8:])),
        "written_back": "done",
    }
    return Claim(**fields | more)


def fee(case: str | Case, amount: int = 38_00, *, serial: int = 1, **more: Any) -> Fee:
    """A reminder fee."""
    number = case.id if isinstance(case, Case) else case
    fields: dict[str, Any] = {
        "id": f"{number}/1/{serial}",
        "case": number,
        "code": "PUR",
        "component": "fees",
        "date": date(2026, 9, 10),
        "amount": amount,
    }
    return Fee(**fields | more)


def unplaced(serial: int = 900, amount: int = 500_00, **more: Any) -> Payment:
    """A payment that no case has, by its KID."""
    fields: dict[str, Any] = {
        "id": f"P{serial:06d}",
        "case": None,
        "creditor": "0221",
        "source": "ocr",
        "date": D1,
        "amount": amount,
        "kid": "9999999999999",
        "unplaced": "unknown_kid",
    }
    return Payment(**fields | more)


async def put(store: Store, *documents: Document) -> None:
    """Store made-up documents as they are."""
    async with store.transaction("kari", "Oppdiktet") as tx:
        for document in documents:
            tx.put(document)


def paid(amount: int, kid: str = "", day: date = D1, **more: Any) -> OcrPayment:
    return OcrPayment(date=day, amount=amount, kid=kid, **more)


def bank_file(
    path: Path, payments: Sequence[OcrPayment], *, transmission: int = 1, account: str = ACCOUNT, number: int = 1
) -> Path:
    """Write an OCR file of one assignment, and answer where it is."""
    assignment = OcrAssignment(account=account, payments=tuple(payments), number=number)
    path.write_bytes(write_ocr([assignment], transmission=transmission, recipient="00221000", created=TODAY))
    return path


def customer(serial: int = 1, department: str = "K010") -> Customer:
    return Customer(
        id=str(100_000 + serial), ledger_type=department, name=f"Kari Testesen {serial}", national_id="01810100000"
    )


def invoice(serial: int, debtor: int = 1, *, department: str = "K010", **more: Any) -> Invoice:
    """An invoice of Visma's to the debtor with this number, due long ago."""
    unpaid = more.pop("unpaid", 1_000_00 + serial)
    fields: dict[str, Any] = {
        "visma_id": f"F{serial}",
        "number": str(900_000 + serial),
        "company": "1",
        "client": "0221",
        "customer": customer(debtor, department),
        "text": f"Barnehage {serial}",
        "kid": make_kid("9021", serial),
        "issued": date(2026, 8, 1),
        "due": DUE,
        "amount": unpaid,
        "paid": 0,
        "unpaid": unpaid,
    }
    return Invoice(**fields | more)


def reminder(fee: int = 38_00, day: date = date(2026, 9, 10)) -> Reminder:
    return Reminder(code="PUR", date=day, fee=fee)


def proposal(run: int, *invoices: Invoice, **more: Any) -> Proposal:
    """An approved proposal."""
    fields: dict[str, Any] = {
        "run": run,
        "company": "1",
        "ledger_type": "K010",
        "dunning_type": "Inkasso",
        "dunning_code": "EWS",
        "status": "approved",
        "invoices": invoices,
    }
    return Proposal(**fields | more)
