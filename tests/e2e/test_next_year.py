"""2 January 2027, with no rate for 2027: the routine goes on, nothing is guessed, and what waits is listed.

When the rate has been loaded, the proposal completes, to the øre.
"""

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from services.bank.ocr_writer import OcrAssignment, OcrPayment, write_ocr
from tests.e2e.site import Site

pytestmark = pytest.mark.e2e

DECEMBER_30, JANUARY_2 = date(2026, 12, 30), date(2027, 1, 2)
BEFORE, WAITS, PART, TOO_MUCH = "0221-00000002", "0221-00000003", "0221-00000005", "0221-00000006"
H2_2026, H1_2027 = 1225, 1150  # basis points
NEXT = {
    "late_interest": [
        {
            "valid_from": "2027-01-01",
            "valid_to": "2027-06-30",
            "rate_percent": "11,50",
            "regulation": "FOR-2026-12-17-0000",
            "source": "oppdiktet",
        }
    ]
}


def shown(site: Site, number: str) -> Any:
    return site.kk2.json("cases", "show", number)


def payment_of(site: Site, number: str) -> Any:
    (payment,) = shown(site, number)["payments"]
    return payment


def owed(case: Any) -> int:
    """Principal and fees, without interest."""
    return sum(each["unpaid"] for each in (*case["claims"], *case["fees"]))


def interest_due(case: Any, paid: date) -> int:
    """Worked out by hand, claim by claim: from the day after the due date to the payment day, cut at the new year.

    `case` is as it was before anything was paid. Claims due before July 2026 have the first half's rate too.
    """
    total = 0
    for claim in case["claims"]:
        due = date.fromisoformat(claim["due"])
        exact = Fraction(0)
        for first, last, basis_points in (
            (date(2026, 1, 1), date(2026, 6, 30), 1200),
            (date(2026, 7, 1), date(2026, 12, 31), H2_2026),
            (date(2027, 1, 1), date(2027, 6, 30), H1_2027),
        ):
            days = (min(last, paid) - max(first, date.fromordinal(due.toordinal() + 1))).days + 1
            exact += Fraction(claim["unpaid"] * basis_points * max(days, 0), 365 * 10_000)
        total += int(exact + Fraction(1, 2))
    return total


def read_bank_file(site: Site, paid: dict[str, tuple[date, int]]) -> Any:
    """Read a file with one payment to each of these cases, made on the first working day of the year."""
    payments = [
        OcrPayment(date=day, amount=amount, kid=shown(site, number)["kid"], order_date=day)
        for number, (day, amount) in paid.items()
    ]
    account = site.kk2.json("admin", "creditors", "show")["creditors"][0]["bank_accounts"][0]["account"]
    path = site.kk2.home / "inbox" / "OCR.D270102"
    assignment = OcrAssignment(account=account, payments=tuple(payments))
    path.write_bytes(write_ocr([assignment], transmission=2701, recipient="00221000", created=JANUARY_2))
    (file,) = site.kk2.json("payments", "import", path)["files"]
    return file


def load_rate(site: Site, folder: Path) -> Any:
    path = folder / "satser.json"
    path.write_text(json.dumps(NEXT), encoding="utf-8")
    return site.kk2.json("admin", "rates", "load", path)


def test_without_a_rate_the_routine_goes_on_and_with_it_the_proposal_completes(case_site: Site, tmp_path: Path) -> None:
    site = case_site.on("2027-01-02")
    before = {number: shown(site, number) for number in (BEFORE, WAITS, PART, TOO_MUCH)}
    paid = {
        BEFORE: (DECEMBER_30, owed(before[BEFORE]) + 1_00),
        WAITS: (JANUARY_2, owed(before[WAITS]) + 10_00),
        PART: (JANUARY_2, 100_00),
        TOO_MUCH: (JANUARY_2, owed(before[TOO_MUCH]) + interest_due(before[TOO_MUCH], JANUARY_2) + 77_77),
    }
    total = sum(amount for _, amount in paid.values())

    # The bank file is read, principal and fees are covered, and what would reach interest waits.
    file = read_bank_file(site, paid)
    assert (file["status"], file["placed"], file["amount"]) == ("imported", 4, total)
    for number, waiting in ((WAITS, 10_00), (TOO_MUCH, paid[TOO_MUCH][1] - owed(before[TOO_MUCH])), (PART, 0)):
        coverage = payment_of(site, number)["coverage"]
        assert (coverage["interest"], coverage["surplus"], coverage["waiting"]) == (0, 0, waiting)

    # What waits is listed, case by case; the day before the year's end goes to Visma.
    proposal = site.kk2.json("posting", "show")
    assert {(each["case"], each["code"]) for each in proposal["problems"]} == {
        (WAITS, "no_interest_rate"),
        (TOO_MUCH, "no_interest_rate"),
    }
    assert all("02.01.2027" in each["message"] for each in proposal["problems"])
    assert proposal["total"] == total
    sent = site.kk2.json("posting", "send")["vouchers"]
    assert {each["date"] for each in sent} == {"2026-12-30"}
    assert sum(amount for _, amount in site.visma.sums()) == paid[BEFORE][1]

    # The rate comes: everything that waited is covered, to the øre, and the rest is posted.
    added = load_rate(site, tmp_path)
    assert added["cases"] == [WAITS, TOO_MUCH]
    assert payment_of(site, WAITS)["coverage"]["interest"] == 10_00
    completed = payment_of(site, TOO_MUCH)["coverage"]
    assert completed["interest"] == interest_due(before[TOO_MUCH], JANUARY_2)
    assert completed["surplus"] == 77_77
    assert shown(site, TOO_MUCH)["balance"]["total"] == -77_77
    proposal = site.kk2.json("posting", "show")
    assert proposal["problems"] == []
    assert proposal["total"] == total - paid[BEFORE][1]
    site.send_until_settled()
    assert sum(amount for _, amount in site.visma.sums()) == total
    assert site.kk2.json("posting", "show")["vouchers"] == []


def test_loading_the_rate_again_changes_nothing(case_site: Site, tmp_path: Path) -> None:
    site = case_site.on("2027-01-02")
    load_rate(site, tmp_path)
    before = site.kk2.json("admin", "rates", "list"), site.kk2.json("cases", "list")
    assert load_rate(site, tmp_path) == {"interest": [], "notice_fees": [], "cases": []}
    assert (site.kk2.json("admin", "rates", "list"), site.kk2.json("cases", "list")) == before
    assert before[0]["known_until"] == "2027-06-30"
