"""Vouchers reach Visma exactly once, whatever happens on the way: a real server, a real socket, real processes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import ended, wait_until
from tests.e2e.site import STATE, Site, opened_site

pytestmark = pytest.mark.e2e

LATER = "2026-11-25"
SENT = [
    ("KK2-0221-20261123-001-G", 1_140_00),
    ("KK2-0221-20261123-001-N", 2_431_46),
    ("KK2-0221-20261123-001-R", 101_367_00),
]
FAULTS = (
    "cut_before_save",
    "cut_after_save",
    "status_500",
    "status_500_after_save",
    "html_502",
    "redirect_302",
    "garbage",
    "half_answer",
    "slow:3",
    "cut_at:1",
    "cut_at:400",
)


def in_our_books(vouchers: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return sorted((each["reference"], each["amount"]) for each in vouchers)


@pytest.mark.parametrize("fault", FAULTS)
def test_after_one_fault_each_voucher_is_in_visma_once(paid_site: Site, fault: str) -> None:
    paid_site.set(timeout_s=1)
    paid_site.visma.plan_fault("LeverBilag", fault)
    settled = paid_site.send_until_settled()
    assert paid_site.visma.planned_faults() == []
    assert paid_site.visma.sums() == SENT
    assert in_our_books(settled) == SENT


def test_after_a_bad_day_each_voucher_is_in_visma_once(paid_site: Site) -> None:
    before_saving, after_saving = ("cut_before_save", "status_500"), ("cut_after_save", "half_answer", "garbage")
    for fault in (*before_saving, *before_saving, *before_saving, *after_saving):
        paid_site.visma.plan_fault("LeverBilag", fault)
    settled = paid_site.send_until_settled()
    assert paid_site.visma.planned_faults() == []
    assert paid_site.visma.sums() == SENT
    assert in_our_books(settled) == SENT
    assert sum(each["attempts"] for each in settled) == 9


def test_a_lost_answer_is_asked_for_when_the_quarantine_is_over_and_not_before(paid_site: Site) -> None:
    paid_site.set(quarantine_s=3600)
    paid_site.visma.plan_fault("LeverBilag", "cut_before_save", times=3)
    paid_site.kk2.run("posting", "send")
    paid_site.kk2.run("posting", "send")
    assert [each["state"] for each in paid_site.vouchers()] == ["unknown"] * 3
    assert paid_site.visma.sums() == []
    paid_site.on(LATER).send_until_settled()
    assert paid_site.visma.sums() == SENT


@pytest.fixture
def forgetful_site(paid_home: Path, tmp_path: Path) -> Iterator[Site]:
    """A Visma that stores a voucher again when its reference comes again."""
    with opened_site(paid_home, tmp_path / "home", change=forget_references) as site:
        yield site


def forget_references(home: Path) -> None:
    state = json.loads((home / STATE).read_text(encoding="utf-8"))
    state.setdefault("rules", {})["recognises_references"] = False
    (home / STATE).write_text(json.dumps(state), encoding="utf-8")


@pytest.mark.parametrize("fault", ["cut_after_save", "half_answer"])
def test_where_visma_recognises_no_references_a_stored_voucher_is_found_and_not_sent_again(
    forgetful_site: Site, fault: str
) -> None:
    forgetful_site.visma.plan_fault("LeverBilag", fault)
    settled = forgetful_site.send_until_settled()
    assert forgetful_site.visma.sums() == SENT
    assert [each["attempts"] for each in settled] == [1, 1, 1]


def test_where_visma_recognises_no_references_a_person_decides_about_a_voucher_that_is_not_there(
    forgetful_site: Site,
) -> None:
    kk2 = forgetful_site.kk2
    forgetful_site.visma.plan_fault("LeverBilag", "cut_before_save")
    for _ in range(3):
        kk2.json("posting", "send")
    (waiting,) = [each for each in forgetful_site.vouchers() if each["needs_decision"]]
    lost = waiting["reference"]
    assert waiting["state"] == "unknown"
    assert forgetful_site.visma.sums() == [each for each in SENT if each[0] != lost]
    kk2.json("posting", "resolve", lost, "resend")
    kk2.json("posting", "send")
    assert forgetful_site.visma.sums() == SENT
    assert kk2.run("posting", "resolve", lost, "resend", "--json").error() == "refused"


def test_while_an_answer_is_waited_for_nobody_else_sends(paid_site: Site) -> None:
    paid_site.visma.plan_fault("LeverBilag", "slow:4")
    first = paid_site.kk2.start("posting", "send", "--json")
    wait_until(lambda: len(paid_site.visma.sums()) == 1)
    assert paid_site.kk2.run("posting", "send", "--json").error() == "sending"
    assert ended(first).status == 0
    assert paid_site.visma.sums() == SENT


def test_case_numbers_that_could_not_be_written_back_are_written_when_visma_takes_them_again(new_site: Site) -> None:
    kk2 = new_site.kk2
    new_site.visma.plan_fault("OppdaterSaksnummer", "redirect_302")
    taken = kk2.json("cases", "import")
    assert (len(taken["cases"]), taken["invoices"]) == (95, 167)
    assert (taken["written_back"], taken["pending_write_back"]) == (0, 167)
    assert len(taken["warnings"]) == 1
    assert kk2.run("cases", "import", "--run", "4711", "--json").error() == "not_found"  # nothing is left to fetch
    case = kk2.json("cases", "show", "0221-00000001")
    assert [each["written_back"] for each in case["claims"]] == [True] * 3
    assert kk2.json("cases", "list")["total"] == 95
