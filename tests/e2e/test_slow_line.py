"""A handler's session over a real SSH connection through a slow line. Times are printed, never asserted."""

from pathlib import Path

import pytest

from tests.benchmarks.large_home import make_large_home
from tests.e2e.slow_line import MODEM, answers, session, table
from tests.e2e.ssh.daemon import sshd

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(sshd() is None, reason="sshd is not installed")]

BUDGETS = {"open Saker": 5_000, "move": 360, "page": 2_500, "scroll": 420, "open a case": 2_500, "back": 4_500}


def test_little_is_sent_over_a_slow_line(tmp_path: Path) -> None:
    make_large_home(tmp_path / "home", 500, payments=0)
    with session(tmp_path, tmp_path / "home", MODEM) as terminal:
        found = answers(terminal)
        terminal.press("ESC", "F10")
        terminal.wait_for_end()
    print(table(found))  # noqa: T201 - for whoever runs it with -s
    assert [each for each in found if each.bytes > BUDGETS.get(each.step, 4_500)] == []
    assert all(each.bytes > 0 for each in found)
    assert terminal.status == 0
