"""Certificates, with a real TLS server: whom we trust, and that we are known."""

import asyncio
import contextlib
import shutil
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.visma.port import VismaAccess, VismaError
from tests.services.visma.helpers import NAMESPACE, envelope, soap, voucher
from tests.services.visma.tls import make_certificates

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")

PING = envelope(f"<PingResponse {NAMESPACE}><Versjon>1</Versjon><Tid>2026-11-20T12:00:00Z</Tid></PingResponse>")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """See make_certificates."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@contextlib.asynccontextmanager
async def server(certificates: Path, *, ask_for_client: bool = False) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A TLS server that answers every request with a Ping's answer, and keeps what it read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    if ask_for_client:
        context.load_verify_locations(certificates / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
    read: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
            read.append(await reader.readexactly(length))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n" + PING)
            await writer.drain()
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with listening:
        yield f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}/ws", read


async def test_a_certificate_that_nobody_vouches_for_is_refused(certificates: Path) -> None:
    async with server(certificates) as (url, read):
        with pytest.raises(VismaAccess, match="Sertifikatet"):
            await soap(None, url=url).deliver_voucher(voucher())
    assert read == []


async def test_an_authority_of_our_own_is_trusted_when_the_settings_name_it(certificates: Path) -> None:
    async with server(certificates) as (url, _):
        assert (await soap(None, url=url, ca_file=str(certificates / "ca.pem")).ping()).version == "1"


async def test_we_show_our_certificate(certificates: Path) -> None:
    async with server(certificates, ask_for_client=True) as (url, _):
        visma = soap(
            None,
            url=url,
            ca_file=str(certificates / "ca.pem"),
            client_cert=str(certificates / "client.pem"),
            client_key=str(certificates / "client.key"),
        )
        assert (await visma.ping()).version == "1"


async def test_a_certificate_of_ours_that_is_refused_lets_no_voucher_out(certificates: Path) -> None:
    async with server(certificates, ask_for_client=True) as (url, read):
        visma = soap(
            None,
            url=url,
            ca_file=str(certificates / "ca.pem"),
            client_cert=str(certificates / "stranger.pem"),
            client_key=str(certificates / "stranger.key"),
        )
        with pytest.raises(VismaError, match="Ingenting er"):
            await visma.deliver_voucher(voucher())
    assert read == []
