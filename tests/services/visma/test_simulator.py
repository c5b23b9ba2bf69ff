"""How the simulated Visma behaves, in process and through the port that the services use."""

import datetime as dt

import httpx
import pytest

from data.documents import VoucherLine
from services.visma.port import (
    CaseNumber,
    NoNewInvoices,
    VismaAccess,
    VismaError,
    VismaPort,
    VismaRefused,
    VismaUncertain,
    VismaUnreachable,
)
from services.visma.simulator.application import Simulator
from services.visma.simulator.faults import PLAIN_FAULTS
from services.visma.simulator.ledger import Refusal
from services.visma.transport import SoapSettings
from tests.services.visma.helpers import NOON, REFERENCE, URL, scenario, simulator, soap, voucher

CASE_NUMBERS = [CaseNumber(visma_id="F1", case="0221-00000001"), CaseNumber(visma_id="F2", case="0221-00000002")]
SAVED = {"cut_after_save", "status_500_after_save", "html_502", "garbage", "half_answer"}
NO_ACCESS = {"redirect_302"}


async def runs(port: VismaPort, codes: list[str]) -> list[tuple[int, str, list[str]]]:
    page = await port.fetch_proposals("1", codes)
    return [(each.run, each.status, [invoice.visma_id for invoice in each.invoices]) for each in page.proposals]


async def test_ping_tells_what_this_visma_can() -> None:
    told = await simulator(rules={"recognises_references": False, "max_count": 300}).port().ping()
    assert (told.time, told.recognises_references, told.max_count) == (NOON, False, 300)


async def test_proposals_of_each_state_are_named_and_only_the_approved_gives_invoices() -> None:
    assert await runs(simulator().port(), ["EWS", "PWS", "PEWS"]) == [
        (4711, "approved", ["F1", "F2"]),
        (4712, "proposed", []),
        (4713, "distributed", []),
    ]


async def test_only_the_dunning_codes_asked_for_are_looked_at() -> None:
    visma = simulator().port()
    assert await runs(visma, ["PWS"]) == [(4712, "proposed", [])]
    with pytest.raises(NoNewInvoices):
        await visma.fetch_proposals("1", ["XXX"])


async def test_one_run_can_be_asked_for() -> None:
    page = await simulator().port().fetch_proposals("1", ["EWS", "PWS"], run=4712)
    assert [each.run for each in page.proposals] == [4712]


async def test_an_unknown_company_is_refused() -> None:
    with pytest.raises(VismaRefused) as caught:
        await simulator().port().fetch_proposals("9", ["EWS"])
    assert caught.value.fault == "UKJENT_SELSKAP"


async def test_invoices_come_in_pages() -> None:
    visma = simulator().port()
    first = await visma.fetch_proposals("1", ["EWS"], count=1)
    second = await visma.fetch_proposals("1", ["EWS"], start=first.next or 0, count=1)
    assert [i.visma_id for page in (first, second) for p in page.proposals for i in p.invoices] == ["F1", "F2"]
    assert (first.next, second.next) == (1, None)


async def test_a_proposal_whose_invoices_all_have_case_numbers_is_done() -> None:
    visma = simulator().port()
    await visma.write_case_numbers(CASE_NUMBERS[:1])
    assert await runs(visma, ["EWS"]) == [(4711, "approved", ["F1", "F2"])]
    await visma.write_case_numbers(CASE_NUMBERS[1:])
    with pytest.raises(NoNewInvoices):
        await visma.fetch_proposals("1", ["EWS"])


async def test_a_case_number_is_set_once() -> None:
    visma = simulator().port()
    other = [CaseNumber(visma_id="F1", case="0221-00000009"), CaseNumber(visma_id="F9", case="0221-00000010")]
    outcomes = [
        [(result.visma_id, result.outcome, result.case) for result in await visma.write_case_numbers(numbers)]
        for numbers in (CASE_NUMBERS[:1], CASE_NUMBERS[:1], other)
    ]
    assert outcomes == [
        [("F1", "ok", "0221-00000001")],
        [("F1", "unchanged", "0221-00000001")],
        [("F1", "taken", "0221-00000001"), ("F9", "unknown_invoice", "")],
    ]


async def test_a_voucher_delivered_twice_is_stored_once() -> None:
    visma = simulator()
    receipts = [await visma.port().deliver_voucher(voucher()) for _ in range(3)]
    assert [receipt.outcome for receipt in receipts] == ["ok", "duplicate", "duplicate"]
    assert len({receipt.visma_id for receipt in receipts}) == 1
    assert len(visma.vouchers()) == 1


async def test_the_same_reference_with_other_content_is_refused() -> None:
    visma = simulator()
    await visma.port().deliver_voucher(voucher())
    receipt = await visma.port().deliver_voucher(voucher(date=dt.date(2026, 11, 19)))
    assert receipt.outcome == "rejected"
    assert "annet innhold" in receipt.errors[0]
    assert len(visma.vouchers()) == 1


async def test_a_visma_that_does_not_recognise_references_stores_every_delivery() -> None:
    visma = simulator(rules={"recognises_references": False})
    for _ in range(2):
        assert (await visma.port().deliver_voucher(voucher())).outcome == "ok"
    found = await visma.port().find_vouchers("1", [REFERENCE])
    assert len({each.visma_id for each in found}) == len(visma.vouchers()) == 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"voucher_type": "ZZ"}, "Bilagskode ZZ"),
        ({"company": "7"}, "Selskap 7"),
        ({"date": dt.date(2026, 1, 15)}, "Perioden 1/2026"),
        ({"lines": (VoucherLine(account="1", amount=2), VoucherLine(account="2", amount=-1))}, "balanse"),
        ({"lines": (VoucherLine(account="1", amount=1), VoucherLine(account="2", amount=-1, visma_id="X"))}, "faktura"),
    ],
)
async def test_a_voucher_that_cannot_be_entered_is_rejected_with_the_reason(
    change: dict[str, object], reason: str
) -> None:
    visma = simulator()
    receipt = await visma.port().deliver_voucher(voucher(**change))
    assert receipt.outcome == "rejected"
    assert reason in " ".join(receipt.errors)
    assert visma.vouchers() == []


async def test_a_voucher_goes_from_received_by_registered_to_posted() -> None:
    visma = simulator()
    port = visma.port()
    await port.deliver_voucher(voucher())
    seen = []
    for state in (None, "registered", "posted"):
        if state:
            visma.move_voucher(REFERENCE, state)
        (status,) = await port.find_vouchers("1", [REFERENCE])
        seen.append((status.state, status.number, status.registered_by))
    assert seen == [("received", "", "WS-infe"), ("registered", "500001", "WS-infe"), ("posted", "500001", "WS-infe")]
    with pytest.raises(Refusal):
        visma.move_voucher(REFERENCE, "registered")


async def test_a_voucher_that_is_to_be_approved_at_once_is() -> None:
    receipt = await simulator().port().deliver_voucher(voucher(approve=True))
    assert receipt.state == "approved"


async def test_a_posted_voucher_comes_back_as_transactions_with_its_reference() -> None:
    visma = simulator()
    port = visma.port()
    await port.deliver_voucher(voucher())
    assert (await port.fetch_transactions("1")).transactions == ()
    visma.move_voucher(REFERENCE, "posted")
    (entered,) = (await port.fetch_transactions("1")).transactions
    assert (entered.visma_id, entered.amount, entered.reference) == ("F1", -500_00, REFERENCE)
    page = await port.fetch_proposals("1", ["EWS"])
    assert page.proposals[0].invoices[0].unpaid == 1234_50 - 200_00 - 500_00


async def test_transactions_are_read_after_a_serial_and_in_portions() -> None:
    movements = [
        {"serial": n, "company": "1", "type": "30-INNBETALING", "visma_id": "F1", "voucher_number": f"{n}"}
        | {"date": "2026-11-20", "amount": -100, "category": n % 2}
        for n in range(1, 8)
    ]
    port = simulator(transactions=movements).port()
    first = await port.fetch_transactions("1", after=2, count=3)
    rest = await port.fetch_transactions("1", after=first.last_serial, count=3)
    assert [each.serial for each in first.transactions + rest.transactions] == [3, 4, 5, 6, 7]
    assert (first.more, rest.more, rest.last_serial) == (True, False, 7)
    assert {each.category for each in first.transactions} == {0, 1}


async def test_hidden_categories_do_not_hold_the_serial_back() -> None:
    movement = {"serial": 1, "company": "1", "type": "X", "visma_id": "F1", "voucher_number": "1", "amount": 1}
    visma = simulator(rules={"only_category_0": True}, transactions=[movement | {"date": "2026-11-20", "category": 3}])
    page = await visma.port().fetch_transactions("1")
    assert (page.transactions, page.last_serial, page.more) == ((), 1, False)


async def test_a_payment_may_be_waiting_for_its_invoice_to_get_a_case_number() -> None:
    port = simulator(upcoming=[{"visma_id": "F1", "amount": -100_00, "date": "2026-11-20"}]).port()
    assert (await port.fetch_transactions("1")).transactions == ()
    for _ in range(2):
        await port.write_case_numbers(CASE_NUMBERS)
    (payment,) = (await port.fetch_transactions("1")).transactions
    assert (payment.amount, payment.case, payment.category) == (-100_00, "0221-00000001", 0)


async def test_only_known_users_come_in() -> None:
    visma = simulator(users={"kk2": "riktig"})
    assert (await visma.port(SoapSettings(url=URL, username="kk2", password="riktig")).ping()).version
    for username, password in (("kk2", "feil"), ("andre", "riktig"), ("", "")):
        with pytest.raises(VismaAccess):
            await visma.port(SoapSettings(url=URL, username=username, password=password)).ping()


@pytest.mark.parametrize("fault", [*PLAIN_FAULTS, "cut_at:1", "cut_at:200"])
async def test_a_fault_leaves_a_voucher_uncertain_and_the_next_delivery_makes_it_right(fault: str) -> None:
    visma = simulator()
    visma.plan_fault("LeverBilag", fault)
    with pytest.raises(VismaAccess if fault in NO_ACCESS else VismaUncertain):
        await visma.port().deliver_voucher(voucher())
    saved = fault in SAVED or fault.startswith("cut_at")
    assert len(visma.vouchers()) == saved
    assert (await visma.port().deliver_voucher(voucher())).outcome == ("duplicate" if saved else "ok")
    assert len(visma.vouchers()) == 1


async def test_a_fault_strikes_so_many_calls_of_its_operation_and_no_other() -> None:
    visma = simulator(faults=[{"operation": "HentTransaksjoner", "fault": "html_502", "times": 4}])
    port = soap_without_waits(visma)
    assert (await port.ping()).version
    with pytest.raises(VismaUnreachable):
        await port.fetch_transactions("1")
    assert (await port.fetch_transactions("1")).transactions == ()


def soap_without_waits(visma: Simulator) -> VismaPort:
    return soap(lambda: httpx.ASGITransport(app=visma))


async def test_a_slow_answer_is_saved_before_it_is_given() -> None:
    visma = simulator()
    visma.plan_fault("LeverBilag", "slow:30")
    settings = SoapSettings(url=URL, timeout_s=0.02, connect_timeout_s=0.05)
    with pytest.raises(VismaUncertain):
        await visma.port(settings).deliver_voucher(voucher())
    assert len(visma.vouchers()) == 1


@pytest.mark.parametrize("fault", ["unknown", "slow", "slow:fast", "html_502:1"])
def test_a_fault_that_does_not_exist_is_refused(fault: str) -> None:
    with pytest.raises(Refusal):
        simulator().plan_fault("LeverBilag", fault)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<", "UGYLDIG_XML"),
        (b"<a/>", "UGYLDIG_XML"),
        (b'<!DOCTYPE a><a xmlns="x"/>', "UGYLDIG_XML"),
        (b"<Slett/>", "UKJENT_OPERASJON"),
        (b'<HentPurreforslag xmlns="urn:kk2:wsinkasso:v1"/>', "SKJEMAFEIL"),
    ],
)
async def test_a_bad_request_gets_a_fault_with_a_code(body: bytes, code: str) -> None:
    if code not in ("UGYLDIG_XML",):
        body = (
            b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>%s</s:Body></s:Envelope>' % body
        )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=simulator()), base_url=URL) as client:
        answer = await client.post("", content=body)
    assert answer.status_code == 500
    assert f"<ns0:Kode>{code}<" in answer.text


async def test_the_contract_can_be_fetched() -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=simulator()), base_url="http://visma") as client:
        assert "wsdl:definitions" in (await client.get("/WSInkasso?wsdl")).text
        assert "EksternReferanse" in (await client.get("/wsinkasso.xsd")).text


async def test_a_scenario_with_an_unknown_word_is_refused_by_name() -> None:
    visma = Simulator(scenario(compannies=["1"]))
    with pytest.raises(VismaError, match="compannies"):
        visma.vouchers()
