"""Coverage by hand: each example is worked out in its comments."""

from datetime import date

import pytest
from msgspec.structs import replace

from data.documents import Allocation, Claim, Fee, Payment
from services.rules.coverage import Coverage, OrderError, check_order
from tests.services.rules.build import LATER_RATES, RATES, claim, fee, payment, settled

CLAIM = claim(1, date(2026, 1, 31), 1_000_00)
FEE = fee(1, date(2026, 3, 1), 38_00)


def part(component: str, amount: int, target: Claim | Fee | None = None) -> Allocation:
    return Allocation(component=component, amount=amount, target=target.id if target else None)  # type: ignore[arg-type]  # a literal in the test


def frozen(paid: Payment, *parts: Allocation) -> Payment:
    return replace(paid, posting="frozen", coverage=parts)


def test_two_payments_cover_principal_then_fee_then_interest_and_leave_a_surplus() -> None:
    first = payment(1, date(2026, 3, 2), 500_00)
    second = payment(2, date(2026, 7, 10), 600_00)
    answer = settled([CLAIM], [FEE], [first, second])
    # interest: 1 000 · 12 % · 30/365 + 500 · 12 % · 120/365 + 500 · 12,25 % · 10/365 = 9,8630 + 19,7260 + 1,6781
    assert answer.coverage == {
        first.id: Coverage((part("principal", 500_00, CLAIM),)),
        second.id: Coverage(
            (
                part("principal", 500_00, CLAIM),
                part("fees", 38_00, FEE),
                part("interest", 31_27, CLAIM),
                part("surplus", 30_73),
            )
        ),
    }
    assert [(line.days, line.principal, line.basis_points) for line in answer.claims[0].segments] == [
        (30, 1_000_00, 1200),
        (120, 500_00, 1200),
        (10, 500_00, 1225),
    ]
    balance = answer.balance
    assert (balance.principal, balance.fees, balance.interest) == (1_000_00, 38_00, 31_27)
    assert (balance.paid, balance.total, balance.surplus) == (1_100_00, -30_73, 30_73)
    assert answer.outstanding == -30_73


def test_what_is_owed_with_no_payments_has_interest_to_the_day_asked_for() -> None:
    answer = settled([CLAIM], [FEE], until=date(2026, 3, 2))
    assert answer.balance.total == 1_000_00 + 38_00 + 9_86
    assert answer.outstanding == 1_038_00
    assert answer.balance.interest_complete


def test_what_is_outstanding_is_the_same_whatever_the_day() -> None:
    paid = payment(1, date(2026, 3, 2), 60_00)
    carried = replace(paid, posting="posted", coverage=(part("interest", 60_00, CLAIM),))
    early, late = (
        settled([CLAIM], [FEE], payments=[carried], until=day) for day in (date(2026, 3, 2), date(2026, 6, 30))
    )
    assert early.balance.surplus > late.balance.surplus  # interest has run meanwhile
    assert early.outstanding == late.outstanding == 1_038_00


def test_the_oldest_due_date_is_covered_first_whatever_the_number() -> None:
    older = claim(2, date(2025, 12, 1), 300_00)
    answer = settled([CLAIM, older], payments=[payment(1, date(2026, 2, 1), 400_00)])
    assert answer.coverage["payment-1"].allocations == (
        part("principal", 300_00, older),
        part("principal", 100_00, CLAIM),
    )
    assert [balance.id for balance in answer.claims] == [older.id, CLAIM.id]


def test_the_oldest_fee_is_covered_first_whatever_the_number() -> None:
    older = fee(2, date(2026, 2, 20), 38_00)
    answer = settled(fees=[FEE, older], payments=[payment(1, date(2026, 3, 2), 40_00)])
    assert answer.coverage["payment-1"].allocations == (part("fees", 38_00, older), part("fees", 2_00, FEE))


def test_on_one_day_what_goes_out_comes_after_what_comes_in_whatever_the_number() -> None:
    out, paid = payment(1, date(2026, 3, 2), -100_00), payment(2, date(2026, 3, 2), 100_00)
    answer = settled([CLAIM], payments=[out, paid])
    assert answer.coverage[out.id].allocations == (part("principal", -100_00, CLAIM),)


def test_the_creditors_own_order_is_followed() -> None:
    cost = fee(2, date(2026, 2, 10), 100_00, "costs")
    paid = payment(1, date(2026, 3, 2), 150_00)
    answer = settled([CLAIM], [FEE, cost], [paid], order=("interest", "costs", "fees", "principal"))
    assert answer.coverage[paid.id].allocations == (
        part("interest", 9_86, CLAIM),
        part("costs", 100_00, cost),
        part("fees", 38_00, FEE),
        part("principal", 2_14, CLAIM),
    )


def test_a_fee_is_not_covered_by_a_payment_before_it() -> None:
    early, late = payment(1, date(2026, 2, 28), 1_050_00), payment(2, date(2026, 3, 1), 50_00)
    answer = settled([CLAIM], [FEE], [early, late])
    # interest: 1 000 · 12 % · 28/365 = 9,2055
    assert answer.coverage[early.id].allocations == (
        part("principal", 1_000_00, CLAIM),
        part("interest", 9_21, CLAIM),
        part("surplus", 40_79),
    )
    assert answer.coverage[late.id].allocations == (part("fees", 38_00, FEE), part("surplus", 12_00))


def test_a_payment_out_takes_back_what_was_covered_last() -> None:
    paid, back = payment(1, date(2026, 3, 2), 1_040_00), payment(2, date(2026, 3, 3), -10_00)
    answer = settled([CLAIM], [FEE], [paid, back])
    assert answer.coverage[paid.id].allocations[-1] == part("interest", 2_00, CLAIM)
    assert answer.coverage[back.id].allocations == (part("interest", -2_00, CLAIM), part("fees", -8_00, FEE))
    assert (answer.claims[0].interest_paid, answer.fees[0].unpaid) == (0, 8_00)


def test_interest_runs_again_on_principal_that_was_taken_back() -> None:
    paid, back = payment(1, date(2026, 2, 10), 1_000_00), payment(2, date(2026, 3, 2), -1_000_00)
    answer = settled([CLAIM], payments=[paid, back], until=date(2026, 3, 12))
    # ten days before, and ten days after: 1 000 · 12 % · 20/365 = 6,5753
    assert [line.days for line in answer.claims[0].segments] == [10, 10]
    assert answer.balance.interest == 6_58


def test_a_payment_out_of_an_empty_case_is_made_good_by_the_next_one_in() -> None:
    out, paid = payment(1, date(2026, 3, 2), -100_00), payment(2, date(2026, 3, 3), 150_00)
    assert settled([CLAIM], payments=[out]).balance.surplus == -100_00
    answer = settled([CLAIM], payments=[out, paid])
    assert answer.coverage[out.id].allocations == (part("surplus", -100_00),)
    assert answer.coverage[paid.id].allocations == (part("surplus", 100_00), part("principal", 50_00, CLAIM))
    assert answer.balance.surplus == 0


def test_what_a_voucher_carries_stays_as_it_is_also_when_an_earlier_payment_turns_up() -> None:
    posted = frozen(payment(2, date(2026, 3, 2), 900_00), part("principal", 900_00, CLAIM))
    early = payment(1, date(2026, 2, 10), 200_00)
    answer = settled([CLAIM], payments=[posted, early])
    # interest on the tenth day: 1 000 · 12 % · 10/365 = 3,2877
    assert answer.coverage[posted.id].allocations == posted.coverage
    assert answer.coverage[early.id].allocations == (
        part("principal", 100_00, CLAIM),
        part("interest", 3_29, CLAIM),
        part("surplus", 96_71),
    )
    assert answer.claims[0].unpaid == 0


def test_a_payment_out_does_not_take_what_a_later_voucher_takes_back() -> None:
    paid = frozen(payment(1, date(2026, 2, 10), 100_00), part("principal", 100_00, CLAIM))
    back = frozen(payment(3, date(2026, 3, 2), -100_00), part("principal", -100_00, CLAIM))
    between = payment(2, date(2026, 2, 20), -60_00)
    answer = settled([CLAIM], payments=[paid, back, between])
    assert answer.coverage[between.id].allocations == (part("surplus", -60_00),)
    assert answer.claims[0].unpaid == 1_000_00


def test_room_that_only_a_later_voucher_makes_is_not_used_before_it() -> None:
    paid = frozen(payment(1, date(2026, 2, 10), 1_000_00), part("principal", 1_000_00, CLAIM))
    back = frozen(payment(3, date(2026, 3, 2), -1_000_00), part("principal", -1_000_00, CLAIM))
    between = payment(2, date(2026, 2, 10), 100_00)
    answer = settled([CLAIM], payments=[paid, back, between])
    # interest: 1 000 · 12 % · 10/365
    assert answer.coverage[between.id].allocations == (part("interest", 3_29, CLAIM), part("surplus", 96_71))


def test_what_a_voucher_takes_back_is_kept_for_it_also_when_the_next_one_covers_more() -> None:
    paid = frozen(payment(1, date(2026, 2, 10), 30_00), part("principal", 30_00, CLAIM))
    back = frozen(payment(3, date(2026, 2, 20), -30_00), part("principal", -30_00, CLAIM))
    more = frozen(payment(4, date(2026, 2, 25), 100_00), part("principal", 100_00, CLAIM))
    between = payment(2, date(2026, 2, 15), -30_00)
    answer = settled([CLAIM], payments=[paid, back, more, between])
    assert answer.coverage[between.id].allocations == (part("surplus", -30_00),)
    assert answer.claims[0].unpaid == 900_00


def test_what_a_voucher_took_back_is_not_taken_back_again() -> None:
    paid = frozen(payment(1, date(2026, 2, 10), 100_00), part("principal", 100_00, CLAIM))
    back = frozen(payment(2, date(2026, 2, 11), -100_00), part("principal", -100_00, CLAIM))
    again = payment(3, date(2026, 2, 12), -100_00)
    answer = settled([CLAIM], payments=[paid, back, again])
    assert answer.coverage[again.id].allocations == (part("surplus", -100_00),)


def test_a_voucher_that_covers_more_than_is_owed_leaves_the_rest_as_surplus() -> None:
    twice = [
        frozen(payment(number, date(2026, 2, 10), 1_000_00), part("principal", 1_000_00, CLAIM)) for number in (1, 2)
    ]
    gone = frozen(payment(3, date(2026, 2, 10), 38_00), part("fees", 38_00, FEE))
    answer = settled([CLAIM], payments=[*twice, gone], until=date(2026, 1, 1))
    assert answer.claims[0].unpaid == 0
    assert answer.balance.surplus == 1_000_00 + 38_00
    assert answer.balance.total == answer.claims[0].interest - 1_038_00


NEW_YEAR = payment(1, date(2027, 1, 15), 1_100_00)


def test_a_payment_on_a_day_without_a_rate_covers_principal_and_fees_and_waits_before_interest() -> None:
    answer = settled([CLAIM], [FEE], [NEW_YEAR])
    assert answer.coverage[NEW_YEAR.id] == Coverage(
        (part("principal", 1_000_00, CLAIM), part("fees", 38_00, FEE)), waiting=62_00
    )
    assert (answer.balance.waiting, answer.balance.surplus) == (62_00, 0)
    assert not answer.balance.interest_complete


def test_what_waited_is_covered_to_the_ore_once_the_rate_is_there() -> None:
    answer = settled([CLAIM], [FEE], [NEW_YEAR], rates=LATER_RATES)
    # 1 000 · (12 % · 150 + 12,25 % · (184 + 15)) / 365 = 49,3151 + 66,7877
    assert answer.balance.interest == 116_10
    assert answer.coverage[NEW_YEAR.id].allocations[-1] == part("interest", 62_00, CLAIM)
    assert (answer.balance.waiting, answer.balance.interest_complete) == (0, True)


def test_the_waiting_part_of_a_voucher_is_covered_beside_what_it_carries() -> None:
    carried = (part("principal", 1_000_00, CLAIM), part("fees", 38_00, FEE))
    posted = replace(NEW_YEAR, posting="posted", coverage=carried, waiting=62_00)
    assert settled([CLAIM], [FEE], [posted]).coverage[posted.id] == Coverage(carried, 62_00)
    later = settled([CLAIM], [FEE], [posted], rates=LATER_RATES)
    assert later.coverage[posted.id] == Coverage((*carried, part("interest", 62_00, CLAIM)))


def test_with_interest_first_in_the_order_the_whole_payment_waits() -> None:
    answer = settled([CLAIM], [FEE], [NEW_YEAR], order=("interest", "principal", "costs", "fees"))
    assert answer.coverage[NEW_YEAR.id] == Coverage((), 1_100_00)


def test_a_payment_out_takes_back_what_waits_first() -> None:
    back = payment(2, date(2027, 1, 16), -70_00)
    answer = settled([CLAIM], [FEE], [NEW_YEAR, back])
    assert answer.coverage[back.id] == Coverage((part("fees", -8_00, FEE),), waiting=-62_00)
    assert answer.balance.waiting == 0


def test_nothing_waits_when_no_interest_ran_without_a_rate() -> None:
    before = payment(1, date(2026, 7, 10), 1_000_00)
    after = payment(2, date(2027, 1, 15), 100_00)
    answer = settled([CLAIM], [], [before, after], until=date(2027, 2, 1))
    # 1 000 · (12 % · 150 + 12,25 % · 10) / 365 = 49,3151 + 3,3562
    assert answer.coverage[after.id].allocations == (part("interest", 52_67, CLAIM), part("surplus", 47_33))
    assert answer.balance.interest_complete


def test_a_claim_that_is_not_due_yet_has_no_interest_to_wait_for() -> None:
    later = claim(2, date(2027, 2, 1), 100_00)
    answer = settled([later], [], [payment(1, date(2027, 1, 15), 150_00)])
    assert answer.coverage["payment-1"] == Coverage((part("principal", 100_00, later), part("surplus", 50_00)))


def test_interest_runs_to_the_last_payment_when_that_is_later_than_the_day_asked_for() -> None:
    answer = settled([CLAIM], [], [payment(1, date(2026, 3, 2), 1_009_86)], until=date(2026, 2, 1))
    assert (answer.balance.interest, answer.balance.total) == (9_86, 0)


def test_an_empty_case_owes_nothing() -> None:
    answer = settled()
    assert (answer.coverage, answer.balance.total, answer.balance.interest_complete) == ({}, 0, True)


def test_interest_of_a_real_span_is_not_cut_by_a_payment_that_leaves_the_principal_alone() -> None:
    older = claim(2, date(2025, 12, 31), 300_00)
    answer = settled([older, CLAIM], payments=[payment(1, date(2026, 3, 2), 100_00)], rates=RATES)
    assert [line.days for line in answer.claims[1].segments] == [150, 147]


@pytest.mark.parametrize("order", [("principal",), ("principal", "costs", "fees", "fees"), ("surplus",) * 4, ()])
def test_an_order_that_forgets_a_component_is_refused(order: tuple[str, ...]) -> None:
    with pytest.raises(OrderError, match="én gang hver"):
        check_order(order)  # type: ignore[arg-type]  # what a file may hold
