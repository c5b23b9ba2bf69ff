"""When an inkassovarsel may be sent, what its deadline is, and when it may carry a fee.

Inkassoloven (1988) § 9: in writing, after the due date, with a deadline of at least 14 days from the day it is sent.
Inkassoforskriften § 1-2: a fee only when it is sent at least 14 days after the due date, and for one claim at most two
letters of the reminder kind with a fee; the second only when a deadline of 14 days in the first was missed. When six
months have passed since the last letter with a fee, a new round may begin.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from services.rules.fees import may_charge, notice_fee
from services.rules.rates import NoticeFees
from services.rules.working_days import next_working_day

RESPITE = timedelta(days=14)
MOST_WITH_FEE = 2
NEW_ROUND_MONTHS = 6


def may_notify(sent: date, due: date) -> bool:
    """Whether an inkassovarsel may be sent at all: only for what is overdue."""
    return sent > due


def deadline(sent: date) -> date:
    """The last day to pay: 14 days from the sending, moved to a working day."""
    return next_working_day(sent + RESPITE)


def lawful_notice_fee(sent: date, due: date, earlier: Iterable[date], fees: NoticeFees) -> int:
    """Øre that an inkassovarsel may charge for a claim, 0 when the law allows no fee.

    `earlier` are the days of the letters about the claim that carried a fee. Raises NoRateError when the rate is not
    known.
    """
    current = _round(sent, earlier)
    missed = all(sent > day + RESPITE for day in current)
    if not may_charge(sent, due) or len(current) >= MOST_WITH_FEE or not missed:
        return 0
    return notice_fee("notice", sent, due, fees)


def fee_from(due: date, earlier: Iterable[date]) -> date:
    """The first day, after the `earlier` letters with a fee, that an inkassovarsel for a claim may carry one."""
    days = sorted(earlier)
    first = due + RESPITE
    if not days:
        return first
    new_round = _months_later(days[-1], NEW_ROUND_MONTHS)
    if len(_round(days[-1], days[:-1])) + 1 >= MOST_WITH_FEE:
        return max(first, new_round)
    return max(first, min(days[-1] + RESPITE + timedelta(days=1), new_round))


def _round(sent: date, earlier: Iterable[date]) -> list[date]:
    """Those of the earlier letters that are in one round with a letter sent now."""
    current: list[date] = []
    for day in (*sorted(earlier), sent):
        if current and day >= _months_later(current[-1], NEW_ROUND_MONTHS):
            current = []
        current.append(day)
    return current[:-1]


def _months_later(day: date, months: int) -> date:
    """The same day of a later month; where there is no such day, the first of the month after."""
    years, month = divmod(day.month - 1 + months, 12)
    try:
        return date(day.year + years, month + 1, day.day)
    except ValueError:
        return (date(day.year + years, month + 1, 28) + timedelta(days=4)).replace(day=1)
