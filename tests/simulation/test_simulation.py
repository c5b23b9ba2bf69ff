"""The world from many seeds. KK2_SIMULATION_SEEDS=N plays the first N instead of 200."""

import os

import pytest

from tests.simulation.kept_seeds import KEPT
from tests.simulation.play import Played, play

SEEDS = int(os.environ.get("KK2_SIMULATION_SEEDS", "200"))
CHUNK = 10


def told(played: Played) -> str:
    """How to see it again, and what happened last."""
    last = "\n".join(played.trace[-25:])
    return f"{played.failure}\npython -m tests.simulation --replay {played.seed}\n{last}"


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_whatever_happens_nothing_is_lost_doubled_or_left_undone(first: int) -> None:
    failed = [played for seed in range(first, min(first + CHUNK, SEEDS)) if (played := play(seed)).failure]
    assert not failed, "\n\n".join(told(played) for played in failed)


@pytest.mark.parametrize("seed", sorted(KEPT))
def test_a_seed_that_once_found_a_bug_finds_none(seed: int) -> None:
    played = play(seed)
    assert not played.failure, told(played)


@pytest.mark.parametrize("seed", [52, 164])
def test_a_seed_is_the_same_history_each_time(seed: int) -> None:
    once, again = play(seed), play(seed)
    assert once.crashes, "a seed without a crash proves too little"
    assert "\n".join(once.trace) == "\n".join(again.trace)
