"""Bugs put in on purpose are found, by their seeds, and by those words."""

import pytest

from tests.simulation.mutants import MUTANTS
from tests.simulation.play import play


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_a_bug_put_in_on_purpose_is_found_and_is_all_that_is_found(name: str) -> None:
    mutant = MUTANTS[name]
    with mutant.bug():
        assert mutant.says in play(mutant.seed).failure
    assert not play(mutant.seed).failure
