"""What a call does when all goes well, and what each failure means."""

import ssl

import httpx
import pytest

from services.visma.port import (
    CaseNumber,
    InvoiceQuery,
    NoNewInvoices,
    VismaAccess,
    VismaContract,
    VismaError,
    VismaRefused,
    VismaUncertain,
    VismaUnreachable,
)
from services.visma.soap import TRIES, SoapVisma
from services.visma.transport import SoapSettings
from tests.services.visma.helpers import (
    NAMESPACE,
    NATIONAL_ID,
    REFERENCE,
    URL,
    Wire,
    envelope,
    html,
    proposals_answer,
    simulator,
    soap,
    voucher,
    xml,
)

PING = envelope(f"<PingResponse {NAMESPACE}><Versjon>1</Versjon><Tid>2026-11-20T13:00:00</Tid></PingResponse>")
RECEIPT = envelope(
    f"<LeverBilagResponse {NAMESPACE}><Kvittering><EksternReferanse>{REFERENCE}</EksternReferanse>"
    "<Kode>OK</Kode><BilagId>B1</BilagId><Status>Mottatt</Status></Kvittering></LeverBilagResponse>"
)
LOST = [
    httpx.ReadTimeout("x"),
    httpx.WriteTimeout("x"),
    httpx.ReadError("x"),
    httpx.WriteError("x"),
    httpx.RemoteProtocolError("x"),
    httpx.DecodingError("x"),
    ConnectionResetError(),
]
NOT_SENT = [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x")]


def fault(code: str, text: str = "Noe er galt.", *, again: bool = False) -> httpx.Response:
    detail = (
        f"<detail><WSInkassoFeil {NAMESPACE}><Kode>{code}</Kode><Melding>{text}</Melding>"
        f"<KanProvesIgjen>{str(again).lower()}</KanProvesIgjen></WSInkassoFeil></detail>"
    )
    return xml(_fault(detail), 500)


def _fault(detail: str = "") -> bytes:
    return envelope(
        '<soap:Fault xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><faultcode>soap:Server</faultcode>'
        f"<faultstring>Feil</faultstring>{detail}</soap:Fault>"
    )


async def test_a_time_without_zone_is_norwegian_time() -> None:
    told = await Wire(PING).visma().ping()
    assert told.time.isoformat() == "2026-11-20T12:00:00+00:00"
    assert not told.recognises_references


@pytest.mark.parametrize("error", NOT_SENT, ids=lambda error: type(error).__name__)
async def test_a_voucher_that_found_no_connection_was_certainly_not_sent(error: Exception) -> None:
    wire = Wire(error)
    with pytest.raises(VismaUnreachable, match="Ingenting er sendt"):
        await wire.visma().deliver_voucher(voucher())
    assert len(wire.requests) == 1


@pytest.mark.parametrize("error", LOST, ids=lambda error: type(error).__name__)
async def test_a_voucher_whose_answer_was_lost_is_uncertain_and_never_sent_again(error: Exception) -> None:
    wire = Wire(error)
    with pytest.raises(VismaUncertain, match="ikke sikkert"):
        await wire.visma().deliver_voucher(voucher())
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        html(500),
        html(502),
        html(200),
        html(429),
        xml(_fault(), 500),
        xml(_fault(), 200),
        xml(b"", 200),
        xml(b"not xml", 200),
        xml(RECEIPT[: len(RECEIPT) // 2], 200),
        xml(RECEIPT.replace(b">OK<", b">KANSKJE<"), 200),
        xml(RECEIPT.replace(REFERENCE.encode(), b"KK2-0221-20261120-2-R"), 200),
        xml(envelope(f"<LeverBilagResponse {NAMESPACE}/>"), 200),
        xml(PING, 200),
        httpx.Response(204),
    ],
)
async def test_any_answer_that_cannot_be_trusted_leaves_a_voucher_uncertain(answer: httpx.Response) -> None:
    wire = Wire(answer)
    with pytest.raises(VismaUncertain):
        await wire.visma().deliver_voucher(voucher())
    assert len(wire.requests) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 405, 407])
async def test_no_access_is_told_at_once_and_not_tried_again(status: int) -> None:
    wire = Wire(html(status))
    with pytest.raises(VismaAccess, match=f"HTTP {status}"):
        await wire.visma().deliver_voucher(voucher())
    with pytest.raises(VismaAccess):
        await wire.visma().ping()
    assert len(wire.requests) == 2


@pytest.mark.parametrize("again", [True, False])
async def test_the_services_own_fault_says_whether_a_voucher_may_be_sent_again(again: bool) -> None:
    wire = Wire(fault("PERIODE_STENGT", again=again))
    with pytest.raises(VismaRefused) as caught:
        await wire.visma().deliver_voucher(voucher())
    assert (caught.value.fault, caught.value.retryable) == ("PERIODE_STENGT", again)
    assert len(wire.requests) == 1


async def test_no_new_invoices_has_an_error_of_its_own() -> None:
    with pytest.raises(NoNewInvoices, match="Ingen nye fakturaer på EWS"):
        await Wire(fault("INGEN_NYE", "Ingen nye fakturaer på EWS.")).visma().fetch_proposals("1", ["EWS"])


async def test_a_national_id_in_the_services_own_words_is_masked() -> None:
    with pytest.raises(VismaRefused) as caught:
        await Wire(fault("FEIL", f"Ukjent kunde {NATIONAL_ID}.")).visma().ping()
    assert NATIONAL_ID not in caught.value.message
    assert "Ukjent kunde ***" in caught.value.message


@pytest.mark.parametrize("error", [*LOST, *NOT_SENT, html(503), fault("MIDLERTIDIG", again=True)], ids=str)
async def test_a_read_is_tried_again_until_it_succeeds(error: Exception | httpx.Response) -> None:
    wire = Wire(*[error] * (TRIES - 1), PING)
    assert (await wire.visma().ping()).version == "1"
    assert len(wire.requests) == TRIES


@pytest.mark.parametrize("error", [*LOST, *NOT_SENT, html(503)], ids=str)
async def test_a_read_that_never_succeeds_is_unreachable(error: Exception | httpx.Response) -> None:
    wire = Wire(error)
    with pytest.raises(VismaUnreachable):
        await wire.visma().ping()
    assert len(wire.requests) == TRIES


async def test_case_numbers_are_written_again_after_a_lost_answer() -> None:
    answer = envelope(
        f"<OppdaterSaksnummerResponse {NAMESPACE}><Resultat><FakturaId>F1</FakturaId><Kode>UENDRET</Kode></Resultat>"
        "</OppdaterSaksnummerResponse>"
    )
    wire = Wire(httpx.ReadTimeout("x"), answer)
    (result,) = await wire.visma().write_case_numbers([CaseNumber(visma_id="F1", case="0221-00000001")])
    assert result.outcome == "unchanged"
    with pytest.raises(VismaUncertain, match="skrives på nytt senere"):
        await Wire(httpx.ReadTimeout("x")).visma().write_case_numbers([CaseNumber(visma_id="F1", case="1")])


async def test_the_waits_between_tries_grow() -> None:
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    wire = Wire(httpx.ConnectError("x"))
    visma = SoapVisma(SoapSettings(url=URL), inner=lambda: httpx.MockTransport(wire.answer), sleep=note)
    with pytest.raises(VismaUnreachable):
        await visma.ping()
    assert len(waits) == TRIES - 1
    assert waits == sorted(waits)
    assert 0.25 <= waits[0] <= 0.75


async def test_an_answer_against_the_contract_is_not_asked_for_again() -> None:
    wire = Wire(proposals_answer().replace(b"1234.50", b"mye"))
    with pytest.raises(VismaContract):
        await wire.visma().fetch_proposals("1", ["EWS"])
    assert len(wire.requests) == 1


async def test_pages_that_would_never_end_are_refused() -> None:
    backwards = proposals_answer().replace(b"</Purreforslag>", b"</Purreforslag><Neste>200</Neste>")
    with pytest.raises(VismaContract, match="Neste"):
        await Wire(backwards).visma().fetch_proposals("1", ["EWS"], start=200)
    standing = envelope(
        f"<HentTransaksjonerResponse {NAMESPACE}><SisteLopenummer>7</SisteLopenummer><Flere>true</Flere>"
        "</HentTransaksjonerResponse>"
    )
    with pytest.raises(VismaContract, match="SisteLopenummer"):
        await Wire(standing).visma().fetch_transactions("1", after=7)


async def test_the_page_size_of_the_settings_is_the_most_that_is_asked_for() -> None:
    wire = Wire(proposals_answer())
    await wire.visma(page_size=50).fetch_proposals("1", ["EWS"], count=200)
    assert b"Antall>50<" in wire.requests[0].content


async def test_a_voucher_that_the_contract_has_no_room_for_is_not_sent() -> None:
    wire = Wire(RECEIPT)
    with pytest.raises(VismaRefused, match="Ikke sendt") as caught:
        await wire.visma().deliver_voucher(voucher(id="kk2 med små bokstaver"))
    assert not caught.value.retryable
    assert wire.requests == []


async def test_the_reference_stands_in_every_text_and_control_characters_do_not() -> None:
    wire = Wire(RECEIPT)
    await wire.visma().deliver_voucher(voucher(text="Linje\x00 en\x1b"))
    sent = wire.requests[0].content.decode()
    assert sent.count(REFERENCE) == 4  # the field, the voucher's text and two lines
    assert f"Linje  en  {REFERENCE}" in sent


async def test_an_untrusted_certificate_is_a_matter_of_access() -> None:
    error = httpx.ConnectError("x")
    error.__cause__ = ssl.SSLCertVerificationError("self-signed")
    with pytest.raises(VismaAccess, match="Sertifikatet"):
        await Wire(error).visma().deliver_voucher(voucher())


async def test_a_certificate_file_that_is_not_there_is_told_before_anything_is_sent() -> None:
    with pytest.raises(VismaAccess, match="ca_file"):
        await SoapVisma(SoapSettings(url="https://visma.invalid/ws", ca_file="/no/such/file.pem")).ping()


@pytest.mark.parametrize("url", ["ftp://visma.invalid", "visma.invalid", "http://"])
async def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(VismaAccess, match="Adressen"):
        await soap(None, url=url).ping()


async def test_an_address_beyond_reading_is_still_answered_with_words() -> None:
    with pytest.raises(VismaError, match="ugyldig adresse"):
        await soap(None, url="http://[x").ping()


async def test_an_address_with_a_password_in_it_is_refused_without_repeating_it() -> None:
    with pytest.raises(VismaAccess) as caught:
        await soap(None, url="http://kk2:hemmelig@visma.invalid/ws").ping()
    assert "hemmelig" not in caught.value.message


async def test_with_a_client_certificate_the_first_voucher_is_preceded_by_a_ping() -> None:
    """A refused certificate may show only after the first bytes are sent, and would look like an uncertain voucher."""
    wire = Wire(httpx.ReadError("certificate required"))
    with pytest.raises(VismaUnreachable):
        await wire.visma(client_cert="cert.pem").deliver_voucher(voucher())
    assert all(b"Ping" in request.content for request in wire.requests)


async def test_nothing_asked_is_nothing_sent() -> None:
    wire = Wire(PING)
    visma = wire.visma()
    assert await visma.write_case_numbers([]) == []
    assert await visma.find_vouchers("1", []) == []
    assert await visma.find_invoices("1", []) == []
    assert wire.requests == []


async def test_every_error_reads_as_norwegian_and_has_a_code() -> None:
    visma = simulator().port()
    with pytest.raises(VismaError) as caught:
        await visma.fetch_transactions("9")
    assert caught.value.code == "visma_refused"
    assert "Selskapet finnes ikke" in caught.value.message


async def test_an_invoice_is_found_by_each_of_its_keys() -> None:
    visma = simulator().port()
    queries = [
        InvoiceQuery(key="a", number="1001"),
        InvoiceQuery(key="b", kid="1000001000016"),
        InvoiceQuery(key="c", customer="C2"),
        InvoiceQuery(key="d", number="finnes ikke"),
    ]
    matches = await visma.find_invoices("1", queries)
    assert [(match.key, [invoice.visma_id for invoice in match.invoices]) for match in matches] == [
        ("a", ["F1"]),
        ("b", ["F1"]),
        ("c", ["F2"]),
        ("d", []),
    ]
