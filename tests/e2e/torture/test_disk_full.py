"""Whatever is being written when the disk is full: it is told, nothing is lost or half there, and it goes when there
is room again, with the result of an undisturbed run."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.torture.jobs import JOBS

pytestmark = pytest.mark.e2e

POINTS = os.environ.get("KK2_TORTURE_POINTS", "4")
HALVES = (JOBS[::2], JOBS[1::2])
ON_A_REAL_DISK = ("take cases over", "read a bank file", "post and send", "send mail", "enter a payment")
DEADLINE_S = 600  # long: a slow machine is no failure


def tried(*words: str) -> list[dict[str, Any]]:
    """What tests/e2e/torture/disk_full.py tells of each job. It forks, so it must not be this process with threads."""
    command = [sys.executable, "-m", "tests.e2e.torture.disk_full", "--json", "--points", POINTS, *words]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert finished.stdout, finished.stderr
    found: list[dict[str, Any]] = json.loads(finished.stdout.splitlines()[-1])
    return found


def check(found: list[dict[str, Any]], record_property: Callable[[str, object], None]) -> None:
    failed = sum(each["failed"] for each in found)
    record_property("told", f"{len(found)} kinds of writing failed {failed} times for want of room")
    assert [problem for each in found for problem in each["problems"]] == []
    assert [each["job"] for each in found if each["codes"].keys() - {"store_full"}] == []
    assert [each["job"] for each in found if not each["failed"]] == []
    assert [each["job"] for each in found if each["without_receipt"] and each["job"] != "post and send"] == []


@pytest.mark.parametrize("half", [0, 1])
def test_every_kind_of_writing_survives_a_full_disk(half: int, record_property: Callable[[str, object], None]) -> None:
    check(tried(*(job.name for job in HALVES[half])), record_property)


def test_it_is_the_same_on_a_real_disk_without_room(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", tmp_path], capture_output=True, check=False).returncode:
        pytest.skip("making a small disk takes the right to mount one; limits on files are tested all the same")
    subprocess.run(["umount", tmp_path], check=True)
    check(tried("--tmpfs", *ON_A_REAL_DISK), record_property)
