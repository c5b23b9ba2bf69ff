"""Made-up documents."""

from datetime import date
from typing import Any

from data.documents import Case, Claim, Debtor, Payment


def case(serial: int = 1, **changes: Any) -> Case:
    name = changes.pop("name", "Kari Testesen")
    debtor = Debtor(customer="501", name=name, national_id=changes.pop("national_id", ""))
    fields: dict[str, Any] = {
        "id": f"0221-{serial:08}",
        "creditor": "0221",
        "kid": f"0221{serial:08}5",
        "debtor": debtor,
        "debtor_name": name,
        "customer_key": f"12|1|501-{serial}|K010",
        "department": "K010",
        "handler": "kari",
        "run": "12",
        "opened": date(2026, 11, 20),
    }
    return Case(**fields | changes)


def claim(serial: int = 1, case: str = "0221-00000001", **changes: Any) -> Claim:
    fields: dict[str, Any] = {
        "id": f"{case}/{serial}",
        "case": case,
        "visma_id": f"V{case[-4:]}{serial}",
        "company": "1",
        "invoice": f"{700_000 + serial}",
        "text": "Barnehage",
        "kid": f"99{serial:06}",
        "issued": date(2026, 8, 1),
        "due": date(2026, 9, 1),
        "amount": 1_234_50,
        "unpaid": 1_234_50,
        "customer": "501",
    }
    return Claim(**fields | changes)


def payment(serial: int = 1, **changes: Any) -> Payment:
    fields: dict[str, Any] = {
        "id": f"P{serial:08}",
        "case": "0221-00000001",
        "creditor": "0221",
        "source": "ocr",
        "date": date(2026, 11, 20),
        "amount": 100_00,
        "fingerprint": f"f{serial}",
    }
    return Payment(**fields | changes)
