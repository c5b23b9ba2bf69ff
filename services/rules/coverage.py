"""Coverage: which part of each payment went to which claim, fee and interest, and what is left.

A pure function of a case's claims, fees and payments, so that any change recomputes the whole and nothing drifts. The
payments are walked in date order (on one day those out come after those in), and interest runs up to each of them.

- A payment in first makes good a negative surplus. Then it covers, in the creditor's order of components, the oldest
  due date first within each. What is left is surplus.
- A payment out takes back what was covered last, in reverse. What exceeds everything covered is a negative surplus.
- What a voucher carries is fixed: a payment that is frozen or posted keeps its stored coverage, and payments dated
  before it cannot use, or take back, what it needs.
- Where a rate is not known yet, a payment covers what comes before interest in the order, and the rest waits.

docs/decisions/0002-interest-and-coverage.md gives the reasons.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from data.documents import DEFAULT_COVERAGE, Allocation, Claim, Component, Fee, Payment
from data.errors import Kk2Error
from data.language import _
from services.rules.interest import Segment, segments_of, to_ore
from services.rules.rates import InterestRates

_Target = tuple[Component, str | None]
_Reserved = Mapping[_Target, tuple[int, int]]

_SURPLUS: _Target = ("surplus", None)
_FIXED = ("frozen", "posted")


class OrderError(Kk2Error):
    """A coverage order that does not name each component once."""

    code = "bad_coverage_order"


class Coverage(msgspec.Struct, frozen=True):
    """Where a payment went. The allocations and `waiting` add up to its amount."""

    allocations: tuple[Allocation, ...]
    waiting: int = 0


class ClaimBalance(msgspec.Struct, frozen=True):
    """A claim after all payments. `interest` is what has run in all, rounded; `interest_paid` is a part of it."""

    id: str
    principal: int
    unpaid: int
    interest: int
    interest_paid: int
    segments: tuple[Segment, ...]


class FeeBalance(msgspec.Struct, frozen=True):
    """A fee or cost after all payments."""

    id: str
    component: Component
    amount: int
    unpaid: int


class Balance(msgspec.Struct, frozen=True):
    """The case as one line: `total` = principal + costs + fees + interest − paid, all in øre.

    `paid` is the sum of all payments, `surplus` and `waiting` the parts of it that cover nothing (yet). Interest is
    short of the truth, and `interest_complete` false, when it ran on days without a known rate.
    """

    principal: int
    costs: int
    fees: int
    interest: int
    paid: int
    total: int
    surplus: int
    waiting: int
    interest_complete: bool


class Settlement(msgspec.Struct, frozen=True):
    """A settled case. `claims` and `fees` are in the order in which they are covered, `coverage` is by payment id.

    `outstanding` is what is left of principal, costs and fees less surplus, interest not counted, nor what was paid of
    interest before it had run: it is the same whatever day the case is settled to. Kept as Case.outstanding.
    """

    coverage: dict[str, Coverage]
    claims: tuple[ClaimBalance, ...]
    fees: tuple[FeeBalance, ...]
    balance: Balance
    outstanding: int


def check_order(order: Sequence[Component]) -> None:
    """Raises OrderError unless `order` names principal, costs, fees and interest once each."""
    if sorted(order) != sorted(DEFAULT_COVERAGE):
        raise OrderError(
            _(
                "Dekningsrekkefølgen må nevne hovedstol, omkostninger, gebyr og renter én gang hver. "
                "Ingenting er lagret."
            )
        )


def settle(
    claims: Iterable[Claim],
    fees: Iterable[Fee],
    payments: Iterable[Payment],
    *,
    order: Sequence[Component],
    rates: InterestRates,
    until: date,
) -> Settlement:
    """Covers everything with everything. `payments` are those that count: placed on the case, and not deleted.

    Interest runs to `until`, or to the last payment when that is later. The order in which the documents are given
    makes no difference. `order` is one that `check_order` accepts.
    """
    queue = sorted(payments, key=lambda payment: (payment.date, payment.amount < 0, payment.id))
    ledger = _Ledger(claims, fees, order, rates)
    coverage = {
        payment.id: ledger.enter(payment, reserved)
        for payment, reserved in zip(queue, _reservations(queue), strict=True)
    }
    ledger.accrue(until)
    return ledger.settlement(coverage, sum(payment.amount for payment in queue))


class _Debt:
    """Something that a payment can cover, from the day (ordinal) that it exists."""

    __slots__ = ("covered", "day", "owed", "target")

    def __init__(self, target: _Target, owed: int = 0, day: int = 0) -> None:
        self.target = target
        self.owed = owed
        self.day = day
        self.covered = 0

    @property
    def held(self) -> int:
        """What it has been covered with, as far as there is room for it."""
        if 0 <= self.covered <= self.owed:
            return self.covered
        return max(0, min(self.owed, self.covered))

    @property
    def left(self) -> int:
        return self.owed - self.held


class _RunningClaim:
    """A claim's principal, and the interest that runs on what is left of it."""

    __slots__ = ("claim", "days", "interest", "principal", "spans", "through", "units", "weight")

    def __init__(self, claim: Claim, rates: InterestRates) -> None:
        self.claim = claim
        self.principal = _Debt(("principal", claim.id), claim.unpaid)
        self.interest = _Debt(("interest", claim.id))
        self.units = 0
        self.through = claim.due  # interest is counted up to and including this day
        self.weight, self.days = rates.sums(claim.due.toordinal())
        self.spans: list[tuple[date, date, int]] = []  # (after, through, principal)

    def accrue(self, day: date, weight: int, days: int) -> bool:
        """Runs interest up to the day, for which `rates.sums` is given. False when a day of it has no known rate."""
        if day <= self.through:
            return True
        known = True
        principal = self.principal.left
        if principal > 0:
            known = days - self.days == (day - self.through).days
            self.units += principal * (weight - self.weight)
            self.interest.owed = to_ore(self.units)
            self._extend(day, principal)
        self.through, self.weight, self.days = day, weight, days
        return known

    def _extend(self, day: date, principal: int) -> None:
        after = self.through
        if self.spans and self.spans[-1][1:] == (after, principal):
            after = self.spans.pop()[0]
        self.spans.append((after, day, principal))

    def balance(self, rates: InterestRates) -> ClaimBalance:
        segments = [segment for after, day, left in self.spans for segment in segments_of(left, after, day, rates)]
        return ClaimBalance(
            self.claim.id,
            self.principal.owed,
            self.principal.left,
            self.interest.owed,
            self.interest.held,
            tuple(segments),
        )


class _Ledger:
    """The case while the payments are walked through."""

    def __init__(
        self, claims: Iterable[Claim], fees: Iterable[Fee], order: Sequence[Component], rates: InterestRates
    ) -> None:
        self.rates = rates
        self.claims = [_RunningClaim(claim, rates) for claim in sorted(claims, key=lambda claim: (claim.due, claim.id))]
        self.fees = [
            _Debt((fee.component, fee.id), fee.amount, fee.date.toordinal())
            for fee in sorted(fees, key=lambda fee: (fee.date, fee.id))
        ]
        debts = [claim.principal for claim in self.claims] + self.fees + [claim.interest for claim in self.claims]
        self.debts = {debt.target: debt for debt in debts}
        self.line = [debt for component in order for debt in debts if debt.target[0] == component]
        self.surplus = self.debts[_SURPLUS] = _Debt(_SURPLUS)
        self.waiting = _Debt(("interest", None))  # what would reach interest that is not known
        self.interest_known = True
        self.covered: list[tuple[_Debt, int]] = []  # each covering, less what was taken back of it, the latest last

    def accrue(self, day: date) -> None:
        weight, days = self.rates.sums(day.toordinal())
        for claim in self.claims:
            if not claim.accrue(day, weight, days):
                self.interest_known = False

    def enter(self, payment: Payment, reserved: _Reserved) -> Coverage:
        """One payment, the next in date order."""
        self.accrue(payment.date)
        fixed = payment.coverage if payment.posting in _FIXED else ()
        for part in fixed:
            self._repeat(part)
        rest = payment.amount - sum(part.amount for part in fixed)
        if not rest:
            return Coverage(fixed)
        parts = self._cover(rest, payment.date.toordinal(), reserved) if rest > 0 else self._take_back(-rest, reserved)
        waiting = parts.pop(self.waiting.target, 0)
        return Coverage(fixed + tuple(_allocation(target, amount) for target, amount in parts.items()), waiting)

    def _cover(self, amount: int, day: int, reserved: _Reserved) -> dict[_Target, int]:
        parts: dict[_Target, int] = {}
        if self.surplus.covered < 0:
            amount -= self._put(self.surplus, min(amount, -self.surplus.covered), parts)
        rest_of_line: _Debt = self.surplus
        for debt in self.line:
            if not amount:
                break
            if debt.target[0] == "interest" and not self.interest_known:
                rest_of_line = self.waiting
                break
            room = debt.owed - debt.covered - reserved.get(debt.target, (0, 0))[0]
            if room > 0 and debt.day <= day:
                amount -= self._put(debt, min(amount, room), parts)
        if amount:
            self._put(rest_of_line, amount, parts)
        return parts

    def _put(self, debt: _Debt, amount: int, parts: dict[_Target, int]) -> int:
        debt.covered += amount
        self.covered.append((debt, amount))
        parts[debt.target] = parts.get(debt.target, 0) + amount
        return amount

    def _take_back(self, amount: int, reserved: _Reserved) -> dict[_Target, int]:
        parts: dict[_Target, int] = {}
        for at in range(len(self.covered) - 1, -1, -1):
            if not amount:
                break
            debt, part = self.covered[at]
            back = min(amount, part, max(0, debt.covered - reserved.get(debt.target, (0, 0))[1]))
            if back:
                self._remove(at, back)
                parts[debt.target] = parts.get(debt.target, 0) - back
                amount -= back
        if amount:
            self.surplus.covered -= amount
            parts[_SURPLUS] = parts.get(_SURPLUS, 0) - amount
        while self.covered and not self.covered[-1][1]:
            self.covered.pop()
        return parts

    def _remove(self, at: int, amount: int) -> None:
        debt, part = self.covered[at]
        debt.covered -= amount
        self.covered[at] = (debt, part - amount)

    def _repeat(self, part: Allocation) -> None:
        """An allocation that a voucher carries, as it stands, also where its target is gone or has no room for it."""
        target = (part.component, part.target)
        debt = self.debts.setdefault(target, _Debt(target))
        if part.amount > 0:
            self._put(debt, part.amount, {})
            return
        amount = -part.amount
        for at in range(len(self.covered) - 1, -1, -1):
            if self.covered[at][0] is debt and amount:
                back = min(amount, self.covered[at][1])
                self._remove(at, back)
                amount -= back
        debt.covered -= amount

    def settlement(self, coverage: dict[str, Coverage], paid: int) -> Settlement:
        principal = sum(claim.principal.owed for claim in self.claims)
        costs = sum(fee.owed for fee in self.fees if fee.target[0] == "costs")
        fees = sum(fee.owed for fee in self.fees) - costs
        interest = sum(claim.interest.owed for claim in self.claims)
        balance = Balance(
            principal=principal,
            costs=costs,
            fees=fees,
            interest=interest,
            paid=paid,
            total=principal + costs + fees + interest - paid,
            # Fixed coverage that there was no room for is surplus too: nobody owes what it covers.
            surplus=sum(debt.covered - debt.held for debt in self.debts.values()),
            waiting=self.waiting.covered,
            interest_complete=self.interest_known,
        )
        lasting = [debt for debt in self.debts.values() if debt.target[0] != "interest"]
        return Settlement(
            coverage,
            tuple(claim.balance(self.rates) for claim in self.claims),
            tuple(FeeBalance(str(fee.target[1]), fee.target[0], fee.owed, fee.left) for fee in self.fees),
            balance,
            outstanding=sum(debt.owed - debt.covered for debt in lasting),
        )


def _allocation(target: _Target, amount: int) -> Allocation:
    return Allocation(component=target[0], amount=amount, target=target[1])


def _reservations(queue: Sequence[Payment]) -> list[_Reserved]:
    """For each payment, what those after it need that have fixed coverage: by target, (room, coverage to take back).

    Both are the deepest that the later allocations go together, so that none of them ever lacks what it needs.
    """
    ahead: dict[_Target, tuple[int, int]] = {}
    reserved: list[_Reserved] = []
    for payment in reversed(queue):
        reserved.append(ahead)
        if payment.posting in _FIXED:
            ahead = dict(ahead)
            for part in payment.coverage:
                target = (part.component, part.target)
                room, back = ahead.get(target, (0, 0))
                ahead[target] = (max(0, room + part.amount), max(0, back - part.amount))
    return reserved[::-1]
