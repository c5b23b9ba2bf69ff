"""An authority of our own with certificates for a server and a client, and a Visma behind real TLS."""

import asyncio
import contextlib
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from services.visma.simulator.application import Simulator

SERVER_ENDS = "2049-12-31"
CLIENT_ENDS = "2060-12-31"
EXPIRED = "2020-01-02"
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
_SETTINGS = """
[ca]
default_ca = own
[own]
new_certs_dir = .
database = index.txt
serial = serial
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
x509_extensions = leaf
[any]
commonName = supplied
[leaf]
authorityKeyIdentifier = keyid
"""
# Without it, Python from 3.13 does not take an authority for one.
_MAY_SIGN = ("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")


def make_certificates(folder: Path) -> Path:
    """ca.pem; signed by it server.pem, client.pem, expired.pem and elsewhere.pem (for another address); stranger.pem,
    which signs itself. Each has its key in *.key."""
    (folder / "ca.cnf").write_text(_SETTINGS, encoding="ascii")
    (folder / "index.txt").touch()
    (folder / "serial").write_text("01", encoding="ascii")
    for name in ("ca", "stranger"):
        may_sign = _MAY_SIGN if name == "ca" else ()
        _openssl(
            folder, "req", "-x509", *_KEY, *_names(name), *may_sign, "-keyout", f"{name}.key", "-out", f"{name}.pem"
        )
    _sign(folder, "server", "20200101", SERVER_ENDS)
    _sign(folder, "client", "20200101", CLIENT_ENDS)
    _sign(folder, "expired", "20200101", EXPIRED)
    _sign(folder, "elsewhere", "20200101", SERVER_ENDS, address="DNS:et-annet-sted.invalid")
    return folder


def _sign(folder: Path, name: str, first: str, last: str, *, address: str = "IP:127.0.0.1") -> None:
    _openssl(folder, "req", *_KEY, *_names(name, address), "-keyout", f"{name}.key", "-out", f"{name}.csr")
    days = ("-startdate", f"{first}000000Z", "-enddate", f"{last.replace('-', '')}235959Z")
    authority = ("-batch", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-notext")
    _openssl(folder, "ca", *authority, *days, "-in", f"{name}.csr", "-out", f"{name}.pem")


def _names(name: str, address: str = "IP:127.0.0.1") -> tuple[str, ...]:
    return "-subj", f"/CN={name}", "-addext", f"subjectAltName={address}"


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


@contextlib.contextmanager
def visma_behind_tls(
    simulator: Simulator, certificates: Path, *, server: str = "server", ask_for_client: bool = False
) -> Iterator[str]:
    """Serve a Visma in a thread of its own; gives its https address."""
    config = uvicorn.Config(
        simulator,
        port=0,
        ws="none",
        lifespan="off",
        log_level="critical",
        ssl_certfile=certificates / f"{server}.pem",
        ssl_keyfile=str(certificates / f"{server}.key"),
        ssl_ca_certs=str(certificates / "ca.pem") if ask_for_client else None,
        ssl_cert_reqs=ssl.CERT_REQUIRED if ask_for_client else ssl.CERT_NONE,
    )
    serving = _Serving(config)
    thread = threading.Thread(target=serving.run, daemon=True)
    thread.start()
    try:
        assert serving.ready.wait(20)
        port = serving.servers[0].sockets[0].getsockname()[1]
        yield f"https://127.0.0.1:{port}/WSInkasso"
    finally:
        serving.should_exit = True
        thread.join(20)


class _Serving(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


async def closed_port() -> int:
    """A port that nobody listens on."""
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port
