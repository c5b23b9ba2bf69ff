"""Dated rates: which one applied on a day, and how far they are known. Nothing is guessed outside them.

RateError
└── NoRateError     no rate is known for the day
"""

from bisect import bisect_right
from calendar import isleap
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise

import msgspec

from data.documents import InterestRate, NoticeFee
from data.errors import Kk2Error
from data.language import _
from data.rates import shipped_rates
from services.rules.dates import format_date
from services.rules.percent import format_percent

ONE_DAY = timedelta(days=1)


class RateError(Kk2Error):
    """Rows of rates that contradict each other."""

    code = "bad_rates"


class NoRateError(RateError):
    """No rate is known for the day."""

    code = "no_rate"


class RateDays(msgspec.Struct, frozen=True):
    """Days with one rate inside one half of one year. `year_days` is 365 or 366.

    `weight` is the interest on one øre for one day, in units of 1 / (365 · 366 · 10 000) øre.
    """

    first: date
    last: date
    basis_points: int
    year_days: int
    weight: int


def initial_rates() -> tuple[list[InterestRate], list[NoticeFee]]:
    """The rows that a new store starts with."""
    rates = shipped_rates()
    return list(rates.interest), list(rates.notice_fees)


class InterestRates:
    """Late-payment interest by day (forsinkelsesrenteloven § 3).

    `known_until` is the last day of the last row, None without rows. `gaps` are the days between rows that no row has,
    as (first, last).

    Raises RateError when a row ends before it starts, when two rows share a day, or when a rate is not above zero.
    """

    def __init__(self, rows: Iterable[InterestRate]) -> None:
        self.rows = tuple(sorted(rows, key=lambda row: row.valid_from))
        _check([(row.valid_from, row.valid_to) for row in self.rows])
        for row in self.rows:
            if row.basis_points <= 0:
                raise RateError(
                    _("Satsen fra {valid_from} er ikke over null. Ingenting er lagret.").format(
                        valid_from=format_date(row.valid_from)
                    )
                )
        self.known_until = self.rows[-1].valid_to if self.rows else None
        self.gaps = tuple(
            (before.valid_to + ONE_DAY, after.valid_from - ONE_DAY)
            for before, after in pairwise(self.rows)
            if after.valid_from - before.valid_to > ONE_DAY
        )
        self._stretches = tuple(stretch for row in self.rows for stretch in _halves(row))
        self._index()

    def _index(self) -> None:
        """Sums up to each stretch, so that interest over any span is one subtraction."""
        self._firsts = [stretch.first.toordinal() for stretch in self._stretches]
        self._weights = [stretch.weight for stretch in self._stretches]
        self._before: list[tuple[int, int]] = []  # (weight of all days before the stretch, number of those days)
        weight = days = 0
        for stretch in self._stretches:
            self._before.append((weight, days))
            length = (stretch.last - stretch.first).days + 1
            weight, days = weight + stretch.weight * length, days + length
        self._lasts = [stretch.last.toordinal() for stretch in self._stretches]

    def rate_on(self, day: date) -> InterestRate | None:
        """The row that the day is in, None when no row has it."""
        at = bisect_right(self.rows, day, key=lambda row: row.valid_from) - 1
        return self.rows[at] if at >= 0 and day <= self.rows[at].valid_to else None

    def sums(self, day: int) -> tuple[int, int]:
        """Weight (see RateDays) of all known days up to and including the day (a date's ordinal), and their number."""
        at = bisect_right(self._firsts, day) - 1
        if at < 0:
            return 0, 0
        weight, days = self._before[at]
        length = min(day, self._lasts[at]) - self._firsts[at] + 1
        return weight + self._weights[at] * length, days + length

    def stretches(self, first: date, last: date) -> Iterator[RateDays]:
        """The days from `first` to `last`, both included, cut at 1 January, 1 July and rate changes.

        Days without a rate are left out.
        """
        at = max(0, bisect_right(self._firsts, first.toordinal()) - 1)
        for stretch in self._stretches[at:]:
            if stretch.first > last:
                return
            if first <= stretch.first and stretch.last <= last:
                yield stretch
            elif first <= stretch.last:
                days = (max(first, stretch.first), min(last, stretch.last))
                yield RateDays(*days, stretch.basis_points, stretch.year_days, stretch.weight)


class NoticeFees:
    """Notice fees by day (inkassoforskriften §§ 1-1 to 1-3). A row without `valid_to` goes on until the next begins.

    Raises RateError when a row ends before it starts, or when two rows share a day.
    """

    def __init__(self, rows: Iterable[NoticeFee]) -> None:
        self.rows = tuple(sorted(rows, key=lambda row: row.valid_from))
        _check([(row.valid_from, row.valid_to or row.valid_from) for row in self.rows])

    def on(self, day: date) -> NoticeFee | None:
        """The row that the day is in, None when no row has it."""
        at = bisect_right(self.rows, day, key=lambda row: row.valid_from) - 1
        if at < 0 or day > (self.rows[at].valid_to or date.max):
            return None
        return self.rows[at]


def half_year_end(day: date) -> date:
    """30 June or 31 December: the last day of the half-year that the day is in."""
    return date(day.year, 6, 30) if day.month < 7 else date(day.year, 12, 31)


def next_half_year(known: InterestRates) -> tuple[date, date] | None:
    """The days that the next rate is for: from the day after the last known one. None without rates."""
    if known.known_until is None:
        return None
    first = known.known_until + ONE_DAY
    return first, half_year_end(first)


def with_next_rate(known: InterestRates, row: InterestRate) -> InterestRates:
    """The known rates and the row of the next half-year. A row is only ever added: none is changed or taken away.

    Raises RateError when the row is not for the next half-year, the whole of it and nothing else: rates are fixed by
    1 January and 1 July (forsinkelsesrenteloven § 3).
    """
    expected = next_half_year(known)
    if expected and row.valid_from < expected[0]:
        raise _overlap(known, row, expected[0])
    if expected and row.valid_from > expected[0]:
        raise RateError(
            _(
                "Satsene er kjent til {expected}. En sats fra {valid_from} ville etterlate dager "
                "uten sats: den neste skal gjelde fra {expected2}. Ingenting er lagret."
            ).format(
                expected=format_date(expected[0] - ONE_DAY),
                valid_from=format_date(row.valid_from),
                expected2=format_date(expected[0]),
            ),
            code="rate_gap",
        )
    if row.valid_to != half_year_end(row.valid_from):
        raise RateError(
            _(
                "Satsen fastsettes for et halvår: den som gjelder fra {valid_from}, skal gjelde til "
                "{half_year_end}. Ingenting er lagret."
            ).format(valid_from=format_date(row.valid_from), half_year_end=format_date(half_year_end(row.valid_from)))
        )
    return InterestRates([*known.rows, row])


def with_next_fees(known: NoticeFees, row: NoticeFee) -> NoticeFees:
    """The known fees and a row after them. Raises RateError as `with_next_rate` does."""
    if row.base is None:
        raise RateError(
            _("Inkassosatsen fra {valid_from} mangler. Ingenting er lagret.").format(
                valid_from=format_date(row.valid_from)
            )
        )
    last = known.rows[-1] if known.rows else None
    if last and last.valid_to and row.valid_from > last.valid_to + ONE_DAY:
        raise RateError(
            _(
                "Gebyrsatsene er kjent til {valid_to}. En rad fra {valid_from} ville etterlate dager "
                "uten sats. Ingenting er lagret."
            ).format(valid_to=format_date(last.valid_to), valid_from=format_date(row.valid_from)),
            code="rate_gap",
        )
    if last and row.valid_from <= (last.valid_to or last.valid_from):
        raise RateError(
            _(
                "Gebyrsatsene er kjent fra {valid_from}, og en rad endres aldri: en ny kan ikke "
                "gjelde fra {valid_from2}. Ingenting er lagret."
            ).format(valid_from=format_date(last.valid_from), valid_from2=format_date(row.valid_from)),
            code="rate_overlap",
        )
    return NoticeFees([*known.rows, row])


def _overlap(known: InterestRates, row: InterestRate, expected: date) -> RateError:
    there = known.rate_on(row.valid_from)
    rate = _(" Den er {rate} den dagen.").format(rate=format_percent(there.basis_points)) if there else ""
    return RateError(
        _(
            "Satsen for {valid_from} kan ikke legges inn: satsene er kjent til {expected}, og en "
            "rad endres aldri.{rate} Den neste skal gjelde fra {expected2}. Ingenting er lagret."
        ).format(
            valid_from=format_date(row.valid_from),
            expected=format_date(expected - ONE_DAY),
            rate=rate,
            expected2=format_date(expected),
        ),
        code="rate_overlap",
    )


def _check(periods: list[tuple[date, date]]) -> None:
    for first, last in periods:
        if last < first:
            raise RateError(
                _("Satsen fra {first} slutter før den begynner. Ingenting er lagret.").format(first=format_date(first))
            )
    for (_first, before), (after, _last) in pairwise(periods):
        if after <= before:
            raise RateError(
                _("To satser gjelder {after}. Ingenting er lagret. Rett datoene så de ikke overlapper.").format(
                    after=format_date(after)
                )
            )


def _halves(row: InterestRate) -> Iterator[RateDays]:
    """A row's days, cut at 1 January and 1 July."""
    first = row.valid_from
    while first <= row.valid_to:
        last = min(row.valid_to, half_year_end(first))
        year_days, other = (366, 365) if isleap(first.year) else (365, 366)
        yield RateDays(first, last, row.basis_points, year_days, row.basis_points * other)
        first = last + ONE_DAY
