"""When a claim can be time-barred (foreldelsesloven §§ 2, 3 and 29): three years from the day it fell due.

Nothing here knows of what stops the clock (an acknowledgement, a legal step): the day is the earliest it can be.
Letters do not stop it.
"""

from datetime import date

from services.rules.working_days import next_working_day

YEARS = 3


def limitation_day(due: date) -> date:
    """The last day of the period, moved to a working day."""
    try:
        last = due.replace(year=due.year + YEARS)
    except ValueError:  # 29 February
        last = date(due.year + YEARS, 2, 28)
    return next_working_day(last)
