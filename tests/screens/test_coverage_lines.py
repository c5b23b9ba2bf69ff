"""Where a payment went: bars with letters, and sums to the øre."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.documents import Component, Payment
from screens.case.coverage_lines import (
    BLOCK,
    MOST_LINES,
    Part,
    apportioned,
    coverage_lines,
    parts_of,
    sums_of,
    whole_bar,
)
from services.case_account import CaseAccount
from services.cases import CaseView
from tests.builders import case, creditor
from tests.services.rules.build import RATES, TODAY, claim, fee, payment

DAYS = st.dates(date(2026, 1, 1), date(2026, 11, 24))
WIDTH = 76


def view_of(
    claims: list[tuple[date, int]], fees: list[tuple[date, int]], paid: list[tuple[date, int]]
) -> tuple[CaseView, list[Payment]]:
    payments = [payment(number, day, amount) for number, (day, amount) in enumerate(paid)]
    account = CaseAccount(
        case=case(38),
        creditor=creditor(),
        claims=tuple(claim(number, due, unpaid) for number, (due, unpaid) in enumerate(claims)),
        fees=tuple(
            fee(number, day, amount, "costs" if number % 2 else "fees") for number, (day, amount) in enumerate(fees)
        ),
        payments=tuple(payments),
    )
    return CaseView(account=account, settlement=account.settle(RATES, TODAY), rates=RATES, events=()), payments


@given(
    st.lists(st.tuples(DAYS, st.integers(0, 10_000_000_00)), max_size=6),
    st.lists(st.tuples(DAYS, st.integers(1, 5_000_00)), max_size=4),
    st.lists(st.tuples(DAYS, st.integers(-10_000_00, 90_000_000_00)), max_size=4),
)
def test_the_parts_add_up_to_the_payment_and_every_line_fits(
    claims: list[tuple[date, int]], fees: list[tuple[date, int]], paid: list[tuple[date, int]]
) -> None:
    view, payments = view_of(claims, fees, paid)
    for each in payments:
        parts = parts_of(each, view)
        assert sum(part.amount for part in parts) == each.amount
        assert sum(sums_of(parts).values()) == each.amount
        told = coverage_lines(each, view)
        assert len(told) <= MOST_LINES
        assert all(len(line) <= WIDTH for line in told)


def test_a_payment_of_everything_is_told_kind_by_kind() -> None:
    due, day = date(2026, 8, 20), date(2026, 11, 20)
    view, (paid,) = view_of(
        [(due, 800_00)], [(date(2026, 9, 10), 38_00), (date(2026, 9, 10), 50_00)], [(day, 1_000_00)]
    )
    told = coverage_lines(paid, view)
    interest = view.settlement.balance.interest
    assert told[0] == f"Dekning av 20.11.2026  1 000,00   H{BLOCK * 19} O{BLOCK} G{BLOCK} R{BLOCK} T{BLOCK * 2}"
    assert [line[0] for line in told[1:]] == ["H", "O", "G", "R", "T"]
    assert told[1].split()[-3:] == ["800,00", "(rest", "0,00)"]
    assert interest == 24_70
    assert told[4].endswith("24,70")
    assert told[5].endswith("87,30")


def test_many_parts_of_a_kind_are_summed_and_those_too_many_told_together() -> None:
    view, (paid,) = view_of([(date(2026, 8, number), 100_00) for number in range(1, 10)], [], [(TODAY, 900_00)])
    told = coverage_lines(paid, view)
    assert told[1] == "H hovedstol 900,00"
    assert told[-1] == "… og 4 til, sum 400,00"
    assert len(told) == MOST_LINES


@pytest.mark.parametrize(
    ("amounts", "cells"), [([], []), ([0, 0], [0, 0]), ([99_999, 1], [23, 1]), ([-5, 5], [12, 12])]
)
def test_small_parts_are_seen_and_nothing_is_not(amounts: list[int], cells: list[int]) -> None:
    assert apportioned(amounts, 24) == cells


@given(st.lists(st.integers(-(10**10), 10**10), max_size=20), st.integers(1, 30))
def test_a_bar_is_as_long_as_it_shall_be_and_more_is_never_shorter(amounts: list[int], cells: int) -> None:
    counts = apportioned(amounts, cells)
    something = [amount for amount in amounts if amount]
    assert sum(counts) == (max(cells, len(something)) if something else 0)
    assert [count > 0 for count in counts] == [amount != 0 for amount in amounts]
    by_size = [count for _, count in sorted(zip(map(abs, amounts), counts, strict=True))]
    assert by_size == sorted(by_size)


def test_every_kind_has_a_letter_of_its_own() -> None:
    kinds: tuple[Component | None, ...] = ("principal", "costs", "fees", "interest", "surplus", None)
    bar = whole_bar(sums_of([Part(kind, 1, "") for kind in kinds]))
    assert bar.replace(BLOCK, "") == "H O G R T V"
