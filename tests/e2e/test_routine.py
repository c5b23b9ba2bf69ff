"""The daily routine with the real program, step by step through the command line, against a served Visma."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import Program, ended
from tests.e2e.site import Site

pytestmark = pytest.mark.e2e

DAY_1, DAY_2 = "2026-11-20", "2026-11-23"
FILE_1, FILE_2 = 133_989_62, 106_178_46
STRAY = 1_240_00
WRONG_CASE = "0221-00000031"


def kinds(vouchers: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The kinds of voucher for each date."""
    ordered = sorted(vouchers, key=lambda each: (each["date"], each["kind"]))
    groups = itertools.groupby(ordered, key=lambda each: each["date"])
    return {date: [each["kind"] for each in group] for date, group in groups}


def mend(site: Site) -> None:
    """Move the one payment away from the case whose department leads nowhere."""
    (payment,) = site.kk2.json("cases", "show", WRONG_CASE)["payments"]
    site.kk2.json("payments", "move", payment["id"], "0221-00000095")


def test_the_demo_prints_the_whole_routine_and_its_sums_agree(tmp_path: Path) -> None:
    finished = Program(tmp_path / "home").run("demo", "--headless")
    assert (finished.status, finished.err) == (0, "")
    steps = [line[3:] for line in finished.out.splitlines() if line.startswith("== ")]
    assert steps[0] == "Import av nye saker"
    assert steps[-1] == "Avstemming"
    sums = [line[22:].strip() for line in finished.out.splitlines()[-6:-1]]
    assert sums == ["240 168,08"] * 5


def test_cases_are_taken_over_one_approved_proposal_at_a_time(new_site: Site) -> None:
    kk2 = new_site.kk2
    assert kk2.run("cases", "import", "--run", "4712", "--json").error() == "not_approved"
    first = kk2.json("cases", "import")
    assert (first["run"], first["invoices"], first["written_back"]) == (4711, 167, 167)
    new_site.visma.set_proposal(4712, "approved")
    second = kk2.json("cases", "import")
    assert (second["run"], second["pending_write_back"]) == (4712, 0)
    assert set(first["cases"]).isdisjoint(second["cases"])
    assert kk2.json("cases", "list")["total"] == len(first["cases"]) + len(second["cases"])
    kk2.json("cases", "import")  # the other company's
    assert kk2.run("cases", "import", "--json").error() == "no_new_invoices"


def test_two_days_of_payments_give_three_vouchers_each_that_sum_to_the_files(paid_site: Site) -> None:
    proposal = paid_site.kk2.json("posting", "show")
    assert kinds(proposal["vouchers"]) == {DAY_1: ["G", "N", "R"], DAY_2: ["G", "N", "R"]}
    assert proposal["total"] == FILE_1 + FILE_2 - STRAY
    assert sum(each["amount"] for each in proposal["vouchers"]) == proposal["total"]
    assert [sum(line["amount"] for line in each["lines"]) for each in proposal["vouchers"]] == [0] * 6


def test_a_department_without_a_ledger_line_holds_back_its_own_day_only(paid_site: Site) -> None:
    (problem,) = paid_site.kk2.json("posting", "show")["problems"]
    assert problem["case"] == WRONG_CASE
    assert problem["message"] == f"Finner ikke reskontrotype for ((Saker)Avdeling) Se sak {WRONG_CASE}"
    assert kinds(paid_site.kk2.json("posting", "send")["vouchers"]) == {DAY_2: ["G", "N", "R"]}
    mend(paid_site)
    assert paid_site.kk2.json("posting", "show")["problems"] == []
    assert kinds(paid_site.kk2.json("posting", "send")["vouchers"]) == {DAY_1: ["G", "N", "R"]}
    assert sum(amount for _, amount in paid_site.visma.sums()) == FILE_1 + FILE_2 - STRAY
    assert paid_site.kk2.json("posting", "show")["vouchers"] == []


def test_how_far_a_voucher_has_come_in_visma_is_seen(paid_site: Site) -> None:
    sent = sorted(each["reference"] for each in paid_site.kk2.json("posting", "send")["vouchers"])
    for reference, state in zip(sent, ("registered", "posted", "deleted"), strict=True):
        paid_site.visma.move_voucher(reference, state)
    seen = paid_site.vouchers()
    assert [each["state"] for each in seen] == ["registered", "posted", "deleted"]
    assert [each["needs_decision"] for each in seen] == [False, False, True]


def test_the_same_file_again_changes_nothing_and_says_so(paid_site: Site) -> None:
    kk2 = paid_site.kk2
    before = kk2.json("cases", "list"), kk2.json("posting", "show"), kk2.json("receipts", "list")
    again = kk2.json("payments", "import", paid_site.inbox[0], paid_site.inbox[2])["files"]
    assert [(each["status"], each["placed"]) for each in again] == [("duplicate", 0)] * 2
    assert (kk2.json("cases", "list"), kk2.json("posting", "show"), kk2.json("receipts", "list")) == before


def test_a_broken_file_is_refused_with_line_and_column_and_changes_nothing(case_site: Site) -> None:
    kk2 = case_site.kk2
    before = kk2.json("cases", "list")
    finished = kk2.run("payments", "import", case_site.inbox[1], "--json")
    assert finished.status == 1
    (file,) = finished.json()["files"]
    assert file["status"] == "rejected"
    errors = [(each["line"], each["column"]) for each in file["findings"] if each["severity"] == "error"]
    assert (81, 9) in errors
    assert kk2.json("cases", "list") == before
    assert kk2.json("payments", "unplaced")["payments"] == []


def test_a_payment_with_an_unknown_kid_waits_until_it_is_placed(paid_site: Site) -> None:
    kk2 = paid_site.kk2
    (waiting,) = kk2.json("payments", "unplaced")["payments"]
    assert (waiting["amount"], waiting["reason"]) == (STRAY, "unknown_kid")
    before = kk2.json("cases", "show", "0221-00000002")["balance"]["total"]
    kk2.json("payments", "place", waiting["id"], "0221-00000002")
    after = kk2.json("cases", "show", "0221-00000002")["balance"]["total"]
    assert before - after >= STRAY  # and a little less interest
    assert kk2.json("payments", "unplaced")["payments"] == []
    assert kk2.json("posting", "show")["total"] == FILE_1 + FILE_2


def test_a_pending_payment_that_is_moved_is_posted_from_its_new_case(paid_site: Site) -> None:
    kk2 = paid_site.kk2
    (payment,) = kk2.json("cases", "show", "0221-00000043")["payments"]
    moved = kk2.json("payments", "move", payment["id"], "0221-00000095")["payment"]
    assert (moved["posting"], moved["amount"]) == ("pending", payment["amount"])
    (left,) = kk2.json("cases", "show", "0221-00000043")["payments"]
    assert (left["deleted"], left["moved_to"]) == (True, moved["id"])
    proposal = kk2.json("posting", "show")
    assert proposal["total"] == FILE_1 + FILE_2 - STRAY
    lines = [line for voucher in proposal["vouchers"] for line in voucher["lines"] if line["payment"] == moved["id"]]
    assert {line["case"] for line in lines} == {"0221-00000095"}
    assert sum(line["amount"] for line in lines) == -payment["amount"]


def test_a_posted_payment_that_is_moved_is_not_posted_again(paid_site: Site) -> None:
    kk2 = paid_site.kk2
    kk2.json("posting", "send")
    before = paid_site.visma.sums()
    (payment,) = kk2.json("cases", "show", "0221-00000043")["payments"]
    assert payment["posting"] == "posted"
    moved = kk2.json("payments", "move", payment["id"], "0221-00000095")["payment"]
    assert moved["posting"] == "excluded"
    assert kk2.json("cases", "show", "0221-00000095")["balance"]["paid"] == payment["amount"]
    kk2.json("posting", "send")
    assert paid_site.visma.sums() == before


def test_two_who_send_at_the_same_moment_send_each_voucher_once(paid_site: Site) -> None:
    mend(paid_site)
    both = [paid_site.kk2.start("posting", "send", "--json") for _ in range(2)]
    finished = [ended(process) for process in both]
    assert {each.status for each in finished} <= {0, 1}
    assert 0 in {each.status for each in finished}
    assert {each.error() for each in finished if each.status} <= {"sending", "conflict"}
    paid_site.send_until_settled()
    references = [reference for reference, _ in paid_site.visma.sums()]
    assert len(references) == len(set(references)) == 6


def test_while_visma_does_not_let_us_in_nothing_is_frozen_and_bank_files_are_read_all_the_same(
    case_site: Site,
) -> None:
    kk2 = case_site.kk2
    case_site.visma.plan_fault("*", "redirect_302", times=100)
    read = kk2.json("payments", "import", case_site.inbox[2])["files"]
    assert [each["status"] for each in read] == ["imported"]
    before = kk2.json("posting", "show")
    assert kinds(before["vouchers"]) == {DAY_2: ["G", "N", "R"]}
    assert kk2.run("posting", "send", "--json").error() == "visma_access"
    assert kk2.json("posting", "show") == before
