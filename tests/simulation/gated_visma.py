"""The wire to Visma, with gates on both sides of what Visma does, and all that can go wrong on a wire.

Behind it is the simulator, the real contract-first application; before it the real SOAP adapter. Visma is another
machine: it outlives every crash.
"""

import httpx

from services.visma.simulator.application import Simulator
from tests.simulation.clock import WorldClock
from tests.simulation.scheduler import Scheduler

BEFORE = ("refused", "error 500 before", "late")
AFTER = ("lost", "timeout", "error 500 after", "half", "no xml", "proxy 502")
LONGEST_LATE_S = 200.0  # Visma works on a request so long at most after we stopped waiting; the quarantine is longer


class VismaWire(httpx.AsyncBaseTransport):
    """One session's way to Visma."""

    def __init__(self, server: "VismaServer", scheduler: Scheduler) -> None:
        self._server = server
        self.scheduler = scheduler

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.scheduler.holder and self.scheduler.holder in self.scheduler.tasks:
            self._server.note_call_during(self.scheduler.holder)
        operation = request.headers.get("soapaction", "").strip('"').rpartition("/")[2]
        fault = await self.scheduler.gate(f"visma {operation} →", faults=BEFORE)
        if fault == "refused":
            raise httpx.ConnectError("refused", request=request)
        if fault == "error 500 before":
            return _answer(request, 500, b"<html>Server Error</html>", "text/html")
        if fault == "late":
            self._server.works_on(operation, await request.aread())
            raise httpx.ReadTimeout("slow", request=request)
        content, status = await self._server.carry_out(await request.aread())
        fault = await self.scheduler.gate(f"visma {operation} ←", faults=AFTER)
        return _disturbed(fault, request, content, status)


class VismaServer:
    """The simulator, with requests that it still works on after the one who asked has gone."""

    def __init__(self, simulator: Simulator, clock: WorldClock) -> None:
        self.simulator = simulator
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=simulator),
            verify=False,  # noqa: S501 - there is no socket
            trust_env=False,
        )
        self._clock = clock
        self._late: list[tuple[float, bytes]] = []
        self.calls_in_transactions: list[str] = []

    def note_call_during(self, holder: str) -> None:
        from tests.simulation.scheduler import ACTOR

        if ACTOR.get() == holder:
            self.calls_in_transactions.append(holder)

    async def carry_out(self, content: bytes) -> tuple[bytes, int]:
        """What Visma answers."""
        answer = await self._client.post(
            "http://simulator/WSInkasso", content=content, headers={"Content-Type": "text/xml; charset=utf-8"}
        )
        return answer.content, answer.status_code

    def works_on(self, operation: str, content: bytes) -> None:
        """Carry it out later, whatever became of the one who asked."""
        self._late.append((self._clock.since_start + LONGEST_LATE_S * (len(content) % 7) / 7, content))

    async def catch_up(self) -> int:
        """Carry out what is due. Answers how many requests that was."""
        due = sorted(each for each in self._late if each[0] <= self._clock.since_start)
        self._late = [each for each in self._late if each[0] > self._clock.since_start]
        for _, content in due:
            await self.carry_out(content)
        return len(due)

    @property
    def next_late(self) -> float | None:
        """When something is due next, in seconds since the start."""
        return min((moment for moment, _ in self._late), default=None)

    async def close(self) -> None:
        await self._client.aclose()


def _disturbed(fault: str, request: httpx.Request, content: bytes, status: int) -> httpx.Response:
    if fault == "lost":
        raise httpx.ReadError("connection reset", request=request)
    if fault == "timeout":
        raise httpx.ReadTimeout("slow", request=request)
    if fault == "error 500 after":
        return _answer(request, 500, b"<html>Server Error</html>", "text/html")
    if fault == "proxy 502":
        return _answer(request, 502, b"<html>Bad Gateway</html>", "text/html")
    if fault == "half":
        content = content[: len(content) // 2]
    if fault == "no xml":
        content = b"\x00 <<< ikke XML"
    return _answer(request, status, content, "text/xml; charset=utf-8")


def _answer(request: httpx.Request, status: int, content: bytes, kind: str) -> httpx.Response:
    return httpx.Response(status, content=content, headers={"content-type": kind}, request=request)
