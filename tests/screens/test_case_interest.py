"""The calculation, line by line: each line can be checked by hand, and together they are what is owed."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from screens.case.interest import fee_rows, interest_rows, statement
from screens.widgets.columns import Row
from services.cases import CaseView
from services.rules.dates import parse_date
from services.rules.money import parse_amount
from tests.screens.test_coverage_lines import view_of
from tests.services.rules.build import RATES, TODAY

DAYS = st.dates(date(2024, 1, 1), TODAY)
HALF = Fraction(1, 2)

views = st.builds(
    view_of,
    st.lists(st.tuples(DAYS, st.integers(0, 10_000_000_00)), max_size=4),
    st.lists(st.tuples(DAYS, st.integers(1, 5_000_00)), max_size=4),
    st.lists(st.tuples(DAYS, st.integers(-10_000_00, 90_000_00)), max_size=4),
).map(lambda made: made[0])


def cells(row: Row) -> list[str]:
    return [str(cell) for cell in row.cells]


def amounts(view: CaseView) -> dict[str, int]:
    """What the statement on top says, by its names."""
    told: dict[str, int] = {}
    for line in statement(view.settlement.balance):
        told |= {part[:14].strip(): parse_amount(part[14:]) for part in (line[:28], line[33:])}
    return told


@given(views)
def test_the_statement_adds_up_to_what_is_owed(view: CaseView) -> None:
    told = amounts(view)
    assert told.pop("Saldo") == sum(told.values()) == view.settlement.balance.total


@given(views)
def test_the_interest_of_the_claims_adds_up_to_that_of_the_statement(view: CaseView) -> None:
    groups = [row for row in interest_rows(view) if row.opened]
    assert sum(parse_amount(cells(row)[-1]) for row in groups) == amounts(view)["Renter"]


@given(views)
def test_the_fees_add_up_to_those_of_the_statement(view: CaseView) -> None:
    told = amounts(view)
    rows = list(fee_rows(view))
    lines = [parse_amount(cells(row)[-1]) for row in rows if not row.opened]
    assert sum(lines) == told["Gebyr"] + told["Omkostninger"]
    assert [parse_amount(cells(row)[-1]) for row in rows if row.opened] == ([sum(lines)] if lines else [])


@given(views)
def test_every_line_of_interest_can_be_checked_by_hand(view: CaseView) -> None:
    exact: list[Fraction] = []
    group, days = 0, 0
    for row in [*interest_rows(view), Row("", ("", "0", "", "", "0,00"), opened=True)]:
        name, told_days, basis, rate, amount = cells(row)
        if row.opened:
            assert days == 0
            assert abs(sum(exact, Fraction()) - group) <= HALF
            exact, group, days = [], parse_amount(amount), int(told_days)
            continue
        first, last = (parse_date(day, TODAY) for day in name.split(" – "))
        assert int(told_days) == (last - first).days + 1
        assert RATES.rate_on(first) == RATES.rate_on(last)
        year = (date(first.year + 1, 1, 1) - date(first.year, 1, 1)).days
        yearly = Fraction(parse_amount(basis) * parse_amount(rate.removesuffix(" %")), 10_000)
        exact.append(yearly * int(told_days) / year)
        assert abs(exact[-1] - parse_amount(amount)) <= HALF
        days -= int(told_days)


@given(views)
def test_no_day_is_left_out_and_none_counted_twice(view: CaseView) -> None:
    due = {claim.id: claim.due for claim in view.account.claims}
    for balance in view.settlement.claims:
        through = due[balance.id]
        for segment in balance.segments:
            assert segment.first > through
            through = segment.last
        if balance.unpaid and due[balance.id] < TODAY:
            assert through == TODAY
        elif balance.segments:
            assert through <= TODAY
        counted = sum(segment.days for segment in balance.segments)
        assert counted <= (TODAY - due[balance.id]).days if balance.segments else counted == 0
        assert all(segment.last - segment.first == timedelta(segment.days - 1) for segment in balance.segments)


def test_a_fee_names_the_section_it_is_charged_by() -> None:
    view, _ = view_of([], [(date(2026, 9, 10), 38_00), (date(2026, 9, 11), 50_00)], [])
    assert [cells(row)[2] for row in fee_rows(view)] == ["", "§ 1-2", ""]
