"""Late-payment interest: simple, exact, and rounded once (forsinkelsesrenteloven §§ 2 and 3).

Interest runs from the day after the due date to the payment day, both included; each day counts 1/365 of a year, 1/366
in a leap year (Justisdepartementets lovavdeling, 26.06.2006). It is kept as a whole number of units of
1 / (365 · 366 · 10 000) øre, which every principal, rate and day count makes without remainder.
"""

from datetime import date

import msgspec

from services.rules.rates import ONE_DAY, InterestRates

UNITS_PER_ORE = 365 * 366 * 10_000


class Segment(msgspec.Struct, frozen=True):
    """A line of the calculation: days with one principal (øre), one rate and one length of year."""

    first: date
    last: date
    days: int
    year_days: int
    principal: int
    basis_points: int
    units: int


class Accrual(msgspec.Struct, frozen=True):
    """Interest over a span. Not `complete` when some of its days have no known rate; those count for nothing."""

    units: int
    segments: tuple[Segment, ...]
    complete: bool

    @property
    def ore(self) -> int:
        return to_ore(self.units)


def to_ore(units: int) -> int:
    """Units as whole øre, half up."""
    return (2 * units + UNITS_PER_ORE) // (2 * UNITS_PER_ORE)


def accrue(principal: int, after: date, through: date, rates: InterestRates) -> Accrual:
    """Interest on `principal` øre for the days after `after`, `through` included; none when `through` is not later."""
    segments = segments_of(principal, after, through, rates)
    return Accrual(
        units=sum(segment.units for segment in segments),
        segments=segments,
        complete=sum(segment.days for segment in segments) == max(0, (through - after).days),
    )


def segments_of(principal: int, after: date, through: date, rates: InterestRates) -> tuple[Segment, ...]:
    """The known days after `after`, `through` included, cut at 1 January, 1 July and rate changes."""
    if through <= after:
        return ()
    segments = []
    for stretch in rates.stretches(after + ONE_DAY, through):
        days = (stretch.last - stretch.first).days + 1
        units = principal * stretch.weight * days
        segments.append(
            Segment(stretch.first, stretch.last, days, stretch.year_days, principal, stretch.basis_points, units)
        )
    return tuple(segments)
