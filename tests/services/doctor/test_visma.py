"""Visma's address, log-in, dunning codes and promises, each as it is told."""

from typing import Any

import pytest
from msgspec.structs import replace

from services.doctor.facts import VismaFacts
from services.doctor.visma import check_address, check_dunning_codes, check_log_in, check_references, host_and_port
from services.visma.port import VismaAccess, VismaRefused
from services.visma.simulator.server import serving
from tests.builders import creditor, invoice, proposal
from tests.services.fakes import FakeVisma
from tests.services.visma.helpers import simulator
from tests.services.visma.tls import closed_port

FACTS = VismaFacts(adapter="soap", url="https://visma.invalid/WSInkasso", dunning_codes=("EWS", "PWS"))


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://visma.invalid/ws", ("visma.invalid", 443)),
        ("http://visma.invalid:8088/ws", ("visma.invalid", 8088)),
        ("visma.invalid", None),
        ("ftp://visma.invalid", None),
        ("https://", None),
        ("https://visma.invalid:port/", None),
        ("https://[::1", None),
    ],
)
def test_an_address_leads_to_a_host_and_a_port(url: str, place: Any) -> None:
    assert host_and_port(url) == place


async def test_the_simulator_is_warned_of() -> None:
    check = await check_address(replace(FACTS, adapter="simulator", url=""))
    assert (check.state, "ingenting kommer til et regnskap" in check.found) == ("warning", True)


async def test_an_address_that_is_none_or_holds_a_password_is_wrong() -> None:
    for url in ("visma", "https://kari:hemmelig@visma.invalid/"):
        check = await check_address(replace(FACTS, url=url))
        assert check.state == "wrong"
        assert "hemmelig" not in check.found


async def test_nobody_listening_is_wrong() -> None:
    check = await check_address(replace(FACTS, url=f"https://127.0.0.1:{await closed_port()}/ws"))
    assert check.state == "wrong"
    assert "Ingen svarer på 127.0.0.1" in check.found


async def test_a_line_that_anybody_can_listen_in_on_is_warned_of() -> None:
    async with serving(simulator()) as url:
        assert "ikke kryptert" in (await check_address(replace(FACTS, url=url))).found
        tls = url.replace("http:", "https:")
        assert (await check_address(replace(FACTS, url=tls))).state == "ok"
        hasty = await check_address(replace(FACTS, url=tls, quarantine_s=60))
    assert (hasty.state, "quarantine_s" in hasty.mend) == ("warning", True)


async def test_what_ping_answers_is_told() -> None:
    answer = await FakeVisma().ping()
    assert check_log_in(FACTS, answer).state == "ok"
    small = check_log_in(FACTS, replace(answer, max_count=100))
    assert (small.state, small.mend) == ("warning", "Sett page_size = 100 i kk2.toml.")
    refused = check_log_in(FACTS, VismaAccess("Brukernavn eller passord er feil."))
    assert (refused.state, refused.found) == ("wrong", "Brukernavn eller passord er feil.")


async def test_a_visma_that_does_not_recognise_references_is_warned_of() -> None:
    assert check_references(await FakeVisma().ping()).state == "ok"
    assert check_references(await FakeVisma(recognises=False).ping()).state == "warning"


async def test_dunning_codes_are_in_order_when_they_can_be_read_with_or_without_a_proposal() -> None:
    empty = await check_dunning_codes(FakeVisma(), FACTS, [creditor()])
    assert (empty.state, empty.found) == ("ok", "EWS, PWS kan leses; ingen forslag venter nå.")
    waiting = await check_dunning_codes(FakeVisma(proposal(4711, invoice(1))), FACTS, [creditor()])
    assert (waiting.state, waiting.found) == ("ok", "EWS, PWS kan leses; det er forslag der.")


async def test_a_spoilt_proposal_is_warned_of() -> None:
    check = await check_dunning_codes(FakeVisma(proposal(4713, status="distributed")), FACTS, [creditor()])
    assert (check.state, "4713" in check.found) == ("warning", True)


async def test_codes_that_visma_refuses_are_wrong() -> None:
    visma = FakeVisma()
    visma.plan("fetch_proposals", VismaRefused("Purrekoden er ukjent.", fault="UKJENT_KODE"))
    check = await check_dunning_codes(visma, FACTS, [creditor()])
    assert check.state == "wrong"
    assert "Purrekoden er ukjent." in check.found
    assert "dunning_codes" in check.mend
