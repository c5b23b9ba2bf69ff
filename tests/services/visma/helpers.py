"""A small Visma to test against, a voucher for it, and a wire that answers what it is told."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import httpx

from data.documents import Voucher, VoucherLine
from services.visma.simulator.application import Simulator
from services.visma.soap import SoapVisma
from services.visma.transport import SoapSettings

NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
REFERENCE = "KK2-0221-20261120-1-R"
NATIONAL_ID = "01810100000"  # no such month
URL = "http://visma.invalid/WSInkasso"
NAMESPACE = 'xmlns="urn:kk2:wsinkasso:v1"'
INVOICE = (
    "<FakturaId>F1</FakturaId><Fakturanr>1001</Fakturanr><Selskap>1</Selskap>"
    "<Kunde><KundeId>C1</KundeId><Reskontrotype>K010</Reskontrotype><Navn>Kari Testesen</Navn></Kunde>"
    "<Fakturadato>2026-05-01</Fakturadato><Forfallsdato>2026-05-20</Forfallsdato>"
    "<Belop>1234.50</Belop><Betalt>0.00</Betalt><Restbelop>1234.50</Restbelop>"
)


class FixedClock:
    """Always noon of 20 November 2026."""

    def now(self) -> dt.datetime:
        return NOON

    def today(self) -> dt.date:
        return NOON.date()

    async def sleep(self, seconds: float) -> None:
        return None


def scenario(**more: Any) -> dict[str, Any]:
    """Two customers with an invoice each in the approved run 4711, and a proposal in each other state."""
    return {
        "companies": ["1"],
        "rules": {"voucher_types": ["IK"], "closed_periods": ["2026-01"]},
        "customers": {
            "C1": {
                "id": "C1",
                "ledger_type": "K010",
                "name": "Kari Testesen",
                "national_id": NATIONAL_ID,
                "address": ["Prøveveien 1"],
                "postcode": "9998",
                "city": "TESTVIK",
                "email": "kari@testvik.invalid",
                "mobile": "00000001",
            },
            "C2": {"id": "C2", "ledger_type": "K010", "name": "Prøve Transport AS", "org_number": "990000001"},
        },
        "invoices": {
            "F1": {
                "number": "1001",
                "company": "1",
                "client": "0221",
                "customer": "C1",
                "text": "Barnehage mai 2026",
                "kid": "1000001000016",
                "issued": "2026-05-01",
                "due": "2026-05-20",
                "amount": 1234_50,
                "paid": 200_00,
                "lines": [{"text": "Barnehage", "amount": 1234_50}],
                "reminders": [{"code": "PUR", "date": "2026-06-08", "due": "2026-06-22", "fee": 38_00}],
            },
            "F2": {
                "number": "1002",
                "company": "1",
                "customer": "C2",
                "issued": "2026-06-01",
                "due": "2026-06-22",
                "amount": 900_00,
            },
        },
        "proposals": [
            {
                "run": 4711,
                "company": "1",
                "ledger_type": "K010",
                "status": "approved",
                "approved_at": "2026-11-19T09:15:00+00:00",
                "approved_by": "TESTBRUKER",
                "invoices": ["F1", "F2"],
            },
            {"run": 4712, "company": "1", "ledger_type": "K020", "code": "PWS", "invoices": []},
            {"run": 4713, "company": "1", "ledger_type": "K030", "code": "PEWS", "status": "distributed"},
        ],
    } | more


def simulator(**more: Any) -> Simulator:
    return Simulator(scenario(**more), clock=FixedClock())


def voucher(**more: Any) -> Voucher:
    """A ledger voucher of 500 kroner for the invoice F1."""
    values: dict[str, Any] = {
        "id": REFERENCE,
        "creditor": "0221",
        "date": dt.date(2026, 11, 20),
        "kind": "R",
        "company": "1",
        "voucher_type": "IK",
        "approve": False,
        "text": "Innbetalinger reskontro",
        "amount": 500_00,
        "lines": (
            VoucherLine(account="2102201", amount=500_00, department="1200", project="8001"),
            VoucherLine(
                account="2131010",
                amount=-500_00,
                text="Sak 0221-00000001",
                ledger_type="K010",
                customer="C1",
                invoice="1001",
                visma_id="F1",
                kid="1000001000016",
            ),
        ),
        "payments": ("p1",),
        "created": NOON,
        "actor": "kari",
    }
    return Voucher(**(values | more))


def envelope(content: str) -> bytes:
    """A SOAP document around XML of the contract's namespace."""
    return (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        f"{content}</soap:Body></soap:Envelope>"
    ).encode()


def proposals_answer(invoice: str = INVOICE) -> bytes:
    return envelope(
        f"<HentPurreforslagResponse {NAMESPACE}><Purreforslag><Kjoringsnummer>4711</Kjoringsnummer>"
        "<Selskap>1</Selskap><Reskontrotype>K010</Reskontrotype><Purretype>Inkasso</Purretype>"
        f"<Purrekode>EWS</Purrekode><Status>Godkjent</Status><Faktura>{invoice}</Faktura></Purreforslag>"
        "</HentPurreforslagResponse>"
    )


class Wire:
    """An httpx transport that keeps every request and gives each its answer: bytes of XML, or a response, or a raise.

    After the last answer that one is given again.
    """

    def __init__(self, *answers: bytes | httpx.Response | Exception) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else xml(answer)

    def visma(self, **settings: Any) -> SoapVisma:
        return soap(lambda: httpx.MockTransport(self.answer), **settings)


def soap(inner: Callable[[], httpx.AsyncBaseTransport] | None, **settings: Any) -> SoapVisma:
    """An adapter that does not wait between tries."""
    return SoapVisma(SoapSettings(**({"url": URL} | settings)), inner=inner, sleep=FixedClock().sleep)


def xml(content: bytes, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, content=content, headers={"content-type": "text/xml; charset=utf-8"} | headers)


def html(status: int) -> httpx.Response:
    return httpx.Response(status, html="<html><body>Bad Gateway</body></html>")
