"""`kk2 admin retention`: what is due is told, and done with the right number."""

from dataclasses import replace

from tests.kk2tui.command_line import CommandLine

LATER = {"KK2_TODAY": "2032-01-02"}


def test_nothing_is_due_in_a_new_municipality(worked: CommandLine) -> None:
    answer = worked("admin", "retention")
    assert answer.status == 0, answer.text
    assert answer.out.splitlines()[0] == "0 saker avsluttet før 01.01.2021 skal anonymiseres."
    assert worked.json("admin", "retention", "--confirm", "0")["done"]["receipt"] is None
    assert worked("admin", "retention", "--confirm", "0").out == "Det var ingenting å slette.\n"


def test_in_five_years_the_closed_cases_are_due_and_their_debtors_are_found_no_more(worked: CommandLine) -> None:
    worked.json("posting", "send")
    then = replace(worked, environment=LATER)
    plan = then.json("admin", "retention")["plan"]
    assert plan["before"] == "2027-01-01"
    assert plan["receipts"] > 0
    text = then("admin", "retention").out
    assert f"kk2 admin retention --before 2027-01-01 --confirm {plan['cases']}\n" in text
    names = [case["debtor"] for case in then.json("cases", "list", "--status", "closed")["cases"]]
    done = then.json("admin", "retention", "--confirm", str(plan["cases"]))["done"]
    assert (done["cases"], done["receipts"]) == (plan["cases"], plan["receipts"])
    after = [case["debtor"] for case in then.json("cases", "list", "--status", "closed")["cases"]]
    assert len(after) == len(names)
    assert after.count("Slettet") == plan["cases"]
    assert "Sletting av personopplysninger" in then("receipts", "show", done["receipt"]).out


def test_another_number_than_is_due_is_refused(worked: CommandLine) -> None:
    answer = worked("admin", "retention", "--confirm", "7", "--json")
    assert (answer.status, answer.error()["code"]) == (1, "not_confirmed")
    assert "Ingenting er slettet" in answer.error()["message"]


def test_a_day_that_the_law_does_not_allow_is_refused(worked: CommandLine) -> None:
    answer = worked("admin", "retention", "--before", "2025-01-01", "--json")
    assert (answer.status, answer.error()["code"]) == (1, "invalid_input")
    assert "01.01.2021" in answer.error()["message"]
