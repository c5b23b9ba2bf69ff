"""Working days in Norway: not Saturdays, Sundays or public holidays.

The holidays are those of helligdagsloven § 2, and 1 and 17 May, which gjeldsbrevlova § 5 puts beside them: what is due
on such a day may be paid on the next working day.
"""

from datetime import date, timedelta
from functools import lru_cache

_FIXED = ((1, 1), (5, 1), (5, 17), (12, 25), (12, 26))
# Palm Sunday is a Sunday anyway. Maundy Thursday, Good Friday, Easter Sunday and Monday, Ascension Day, Whit Sunday
# and Monday, in days from Easter Sunday:
_MOVABLE = (-3, -2, 0, 1, 39, 49, 50)


def easter_sunday(year: int) -> date:
    """Easter Sunday by the Gregorian calendar (the rule of Meeus, Jones and Butcher)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leaps, century_rest = divmod(century, 4)
    moon = (19 * golden + century - leaps - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * century_rest + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    """The year's public holidays, those that fall on a Sunday included."""
    easter = easter_sunday(year)
    return frozenset(
        [date(year, month, day) for month, day in _FIXED] + [easter + timedelta(days) for days in _MOVABLE]
    )


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in public_holidays(day.year)


def next_working_day(day: date) -> date:
    """The day itself when it is a working day, else the first one after it."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
