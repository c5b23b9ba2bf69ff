"""The kill rounds on PostgreSQL: clients are killed, connections are cut, and the server stops as by a power cut."""

import os
from collections.abc import Callable

import pytest

from tests.e2e.torture.test_kill_rounds import in_order, tortured

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("postgres_url")]  # which skips where there is no server

ROUNDS = int(os.environ.get("KK2_TORTURE_ROUNDS", "200"))


@pytest.mark.parametrize(("words", "rounds"), [((), max(ROUNDS // 5, 1)), (("--trouble",), max(ROUNDS // 10, 1))])
def test_nothing_acknowledged_is_lost_on_a_server(
    words: tuple[str, ...], rounds: int, record_property: Callable[[str, object], None]
) -> None:
    tally = tortured("--backend", "postgresql", *words, rounds=rounds)
    record_property("told", "\n".join(tally.lines()))
    assert in_order(tally) == (0, 0, [])
    assert tally.rounds == rounds
    assert tally.kills
    assert tally.acknowledged >= rounds
    assert bool(tally.deeds) == bool(words)
