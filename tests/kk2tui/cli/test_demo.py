"""`kk2 demo --headless`: the whole routine, and sums that agree."""

from pathlib import Path

import pytest

from kk2tui.cli import demo as demo_command
from kk2tui.demo.routine import Report
from tests.kk2tui.command_line import CommandLine

STEPS = (
    "Import av nye saker",
    "Import av OCR",
    "Uplasserte innbetalinger",
    "Flytte en innbetaling",
    "Bokføringsforslag",
    "Bokfør forslag i Visma",
    "Avstemming",
)


def test_every_step_is_told_and_the_sums_agree(tmp_path: Path) -> None:
    answer = CommandLine(tmp_path / "hjem").bare("demo", "--headless")
    assert answer.status == 0
    assert [line[3:] for line in answer.out.splitlines() if line.startswith("== ")] == list(STEPS)
    assert "Summene er like til øret, og hvert bilag balanserer." in answer.out


def test_the_figures_agree_to_the_ore(tmp_path: Path) -> None:
    figures = CommandLine(tmp_path / "hjem").bare("demo", "--headless", "--json").json()
    assert figures["agrees"] is True
    assert set(figures["sums"].values()) == {240_168_08}
    assert (figures["cases"], figures["written_back"], figures["vouchers"]) == (95, 167, 6)
    assert sorted(figures["files"].values()) == ["imported", "imported", "rejected"]


@pytest.mark.parametrize("today", ["2026-01-05", "2026-07-01", "2027-03-01"])
def test_the_sums_agree_on_other_days_too(tmp_path: Path, today: str) -> None:
    kk2 = CommandLine(tmp_path / "hjem", environment={"KK2_TODAY": today})
    figures = kk2.bare("demo", "--headless", "--json").json()
    assert figures["agrees"] is True


def test_sums_that_differ_are_exit_status_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def wrong(*_: object) -> Report:
        return Report(figures={"agrees": False})

    monkeypatch.setattr(demo_command, "run_routine", wrong)
    assert CommandLine(tmp_path / "hjem").bare("demo", "--headless").status == 1


def test_a_named_home_is_kept_and_can_be_worked_in_afterwards(tmp_path: Path) -> None:
    kk2 = CommandLine(tmp_path / "hjem")
    assert kk2("demo", "--headless").status == 0
    assert kk2.json("cases", "list")["total"] == 95
    assert kk2("demo", "--headless", "--json").error()["code"] == "home_exists"
