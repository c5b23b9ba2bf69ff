"""The program killed with -9 between any two steps, and started again: the same as if nothing had happened."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import DEADLINE_S, TODAY, Program, ended, wait_until
from tests.e2e.site import Site
from tests.stores import copy_home, store_section

pytestmark = pytest.mark.e2e

SETTINGS = "[visma]\nadapter = 'simulator'\nquarantine_s = 0\npage_size = 8\n"
INVOICES = 22  # in three pages


@pytest.fixture(scope="module")
def embedded_home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo home that asks Visma at once what became of a voucher, and fetches invoices in small pages."""
    home = tmp_path_factory.mktemp("made") / "home"
    copy_home(demo_home, home)
    (home / "kk2.toml").write_text(SETTINGS + store_section(home), encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def few_invoices(embedded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a short proposal."""
    home = tmp_path_factory.mktemp("made") / "home"
    copy_home(embedded_home, home)
    scenario = json.loads((home / "visma-scenario.json").read_text(encoding="utf-8"))
    for proposal in scenario["proposals"]:
        proposal["invoices"] = proposal["invoices"][:INVOICES]
    (home / "visma-scenario.json").write_text(json.dumps(scenario), encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def embedded_cases(embedded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo home with cases."""
    home = tmp_path_factory.mktemp("made") / "home"
    copy_home(embedded_home, home)
    Program(home).json("cases", "import")
    return home


@pytest.fixture(scope="module")
def embedded_payments(embedded_cases: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with payments of the second day."""
    home = tmp_path_factory.mktemp("made") / "home"
    copy_home(embedded_cases, home)
    Program(home).json("payments", "import", max((home / "inbox").iterdir()))
    return home


def killed_everywhere(template: Path, workplace: Path, *words: str) -> dict[str, Any]:
    """What tests/e2e/crash_points.py tells of a command."""
    workplace.mkdir(exist_ok=True)
    driver = [sys.executable, "-m", "tests.e2e.crash_points", str(template), str(workplace), *words]
    environment = {**os.environ, "KK2_TODAY": TODAY}
    finished = subprocess.run(
        driver, env=environment, capture_output=True, text=True, timeout=5 * DEADLINE_S, check=False
    )
    assert finished.returncode == 0, finished.stderr
    told: dict[str, Any] = json.loads(finished.stdout)
    return told


def test_taking_cases_over_survives_being_killed_at_every_step(few_invoices: Path, tmp_path: Path) -> None:
    told = killed_everywhere(few_invoices, tmp_path, "cases", "import", "--run", "4711")
    assert told["differences"] == []
    assert told["without_receipt"] == 0
    assert told["killed"] == told["points"] >= 20


def test_reading_a_bank_file_survives_being_killed_at_every_step(embedded_cases: Path, tmp_path: Path) -> None:
    file = max((embedded_cases / "inbox").iterdir())
    told = killed_everywhere(embedded_cases, tmp_path, "payments", "import", str(file))
    assert told["differences"] == []
    assert told["without_receipt"] == 0
    assert told["killed"] == told["points"] >= 3


def test_sending_vouchers_survives_being_killed_at_every_step(embedded_payments: Path, tmp_path: Path) -> None:
    told = killed_everywhere(embedded_payments, tmp_path, "posting", "send")
    assert told["differences"] == []
    assert told["without_receipt"] == 0
    assert told["killed"] == told["points"] >= 20


def test_a_process_killed_while_it_waits_for_an_answer_over_tcp_leaves_each_voucher_once(paid_site: Site) -> None:
    paid_site.visma.plan_fault("LeverBilag", "slow:30")
    process = paid_site.kk2.start("posting", "send")
    wait_until(lambda: len(paid_site.visma.sums()) == 1)
    process.kill()
    assert ended(process).status == -9
    settled = paid_site.send_until_settled()
    assert len(paid_site.visma.sums()) == 3
    assert paid_site.visma.sums() == sorted((each["reference"], each["amount"]) for each in settled)
