"""Each trap of zeep and httpx that was found (decision 0004 numbers them), and that it is closed."""

import asyncio
import inspect
import socket
import threading
from typing import Any

import httpx
import pytest

from services.visma import transport
from services.visma.codec import Codec, shared_codec
from services.visma.port import VismaAccess, VismaContract, VismaUncertain, VismaUnreachable
from tests.services.visma.helpers import (
    INVOICE,
    NAMESPACE,
    NATIONAL_ID,
    Wire,
    envelope,
    html,
    proposals_answer,
    simulator,
    soap,
    voucher,
    xml,
)

PING = envelope(f"<PingResponse {NAMESPACE}><Versjon>1</Versjon><Tid>2026-11-20T12:00:00Z</Tid></PingResponse>")


async def never(request: httpx.Request) -> httpx.Response:
    await asyncio.Event().wait()
    raise AssertionError


async def test_calls_are_truly_asynchronous() -> None:
    """Trap 1: zeep's asynchronous client gives a synchronous service proxy."""
    arrived, release = asyncio.Event(), asyncio.Event()

    async def slow_first(request: httpx.Request) -> httpx.Response:
        if not arrived.is_set():
            arrived.set()
            await release.wait()
        return xml(PING)

    visma = soap(lambda: httpx.MockTransport(slow_first))
    first = asyncio.create_task(visma.ping())
    await arrived.wait()
    assert (await visma.ping()).version == "1"
    assert not first.done()
    release.set()
    assert (await first).version == "1"


async def test_our_headers_reach_the_server() -> None:
    """Trap 2: zeep's asynchronous transport replaces the headers of a client that is handed to it."""
    wire = Wire(PING)
    await wire.visma(username="kk2", password="hemmelig").ping()
    headers = wire.requests[0].headers
    assert headers["soapaction"] == '"urn:kk2:wsinkasso:v1/Ping"'
    assert headers["content-type"] == "text/xml; charset=utf-8"
    assert headers["authorization"].startswith("Basic ")


async def test_a_server_that_never_answers_is_given_up() -> None:
    """Trap 3: zeep's operation_timeout is ignored with a client of one's own, and there is no limit without one."""
    visma = soap(lambda: httpx.MockTransport(never), timeout_s=0.01, connect_timeout_s=0.01)
    with pytest.raises(VismaUncertain, match="svarte ikke i tide"):
        await visma.deliver_voucher(voucher())


async def test_both_time_limits_are_set_on_the_wire() -> None:
    """Trap 3: 60 seconds for an answer, 5 to connect."""
    wire = Wire(PING)
    await wire.visma().ping()
    assert wire.requests[0].extensions["timeout"] == {"connect": 5, "read": 60, "write": 60, "pool": 60}


@pytest.mark.parametrize(
    ("element", "right", "wrong"),
    [
        ("Forfallsdato", "<Forfallsdato>2026-05-20<", "<Forfallsdato>2026-13-45<"),
        ("Forfallsdato", "<Forfallsdato>2026-05-20<", "<Forfallsdato><"),
        ("Belop", "<Belop>1234.50<", "<Belop><"),
        ("Belop", "<Belop>1234.50<", "<Belop>1.234,50<"),
        ("Belop", "<Belop>1234.50<", "<Belop>1234.505<"),
        ("Navn", "<Navn>Kari Testesen</Navn>", ""),
        ("FakturaId", "<FakturaId>F1<", "<FakturaId><"),
        ("Status", "<Status>Godkjent<", "<Status>Kanskje<"),
    ],
)
async def test_a_value_against_the_contract_stops_a_read_and_is_named(element: str, right: str, wrong: str) -> None:
    """Trap 4: zeep logs a bad date or amount and gives None; enumerations and facets are never checked."""
    answer = proposals_answer().decode().replace(right, wrong).encode()
    with pytest.raises(VismaContract, match=element):
        await Wire(answer).visma().fetch_proposals("1", ["EWS"])


async def test_a_missing_attribute_stops_a_read_and_is_named() -> None:
    """Trap 4: zeep gives None for a required attribute that is missing."""
    answer = envelope(
        f'<HentTransaksjonerResponse {NAMESPACE}><Transaksjon Type="30-INNBETALING"><Lopenummer>1</Lopenummer>'
        "<FakturaId>F1</FakturaId><Bilagsnr>1</Bilagsnr><Bilagsdato>2026-11-20</Bilagsdato><Belop>-1.00</Belop>"
        "</Transaksjon><SisteLopenummer>1</SisteLopenummer><Flere>false</Flere></HentTransaksjonerResponse>"
    )
    with pytest.raises(VismaContract, match="Kategori"):
        await Wire(answer).visma().fetch_transactions("1")


async def test_an_error_names_the_element_but_never_its_value() -> None:
    """Trap 4: lxml's own words repeat the value, which may be a national id."""
    answer = proposals_answer(INVOICE.replace("1234.50", NATIONAL_ID + "x"))
    with pytest.raises(VismaContract, match="Belop") as caught:
        await Wire(answer).visma().fetch_proposals("1", ["EWS"])
    assert NATIONAL_ID not in caught.value.message


async def test_half_an_answer_is_no_answer() -> None:
    """Trap 5: with strict=False half a response gives half the invoices, without an error."""
    whole = proposals_answer()
    for end in range(1, len(whole), 97):
        with pytest.raises(VismaContract):
            await Wire(whole[:end]).visma().fetch_proposals("1", ["EWS"])


async def test_an_element_that_nobody_agreed_on_is_named() -> None:
    """Trap 6: an upgrade at Visma shall stop the import with the element's name, not be skipped."""
    answer = proposals_answer(INVOICE.replace("<Belop>", "<Rabatt>10.00</Rabatt><Belop>", 1))
    with pytest.raises(VismaContract, match="Rabatt er ikke ventet"):
        await Wire(answer).visma().fetch_proposals("1", ["EWS"])


@pytest.mark.parametrize("status", [200, 500, 502])
async def test_an_html_page_is_not_an_answer(status: int) -> None:
    """Trap 7: zeep makes a fault of a well-formed HTML page."""
    with pytest.raises(VismaUncertain):
        await Wire(html(status)).visma().deliver_voucher(voucher())
    with pytest.raises(VismaContract if status == 200 else VismaUnreachable):
        await Wire(html(status)).visma().ping()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_refused_and_the_new_address_is_named(status: int) -> None:
    """Trap 8: a redirected POST may become a GET."""
    wire = Wire(httpx.Response(status, headers={"location": "https://bruker:ord@ny.example.test/ws?token=1"}))
    with pytest.raises(VismaAccess) as caught:
        await wire.visma().deliver_voucher(voucher())
    assert "https://ny.example.test/ws." in caught.value.message
    assert "ord@" not in caught.value.message
    assert len(wire.requests) == 1


def test_the_wsdl_comes_from_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap 9: zeep fetches a WSDL synchronously, also in its asynchronous client."""

    def no_network(*args: Any, **more: Any) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", no_network)
    assert "LeverBilag" in Codec().operations


async def test_simultaneous_calls_do_not_mix_up_their_answers() -> None:
    """Trap 10: zeep's history and settings are shared between tasks."""
    visma = simulator().port()
    references = [f"KK2-0221-20261120-{number}-R" for number in range(1, 21)]
    await asyncio.gather(*(visma.deliver_voucher(voucher(id=reference)) for reference in references))
    found = await asyncio.gather(*(visma.find_vouchers("1", [reference]) for reference in references))
    assert [[each.reference for each in one] for one in found] == [[reference] for reference in references]


async def test_an_answer_keeps_its_shape_whatever_it_holds() -> None:
    """Trap 11: zeep unwraps an answer with a single child, so that a second element changes its type."""
    alone = await Wire(proposals_answer()).visma().fetch_proposals("1", ["EWS"])
    followed = proposals_answer().replace(b"</Purreforslag>", b"</Purreforslag><Neste>200</Neste>")
    with_next = await Wire(followed).visma().fetch_proposals("1", ["EWS"])
    assert alone.proposals == with_next.proposals
    assert (alone.next, with_next.next) == (None, 200)


def test_the_contract_is_loaded_once() -> None:
    """Trap 12: the WSDL document cannot be pickled; it is loaded once in a process and shared."""
    assert shared_codec() is shared_codec()


async def test_documents_are_made_and_read_outside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap 13: making and reading documents is work, which zeep does on the event loop."""
    threads = []

    def watched(name: str) -> None:
        original = getattr(Codec, name)

        def wrapper(*args: Any) -> Any:
            threads.append(threading.current_thread())
            return original(*args)

        monkeypatch.setattr(Codec, name, wrapper)

    watched("write")
    watched("read")
    await Wire(PING).visma().ping()
    assert len(threads) == 2
    assert threading.main_thread() not in threads


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x SYSTEM "http://visma.invalid/x.dtd">',
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        "<!DOCTYPE html>",
    ],
)
async def test_a_dtd_is_refused(doctype: str) -> None:
    """Security: an external DTD passes zeep's default settings."""
    with pytest.raises(VismaContract, match="DTD"):
        await Wire(doctype.encode() + PING).visma().ping()


async def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Security: zeep caps a text node, never the whole."""
    monkeypatch.setattr(transport, "MAX_BYTES", 1000)
    given = 0

    async def endless() -> Any:
        nonlocal given
        while True:
            given += 100
            yield b"x" * 100

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=endless(), headers={"content-type": "text/xml"})

    with pytest.raises(VismaContract, match="større enn"):
        await soap(lambda: httpx.MockTransport(answer)).ping()
    assert given == 1100


async def test_no_log_line_shows_a_body_or_a_password(caplog: pytest.LogCaptureFixture) -> None:
    """Security: zeep's DEBUG log prints whole messages, with national ids and passwords."""
    caplog.set_level("DEBUG")
    visma = simulator(users={"kk2": "hemmelig-ord"})
    from services.visma.transport import SoapSettings

    port = visma.port(SoapSettings(url="http://simulator/x", username="kk2", password="hemmelig-ord"))
    await port.fetch_proposals("1", ["EWS"])
    await port.deliver_voucher(voucher())
    assert "LeverBilag" in caplog.text
    for secret in ("hemmelig-ord", NATIONAL_ID, "Kari Testesen", "Envelope"):
        assert secret not in caplog.text


def test_settings_do_not_show_the_password() -> None:
    settings = transport.SoapSettings(url="https://u:p@visma.invalid/ws", username="kk2", password="hemmelig-ord")
    assert repr(settings) == "SoapSettings(https://visma.invalid/ws)"


def test_calls_are_coroutines() -> None:
    """Trap 1 again, as a type: what the services await."""
    from services.visma.soap import SoapVisma

    calls = ("ping", "fetch_proposals", "write_case_numbers", "fetch_transactions", "deliver_voucher")
    assert all(inspect.iscoroutinefunction(getattr(SoapVisma, name)) for name in calls)
