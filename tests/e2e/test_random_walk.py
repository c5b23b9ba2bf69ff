"""Drawn by the frame diff or by Textual alone, every screen looks the same, cell by cell."""

from pathlib import Path

import pytest

from tests.e2e.random_walk import make_home, walk

pytestmark = pytest.mark.e2e

STEPS_A_VISIT = 11
VISITS = 11


@pytest.mark.parametrize("seed", [2611])
def test_a_random_walk_looks_the_same_with_and_without_the_frame_diff(tmp_path: Path, seed: int) -> None:
    seen = walk(make_home(tmp_path / "home"), tmp_path, STEPS_A_VISIT * VISITS, seed)
    assert seen >= {"Saker", "Bokføringsforslag", "Kvitteringer", "Utboks", "Administrasjon", "Lovverk", "Konvertering"}
