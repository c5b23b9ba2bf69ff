"""A home with many made-up cases, to measure on: each case with a claim and three payments."""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from data.documents import (
    Accounting,
    Allocation,
    BankAccount,
    Case,
    Claim,
    Creditor,
    Debtor,
    Document,
    Handler,
    LedgerLine,
    Payment,
)
from data.tinydb.store import open_store
from kk2tui.settings import Settings
from kk2tui.wiring import INBOX, write_settings
from services.bank.kid import make_kid
from services.rates import seed_rates

LOGIN = "kari"
ACCOUNT = "12345678903"
HANDLERS = (LOGIN, "ola", "åse", "per", "siv")
DEPARTMENTS = ("K010", "K020", "K030")
FIRST = ("Kari", "Ola", "Åse", "Bjørn", "Siv", "Per", "Øyvind", "Ingrid", "Ærlig", "Tor", "Unni", "Geir", "Liv")
LAST = ("Testesen", "Prøvesen", "Eksempelvik", "Øvelsbø", "Oppdiktsen", "Liksomstad", "Jukserud", "Tullerås", "Attrapp")
PAYMENTS = 3  # a case


def make_large_home(home: Path, cases: int, payments: int = PAYMENTS) -> None:
    """A home with `cases` cases of one claim each, and `payments` payments on each."""
    for folder in (home, home / INBOX):
        folder.mkdir(parents=True)
    write_settings(home, Settings(name="Testvik kommune (oppdiktet)"))
    asyncio.run(fill(home / "kk2.db", cases, payments))


async def fill(path: Path, cases: int, payments: int = PAYMENTS, *, all_open: bool = False) -> None:
    """The same as a store alone."""
    store = open_store(path)
    await seed_rates(store, LOGIN)
    async with store.transaction(LOGIN, "Oppdiktede saker") as tx:
        for handler in HANDLERS:
            tx.put(Handler(id=handler, name=f"{handler} Testesen", email=f"{handler}@testvik.invalid", role="admin"))
        tx.put(creditor())
        for number, document in enumerate(documents(cases, payments, all_open=all_open)):
            tx.put(document)
            if number % 1_000 == 0:
                await tx.get(Creditor, "0221")  # wait for the writer, so that not all lies in memory
    await store.close()


def documents(cases: int, payments: int = PAYMENTS, *, all_open: bool = False) -> Iterator[Document]:
    """Cases with their claims and payments. Half of the cases are closed; each tenth has a payment to post."""
    for serial in range(1, cases + 1):
        case, claim = case_of(serial, closed=serial % 2 == 0 and not all_open), claim_of(serial)
        yield case
        yield claim
        for number in range(1, payments + 1):
            yield payment_of(claim, serial, number, to_post=number == 1 and serial % 10 == 0)


def creditor() -> Creditor:
    return Creditor(
        id="0221",
        name="Testvik kommune",
        company="1",
        bank_accounts=(BankAccount(account=ACCOUNT),),
        accounting=Accounting(voucher_type="IK", bank="1920", interest="8050", fees="3900"),
        ledger_lines=tuple(
            LedgerLine(ledger_type=each, account=f"15{number}") for number, each in enumerate(DEPARTMENTS, 10)
        ),
    )


def number_of(serial: int) -> str:
    return f"0221-{serial:08d}"


def case_of(serial: int, *, closed: bool = False) -> Case:
    name = f"{FIRST[serial * 7 % len(FIRST)]} {LAST[serial * 5 % len(LAST)]}"
    return Case(
        id=number_of(serial),
        creditor="0221",
        kid=make_kid("0221", serial),
        debtor=Debtor(customer=f"{serial:07d}", name=name, national_id=f"{serial * 7919 % 10**11:011d}"),
        debtor_name=name,
        customer_key=f"1|1|0221|{serial:07d}|K010",
        department=DEPARTMENTS[serial % len(DEPARTMENTS)],
        handler=HANDLERS[serial % len(HANDLERS)],
        run=str(4000 + serial // 500),
        opened=date(2026, 11, 2),
        status="closed" if closed else "open",
        closed=date(2026, 11, 20) if closed else None,
        step="Overtatt",
        step_date=date(2026, 11, 2),
        outstanding=0 if closed else 100_00 + serial,
    )


def claim_of(serial: int) -> Claim:
    number = number_of(serial)
    return Claim(
        id=f"{number}/1",
        case=number,
        visma_id=f"F{serial:08d}",
        company="1",
        invoice=f"26{serial:08d}",
        text="Barnehage mai 2026",
        kid="",
        issued=date(2026, 5, 1),
        due=date(2026, 5, 20),
        amount=400_00 + serial,
        unpaid=400_00 + serial,
        written_back="done",
        customer=f"{serial:07d}",
    )


def payment_of(claim: Claim, serial: int, number: int, *, to_post: bool) -> Payment:
    return Payment(
        id=f"P{serial:08d}{number}",
        case=claim.case,
        creditor="0221",
        source="ocr",
        date=date(2026, 9, 1) + timedelta(days=serial % 60),
        amount=100_00,
        posting="pending" if to_post else "posted",
        coverage=(Allocation(component="principal", amount=100_00, target=claim.id),),
        kid=make_kid("0221", serial),
        fingerprint=f"{serial:060x}{number}-0",
    )
