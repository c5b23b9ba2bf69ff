"""A proposal of 10 000 invoices: what is in memory at once is a page, and the event loop goes on meanwhile."""

import asyncio
import time
from collections.abc import Callable

import httpx

from services.visma.port import Invoice
from services.visma.simulator.application import Simulator
from tests.services.visma.helpers import FixedClock, scenario, soap

INVOICES = 10_000
PAGE = 200
BYTES_A_PAGE = 400_000


def large() -> Simulator:
    template = scenario()["invoices"]["F1"]
    invoices = {f"F{number:05}": template | {"number": str(number)} for number in range(INVOICES)}
    proposal = {"run": 1, "company": "1", "ledger_type": "K010", "status": "approved", "invoices": list(invoices)}
    return Simulator(scenario(invoices=invoices, proposals=[proposal]), clock=FixedClock())


class Measured(httpx.ASGITransport):
    """Notes the size of each answer."""

    def __init__(self, app: Simulator) -> None:
        super().__init__(app=app)
        self.sizes: list[int] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        self.sizes.append(len(await response.aread()))
        return response


async def longest_stall(stop: asyncio.Event) -> float:
    """The longest time, in seconds, that the event loop was away."""
    longest = 0.0
    while not stop.is_set():
        before = time.monotonic()
        await asyncio.sleep(0)
        longest = max(longest, time.monotonic() - before)
    return longest


async def test_ten_thousand_invoices_come_whole_and_in_bounded_pages(
    record_property: Callable[[str, object], None],
) -> None:
    wire = Measured(large())
    visma = soap(lambda: wire, page_size=PAGE)
    stop = asyncio.Event()
    watch = asyncio.create_task(longest_stall(stop))
    seen: list[str] = []
    start: int | None = 0
    while start is not None:
        page = await visma.fetch_proposals("1", ["EWS"], start=start, count=INVOICES)
        invoices: tuple[Invoice, ...] = page.proposals[0].invoices
        assert len(invoices) <= PAGE
        seen += [invoice.number for invoice in invoices]
        start = page.next
    stop.set()
    record_property("longest_stall_ms", round(1000 * await watch))
    assert seen == [str(number) for number in range(INVOICES)]
    assert len(wire.sizes) == INVOICES // PAGE
    assert max(wire.sizes) < BYTES_A_PAGE
