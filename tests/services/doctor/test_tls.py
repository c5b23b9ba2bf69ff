"""Certificates against a real TLS server: our own authority, our own certificate, and each way in which they fail."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.doctor.check import Check
from services.doctor.facts import VismaFacts
from services.doctor.tls import check_certificates
from services.doctor.visma import host_and_port
from services.visma.port import VismaPort
from services.visma.soap import SoapVisma
from services.visma.transport import SoapSettings
from tests.services.visma.helpers import simulator
from tests.services.visma.tls import closed_port, visma_behind_tls

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def facts(url: str, certificates: Path, *, authority: str = "ca", own: str = "", key: str = "") -> VismaFacts:
    def path(name: str, kind: str) -> str:
        return str(certificates / f"{name}.{kind}") if name else ""

    return VismaFacts(
        adapter="soap",
        url=url,
        ca_file=path(authority, "pem"),
        client_cert=path(own, "pem"),
        client_key=path(key or own, "key"),
    )


@contextmanager
def served(certificates: Path, *, server: str = "server", ask_for_client: bool = False) -> Iterator[str]:
    with visma_behind_tls(simulator(), certificates, server=server, ask_for_client=ask_for_client) as url:
        yield url


async def examined(known: VismaFacts, now: datetime = NOW) -> Check:
    place = host_and_port(known.url)
    assert place is not None
    return await check_certificates(known, *place, now)


def port(known: VismaFacts) -> VismaPort:
    return SoapVisma(
        SoapSettings(url=known.url, ca_file=known.ca_file, client_cert=known.client_cert, client_key=known.client_key)
    )


async def test_our_own_authority_and_our_own_certificate_work(certificates: Path) -> None:
    with served(certificates, ask_for_client=True) as url:
        known = facts(url, certificates, own="client")
        check = await examined(known)
        assert check.state == "ok"
        assert "sertifikat til 31.12.2049 (egen CA), klientsertifikat til 31.12.2060" in check.found
        visma = port(known)
        assert (await visma.ping()).recognises_references
        assert (await visma.fetch_proposals("1", ["EWS"])).proposals
        await visma.close()


@pytest.mark.parametrize(
    ("server", "authority", "found"),
    [
        ("server", "", "er utstedt av noen vi ikke kjenner"),
        ("server", "stranger", "er utstedt av noen vi ikke kjenner"),
        ("stranger", "ca", "er utstedt av noen vi ikke kjenner"),
        ("expired", "ca", "har gått ut"),
        ("elsewhere", "ca", "er utstedt til et annet navn"),
    ],
)
async def test_a_server_that_we_cannot_trust_is_wrong_and_says_why(
    certificates: Path, server: str, authority: str, found: str
) -> None:
    with served(certificates, server=server) as url:
        check = await examined(facts(url, certificates, authority=authority))
    assert check.state == "wrong"
    assert found in check.found
    assert check.mend


@pytest.mark.parametrize("own", ["", "stranger"])
async def test_a_server_that_does_not_let_us_in_is_wrong(certificates: Path, own: str) -> None:
    with served(certificates, ask_for_client=True) as url:
        check = await examined(facts(url, certificates, own=own))
    assert check.state == "wrong"
    assert "godtar ikke klientsertifikatet vårt, eller krever et vi ikke har" in check.found
    assert "client_cert" in check.mend


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"authority": "borte"}, "ca_file"),
        ({"own": "borte"}, "client_cert"),
        ({"own": "client", "key": "server"}, "client_key"),
        ({"own": "client", "key": "borte"}, "client_key"),
    ],
)
async def test_files_that_cannot_be_used_are_named(certificates: Path, change: dict[str, str], words: str) -> None:
    check = await examined(facts("https://127.0.0.1:1/", certificates, **change))
    assert check.state == "wrong"
    assert words in check.mend


async def test_a_certificate_is_warned_of_a_month_before_it_ends_and_wrong_after(certificates: Path) -> None:
    with served(certificates, ask_for_client=True) as url:
        known = facts(url, certificates, own="client")
        soon = await examined(known, datetime(2049, 12, 15, tzinfo=UTC))
        late = await examined(known, datetime(2061, 1, 1, tzinfo=UTC))
    assert (soon.state, late.state) == ("warning", "wrong")
    assert soon.found == "Sertifikatet til 127.0.0.1 går ut 31.12.2049."
    assert late.found == "Klientsertifikatet vårt gikk ut 31.12.2060."


async def test_nobody_at_the_port_is_wrong(certificates: Path) -> None:
    check = await examined(facts(f"https://127.0.0.1:{await closed_port()}/", certificates))
    assert check.state == "wrong"
    assert "svarer ikke med TLS" in check.found
