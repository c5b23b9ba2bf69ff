"""Both ends against hand-written XML, so that a mistake shared by client and simulator does not hide itself.

golden/<call>.request.xml and golden/<call>.response.xml are read and compared with lxml alone; zeep is on neither
side of a comparison.
"""

import datetime as dt
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree

from services.visma.contract import XSD
from services.visma.port import (
    Capabilities,
    CaseNumber,
    CaseNumberResult,
    Customer,
    Invoice,
    InvoiceMatch,
    InvoiceQuery,
    LedgerTransaction,
    NoNewInvoices,
    Proposal,
    ProposalPage,
    Reminder,
    TransactionPage,
    VismaPort,
    VoucherReceipt,
    VoucherStatus,
)
from tests.services.visma.helpers import NATIONAL_ID, NOON, REFERENCE, URL, Wire, simulator, voucher, xml

GOLDEN = Path(__file__).parent / "golden"
NAMES = sorted(path.name.removesuffix(".request.xml") for path in GOLDEN.glob("*.request.xml"))

KARI = Customer(
    id="C1",
    ledger_type="K010",
    name="Kari Testesen",
    national_id=NATIONAL_ID,
    address=("Prøveveien 1",),
    postcode="9998",
    city="TESTVIK",
    email="kari@testvik.invalid",
    mobile="00000001",
)
F1 = Invoice(
    visma_id="F1",
    number="1001",
    company="1",
    client="0221",
    customer=KARI,
    text="Barnehage mai 2026",
    kid="1000001000016",
    issued=dt.date(2026, 5, 1),
    due=dt.date(2026, 5, 20),
    amount=1234_50,
    paid=200_00,
    unpaid=1034_50,
    reminders=(Reminder(code="PUR", date=dt.date(2026, 6, 8), due=dt.date(2026, 6, 22), fee=38_00),),
)
F2 = Invoice(
    visma_id="F2",
    number="1002",
    company="1",
    customer=Customer(id="C2", ledger_type="K010", name="Prøve Transport AS", org_number="990000001"),
    issued=dt.date(2026, 6, 1),
    due=dt.date(2026, 6, 22),
    amount=900_00,
    paid=0,
    unpaid=900_00,
)
PROPOSALS = (
    Proposal(
        run=4711,
        company="1",
        ledger_type="K010",
        dunning_type="Inkasso",
        dunning_code="EWS",
        status="approved",
        approved_at=dt.datetime(2026, 11, 19, 9, 15, tzinfo=dt.UTC),
        approved_by="TESTBRUKER",
        invoices=(F1,),
    ),
    Proposal(run=4712, company="1", ledger_type="K020", dunning_type="Inkasso", dunning_code="PWS", status="proposed"),
)
TRANSACTION = LedgerTransaction(
    serial=7,
    type="20-UTG. FAKTURA",
    category=0,
    visma_id="F1",
    voucher_number="I000007",
    date=dt.date(2026, 11, 18),
    amount=-150_25,
    text="Feilført faktura",
)
STATUS = VoucherStatus(
    visma_id="B000001",
    reference="KK2-0221-20261119-1-R",
    number="500001",
    state="registered",
    registered_by="WS-infe",
    content_hash="00ff",
    received=NOON,
)
CALLS: dict[str, tuple[Callable[[VismaPort], Awaitable[Any]], object]] = {
    "ping": (
        lambda visma: visma.ping(),
        Capabilities(version="KK2-simulator 1", time=NOON, recognises_references=True, max_count=1000),
    ),
    "hent_purreforslag": (
        lambda visma: visma.fetch_proposals("1", ["EWS", "PWS"], count=1),
        ProposalPage(proposals=PROPOSALS, next=1),
    ),
    "oppdater_saksnummer": (
        lambda visma: visma.write_case_numbers(
            [CaseNumber(visma_id="F1", case="0221-00000001"), CaseNumber(visma_id="F9", case="0221-00000002")]
        ),
        [
            CaseNumberResult(visma_id="F1", outcome="ok", case="0221-00000001"),
            CaseNumberResult(visma_id="F9", outcome="unknown_invoice"),
        ],
    ),
    "hent_transaksjoner": (
        lambda visma: visma.fetch_transactions("1", after=6),
        TransactionPage(transactions=(TRANSACTION,), last_serial=7, more=False),
    ),
    "lever_bilag": (
        lambda visma: visma.deliver_voucher(voucher()),
        VoucherReceipt(reference=REFERENCE, outcome="ok", visma_id="B000001", state="received"),
    ),
    "hent_bilag": (lambda visma: visma.find_vouchers("1", ["KK2-0221-20261119-1-R"]), [STATUS]),
    "finn_faktura": (
        lambda visma: visma.find_invoices(
            "1", [InvoiceQuery(key="sak-1", number="1002"), InvoiceQuery(key="sak-2", kid="000", customer="C1")]
        ),
        [InvoiceMatch(key="sak-1", invoices=(F2,)), InvoiceMatch(key="sak-2", invoices=())],
    ),
}
SETUP = {
    "transactions": [
        {"serial": 7, "company": "1", "type": "20-UTG. FAKTURA", "visma_id": "F1", "voucher_number": "I000007"}
        | {"date": "2026-11-18", "amount": -150_25, "text": "Feilført faktura"}
    ],
}
STORED = {
    "vouchers": [
        {"visma_id": "B000001", "reference": "KK2-0221-20261119-1-R", "company": "1", "voucher_type": "IK"}
        | {"date": "2026-11-19", "number": "500001", "state": "registered", "content_hash": "00ff"}
        | {"received": NOON.isoformat()}
    ]
}

Shape = tuple[str, dict[str, str], str, list[Any]]


def golden(name: str) -> bytes:
    return (GOLDEN / f"{name}.xml").read_bytes()


def shape(content: bytes) -> Shape:
    """A document without the prefixes and the layout, which say nothing."""
    parser = etree.XMLParser(remove_blank_text=True)
    return _shape(etree.fromstring(content, parser))


def _shape(element: Any) -> Shape:
    text = (element.text or "").strip()
    return element.tag, dict(element.attrib), text, [_shape(child) for child in element]


@pytest.mark.parametrize("name", [path.stem for path in sorted(GOLDEN.glob("*.xml"))])
def test_golden_files_are_as_the_contract_says(name: str) -> None:
    schema = etree.XMLSchema(etree.parse(str(XSD)))
    root = etree.fromstring(golden(name), etree.XMLParser(remove_blank_text=True))
    (content,) = root[0]
    if content.tag.endswith("}Fault"):
        detail = content.find("detail")
        assert detail is not None
        (content,) = detail
    schema.assertValid(content)


def test_there_is_a_golden_pair_for_each_call() -> None:
    assert set(NAMES) == {*CALLS, "ingen_nye"}


@pytest.mark.parametrize("name", CALLS)
async def test_the_client_sends_the_golden_request_and_understands_the_golden_response(name: str) -> None:
    call, expected = CALLS[name]
    wire = Wire(golden(f"{name}.response"))
    assert await call(wire.visma()) == expected
    assert shape(wire.requests[0].content) == shape(golden(f"{name}.request"))


async def test_the_client_understands_the_golden_fault() -> None:
    wire = Wire(xml(golden("ingen_nye.response"), 500))
    with pytest.raises(NoNewInvoices):
        await wire.visma().fetch_proposals("1", ["INGEN"])
    assert shape(wire.requests[0].content) == shape(golden("ingen_nye.request"))


@pytest.mark.parametrize("name", NAMES)
async def test_the_simulator_answers_the_golden_request_with_the_golden_response(name: str) -> None:
    world = SETUP | (STORED if name == "hent_bilag" else {})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=simulator(**world))) as client:
        answer = await client.post(URL, content=golden(f"{name}.request"), headers={"content-type": "text/xml"})
    assert shape(answer.content) == shape(golden(f"{name}.response"))
    assert answer.status_code == (500 if name == "ingen_nye" else 200)
