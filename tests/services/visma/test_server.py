"""The simulator over a real socket: what only TCP can do wrong."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from services.visma.port import VismaAccess, VismaUncertain, VismaUnreachable
from services.visma.simulator.application import Simulator
from services.visma.simulator.server import AddressInUse, serve, serving
from services.visma.soap import SoapVisma
from tests.services.visma.helpers import scenario, simulator, soap, voucher


@pytest.fixture
def visma() -> Simulator:
    return simulator()


@pytest.fixture
async def port(visma: Simulator) -> AsyncIterator[SoapVisma]:
    async with serving(visma) as url:
        client = soap(None, url=url, timeout_s=5)
        yield client
        await client.close()


async def test_the_whole_contract_works_over_tcp(port: SoapVisma) -> None:
    assert (await port.ping()).recognises_references
    page = await port.fetch_proposals("1", ["EWS"])
    assert [invoice.visma_id for invoice in page.proposals[0].invoices] == ["F1", "F2"]
    assert (await port.deliver_voucher(voucher())).outcome == "ok"


@pytest.mark.parametrize(
    "fault",
    [
        "cut_before_save",
        "cut_after_save",
        "cut_at:1",
        "cut_at:300",
        "status_500",
        "status_500_after_save",
        "html_502",
        "garbage",
        "half_answer",
    ],
)
async def test_after_a_fault_a_voucher_is_uncertain_and_never_doubled(
    visma: Simulator, port: SoapVisma, fault: str
) -> None:
    visma.plan_fault("LeverBilag", fault)
    with pytest.raises(VismaUncertain):
        await port.deliver_voucher(voucher())
    assert (await port.deliver_voucher(voucher())).outcome in ("ok", "duplicate")
    assert len(visma.vouchers()) == 1


async def test_a_redirect_is_refused(visma: Simulator, port: SoapVisma) -> None:
    visma.plan_fault("LeverBilag", "redirect_302")
    with pytest.raises(VismaAccess, match=r"ny-adresse\.example\.test"):
        await port.deliver_voucher(voucher())


async def test_a_read_survives_cut_connections(visma: Simulator, port: SoapVisma) -> None:
    visma.plan_fault("HentPurreforslag", "cut_at:100", times=3)
    page = await port.fetch_proposals("1", ["EWS"])
    assert len(page.proposals[0].invoices) == 2


async def test_a_slow_server_is_given_up_and_the_voucher_is_uncertain(visma: Simulator) -> None:
    visma.plan_fault("LeverBilag", "slow:0.5")
    async with serving(visma) as url:
        port = soap(None, url=url, timeout_s=0.05)
        with pytest.raises(VismaUncertain, match="i tide"):
            await port.deliver_voucher(voucher())
        await port.close()
    assert len(visma.vouchers()) == 1


async def test_a_slow_answer_in_time_is_an_answer(visma: Simulator, port: SoapVisma) -> None:
    visma.plan_fault("LeverBilag", "slow:0.01")
    assert (await port.deliver_voucher(voucher())).outcome == "ok"


async def test_nobody_listening_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        port = soap(None, url=f"http://127.0.0.1:{taken.getsockname()[1]}/x")
        with pytest.raises(VismaUnreachable, match="Ingenting er sendt"):
            await port.deliver_voucher(voucher())


async def test_a_port_that_is_taken_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(AddressInUse, match="Velg en annen port"):
            await serve(scenario(), None, port=taken.getsockname()[1])


async def test_serving_tells_its_address_and_ends_when_cancelled() -> None:
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(scenario(), None, port=0, started=address.set_result))
    port = soap(None, url=await address)
    assert (await port.ping()).version
    await port.close()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_connections_do_not_wait_for_each_other() -> None:
    """A socket made without IPPROTO_TCP would leave Nagle's algorithm on, at 40 ms a call."""
    from services.visma.simulator.server import _listening_socket

    with _listening_socket("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
