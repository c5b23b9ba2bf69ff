"""The JSON of every command (design.md 10), and what may stand in no answer: a national id."""

import json
from pathlib import Path
from typing import Any

import pytest

from kk2tui.demo.town import demo_town
from kk2tui.wiring import clock_from_environment
from tests.kk2tui.command_line import TODAY, CommandLine
from tests.kk2tui.shape import Shape, misfits

TEXT_OR_NOTHING = (str, type(None))
BALANCE = {"principal": int, "costs": int, "fees": int, "interest": int, "paid": int, "total": int}
COVERAGE = {"principal": int, "costs": int, "fees": int, "interest": int, "surplus": int}
POSTING = {"pending", "frozen", "posted", "excluded", "not_ours"}
PAYMENT = {
    "id": str,
    "date": str,
    "amount": int,
    "source": {"ocr", "camt", "manual", "visma", "moved"},
    "posting": POSTING,
    "deleted": bool,
    "coverage": COVERAGE,
}
VOUCHER = {"reference": str, "date": str, "kind": {"R", "N", "G"}, "amount": int, "state": str, "visma_id": str}
CREDITOR = {
    "number": str,
    "name": str,
    "company": str,
    "threshold": int,
    "coverage": [str],
    "bank_accounts": [{"account": str, "kid_lengths": [int], "kid_check": {"mod10", "mod11"}}],
    "accounting": {
        "voucher_type": str,
        "bank": str,
        "interest": str,
        "fees": str,
        "department": str,
        "project": str,
        "approve": bool,
    },
    "ledger_lines": [{"ledger_type": str, "account": str, "flow": str}],
    "address": [str],
    "email": str,
    "phone": str,
}
FINDING = {
    "severity": {"error", "warning"},
    "line": int,
    "column": int,
    "field": str,
    "code": str,
    "message": str,
}
FILE = {
    "name": str,
    "status": {"imported", "valid", "duplicate", "rejected"},
    "payments": int,
    "placed": int,
    "unplaced": int,
    "duplicates": int,
    "amount": int,
    "closed": [str],
    "findings": [FINDING],
}
CASE = {
    "number": str,
    "status": {"open", "closed", "paused", "manual"},
    "handler": str,
    "department": str,
    "run": str,
    "kid": str,
    "debtor": {"name": str},
    "claims": [
        {
            "visma_id": str,
            "invoice": str,
            "text": str,
            "kid": str,
            "due": str,
            "amount": int,
            "unpaid": int,
            "written_back": bool,
        }
    ],
    "fees": [{"code": str, "date": str, "amount": int, "unpaid": int}],
    "payments": [PAYMENT],
    "balance": BALANCE,
    "events": [{"time": str, "actor": str, "text": str}],
}
CASES = {
    "cases": [
        {
            "number": str,
            "status": str,
            "debtor": str,
            "department": str,
            "handler": str,
            "run": str,
            "balance": int,
        }
    ],
    "total": int,
}
PROPOSAL = {
    "vouchers": [
        {
            "creditor": str,
            "date": str,
            "kind": {"R", "N", "G"},
            "company": str,
            "voucher_type": str,
            "amount": int,
            "lines": [
                {
                    "account": str,
                    "amount": int,
                    "ledger_type": str,
                    "customer": str,
                    "invoice": str,
                    "case": str,
                    "payment": str,
                    "dimensions": dict,
                }
            ],
        }
    ],
    "problems": [{"case": str, "code": str, "message": str}],
    "total": int,
}
IMPORTED_CASES = {
    "run": int,
    "cases": [str],
    "invoices": int,
    "written_back": int,
    "pending_write_back": int,
    "letters": int,
}
FETCHED = {
    "transactions": int,
    "payments": int,
    "skipped_own": int,
    "flagged": int,
    "closed": [str],
    "cases": [str],
    "amount": int,
    "receipt": str,
}
UNPLACED = {"payments": [{"id": str, "date": str, "amount": int, "kid": str, "reason": str, "text": str}]}
RECEIPT = {"id": str, "kind": str, "time": str, "actor": str, "title": str, "summary": [str]}

READING: list[tuple[list[str], Shape]] = [
    (["cases", "list"], CASES),
    (["cases", "list", "--status", "closed"], CASES),
    (["cases", "list", "--search", "testesen"], CASES),
    (["cases", "show", "0221-00000003"], CASE),
    (["payments", "unplaced"], UNPLACED),
    (["posting", "show"], PROPOSAL),
    (["posting", "status"], {"vouchers": [VOUCHER]}),
    (["receipts", "list"], {"receipts": [RECEIPT]}),
    (["receipts", "show", "K000002"], RECEIPT | {"sections": [{"title": str, "columns": list, "rows": list}]}),
    (["visma", "ping"], {"version": str, "time": str, "recognises_references": bool}),
    (["admin", "creditors", "show"], {"creditors": [CREDITOR]}),
    (["admin", "handlers", "list"], {"handlers": [{"login": str, "name": str, "email": str, "role": str}]}),
]


@pytest.mark.parametrize(("words", "shape"), READING, ids=lambda value: " ".join(value) if type(value) is list else "")
def test_a_reading_command_answers_in_its_shape(worked_home: Path, words: list[str], shape: Shape) -> None:
    answer = CommandLine(worked_home).json(*words)
    assert misfits(answer, shape) == []
    lists = [value for value in answer.values() if isinstance(value, list)]
    assert words == ["posting", "status"] or not lists or any(lists), "a shape of nothing shows nothing"


def test_taking_cases_over_answers_in_its_shape(fresh: CommandLine) -> None:
    answer = fresh.json("cases", "import")
    assert misfits(answer, IMPORTED_CASES) == []
    assert (answer["run"], len(answer["cases"]), answer["invoices"]) == (4711, 95, 167)
    assert (answer["written_back"], answer["pending_write_back"]) == (167, 0)


def test_reading_bank_files_answers_in_its_shape_whatever_becomes_of_them(worked: CommandLine) -> None:
    files = sorted((worked.home / "inbox").iterdir())
    answer = worked("payments", "import", *files, worked.home / "borte", "--json")
    assert answer.status == 1
    assert misfits(answer.json(), {"files": [FILE]}) == []
    statuses = [each["status"] for each in answer.json()["files"]]
    assert statuses == ["duplicate", "rejected", "duplicate", "rejected"]
    assert answer.json()["files"][3]["findings"][0]["code"] == "unreadable"


def test_checking_a_bank_file_stores_nothing(fresh: CommandLine) -> None:
    fresh.json("cases", "import")
    file = min((fresh.home / "inbox").iterdir())
    (checked,) = fresh.json("payments", "import", "--check", file)["files"]
    assert misfits(checked, FILE) == []
    assert (checked["status"], checked["payments"]) == ("valid", 40)
    (read,) = fresh.json("payments", "import", file)["files"]
    assert read["status"] == "imported"


def test_fetching_payments_from_visma_answers_in_its_shape_and_registers_nothing_twice(worked: CommandLine) -> None:
    before = worked.json("posting", "show")["total"]
    answer = worked.json("payments", "fetch")
    assert misfits(answer, FETCHED) == []
    assert (answer["transactions"], answer["flagged"], answer["skipped_own"], answer["stopped"]) == (9, 1, 0, "")
    assert answer["payments"] + answer["unplaced"] == 7
    assert len(answer["cases"]) == len(set(answer["cases"]))
    assert worked.json("posting", "show")["total"] == before
    again = worked.json("payments", "fetch")
    assert (again["transactions"], again["payments"], again["flagged"], again["amount"]) == (0, 0, 0, 0)


def test_changing_payments_answers_in_their_shape(worked: CommandLine) -> None:
    steps = (
        ["add", "0221-00000003", "1 234,50", "20.11.2026", "--text", "Kontant"],
        ["add", "0221-00000003", "-10", "2026-11-20", "--no-posting"],
        ["move", "P000072", "0221-00000002"],
        ["delete", "P000073", "--reason", "ført feil"],
        ["place", "P000071", "0221-00000002"],
    )
    answers = [worked.json("payments", *step) for step in steps]
    assert [misfits(answer, {"payment": PAYMENT}) for answer in answers] == [[]] * len(steps)
    added, excluded, moved, deleted, placed = (answer["payment"] for answer in answers)
    assert (added["amount"], added["date"], added["posting"], added["text"]) == (
        1_234_50,
        "2026-11-20",
        "pending",
        "Kontant",
    )
    assert (excluded["amount"], excluded["posting"]) == (-10_00, "excluded")
    assert (moved["source"], moved["case"], moved["moved_from"]) == ("moved", "0221-00000002", "P000072")
    assert (deleted["deleted"], deleted["deleted_reason"]) == (True, "ført feil")
    assert (placed["id"], placed["case"]) == ("P000071", "0221-00000002")


def test_a_payment_that_is_not_ours_answers_in_its_shape(worked: CommandLine) -> None:
    answer = worked.json("payments", "dismiss", "P000071", "--reason", "feil konto i banken")
    assert misfits(answer, {"payment": PAYMENT}) == []
    assert worked.json("payments", "unplaced") == {"payments": []}


def test_posting_answers_in_its_shape(worked: CommandLine) -> None:
    sent = worked.json("posting", "send")
    assert misfits(sent, {"vouchers": [VOUCHER]}) == []
    assert sorted(each["kind"] for each in sent["vouchers"]) == ["G", "N", "R"]
    assert {each["state"] for each in sent["vouchers"]} == {"delivered"}
    assert worked.json("posting", "send")["vouchers"] == []
    assert misfits(worked.json("posting", "status"), {"vouchers": [VOUCHER]}) == []


def test_a_creditor_that_is_shown_can_be_loaded_and_changes_nothing(worked: CommandLine, tmp_path: Path) -> None:
    shown = worked.json("admin", "creditors", "show")
    file = tmp_path / "kreditorer.json"
    file.write_text(json.dumps(shown["creditors"]), encoding="utf-8")
    assert worked.json("admin", "creditors", "load", file) == shown
    file.write_text(json.dumps(shown["creditors"][0]), encoding="utf-8")
    assert worked.json("admin", "creditors", "load", file)["creditors"] == shown["creditors"][:1]
    assert worked.json("admin", "creditors", "show") == shown


def national_ids(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    monkeypatch.setenv("KK2_TODAY", TODAY)
    customers: dict[str, Any] = demo_town(clock_from_environment().today()).scenario["customers"]
    return {each["national_id"] for each in customers.values() if each.get("national_id")}


def test_a_national_id_stands_in_no_answer_and_in_no_log(worked: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = national_ids(monkeypatch)
    numbers = [each["number"] for each in worked.json("cases", "list")["cases"]]
    receipts = [each["id"] for each in worked.json("receipts", "list")["receipts"]]
    commands = [words for words, _ in READING]
    commands += [["cases", "show", number] for number in numbers[::8]]
    commands += [["receipts", "show", number] for number in receipts]
    commands += [["posting", "send"], ["payments", "import", str(min((worked.home / "inbox").iterdir()))]]
    commands += [["cases", "list", "--search", secret] for secret in sorted(secrets)[:3]]
    answers = [worked(*words, *ending).text for words in commands for ending in ((), ("--json",))]
    assert len(secrets) > 100
    assert [secret for secret in secrets if any(secret in answer for answer in answers)] == []
    log = (worked.home / "kk2.log").read_text(encoding="utf-8")
    assert "search by a whole national id by " in log
    assert [secret for secret in secrets if secret in log] == []


def test_a_case_is_found_by_national_id_though_it_is_not_shown(
    worked: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [worked.json("cases", "list", "--search", secret)["total"] for secret in national_ids(monkeypatch)]
    assert any(found)
