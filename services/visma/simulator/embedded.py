"""The simulator as the default Visma: in the same process, with no server to start. Cheap to import."""

from pathlib import Path

from services.visma.port import VismaPort
from services.visma.simulator.application import Simulator
from services.visma.simulator.world import ScenarioSource


def embedded(state: Path | None, scenario: ScenarioSource) -> VismaPort:
    """A Visma kept in the file `state` (None: in memory), which starts as `scenario` when there is no such file."""
    return Simulator(scenario, state).port()
