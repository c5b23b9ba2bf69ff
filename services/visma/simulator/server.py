"""The simulator over TCP, for `kk2 visma serve` and for tests of what only a real socket can do."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from services.visma.port import VismaError
from services.visma.simulator.application import CUT, Simulator
from services.visma.simulator.world import ScenarioSource


class AddressInUse(VismaError):
    """The port is taken, or the address is not this machine's."""

    code = "address_in_use"


class _CuttableProtocol(H11Protocol):
    """Lets the application cut the connection, which ASGI has no word for."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        inner = self.app

        async def with_cut(scope: Any, receive: Any, send: Any) -> None:
            scope["extensions"] = {**scope.get("extensions", {}), CUT: transport.abort}
            await inner(scope, receive, send)

        self.app = with_cut


async def serve(
    scenario: ScenarioSource,
    state: Path | None,
    host: str = "127.0.0.1",
    port: int = 8088,
    *,
    started: Callable[[str], None] = lambda url: None,
) -> None:
    """Serve until interrupted. `started` is told the address. Raises AddressInUse, ScenarioError."""
    simulator = Simulator(scenario, state)
    with simulator.state.change():
        pass  # a scenario that cannot be read is told now, not at the first call
    with _listening_socket(host, port) as listener:
        started(_url(listener))
        await _server(simulator).serve(sockets=[listener])


@contextlib.asynccontextmanager
async def serving(simulator: Simulator, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve beside other work; gives the address. Port 0 is any free one. Raises AddressInUse."""
    with _listening_socket(host, port) as listener:
        server = _server(simulator)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield _url(listener)
        finally:
            server.should_exit = True
            await running


def _server(simulator: Simulator) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            simulator,
            http=_CuttableProtocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_level="critical",
            timeout_keep_alive=30,
            timeout_graceful_shutdown=1,
        )
    )


def _listening_socket(host: str, port: int) -> socket.socket:
    """A socket that says IPPROTO_TCP: asyncio sets TCP_NODELAY on no other, and each call would cost 40 ms more."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise AddressInUse(f"Kan ikke lytte på {host}:{port}. Velg en annen port.") from error
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()
    return f"http://{host}:{port}/WSInkasso"
