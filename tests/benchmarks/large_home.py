"""A home with many made-up cases, to measure on."""

import asyncio
from datetime import date
from pathlib import Path

from data.documents import Accounting, BankAccount, Case, Claim, Creditor, Debtor, Handler, LedgerLine
from data.tinydb_store import open_store
from kk2tui.settings import Settings
from kk2tui.wiring import INBOX, write_settings
from services.bank.kid import make_kid
from services.rates import seed_rates

LOGIN = "kari"
NAMES = ("Kari Testesen", "Ola Prøvesen", "Prøve Transport AS", "Åse Øvelsbø", "Bjørn Eksempelvik", "Testesen og Sønn")


def make_large_home(home: Path, cases: int) -> None:
    """A home with `cases` open cases of one claim each."""
    for folder in (home, home / INBOX):
        folder.mkdir(parents=True)
    write_settings(home, Settings(name="Testvik kommune (oppdiktet)"))
    asyncio.run(_fill(home, cases))


async def _fill(home: Path, cases: int) -> None:
    store = open_store(home / "kk2.db")
    await seed_rates(store, LOGIN)
    async with store.transaction(LOGIN, "Oppdiktede saker") as tx:
        tx.put(Handler(id=LOGIN, name="Kari Testesen", email="kari@testvik.invalid", role="admin"))
        tx.put(_creditor())
        for serial in range(1, cases + 1):
            case = _case(serial)
            tx.put(case)
            tx.put(_claim(case, serial))
    await store.close()


def _creditor() -> Creditor:
    return Creditor(
        id="0221",
        name="Testvik kommune",
        company="1",
        bank_accounts=(BankAccount(account="12345678903"),),
        accounting=Accounting(voucher_type="IK", bank="1920", interest="8050", fees="3900"),
        ledger_lines=(LedgerLine(ledger_type="K010", account="1510"), LedgerLine(ledger_type="K020", account="1511")),
    )


def _case(serial: int) -> Case:
    name = f"{NAMES[serial % len(NAMES)]} {serial}"
    return Case(
        id=f"0221-{serial:08d}",
        creditor="0221",
        kid=make_kid("0221", serial),
        debtor=Debtor(customer=f"{serial:07d}", name=name),
        debtor_name=name,
        customer_key=f"1|1|0221|{serial:07d}|K010",
        department="K010" if serial % 3 else "K020",
        handler=LOGIN,
        run="1",
        opened=date(2026, 11, 2),
        step="Overtatt",
        step_date=date(2026, 11, 2),
        outstanding=100_00 + serial,
    )


def _claim(case: Case, serial: int) -> Claim:
    return Claim(
        id=f"{case.id}/1",
        case=case.id,
        visma_id=f"F{serial:08d}",
        company="1",
        invoice=f"26{serial:08d}",
        text="Barnehage mai 2026",
        kid="",
        issued=date(2026, 5, 1),
        due=date(2026, 5, 20),
        amount=100_00 + serial,
        unpaid=100_00 + serial,
        written_back="done",
        customer=f"{serial:07d}",
    )
