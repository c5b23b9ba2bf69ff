"""The endpoint that plays the people at Visma."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.visma.simulator.application import Simulator
from tests.services.visma.helpers import REFERENCE, simulator, voucher


@pytest.fixture
def visma() -> Simulator:
    return simulator()


@pytest.fixture
async def people(visma: Simulator) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=visma)
    async with httpx.AsyncClient(transport=transport, base_url="http://visma/simulator") as client:
        yield client


async def test_a_proposal_is_approved(visma: Simulator, people: httpx.AsyncClient) -> None:
    answer = await people.post("/proposals", json={"run": 4712})
    assert [(each["run"], each["status"]) for each in answer.json()][1] == (4712, "approved")
    with visma.state.change() as world:
        assert world.proposals[1].status == "approved"


async def test_a_voucher_is_moved_on(visma: Simulator, people: httpx.AsyncClient) -> None:
    await visma.port().deliver_voucher(voucher())
    answer = await people.post("/vouchers", json={"reference": REFERENCE, "state": "posted"})
    assert (answer.status_code, answer.json()["state"]) == (200, "posted")
    assert [each["state"] for each in (await people.get("/vouchers")).json()] == ["posted"]


async def test_a_payment_to_the_ordinary_account_comes_in(visma: Simulator, people: httpx.AsyncClient) -> None:
    sent = {"visma_id": "F1", "amount": -100_00, "date": "2026-11-20", "text": "Innbetaling"}
    assert (await people.post("/transactions", json=sent)).status_code == 200
    (entered,) = (await visma.port().fetch_transactions("1")).transactions
    assert (entered.type, entered.category, entered.amount) == ("30-INNBETALING", 0, -100_00)


async def test_faults_are_planned_and_listed(people: httpx.AsyncClient) -> None:
    planned = {"operation": "LeverBilag", "fault": "slow:2.5", "times": 3}
    assert (await people.post("/faults", json=planned)).status_code == 200
    assert (await people.get("/faults")).json() == [planned]


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/faults", {"operation": "LeverBilag", "fault": "earthquake"}),
        ("/faults", {"operation": "LeverBilag", "fault": "html_502", "times": 0}),
        ("/proposals", {"run": 1}),
        ("/vouchers", {"reference": "KK2-NONE", "state": "posted"}),
        ("/vouchers", {"reference": REFERENCE, "state": "eaten"}),
        ("/transactions", {"visma_id": "F9", "amount": 1, "date": "2026-11-20"}),
        ("/transactions", {"visma_id": "F1"}),
    ],
)
async def test_what_cannot_be_done_is_refused_with_a_reason(
    people: httpx.AsyncClient, path: str, sent: dict[str, object]
) -> None:
    answer = await people.post(path, json=sent)
    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_an_unknown_call_is_not_found(people: httpx.AsyncClient) -> None:
    assert (await people.get("/everything")).status_code == 404
    assert (await people.delete("/faults")).status_code == 404


async def test_the_endpoint_asks_for_the_same_log_in_as_the_service() -> None:
    transport = httpx.ASGITransport(app=simulator(users={"kk2": "riktig"}))
    async with httpx.AsyncClient(transport=transport, base_url="http://visma/simulator") as client:
        assert (await client.get("/faults")).status_code == 401
        assert (await client.get("/faults", auth=("kk2", "riktig"))).status_code == 200
