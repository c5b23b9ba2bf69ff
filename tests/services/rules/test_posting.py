"""The posting proposal as a rule: every voucher balances, and every payment is posted whole, once, or waits whole."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from data.documents import Allocation, Case, Claim, Component, Payment
from services.rules.posting import KINDS, Books, Proposal, propose
from tests.builders import D1, D2, case, claim, creditor

CASES = {each.id: each for each in (case(1), case(2, department="K020"), case(3, department="K999"))}
OTHERS = {each.id: each for each in (case(1, creditor="0222"), case(2, creditor="0222", department=""))}
ALL: dict[str, Case] = CASES | OTHERS
CLAIMS: dict[str, Claim] = {each.id: each for each in (claim(number) for number in ALL)}
BOOKS = Books(creditors={"0221": creditor(), "0222": creditor("0222")}, cases=ALL, claims=CLAIMS)
COMPONENTS: tuple[Component, ...] = ("principal", "costs", "fees", "interest", "surplus")


def payment(serial: int, number: str, day: date = D1, *, waiting: int = 0, **parts: int) -> Payment:
    """A pending payment whose coverage is `parts`, by component."""
    coverage = tuple(
        Allocation(component=component, amount=parts[component], target=_target(component, number))
        for component in COMPONENTS
        if parts.get(component)
    )
    return Payment(
        id=f"P{serial:06d}",
        case=number,
        creditor=number[:4],
        source="ocr",
        date=day,
        amount=sum(part.amount for part in coverage) + waiting,
        coverage=coverage,
        waiting=waiting,
    )


def _target(component: Component, number: str) -> str | None:
    return None if component == "surplus" else f"{number}/1"


@st.composite
def payments(draw: st.DrawFn) -> list[Payment]:
    found = []
    for serial in range(draw(st.integers(0, 12))):
        sign = draw(st.sampled_from((1, 1, 1, -1)))
        parts = {name: sign * draw(st.integers(0, 50_000)) for name in COMPONENTS if draw(st.booleans())}
        waiting = draw(st.sampled_from((0, 0, 0, 0, 123))) if sign > 0 else 0
        made = payment(
            serial,
            draw(st.sampled_from(sorted(ALL))),
            D1 + timedelta(days=draw(st.integers(0, 2))),
            waiting=waiting,
            **parts,
        )
        if made.amount:
            found.append(made)
    return found


def carried(proposal: Proposal, payment: Payment) -> int:
    return -sum(line.amount for each in proposal.vouchers for line in each.lines if line.payment == payment.id)


@given(payments())
def test_every_voucher_balances_and_debits_the_bank_for_its_amount(made: list[Payment]) -> None:
    proposal = propose(made, BOOKS)
    for voucher in proposal.vouchers:
        assert sum(line.amount for line in voucher.lines) == 0
        assert sum(line.amount for line in voucher.lines if line.account == "2102201") == voucher.amount
        assert len(voucher.lines) >= 2
    assert proposal.total == sum(each.amount for each in proposal.vouchers) == sum(each.amount for each in made)


@given(payments())
def test_every_payment_is_carried_whole_and_once_in_each_kind(made: list[Payment]) -> None:
    proposal = propose(made, BOOKS)
    for each in made:
        assert carried(proposal, each) == each.amount
        kinds = Counter(voucher.kind for voucher in proposal.vouchers if each.id in voucher.payments)
        assert max(kinds.values()) == 1
    keys = [(voucher.creditor, voucher.date, voucher.kind) for voucher in proposal.vouchers]
    assert keys == sorted(set(keys), key=lambda key: (key[1], key[0], KINDS.index(key[2])))


@given(payments())
def test_a_payment_is_posted_with_all_its_vouchers_or_with_none(made: list[Payment]) -> None:
    proposal = propose(made, BOOKS)
    ready = {key for voucher in proposal.ready for key in voucher.payments}
    blocked = {key for voucher in proposal.vouchers if voucher.blocked for key in voucher.payments}
    assert not ready & blocked
    wrong = {each.id for each in made if each.waiting or ALL[each.case or ""].department not in ("K010", "K020")}
    assert {problem.payment for problem in proposal.problems} == wrong
    assert wrong <= blocked
    assert proposal.held_back == len(blocked)


@given(payments())
def test_nothing_waits_that_does_not_share_a_date_and_creditor_with_a_problem(made: list[Payment]) -> None:
    proposal = propose(made, BOOKS)
    by_id = {each.id: each for each in made}
    troubled = {(by_id[each.payment].creditor, by_id[each.payment].date) for each in proposal.problems}
    assert all((voucher.creditor, voucher.date) in troubled for voucher in proposal.vouchers if voucher.blocked)


@given(payments(), st.randoms())
def test_the_order_of_the_payments_makes_no_difference(made: list[Payment], dice: object) -> None:
    shuffled = list(made)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis's Random
    assert propose(shuffled, BOOKS) == propose(made, BOOKS)


def test_lines_go_where_the_set_up_says() -> None:
    number = case(1).id
    proposal = propose([payment(1, number, principal=100, costs=20, fees=3, interest=4, surplus=5)], BOOKS)
    ledger, interest, fees = proposal.vouchers
    assert [(line.account, line.amount, line.ledger_type, line.customer, line.invoice) for line in ledger.lines] == [
        ("2102201", 105, "", "", ""),
        ("2131010", -100, "K010", "100001", claim(number).invoice),
        ("2131010", -5, "K010", "100001", ""),
    ]
    assert [(line.account, line.amount, line.department, line.project) for line in interest.lines] == [
        ("2102201", 4, "", ""),
        ("1900001", -4, "1200", "8001"),
    ]
    assert [(line.account, line.amount) for line in fees.lines] == [
        ("2102201", 23),
        ("1620001", -20),
        ("1620001", -3),
    ]
    assert ledger.lines[1].visma_id == claim(number).visma_id
    assert ledger.lines[2].visma_id == ""


def test_a_missing_ledger_line_blocks_what_shares_a_payment_and_nothing_else() -> None:
    wrong, right = case(3).id, case(1).id
    made = [
        payment(1, wrong, principal=100),
        payment(2, right, principal=100, interest=10),
        payment(3, right, fees=30),
        payment(4, right, D2, principal=100),
    ]
    proposal = propose(made, BOOKS)
    assert [(each.date, each.kind, each.blocked) for each in proposal.vouchers] == [
        (D1, "R", True),
        (D1, "N", True),
        (D1, "G", False),
        (D2, "R", False),
    ]
    assert proposal.problems[0].message == f"Finner ikke reskontrotype for ((Saker)Avdeling) Se sak {wrong}"


def test_a_reversal_turns_debit_and_credit_around() -> None:
    [voucher] = propose([payment(1, case(1).id, principal=-500)], BOOKS).vouchers
    assert [(line.account, line.amount) for line in voucher.lines] == [("2102201", -500), ("2131010", 500)]


def test_money_in_and_out_on_one_day_that_cancels_needs_no_bank_line() -> None:
    number = case(1).id
    [voucher] = propose([payment(1, number, principal=500), payment(2, number, principal=-500)], BOOKS).vouchers
    assert [line.amount for line in voucher.lines] == [-500, 500]
    assert voucher.amount == 0
