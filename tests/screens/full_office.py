"""An office where every screen has something to show: a made-up municipality in one folder, on one day.

Each text that a person or another system has written goes through `say`, so that a test may make them all long, odd or
dangerous: `full_office(folder, say=lambda plain: plain + HOSTILE)`.
"""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from data.documents import (
    Allocation,
    Attachment,
    BankReference,
    Candidate,
    Claim,
    ClaimLink,
    Column,
    Conversion,
    Cursor,
    Debtor,
    Delivery,
    Document,
    Event,
    Handler,
    Letter,
    LetterClaim,
    Mail,
    Mark,
    Payment,
    Receipt,
    Section,
    Sender,
    Voucher,
    VoucherLine,
)
from services.rates import seed_rates
from services.registry import Services
from services.visma.simulator.embedded import embedded
from tests import builders
from tests.builders import D1, D2, KARI, OLA, TODAY, number_of, put
from tests.screens.stand_in import services_for
from tests.services.conversion.files import claim_row as row_in_file
from tests.services.conversion.files import csv_file
from tests.stores import open_test_store

Say = Callable[[str], str]
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

MORNING = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
FAMILY, FIRM, STRAY, CLOSED, OLD = (number_of(serial) for serial in (38, 46, 54, 62, 71))
VOUCHER, WAITING_VOUCHER = "0221-20261119-R", "0221-20261120-G"
RECEIPT = "K000003"
PDF = b"%PDF-1.7 oppdiktet"


@asynccontextmanager
async def full_office(folder: Path, *, say: Say = str, handler: Handler = KARI) -> AsyncIterator[Services]:
    """All services of `handler`, on a new store that holds something of everything. `folder` is the home."""
    (folder / "inbox").mkdir(exist_ok=True)
    store = open_test_store(folder / "kk2.db")
    visma = embedded(None, scenario(in_xml(say)))
    services = services_for(store, visma, folder, handler=replace(handler, name=say(handler.name)))
    try:
        await seed_rates(store, "kari")
        await put(store, *setup(say), *cases(say), *money(say), *letters(say), *vouchers(say), *history(say))
        async with store.transaction("kari", "Oppdiktet") as tx:
            await tx.serials("payments", 900)
            await tx.serials("receipts", 900)
        lay_files(services, say)
        yield services
    finally:
        await visma.close()
        await store.close()


def setup(say: Say) -> list[Document]:
    """One creditor and two handlers."""
    owner = builders.creditor(address=(say("Rådhusveien 1"), "9998 TESTVIK"), email="post@testvik.invalid")
    return [replace(owner, name=say(owner.name)), *(replace(each, name=say(each.name)) for each in (KARI, OLA))]


def cases(say: Say) -> list[Document]:
    """A family with two claims, a firm, one in a department that has no ledger, one closed, and one converted."""
    return [
        *_case(
            say, 38, "Kari Testesen", outstanding=3_998_00, step="IKV", step_sent=TODAY, step_date=date(2026, 12, 8)
        ),
        _claim(say, 38, 2_480_00, 1, date(2026, 5, 20)),
        _claim(say, 38, 2_480_00, 2, date(2026, 6, 22)),
        builders.fee(FAMILY, basis=say("1/20 av inkassosatsen 760,00 i 2026")),
        *_case(say, 46, "Prøve Transport AS", department="K020", handler="ola", outstanding=18_902_00),
        _claim(say, 46, 18_902_00),
        *_case(say, 54, "Testesen og Sønn", department="K999", outstanding=1_200_00),
        _claim(say, 54, 1_700_00),
        *_case(say, 62, "Per Ferdigstad", status="closed", closed=date(2026, 11, 2)),
        *_case(say, 71, "Gamle Prøvesen", old_number="G-71", outstanding=1_000_00),
        replace(_claim(say, 71, 1_000_00), visma_id="", written_back="unlinked"),
        ClaimLink(id=f"{OLD}/1", case=OLD, state="several", candidates=(_candidate(say, 1), _candidate(say, 2))),
        Conversion(id="0" * 64, name="gammel.csv", read=MORNING, actor="kari", cases=1, claims=1, receipt="K000001"),
    ]


def _case(say: Say, serial: int, name: str, **more: Any) -> list[Document]:
    debtor = Debtor(
        customer=str(100_000 + serial),
        name=say(name),
        national_id="01810100000",
        address=(say("Prøveveien 1"),),
        postcode="9998",
        city=say("TESTVIK"),
        email="skyldner@testvik.invalid",
        mobile="00000000",
    )
    fields: dict[str, Any] = {"step": "Overtatt", "step_date": D2, "debtor": debtor, "name": debtor.name} | more
    made = builders.case(serial, **fields)
    opened = Event(
        id=f"{made.id}/1",
        case=made.id,
        time=MORNING,
        actor="kari",
        text=say("Saken er overtatt fra Visma, kjøring 4711."),
    )
    return [made, opened]


def _claim(say: Say, serial: int, unpaid: int, place: int = 1, due: date = builders.DUE) -> Claim:
    made = builders.claim(number_of(serial), unpaid, serial=place, due=due)
    return replace(made, text=say(made.text))


def _candidate(say: Say, place: int) -> Candidate:
    return Candidate(
        visma_id=f"F{place}",
        invoice=f"90017{place}",
        kid="",
        customer="100071",
        name=say("Gamle Prøvesen"),
        text=say("Barnehage 08/2026"),
        due=builders.DUE,
        amount=1_000_00,
        unpaid=1_000_00,
        case_number="",
        by="customer",
    )


def money(say: Say) -> list[Document]:
    """On the family's case a payment of each posting state and one deleted; two that no case has, one Visma's."""
    paid = Allocation(component="principal", amount=1_000_00, target=f"{FAMILY}/1")
    first = Payment(
        id="B0000001", case=FAMILY, creditor="0221", source="ocr", date=D2, amount=1_000_00, coverage=(paid,)
    )
    slip = Mark(actor="ola", time=MORNING, reason=say("Ført på feil sak"))
    return [
        first,
        replace(
            first,
            id="B0000002",
            date=D1,
            amount=500_00,
            coverage=(replace(paid, amount=500_00),),
            posting="frozen",
            vouchers=(VOUCHER,),
        ),
        replace(first, id="B0000003", source="manual", amount=250_00, coverage=(), deleted=slip, text=say("Kontant")),
        replace(
            first,
            id="B0000004",
            case=STRAY,
            date=D1,
            amount=500_00,
            coverage=(replace(paid, amount=500_00, target=f"{STRAY}/1"),),
        ),
        builders.unplaced(
            5,
            1_200_00,
            kid=builders.case(62).kid,
            unplaced="closed_case",
            text=say("Barnehage for november"),
            bank=_bank_reference(),
        ),
        builders.unplaced(6, 18_902_00, kid="", source="visma", unplaced="visma_invoice", text=say("Betalt i butikk")),
    ]


def _bank_reference() -> BankReference:
    return BankReference(
        account=builders.ACCOUNT,
        transaction_type="10",
        order_date=D1,
        debit_account="12345699994",
        archive_reference="123456789",
    )


def letters(say: Say) -> list[Document]:
    """The family's inkassovarsel, and an e-mail nobody knows the fate of."""
    claim = LetterClaim(
        invoice="90221381",
        text=say("Barnehage 05/2026"),
        due=date(2026, 5, 20),
        principal=2_480_00,
        fees=0,
        notice_fee=38_00,
        interest=12_34,
    )
    letter = Letter(
        id=f"{FAMILY}/IKV",
        case=FAMILY,
        creditor="0221",
        run="1/4711",
        handler="kari",
        language="nb",
        sent=TODAY,
        deadline=date(2026, 12, 8),
        sender=Sender(
            name=say("Testvik kommune"),
            address=(),
            email="post@testvik.invalid",
            phone="00000000",
            account=builders.ACCOUNT,
            handler=say(KARI.name),
        ),
        name=say("Kari Testesen"),
        address=(say("Prøveveien 1"),),
        kid="0221000000382",
        claims=(claim,),
        total=claim.total,
        interest_until=TODAY,
        basis_points=1225,
        created=MORNING,
        actor="kari",
        pdf=sha256(PDF).hexdigest(),
        mail="E000001",
    )
    mail = Mail(
        id="E000001",
        message_id="<1@testvik.invalid>",
        handler="kari",
        to=KARI.email,
        subject=say("Inkassovarsler, kjøring 4711: 1 sak"),
        text="",
        letters=1,
        created=MORNING,
        state="unknown",
        attempts=1,
        last_attempt=MORNING,
        message=say("Svaret fra e-postserveren ble borte."),
        attachments=(Attachment(name="varsel.pdf", pdf=sha256(PDF).hexdigest()),),
    )
    return [letter, mail]


def vouchers(say: Say) -> list[Document]:
    """A voucher whose fate a person must decide, and one that is ready."""
    line = VoucherLine(account="2102201", amount=500_00, text=say("Innbetaling"), case=FAMILY, payment="B0000002")
    unknown = Voucher(
        id=VOUCHER,
        creditor="0221",
        date=D1,
        kind="R",
        company="1",
        voucher_type="IK",
        approve=False,
        text=say("Reskontro"),
        amount=500_00,
        lines=(line, replace(line, account="2131010", amount=-500_00)),
        payments=("B0000002",),
        created=MORNING,
        actor="kari",
    )
    return [
        unknown,
        Delivery(
            id=VOUCHER,
            state="unknown",
            attempts=1,
            last_attempt=MORNING,
            needs_decision=True,
            message=say("Svaret fra Visma ble borte."),
        ),
        replace(unknown, id=WAITING_VOUCHER, date=D2, kind="G", payments=(), lines=()),
        Delivery(id=WAITING_VOUCHER),
    ]


def history(say: Say) -> list[Document]:
    """Three receipts, and when Visma was last asked for payments."""
    receipt = Receipt(
        id="K000001",
        kind="cases",
        time=MORNING,
        actor="kari",
        title=say("Nye saker, kjøring 4711"),
        summary=(say("4 saker, 5 fakturaer, sum 26 562,00"),),
    )
    number, amount = Column(title="Sak", kind="case"), Column(title="Beløp", kind="amount")
    who = Column(title="Skyldner")
    placed = Section(
        title="Saker",
        columns=(number, who, amount),
        rows=((FAMILY, say("Kari Testesen"), 1_000_00), (STRAY, say("Testesen og Sønn"), 500_00)),
    )
    left = Section(title="Uplasserte", columns=(who, amount), rows=((say("ukjent KID"), 1_200_00),))
    return [
        receipt,
        replace(receipt, id="K000002", kind="posting", title=say("Bokføring av 1 bilag")),
        replace(
            receipt,
            id=RECEIPT,
            kind="payments",
            title=say("Innbetalinger fra Visma"),
            sections=(placed, left),
            warnings=(say("1 innbetaling ble ikke plassert"),),
        ),
        Cursor(id="1", serial=7, fetched=MORNING, actor="kari", receipt=RECEIPT),
    ]


def lay_files(services: Services, say: Say) -> None:
    """The PDF of the letter; a bank file that can be read, and one that is broken; a file of one case to convert."""
    (services.home / "letters").mkdir()
    (services.home / "letters" / f"{sha256(PDF).hexdigest()}.pdf").write_bytes(PDF)
    inbox = services.inbox.folder
    ready = builders.bank_file(inbox / "OCR.D261124", [builders.paid(100_00, kid=builders.case(38).kid)])
    (inbox / "OCR.D261123").write_bytes(ready.read_bytes()[:240])
    folder = services.conversion_folder.folder
    folder.mkdir(exist_ok=True)
    csv_file(folder, row_in_file(9, number_of(99), navn=say("Kari Testesen").replace(";", ",").replace("\n", " ")))


def in_xml(say: Say) -> Say:
    """Without what no answer of Visma can hold."""
    return lambda plain: NOT_IN_XML.sub("", say(plain))


def scenario(say: Say) -> Mapping[str, Any]:
    """Three proposals: one approved with two invoices, one not approved, one spoilt; and what else is looked up."""
    names = {"1": "Kari Testesen", "2": "Prøve Transport AS", "100071": "Gamle Prøvesen"}
    return {
        "rules": {"voucher_types": ["IK"]},
        "companies": ["1"],
        "customers": {key: {"id": key, "ledger_type": "K010", "name": say(name)} for key, name in names.items()},
        "invoices": {
            "F901": _invoice(say, 901, "1"),
            "F902": _invoice(say, 902, "2"),
            "F1": _invoice(say, 171, "100071"),
            "F2": _invoice(say, 172, "100071"),
        },
        "proposals": [
            _proposal(4721, "approved", ["F901", "F902"]),
            _proposal(4722, "proposed", []),
            _proposal(4723, "distributed", []),
        ],
    }


def _proposal(run: int, status: str, invoices: list[str]) -> dict[str, Any]:
    return {"run": run, "company": "1", "ledger_type": "K010", "status": status, "invoices": invoices}


def _invoice(say: Say, serial: int, customer: str) -> dict[str, Any]:
    return {
        "number": str(900_000 + serial),
        "company": "1",
        "client": "0221",
        "customer": customer,
        "text": say("Barnehage 08/2026"),
        "issued": "2026-08-01",
        "due": "2026-08-20",
        "amount": 1_000_00,
    }
