"""Made-up conversion files, and a Visma that has their invoices."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from services.bank.kid import make_kid
from services.conversion.source_rows import COLUMNS

OLD = "0221-00000038"


def kid(serial: int) -> str:
    """The KID of an invoice."""
    return make_kid("9021", serial)


def claim_row(serial: int = 1, case: str = OLD, **more: str) -> dict[str, str]:
    """A row with a claim of 1 000,00 and all that a case needs."""
    row = {
        "saksnummer": case,
        "kreditor": "0221",
        "avdeling": "K010",
        "opprettet": "02.02.2026",
        "navn": "Kari Testesen",
        "fakturanummer": str(900_000 + serial),
        "tekst": f"Barnehage {serial}",
        "kid": kid(serial),
        "fakturadato": "01.08.2026",
        "forfall": "20.08.2026",
        "belop": "1 000,00",
    }
    return row | more


def other_row(kind: str, amount: str, case: str = OLD, **more: str) -> dict[str, str]:
    """A fee, a cost or a payment on a case."""
    row = {"saksnummer": case, "kreditor": "0221", "radtype": kind, "belop": amount, "dato": "2026-10-01"}
    return row | more


def csv_text(*rows: Mapping[str, str], columns: Sequence[str] = COLUMNS) -> str:
    lines = [";".join(row.get(column, "") for column in columns) for row in rows]
    return "\r\n".join([";".join(columns), *lines]) + "\r\n"


def csv_file(folder: Path, *rows: Mapping[str, str], name: str = "saker.csv") -> Path:
    path = folder / name
    path.write_text(csv_text(*rows), encoding="utf-8", newline="")
    return path


def json_text(*rows: Mapping[str, Any]) -> str:
    return json.dumps(list(rows), ensure_ascii=False, indent=1)


def stored_invoice(serial: int, customer: str = "7", **more: Any) -> dict[str, Any]:
    """The invoice of `claim_row(serial)` as the simulator has it."""
    invoice = {
        "number": str(900_000 + serial),
        "company": "1",
        "client": "0221",
        "customer": customer,
        "text": f"Barnehage {serial} i Visma",
        "kid": kid(serial),
        "issued": "2026-08-01",
        "due": "2026-08-20",
        "amount": 100_000,
    }
    return invoice | more


def scenario(invoices: Mapping[str, Mapping[str, Any]], **more: Any) -> dict[str, Any]:
    """A Visma with these invoices, by id, and the customers 7 and 8."""
    names = {"7": "Kari Testesen", "8": "Ola Prøvesen"}
    return {
        "rules": {"voucher_types": ["IK"]},
        "companies": ["1"],
        "customers": {key: {"id": key, "ledger_type": "K010", "name": name} for key, name in names.items()},
        "invoices": dict(invoices),
        "proposals": [],
        **more,
    }
