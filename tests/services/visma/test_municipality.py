"""Testvik holds together, and can be taken for nobody real."""

import datetime as dt
import json

import pytest

from services.bank.kid import classify, mod11
from services.visma.simulator.municipality import Municipality, municipality
from services.visma.simulator.world import World, load_world

TODAY = dt.date(2026, 11, 20)


@pytest.fixture(scope="module")
def testvik() -> Municipality:
    return municipality(TODAY)


@pytest.fixture(scope="module")
def world(testvik: Municipality) -> World:
    return load_world(testvik.scenario)


def test_the_same_seed_and_day_give_the_same_testvik(testvik: Municipality) -> None:
    assert municipality(TODAY) == testvik
    assert municipality(TODAY, seed=7) != testvik
    assert json.loads(json.dumps(testvik.scenario)) == testvik.scenario


def test_there_are_300_debtors_and_one_approved_proposal_a_company(world: World) -> None:
    assert len(world.customers) == 300
    assert [(each.company, each.run) for each in world.proposals if each.status == "approved"] == [
        ("1", 4711),
        ("2", 4721),
    ]
    assert {each.status for each in world.proposals if each.company == "1"} == {"approved", "proposed", "distributed"}


def test_every_kid_and_every_bank_account_passes_its_check(testvik: Municipality, world: World) -> None:
    kids = [invoice.kid for invoice in world.invoices.values()]
    assert {classify(kid, (13,), "mod10") for kid in kids} == {"ok"}
    assert len(set(kids)) == len(kids)
    accounts = [each["account"] for creditor in testvik.creditors for each in creditor["bank_accounts"]]
    assert all(len(account) == 11 and mod11(account[:10]) == account[10] for account in accounts)
    assert len(set(accounts)) == 2


def test_no_national_id_or_organisation_number_can_be_real(world: World) -> None:
    ids = [customer.national_id for customer in world.customers.values() if customer.national_id]
    numbers = [customer.org_number for customer in world.customers.values() if customer.org_number]
    assert all(len(each) == 11 and mod11(each[:10]) != each[10] and int(each[2:4]) > 80 for each in ids)
    assert all(len(each) == 9 and mod11(each[:8]) != each[8] for each in numbers)
    assert numbers
    assert all(not customer.email or customer.email.endswith(".invalid") for customer in world.customers.values())


@pytest.mark.parametrize("today", [TODAY, dt.date(2026, 1, 31), dt.date(2026, 2, 28), dt.date(2027, 3, 1)])
def test_reminders_follow_the_rules(today: dt.date) -> None:
    for invoice in load_world(municipality(today).scenario).invoices.values():
        (reminder,) = invoice.reminders
        assert reminder.due is not None
        assert invoice.issued < invoice.due
        assert reminder.date >= invoice.due + dt.timedelta(days=14)
        assert reminder.due >= reminder.date + dt.timedelta(days=14)
        assert reminder.date < today
        assert reminder.fee == (35_00 if reminder.date.year < 2026 else 38_00)
        assert {invoice.due.weekday(), reminder.date.weekday()} <= set(range(5))


def test_some_debtors_have_several_invoices_and_some_invoices_are_partly_paid(world: World) -> None:
    customers = [invoice.customer for invoice in world.invoices.values()]
    assert max(customers.count(customer) for customer in set(customers)) == 4
    partly = [invoice for invoice in world.invoices.values() if invoice.paid]
    assert partly
    assert all(0 < invoice.paid < invoice.amount for invoice in partly)


def test_each_invoice_belongs_to_one_proposal_of_its_company_and_ledger(world: World) -> None:
    seen = [key for proposal in world.proposals for key in proposal.invoices]
    assert sorted(seen) == sorted(world.invoices)
    for proposal in world.proposals:
        for key in proposal.invoices:
            invoice = world.invoices[key]
            assert invoice.company == proposal.company
            assert world.customers[invoice.customer].ledger_type == proposal.ledger_type


def test_the_creditors_know_every_ledger_type(testvik: Municipality, world: World) -> None:
    known = {
        (creditor["company"], line["ledger_type"])
        for creditor in testvik.creditors
        for line in creditor["ledger_lines"]
    }
    assert {(proposal.company, proposal.ledger_type) for proposal in world.proposals} <= known
    assert [creditor["number"] for creditor in testvik.creditors] == ["0221", "0222"]


def test_what_is_to_come_touches_only_invoices_to_be_taken_over(world: World) -> None:
    approved = {key for proposal in world.proposals if proposal.status == "approved" for key in proposal.invoices}
    assert {movement.visma_id for movement in world.upcoming} <= approved
    assert {movement.category for movement in world.upcoming} == {0, 1}
    assert "20-UTG. FAKTURA" in {movement.type for movement in world.upcoming}
