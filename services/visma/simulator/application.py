"""The simulated Visma as an ASGI application: WSInkasso by the contract, reached in process or over TCP.

POST of SOAP to any path but /simulator/… is the service, GET gives the WSDL and XSD, /simulator/… is for people and
tests (administration.py). Requests and the simulator's own answers are both held against the XSD.
"""

import asyncio
import base64
import hmac
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.clock import Clock, SystemClock
from services.visma.contract import WSDL, XSD, NotTrusted
from services.visma.port import ProposalStatus, VismaPort, VoucherState
from services.visma.simulator import administration, faults, vouchers
from services.visma.simulator.faults import Reply
from services.visma.simulator.ledger import Refusal
from services.visma.simulator.state_file import StateFile
from services.visma.simulator.world import Fault, ScenarioError, ScenarioSource, StoredVoucher, World
from services.visma.transport import SoapSettings

if TYPE_CHECKING:
    from services.visma.codec import Codec

MAX_REQUEST = 20_000_000
CUT = "kk2.cut"  # the server's way to cut a connection; absent in process

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class ConnectionCut(ConnectionError):
    """The connection is cut, in process."""


class Simulator:
    """One simulated Visma. `state` is the file to keep it in, None for memory; without a file it starts as `scenario`.

    Raises ScenarioError from every call when scenario or state cannot be read.
    """

    def __init__(self, scenario: ScenarioSource, state: Path | None = None, *, clock: Clock | None = None) -> None:
        self.state = StateFile(state, scenario)
        self._clock = clock or SystemClock()

    def port(self, settings: SoapSettings | None = None) -> VismaPort:
        """Visma as the services see it, in this process and without a socket."""
        from services.visma.soap import SoapVisma

        def inner() -> Any:
            import httpx

            return httpx.ASGITransport(app=self)

        return SoapVisma(settings or SoapSettings(url="http://simulator/WSInkasso"), inner=inner)

    def plan_fault(self, operation: str, fault: str, times: int = 1) -> None:
        """Let the next `times` calls of an operation go wrong. Raises ledger.Refusal for an unknown fault."""
        with self.state.change() as world:
            administration.plan_fault(world, Fault(operation=operation, fault=fault, times=times))

    def set_proposal(self, run: int, status: ProposalStatus = "approved") -> None:
        """Approve a proposal, or give it another status. Raises ledger.Refusal for an unknown run."""
        with self.state.change() as world:
            administration.set_proposal(world, run, status)

    def move_voucher(self, reference: str, state: VoucherState) -> None:
        """Register, approve, post, refuse or delete a voucher. Raises ledger.Refusal for a step that does not exist."""
        with self.state.change() as world:
            vouchers.move(world, reference, state)

    def vouchers(self) -> list[StoredVoucher]:
        """Every voucher stored, oldest first."""
        with self.state.change() as world:
            return list(world.vouchers)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await _body(receive)
        reply = await asyncio.to_thread(self._reply, scope, body)
        if reply.delay_s:
            await asyncio.sleep(reply.delay_s)
        await _send(scope, receive, send, reply)

    def _reply(self, scope: Mapping[str, Any], body: bytes | None) -> Reply:
        """Runs in a worker thread: it parses, and writes to disk."""
        if body is None:
            return _refused("Client", "FOR_STOR", "Forespørselen er for stor.", status=413)
        if scope["method"] == "GET" and not scope["path"].startswith(administration.PREFIX):
            return Reply(content=(XSD if scope["path"].endswith(".xsd") else WSDL).read_bytes())
        try:
            with self.state.change() as world:
                if not _is_let_in(world, scope):
                    return _refused("Client", "IKKE_AUTORISERT", "Feil brukernavn eller passord.", status=401)
                if scope["path"].startswith(administration.PREFIX):
                    return administration.reply(world, scope["method"], scope["path"], body)
                return self._service(world, body)
        except (OSError, ScenarioError):
            return _refused("Server", "MIDLERTIDIG", "Simulatorens tilstand kan ikke leses eller lagres.", retry=True)

    def _service(self, world: World, body: bytes) -> Reply:
        """One call of the service, with the fault that is planned for it."""
        from services.visma.codec import shared_codec
        from services.visma.envelope import local_name, parse, payload

        codec = shared_codec()
        try:
            element = payload(parse(body))
        except NotTrusted:
            return _refused("Client", "UGYLDIG_XML", "Forespørselen er ikke en SOAP-konvolutt.")
        operation = local_name(element)
        if operation not in codec.operations:
            return _refused("Client", "UKJENT_OPERASJON", "Operasjonen finnes ikke.")
        planned = faults.take(world, operation)
        if planned and faults.when(planned) == "before":
            return faults.disturbed(planned, Reply())
        return faults.disturbed(planned, self._carried_out(codec, world, operation, element))

    def _carried_out(self, codec: "Codec", world: World, operation: str, element: Any) -> Reply:
        from services.visma.simulator.answers import answer

        try:
            request = codec.read(element)
        except NotTrusted as error:
            return _refused("Client", "SKJEMAFEIL", str(error))
        try:
            return Reply(
                content=codec.write(f"{operation}Response", answer(world, operation, request, self._clock.now()))
            )
        except Refusal as refusal:
            return _refused("Server", refusal.code, refusal.message, retry=refusal.retryable)


async def _body(receive: Receive) -> bytes | None:
    """The whole request, None when it is too large."""
    parts, size = [], 0
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_REQUEST:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


def _is_let_in(world: World, scope: Mapping[str, Any]) -> bool:
    if not world.users:
        return True
    given = dict(scope["headers"]).get(b"authorization", b"")
    wanted = (b"Basic " + base64.b64encode(f"{name}:{word}".encode()) for name, word in world.users.items())
    return sum(hmac.compare_digest(given, pair) for pair in wanted) > 0  # no way out early: all take equally long


def _refused(who: str, code: str, message: str, *, retry: bool = False, status: int = 500) -> Reply:
    """A fault with the service's own detail."""
    from services.visma.codec import shared_codec
    from services.visma.envelope import fault

    detail = shared_codec().element("WSInkassoFeil", {"Kode": code, "Melding": message, "KanProvesIgjen": retry})
    return Reply(status=status, content=fault(who, message, detail))


async def _send(scope: Mapping[str, Any], receive: Receive, send: Send, reply: Reply) -> None:
    if reply.cut_at == 0:
        await _cut(scope, receive)
    headers = [("content-type", reply.media_type), ("content-length", str(len(reply.content))), *reply.headers]
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
    if reply.cut_at is not None:
        await send({"type": "http.response.body", "body": reply.content[: reply.cut_at], "more_body": True})
        await _cut(scope, receive)
    await send({"type": "http.response.body", "body": reply.content})


async def _cut(scope: Mapping[str, Any], receive: Receive) -> None:
    """Close the socket, or in process raise what a closed socket would."""
    cut = scope.get("extensions", {}).get(CUT)
    if cut is not None:
        cut()
        while (await receive())["type"] != "http.disconnect":
            pass
    raise ConnectionCut("simulated")
