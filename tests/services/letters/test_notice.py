"""What an inkassovarsel says."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from data.documents import Case, Claim, Fee, Payment
from services.case_account import CaseAccount
from services.letters.notice import Notice, Rules, make_notice, plain, why_no_notice
from services.letters.rendering import sums
from services.rules.rates import InterestRates, NoticeFees
from tests.builders import KARI, TODAY, case, claim, creditor, fee
from tests.services.rules.build import FEES, INTEREST

RULES = Rules(rates=InterestRates(INTEREST), fees=NoticeFees(FEES))
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
CASE = case(1)


def account(*documents: Claim | Fee | Payment, case: Case = CASE, **more: Any) -> CaseAccount:
    def those(kind: type[Any]) -> tuple[Any, ...]:
        return tuple(each for each in documents if isinstance(each, kind))

    return CaseAccount(
        case=case, creditor=creditor(**more), claims=those(Claim), fees=those(Fee), payments=those(Payment)
    )


def notice(account: CaseAccount, today: date = TODAY) -> Notice:
    assert why_no_notice(account, RULES, today) == ""
    return make_notice(account, KARI, RULES, run="1/4711", now=NOW, today=today, actor="kari")


def payment(amount: int) -> Payment:
    return Payment(
        id="P000001", case=CASE.id, creditor="0221", source="ocr", date=date(2026, 11, 1), amount=amount, kid=CASE.kid
    )


def test_it_states_each_claim_with_its_fees_and_its_interest() -> None:
    letter = notice(account(claim(CASE, 1_000_00), fee(CASE, claim=f"{CASE.id}/1"))).letter
    (stated,) = letter.claims
    assert (stated.principal, stated.fees, stated.notice_fee, stated.interest) == (1_000_00, 38_00, 38_00, 32_22)
    assert (letter.total, letter.deadline, letter.basis_points) == (1_108_22, date(2026, 12, 8), 1225)


def test_the_fee_is_charged_on_the_claims_where_the_law_allows_it() -> None:
    old, new = claim(CASE, serial=1), claim(CASE, serial=2, due=date(2026, 11, 15))
    made = notice(account(old, new))
    (charged,) = made.fees
    assert (charged.claim, charged.code, charged.component, charged.amount) == (old.id, "IKV", "fees", 38_00)
    assert charged.date == TODAY
    assert [each.notice_fee for each in made.letter.claims] == [38_00, 0]


def test_one_letter_carries_one_fee_however_many_claims_it_is_about() -> None:
    older, newer = claim(CASE, due=date(2026, 6, 22)), claim(CASE, serial=2, due=date(2026, 7, 31))
    made = notice(account(newer, older))
    assert [(charged.claim, charged.amount) for charged in made.fees] == [(older.id, 38_00)]
    assert sum(each.notice_fee for each in made.letter.claims) == 38_00


def test_two_reminders_with_fees_leave_no_room_for_another() -> None:
    charged = [fee(CASE, serial=n, claim=f"{CASE.id}/1", date=date(2026, 8 + n, 28)) for n in (1, 2)]
    made = notice(account(claim(CASE), *charged))
    assert made.fees == ()
    assert made.letter.claims[0].fees == 76_00


def test_an_unknown_rate_makes_a_notice_without_fee_and_says_so() -> None:
    rules = Rules(rates=RULES.rates, fees=NoticeFees([row for row in FEES if row.valid_from.year < 2015]))
    made = make_notice(account(claim(CASE)), KARI, rules, run="1/4711", now=NOW, today=TODAY, actor="kari")
    assert made.fees == ()
    assert made.warnings == (f"Sak {CASE.id}: gebyrsatsen er ikke kjent, så varselet er uten gebyr.",)


def test_what_has_been_paid_is_not_asked_for() -> None:
    paid, left = claim(CASE, 500_00, serial=1, due=date(2026, 7, 20)), claim(CASE, 700_00, serial=2)
    letter = notice(account(paid, left, payment(600_00))).letter
    assert letter.claims[-1].principal == 600_00
    assert letter.claims[0].principal == 0
    assert letter.claims[0].notice_fee == 0


def test_costs_and_fees_of_no_claim_are_in_the_total() -> None:
    cost = fee(CASE, 250_00, serial=8, component="costs", code="RG")
    loose = fee(CASE, 35_00, serial=9)
    letter = notice(account(claim(CASE), cost, loose)).letter
    assert (letter.costs, letter.fees) == (250_00, 35_00)
    assert sum(amount for _, amount in sums(letter)) == letter.total


@pytest.mark.parametrize(
    ("there", "why"),
    [
        (account(claim(CASE), case=replace(CASE, status="paused")), "saken er ikke åpen"),
        (account(claim(CASE), payment(9_000_00)), "det er ikke noe ubetalt i saken"),
        (account(), "det er ikke noe ubetalt i saken"),
        (account(claim(CASE, due=TODAY)), "det er fordringer i saken som ikke er forfalt"),
        (account(claim(CASE), bank_accounts=()), "kreditor 0221 har ingen bankkonto"),
    ],
)
def test_a_case_that_cannot_have_one_says_why(there: CaseAccount, why: str) -> None:
    assert why_no_notice(there, RULES, TODAY) == why


def test_interest_past_the_last_known_rate_is_stated_until_then() -> None:
    letter = notice(account(claim(CASE)), today=date(2027, 1, 10)).letter
    assert (letter.interest_until, letter.basis_points) == (date(2026, 12, 31), 1225)


def test_no_national_id_is_in_a_letter() -> None:
    made = notice(account(claim(CASE)))
    assert CASE.debtor.national_id
    assert CASE.debtor.national_id not in str(made)


@given(st.text())
def test_names_become_one_line_without_control_characters(text: str) -> None:
    shown = plain(text)
    assert shown == plain(shown)
    assert shown.isprintable() or not shown.strip()


amounts = st.integers(1, 999_999_99)
dues = st.dates(date(2024, 1, 1), date(2026, 11, 23))


@given(owed=st.lists(st.tuples(amounts, dues), min_size=1, max_size=8), paid=st.integers(0, 500_000_00))
def test_the_lines_add_up_to_the_total(owed: list[tuple[int, date]], paid: int) -> None:
    claims = [claim(CASE, amount, serial=serial, due=due) for serial, (amount, due) in enumerate(owed, 1)]
    there = account(*claims, *([payment(paid)] if paid else []))
    if why_no_notice(there, RULES, TODAY):
        return
    letter = notice(there).letter
    assert sum(amount for _, amount in sums(letter)) == letter.total
    assert letter.total == sum(each.total for each in letter.claims) + letter.costs + letter.fees - letter.surplus
