"""What the simulated Visma has saved is there afterwards, whole, whoever else writes."""

import errno
import os
from pathlib import Path

import pytest

from services.visma.port import VismaRefused
from services.visma.simulator.application import Simulator
from services.visma.simulator.embedded import embedded
from services.visma.simulator.world import ScenarioError, read_scenario
from tests.services.visma.helpers import REFERENCE, FixedClock, scenario, soap, voucher


async def test_state_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "visma.json"
    await embedded(state, scenario()).deliver_voucher(voucher())
    (found,) = await embedded(state, {}).find_vouchers("1", [REFERENCE])
    assert found.state == "received"


async def test_without_a_file_nothing_outlives_the_port() -> None:
    await embedded(None, scenario()).deliver_voucher(voucher())
    assert await embedded(None, scenario()).find_vouchers("1", [REFERENCE]) == []


async def test_processes_that_share_the_file_see_what_the_others_wrote(tmp_path: Path) -> None:
    state = tmp_path / "visma.json"
    ports = [embedded(state, scenario()) for _ in range(3)]
    for number, port in enumerate(ports * 4):
        await port.deliver_voucher(voucher(id=f"KK2-0221-20261120-{number}-R"))
    stored = Simulator({}, state).vouchers()
    assert len({each.visma_id for each in stored}) == len({each.reference for each in stored}) == 12


async def test_a_full_disk_changes_nothing_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx

    simulator = Simulator(scenario(), tmp_path / "visma.json", clock=FixedClock())
    port = soap(lambda: httpx.ASGITransport(app=simulator))

    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(VismaRefused) as caught:
            await port.deliver_voucher(voucher())
    assert caught.value.retryable
    assert simulator.vouchers() == []
    assert (await port.deliver_voucher(voucher())).outcome == "ok"


async def test_a_call_that_only_reads_writes_nothing(tmp_path: Path) -> None:
    state = tmp_path / "visma.json"
    port = embedded(state, scenario())
    await port.deliver_voucher(voucher())
    before = state.stat().st_ino
    await port.fetch_proposals("1", ["EWS"])
    await port.find_vouchers("1", [REFERENCE])
    assert state.stat().st_ino == before


def test_a_state_that_cannot_be_read_is_told_and_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "visma.json"
    state.write_text("{half")
    with pytest.raises(ScenarioError, match="ikke gyldig"):
        Simulator(scenario(), state).vouchers()
    assert state.read_text() == "{half"


def test_a_scenario_that_is_not_needed_is_not_made(tmp_path: Path) -> None:
    state = tmp_path / "visma.json"
    Simulator(scenario(), state).plan_fault("Ping", "html_502")

    def never() -> dict[str, object]:
        raise AssertionError

    assert Simulator(never, state).vouchers() == []


def test_the_state_is_a_scenario(tmp_path: Path) -> None:
    state = tmp_path / "visma.json"
    Simulator(scenario(), state).plan_fault("Ping", "html_502")
    again = Simulator(read_scenario(state), None)
    with again.state.change() as world:
        assert [fault.fault for fault in world.faults] == ["html_502"]


def test_a_scenario_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"borte\.json"):
        read_scenario(tmp_path / "borte.json")
