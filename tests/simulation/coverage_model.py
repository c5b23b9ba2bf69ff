"""What a case owes and where its payments went, told anew from docs/decisions/0002 and the law, and from nothing else.

Written to share no idea with services/rules/coverage.py beyond the rule: interest is summed day by day, fixed coverage
ahead is looked at from the front, and everything is plain dictionaries. Slow, small and meant to be believed.
"""

import datetime as dt
import functools
from calendar import isleap
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate

from data.documents import Claim, Fee, InterestRate, Payment

FIRST_DAY = dt.date(2019, 1, 1)
LAST_DAY = dt.date(2032, 12, 31)
Target = tuple[str, str | None]
SURPLUS: Target = ("surplus", None)
WAITING: Target = ("waiting", None)  # kept for interest of days without a rate: covers nothing yet, owed to nobody
Rates = tuple[tuple[dt.date, dt.date, int], ...]


def rates_of(rows: Iterable[InterestRate]) -> Rates:
    return tuple(sorted((row.valid_from, row.valid_to, row.basis_points) for row in rows))


@dataclass(frozen=True)
class _Days:
    """For each day since FIRST_DAY: the sums so far of basis points in ordinary and in leap years, and known days."""

    ordinary: tuple[int, ...]
    leap: tuple[int, ...]
    known: tuple[int, ...]


@functools.lru_cache(maxsize=64)
def _days(rates: Rates) -> _Days:
    ordinary, leap, known = [], [], []
    for number in range((LAST_DAY - FIRST_DAY).days + 1):
        day = FIRST_DAY + dt.timedelta(days=number)
        points = next((points for first, last, points in rates if first <= day <= last), 0)
        ordinary.append(0 if isleap(day.year) else points)
        leap.append(points if isleap(day.year) else 0)
        known.append(1 if points else 0)
    return _Days(tuple(accumulate(ordinary)), tuple(accumulate(leap)), tuple(accumulate(known)))


@dataclass
class _Claim:
    """A claim's principal in time: øre times basis points times days, apart for the two lengths of year."""

    claim: Claim
    through: dt.date
    ordinary: int = 0
    leap: int = 0

    @property
    def interest(self) -> int:
        """Rounded half up, once."""
        exact = Fraction(self.ordinary, 365 * 10_000) + Fraction(self.leap, 366 * 10_000)
        return int(exact + Fraction(1, 2))


@dataclass
class Told:
    """What the model says. `coverage` is by payment: øre by target, and what waits for a rate."""

    coverage: dict[str, tuple[dict[Target, int], int]] = field(default_factory=dict)
    outstanding: int = 0
    total: int = 0


def tell(
    claims: Sequence[Claim],
    fees: Sequence[Fee],
    payments: Sequence[Payment],
    *,
    order: Sequence[str],
    rates: Rates,
    until: dt.date,
) -> Told:
    """The case as it should be. `payments` are those that count."""
    return _Model(claims, fees, order, _days(rates)).run(payments, until)


class _Model:
    def __init__(self, claims: Sequence[Claim], fees: Sequence[Fee], order: Sequence[str], days: _Days) -> None:
        self.claims = [_Claim(each, each.due) for each in sorted(claims, key=lambda each: (each.due, each.id))]
        self.fees = sorted(fees, key=lambda each: (each.date, each.id))
        self.order = order
        self.days = days
        self.covered: dict[Target, int] = defaultdict(int)
        self.pieces: list[tuple[Target, int]] = []  # coverings in order, shrunk as they are taken back
        self.unknown_days = False

    def run(self, payments: Sequence[Payment], until: dt.date) -> Told:
        told = Told()
        line = sorted(payments, key=lambda each: (each.date, each.amount < 0, each.id))
        for place, payment in enumerate(line):
            self._interest_to(payment.date)
            told.coverage[payment.id] = self._one(payment, line[place + 1 :])
        self._interest_to(until)
        owed = {target: self._owed(target) for target in self._targets()}
        unpaid = sum(owed[target] - self._held(target) for target in owed if target[0] != "interest")
        lasting = [target for target in self.covered if target != WAITING and target[0] != "interest"]
        excess = sum(self.covered[target] - self._held(target) for target in lasting)
        told.outstanding = unpaid - excess
        told.total = sum(owed.values()) - sum(payment.amount for payment in line)
        return told

    # --- what is owed -----------------------------------------------------------------------------------------------

    def _targets(self) -> list[Target]:
        """All that can be covered, in the order in which it is."""
        found: list[Target] = []
        for component in self.order:
            if component in ("principal", "interest"):
                found += [(component, each.claim.id) for each in self.claims]
            else:
                found += [(component, each.id) for each in self.fees if each.component == component]
        return found

    def _owed(self, target: Target) -> int:
        component, key = target
        if component in ("principal", "interest"):
            claim = next((each for each in self.claims if each.claim.id == key), None)
            if claim is None:
                return 0
            return claim.claim.unpaid if component == "principal" else claim.interest
        return sum(fee.amount for fee in self.fees if (fee.component, fee.id) == target)

    def _held(self, target: Target) -> int:
        return min(max(self.covered[target], 0), self._owed(target))

    def _interest_to(self, day: dt.date) -> None:
        for claim in self.claims:
            if day <= claim.through:
                continue
            left = claim.claim.unpaid - self._held(("principal", claim.claim.id))
            first, last = (claim.through - FIRST_DAY).days, (day - FIRST_DAY).days
            if left > 0:
                claim.ordinary += left * (self.days.ordinary[last] - self.days.ordinary[first])
                claim.leap += left * (self.days.leap[last] - self.days.leap[first])
                if self.days.known[last] - self.days.known[first] < last - first:
                    self.unknown_days = True
            claim.through = day

    # --- a payment --------------------------------------------------------------------------------------------------

    def _one(self, payment: Payment, later: Sequence[Payment]) -> tuple[dict[Target, int], int]:
        parts: dict[Target, int] = defaultdict(int)
        if payment.posting in ("frozen", "posted"):
            for part in payment.coverage:
                target = (part.component, part.target)
                parts[target] += part.amount
                self._as_posted(target, part.amount)
        rest = payment.amount - sum(parts.values())
        if rest > 0:
            self._cover(rest, payment.date, later, parts)
        elif rest < 0:
            self._take_back(-rest, later, parts)
        waiting = parts.pop(WAITING, 0)
        return {target: amount for target, amount in parts.items() if amount}, waiting

    def _as_posted(self, target: Target, amount: int) -> None:
        if amount > 0:
            self.covered[target] += amount
            self.pieces.append((target, amount))
            return
        self.covered[target] += amount
        self._shrink(-amount, {target: -amount})

    def _cover(self, amount: int, day: dt.date, later: Sequence[Payment], parts: dict[Target, int]) -> None:
        owed_back = max(0, -self.covered[SURPLUS])
        amount -= self._put(SURPLUS, min(amount, owed_back), parts)
        dates: dict[Target, dt.date] = {(fee.component, fee.id): fee.date for fee in self.fees}
        for target in self._targets():
            if target[0] == "interest" and self.unknown_days:
                self._put(WAITING, amount, parts)
                return
            if dates.get(target, day) > day:
                continue
            room = self._owed(target) - self.covered[target] - _deepest(later, target, 1)
            amount -= self._put(target, max(0, min(amount, room)), parts)
        self._put(SURPLUS, amount, parts)

    def _put(self, target: Target, amount: int, parts: dict[Target, int]) -> int:
        if amount:
            self.covered[target] += amount
            self.pieces.append((target, amount))
            parts[target] += amount
        return amount

    def _take_back(self, amount: int, later: Sequence[Payment], parts: dict[Target, int]) -> None:
        """The latest coverage first; what was never covered becomes a negative surplus."""
        free = {target: max(0, held - _deepest(later, target, -1)) for target, held in self.covered.items()}
        for target, back in self._shrink(amount, free).items():
            self.covered[target] -= back
            parts[target] -= back
            amount -= back
        if amount:
            self.covered[SURPLUS] -= amount
            parts[SURPLUS] -= amount

    def _shrink(self, amount: int, free: dict[Target, int]) -> dict[Target, int]:
        """Shorten the newest pieces, no target by more than is `free`, by `amount` in all. Answers by how much."""
        taken: dict[Target, int] = defaultdict(int)
        for place in range(len(self.pieces) - 1, -1, -1):
            target, piece = self.pieces[place]
            back = min(amount - sum(taken.values()), piece, free.get(target, 0) - taken[target])
            if back > 0:
                self.pieces[place] = (target, piece - back)
                taken[target] += back
        return {target: back for target, back in taken.items() if back}


def _deepest(later: Sequence[Payment], target: Target, sign: int) -> int:
    """What vouchers ahead need of a target at most at any moment: room to cover (1), or coverage to take back (-1)."""
    level = deepest = 0
    for payment in later:
        if payment.posting in ("frozen", "posted"):
            for part in payment.coverage:
                if (part.component, part.target) == target:
                    level += sign * part.amount
                    deepest = max(deepest, level)
    return deepest
