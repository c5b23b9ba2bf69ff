"""Calendar months, as (year, month)."""

from datetime import date


def last_months(day: date, count: int) -> list[tuple[int, int]]:
    """The `count` months up to that of `day`, which comes last."""
    last = day.year * 12 + day.month - 1
    return [(number // 12, number % 12 + 1) for number in range(last - count + 1, last + 1)]
