"""Documents for the tests of the rules, with only what the rules look at."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from data.documents import DEFAULT_COVERAGE, Claim, Component, Fee, InterestRate, Payment
from services.rules.coverage import Settlement, settle
from services.rules.rates import InterestRates, initial_rates

INTEREST, FEES = initial_rates()
RATES = InterestRates(INTEREST)
TODAY = date(2026, 11, 24)

NEXT_HALF_YEAR = InterestRate(
    id="2027-01-01",
    valid_from=date(2027, 1, 1),
    valid_to=date(2027, 6, 30),
    basis_points=1225,
    regulation="FOR-0000-00-00-0",
    source="oppdiktet",
)
LATER_RATES = InterestRates([*INTEREST, NEXT_HALF_YEAR])


def claim(number: int, due: date, unpaid: int) -> Claim:
    return Claim(
        id=f"0221-00000038/{number}",
        case="0221-00000038",
        visma_id=str(number),
        company="1",
        invoice=str(number),
        text="Foreldrebetaling",
        kid="",
        issued=due,
        due=due,
        amount=unpaid,
        unpaid=unpaid,
        customer="1",
    )


def fee(number: int, day: date, amount: int, component: Literal["costs", "fees"] = "fees") -> Fee:
    return Fee(id=f"fee-{number}", case="0221-00000038", code="PUR", component=component, date=day, amount=amount)


def payment(number: int, day: date, amount: int) -> Payment:
    return Payment(id=f"payment-{number}", case="0221-00000038", creditor="0221", source="ocr", date=day, amount=amount)


def settled(
    claims: Sequence[Claim] = (),
    fees: Sequence[Fee] = (),
    payments: Sequence[Payment] = (),
    *,
    order: Sequence[Component] = DEFAULT_COVERAGE,
    rates: InterestRates = RATES,
    until: date = TODAY,
) -> Settlement:
    return settle(claims, fees, payments, order=order, rates=rates, until=until)
