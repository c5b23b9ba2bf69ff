"""`kk2 convert`: a file, the search in Visma, choosing, and where it stands."""

import json
from pathlib import Path
from typing import Any

import pytest

from kk2tui.wiring import SCENARIO
from tests.kk2tui.cli.test_shapes import FINDING
from tests.kk2tui.command_line import CommandLine
from tests.kk2tui.shape import misfits
from tests.services.conversion.files import OLD, claim_row, csv_file, other_row, stored_invoice

NATIONAL_ID = "01810100000"  # no such month
FILE = {
    "name": str,
    "status": {"converted", "valid", "duplicate", "rejected"},
    "rows": int,
    "cases": int,
    "claims": int,
    "charges": int,
    "payments": int,
    "principal": int,
    "known": int,
    "closed": [str],
    "renumbered": [{"old": str, "new": str}],
    "findings": [FINDING],
    "receipt": str,
}
MATCH = {
    "asked": int,
    "linked": int,
    "several": int,
    "none": int,
    "written_back": int,
    "pending_write_back": int,
    "stopped": str,
    "receipt": str,
}
COUNTS = {"waiting": int, "several": int, "none": int, "linked": int, "without": int, "pending_write_back": int}
CANDIDATE = {
    "visma_id": str,
    "invoice": str,
    "kid": str,
    "customer": str,
    "name": str,
    "text": str,
    "due": str,
    "amount": int,
    "unpaid": int,
    "case_number": str,
    "by": {"invoice", "kid", "customer"},
}
CLAIM = {
    "claim": str,
    "case": str,
    "visma_id": str,
    "invoice": str,
    "kid": str,
    "customer": str,
    "due": str,
    "amount": int,
    "written_back": bool,
}
UNLINKED = CLAIM | {
    "debtor": str,
    "old_number": str,
    "state": {"waiting", "several", "none"},
    "note": str,
    "candidates": [CANDIDATE],
}


@pytest.fixture
def kk2(fresh: CommandLine) -> CommandLine:
    """A home whose Visma has one invoice for the first claim, two for the second, and none for the third."""
    path = fresh.home / SCENARIO
    world: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    one, other = list(world["customers"])[:2]
    invoices = {"A1": stored_invoice(1, one), "A2": stored_invoice(2, one), "A3": stored_invoice(2, other)}
    world["invoices"] |= invoices
    path.write_text(json.dumps(world), encoding="utf-8")
    return fresh


def old_file(kk2: CommandLine, *rows: dict[str, str], name: str = "saker.csv") -> Path:
    return csv_file(kk2.home, *rows, name=name)


def three(kk2: CommandLine) -> Path:
    payment = other_row("innbetaling", "100")
    return old_file(kk2, claim_row(1, fodselsnummer=NATIONAL_ID), claim_row(2, "77/12"), claim_row(3, "78/12"), payment)


def test_a_file_is_read_and_its_invoices_found(kk2: CommandLine) -> None:
    answer = kk2.json("convert", three(kk2))
    assert misfits(answer, {"file": FILE, "match": MATCH}) == []
    assert (answer["file"]["status"], answer["file"]["cases"], answer["file"]["principal"]) == (
        "converted",
        3,
        3_000_00,
    )
    found = answer["match"]
    assert (found["asked"], found["linked"], found["several"], found["none"]) == (3, 1, 1, 1)
    assert (found["written_back"], found["stopped"]) == (1, "")
    (claim,) = kk2.json("cases", "show", OLD)["claims"]
    assert (claim["visma_id"], claim["written_back"], claim["unpaid"]) == ("A1", True, 900_00)


def test_a_check_stores_nothing_and_a_second_reading_neither(kk2: CommandLine) -> None:
    checked = kk2.json("convert", three(kk2), "--check")
    assert (checked["file"]["status"], checked["match"]) == ("valid", None)
    assert kk2.json("cases", "list")["total"] == 0
    kk2.json("convert", three(kk2))
    again = kk2.json("convert", "--check", three(kk2))
    assert again["file"]["status"] == "duplicate"


def test_a_file_that_is_wrong_is_refused_by_line_and_nothing_is_stored(kk2: CommandLine) -> None:
    wrong = old_file(kk2, claim_row(1), claim_row(2, belop=NATIONAL_ID + "x"), claim_row(3, kreditor="9"))
    answer = kk2("convert", wrong, "--json")
    assert answer.status == 1
    assert misfits(answer.json(), {"file": FILE}) == []
    findings = answer.json()["file"]["findings"]
    assert [(each["line"], each["field"], each["code"]) for each in findings] == [
        (3, "belop", "bad_amount"),
        (4, "kreditor", "unknown_creditor"),
    ]
    text = kk2("convert", wrong)
    assert "FEIL linje 3, felt 26: belop" in text.text
    assert NATIONAL_ID not in answer.text + text.text
    assert kk2.json("cases", "list")["total"] == 0


def test_a_file_that_is_not_there_is_refused(kk2: CommandLine) -> None:
    answer = kk2("convert", kk2.home / "borte.csv", "--json")
    assert (answer.status, answer.error()["code"]) == (1, "unreadable")


def test_the_status_shows_what_is_left_and_one_is_chosen(kk2: CommandLine) -> None:
    kk2("convert", three(kk2))
    answer = kk2.json("convert", "status")
    assert misfits(answer, {"counts": COUNTS, "claims": [UNLINKED]}) == []
    several, none = answer["claims"]
    assert (several["state"], several["old_number"], len(several["candidates"])) == ("several", "77/12", 2)
    assert (none["state"], none["note"], none["candidates"]) == ("none", "ikke funnet i Visma", [])
    chosen = kk2.json("convert", "choose", several["claim"], "A3")["claim"]
    assert misfits(chosen, CLAIM) == []
    assert (chosen["visma_id"], chosen["written_back"]) == ("A3", True)
    assert kk2.json("convert", "status")["counts"]["linked"] == 2


def test_what_is_not_found_is_looked_for_or_left(kk2: CommandLine) -> None:
    kk2("convert", three(kk2))
    (claim,) = [each["claim"] for each in kk2.json("convert", "status")["claims"] if each["state"] == "none"]
    found = kk2.json("convert", "find", claim, "900002")
    assert misfits(found, {"claim": str, "candidates": [CANDIDATE]}) == []
    assert [each["visma_id"] for each in found["candidates"]] == ["A2", "A3"]
    left = kk2.json("convert", "without", claim, "--reason", "Eldre enn Visma")["claim"]
    assert (left["visma_id"], left["written_back"]) == ("", False)
    refused = kk2("convert", "choose", claim, "A9", "--json")
    assert (refused.status, refused.error()["code"]) == (1, "not_a_candidate")


def test_it_goes_on_where_it_was(kk2: CommandLine) -> None:
    kk2("convert", three(kk2))
    answer = kk2.json("convert")
    assert misfits(answer, {"match": MATCH}) == []
    assert (answer["match"]["asked"], answer["match"]["linked"]) == (2, 0)


def test_the_answers_for_people(kk2: CommandLine) -> None:
    told = kk2("convert", three(kk2)).text
    assert "saker.csv: lest inn, 3 saker, 3 fordringer, hovedstol 3 000,00" in told
    assert "1 av 3 fordringer er koblet til en faktura i Visma." in told
    status = kk2("convert", "status").text
    assert "Koblet 1, velg 1, ikke funnet 1, ikke søkt 0" in status
    assert "ikke funnet" in status
    assert "fortsett å finne fakturaer" in kk2("convert", "--help").text
    assert NATIONAL_ID not in told + status
