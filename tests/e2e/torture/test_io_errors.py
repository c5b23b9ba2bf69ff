"""When the disk gives errors the program says so and writes no more; what it acknowledged is there, all else whole or
not at all."""

import os
import subprocess
import sys
from collections.abc import Callable

import msgspec
import pytest

from tests.e2e.torture.io_errors import CALLS, Disturbed, line, possible

pytestmark = pytest.mark.e2e

EVERY = os.environ.get("KK2_TORTURE_EVERY", "4")
DEADLINE_S = 600  # long: a slow machine is no failure


def test_errors_of_the_disk_are_told_and_nothing_acknowledged_is_lost(
    record_property: Callable[[str, object], None],
) -> None:
    if reason := possible():
        pytest.skip(reason)
    command = [sys.executable, "-m", "tests.e2e.torture.io_errors", "--json", "--every", EVERY]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert finished.stdout, finished.stderr
    found = msgspec.json.decode(finished.stdout, type=list[Disturbed])
    record_property("told", "\n".join(line(each) for each in found))
    assert [problem for each in found for problem in each.problems] == []
    assert {each.call for each in found if each.errors} == set(CALLS)
    assert sum(each.acknowledged for each in found)
