"""Several people do the very same at once: it is done once, and the others are told."""

import os
import subprocess
import sys
from collections.abc import Callable

import msgspec
import pytest

from tests.e2e.torture.at_once import PEOPLE, TOGETHER, Together, line

pytestmark = pytest.mark.e2e

ROUNDS = int(os.environ.get("KK2_TORTURE_AT_ONCE", "6"))
DEADLINE_S = 600  # long: a slow machine is no failure


def test_what_several_do_at_once_is_done_once_and_the_others_are_told(
    record_property: Callable[[str, object], None],
) -> None:
    command = [sys.executable, "-m", "tests.e2e.torture.at_once", "--json", "--rounds", str(ROUNDS)]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert finished.stdout, finished.stderr
    found = {each.job: each for each in msgspec.json.decode(finished.stdout.splitlines()[-1], type=list[Together])}
    record_property("told", "\n".join(line(each) for each in found.values()))
    assert [problem for each in found.values() for problem in each.problems] == []
    assert found.keys() == set(TOGETHER)
    assert found["read a bank file"].answers["imported"] == ROUNDS
    assert {sum(each.answers.values()) for each in found.values()} == {PEOPLE * ROUNDS}
    assert found["post and send"].answers.keys() <= {"done", "nothing to do", "conflict", "sending"}
