"""Eight processes at one store at once: nothing is lost and nobody starves."""

import subprocess
import sys
from collections.abc import Callable

import msgspec
import pytest

from tests.e2e.torture.eight import PROCESSES, Counted

pytestmark = pytest.mark.e2e

TIMES = 100  # a thousand by hand
PATIENCE_MS = 60_000  # after which a transaction would be refused
DEADLINE_S = 600  # long: a slow machine is no failure


def test_eight_processes_lose_no_transaction_and_let_each_other_in(
    record_property: Callable[[str, object], None],
) -> None:
    command = [sys.executable, "-m", "tests.e2e.torture.eight", "--json", "--times", str(TIMES)]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert finished.stdout, finished.stderr
    counted = msgspec.json.decode(finished.stdout, type=Counted)
    record_property("told", counted.line())
    assert (counted.lost, counted.transactions, counted.trail) == (0, PROCESSES * TIMES, PROCESSES * TIMES + 1)
    assert counted.longest_wait < PATIENCE_MS
