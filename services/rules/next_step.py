"""What happens next on a case, and when: what the law allows from which day, and what the case waits for.

Inkassoloven (1988) § 9: an inkassovarsel for what is overdue, with a deadline; § 10: a betalingsoppfordring when that
deadline has run out unpaid. Inkassoforskriften § 1-2 says from when a notice may carry a fee.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

from data.documents import Case, Claim, Fee, Payment
from services.rules.coverage import Settlement
from services.rules.limitation import limitation_day
from services.rules.notices import fee_from

LIMITATION_WARNING = timedelta(days=122)  # four months ahead
ONE_DAY = timedelta(days=1)

Kind = Literal[
    "deadline",  # a notice is out, and its deadline is `day`
    "demand",  # the deadline was `day`: a betalingsoppfordring can be sent
    "notice",  # an inkassovarsel can be sent from `day`, with a fee from `fee_day`
    "only_charges",  # all principal is paid, costs, fees or interest are not
    "settled",  # nothing is owed, and the case is open
    "manual",
    "paused",
    "closed",
    "limitation",  # the oldest claim can be time-barred on `day`
    "surplus",  # `amount` is too much
    "rate",  # `count` payments of `amount` wait for a rate of interest
    "posting",  # `count` payments of `amount` are in the posting proposal
    "sending",  # `count` payments of `amount` are in vouchers under way
    "write_back",  # `count` claims whose case number is not in Visma yet
]


class NextStep(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that comes or is waited for. Amounts are øre."""

    kind: Kind
    day: date | None = None
    fee_day: date | None = None
    count: int = 0
    amount: int = 0


def next_steps(
    case: Case,
    claims: Sequence[Claim],
    fees: Sequence[Fee],
    payments: Sequence[Payment],
    settlement: Settlement,
    today: date,
) -> tuple[NextStep, ...]:
    """What comes next, at least one thing. `settlement` is the case settled to `today`; deleted payments count not."""
    waiting = (*_limits(case, claims, settlement, today), *_waits(claims, payments, settlement))
    if case.status in ("closed", "paused"):
        return waiting or (NextStep(kind="closed" if case.status == "closed" else "paused"),)
    return (_flow(case, claims, fees, settlement, today), *waiting)


def _flow(case: Case, claims: Sequence[Claim], fees: Sequence[Fee], settlement: Settlement, today: date) -> NextStep:
    """Where an open case stands between reminder and enforcement."""
    unpaid = _unpaid(claims, settlement)
    if case.status == "manual":
        return NextStep(kind="manual")
    if settlement.balance.total <= 0:
        return NextStep(kind="settled")
    if not unpaid:
        return NextStep(kind="only_charges")
    if case.step_sent is not None and case.step_date is not None:
        return NextStep(kind="deadline" if today <= case.step_date else "demand", day=case.step_date)
    day = max(today, *(claim.due + ONE_DAY for claim in unpaid))
    charged = (fee_from(claim.due, _letters(claim, fees)) for claim in unpaid)
    return NextStep(kind="notice", day=day, fee_day=max(day, min(charged)))


def _limits(case: Case, claims: Sequence[Claim], settlement: Settlement, today: date) -> Iterable[NextStep]:
    unpaid = _unpaid(claims, settlement)
    if unpaid and case.status != "closed":
        day = limitation_day(min(claim.due for claim in unpaid))
        if day - today <= LIMITATION_WARNING:
            yield NextStep(kind="limitation", day=day)


def _waits(claims: Sequence[Claim], payments: Sequence[Payment], settlement: Settlement) -> Iterable[NextStep]:
    if settlement.balance.surplus > 0:
        yield NextStep(kind="surplus", amount=settlement.balance.surplus)
    live = [payment for payment in payments if payment.deleted is None]
    groups: tuple[tuple[Kind, list[Payment]], ...] = (
        ("rate", [each for each in live if each.to_post == "waits"]),
        ("posting", [each for each in live if each.to_post == "ready"]),
        ("sending", [each for each in live if each.posting == "frozen"]),
    )
    for kind, found in groups:
        if found:
            yield NextStep(kind=kind, count=len(found), amount=sum(each.amount for each in found))
    if waiting := sum(claim.written_back == "pending" for claim in claims):
        yield NextStep(kind="write_back", count=waiting)


def _unpaid(claims: Sequence[Claim], settlement: Settlement) -> list[Claim]:
    """The claims with principal left."""
    left = {balance.id for balance in settlement.claims if balance.unpaid}
    return [claim for claim in claims if claim.id in left]


def _letters(claim: Claim, fees: Sequence[Fee]) -> list[date]:
    """The days of the letters about the claim that carried a fee."""
    return [fee.date for fee in fees if fee.claim == claim.id and fee.component == "fees"]
