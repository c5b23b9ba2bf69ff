"""Handlers are killed with -9 in the middle of their work, round after round, and nothing that was said is lost.

`KK2_TORTURE_ROUNDS` says how many rounds; the counts are told at the end of the test run.
"""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable

import msgspec
import pytest

from data.store import Change
from tests.e2e.torture.acknowledgement import Acknowledged
from tests.e2e.torture.books import Found, compare
from tests.e2e.torture.kills import Tally

ROUNDS = int(os.environ.get("KK2_TORTURE_ROUNDS", "200"))
SECONDS_A_ROUND = 5  # long: a slow machine is no failure

Tell = Callable[[str, object], None]


def tortured(*words: str, rounds: int) -> Tally:
    """The tally of `python -m tests.e2e.torture`, which forks: it must not be this process, with its threads."""
    command = [sys.executable, "-m", "tests.e2e.torture", "--json", "--rounds", str(rounds), *words]
    finished = subprocess.run(
        command, capture_output=True, text=True, timeout=60 + SECONDS_A_ROUND * rounds, check=False
    )
    assert finished.stdout, finished.stderr
    return msgspec.json.decode(finished.stdout, type=Tally)


def in_order(tally: Tally) -> tuple[int, int, list[str]]:
    return tally.lost, tally.doubled, tally.problems


@pytest.mark.e2e
def test_nothing_acknowledged_is_lost_when_handlers_are_killed_at_work(record_property: Tell) -> None:
    tally = tortured(rounds=ROUNDS)
    record_property("told", "\n".join(tally.lines()))
    assert in_order(tally) == (0, 0, [])
    assert tally.rounds == ROUNDS
    assert tally.kills >= ROUNDS
    assert tally.acknowledged >= ROUNDS


@pytest.mark.e2e
def test_the_same_with_a_visma_on_the_other_side_of_a_socket(record_property: Tell) -> None:
    tally = tortured("--served", rounds=max(ROUNDS // 20, 1))
    record_property("told", "\n".join(tally.lines()))
    assert in_order(tally) == (0, 0, [])
    assert tally.kills
    assert tally.acknowledged


# --- what the comparison sees -------------------------------------------------------------------------------------


def change(mark: str, *documents: tuple[str, str]) -> Change:
    now = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
    return Change(1, now, "kari", f"Prøve {mark}", documents or (("cases", "A"),))


def compared(changes: list[Change], *killed: str) -> Found:
    found = Found(seq=1)
    compare(changes, {"a": [Acknowledged("#a-1", 0, [("cases", "A")])], "b": []}, killed, found)
    return found


def test_what_was_said_and_is_there_is_in_order() -> None:
    assert compared([change("#a-1")]) == Found(seq=1, committed=1)


def test_what_was_said_and_is_not_there_is_lost() -> None:
    assert compared([]).lost == 1


def test_what_is_there_twice_is_doubled() -> None:
    assert compared([change("#a-1"), change("#a-1")]).doubled == 1


def test_what_is_there_by_half_is_a_problem() -> None:
    assert compared([change("#a-1", ("cases", "B"))]).problems


def test_one_untold_transaction_is_excused_by_death_and_by_nothing_else() -> None:
    there = [change("#a-1"), change("#b-1")]
    assert compared(there, "b").problems == []
    assert compared(there).problems
    assert compared([*there, change("#b-2")], "b").problems
