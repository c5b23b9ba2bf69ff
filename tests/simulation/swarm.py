"""What sort of world a seed makes. Each seed turns some things off, so that others happen often enough to meet."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from tests.simulation import gated_mail, gated_visma

STORE = ("busy", "full")
ALL_FAULTS = (*STORE, *gated_visma.BEFORE, *gated_visma.AFTER, *gated_mail.BEFORE, *gated_mail.AFTER)
JOBS = {
    "take over": 6, "write back": 1, "read bank file": 8, "add": 6, "delete": 2, "move": 3, "leave out": 1, "place": 4,
    "split": 2, "dismiss": 1, "department": 1, "threshold": 1, "handler": 1, "status": 1, "post": 9, "send": 3,
    "refresh": 2, "decide": 3, "fetch": 5, "convert": 3, "late letters": 1, "send mail": 2, "decide mail": 1, "look": 2,
    "rates": 3, "read old file": 4, "undo": 2,
}  # fmt: skip
ALWAYS = ("take over", "read bank file", "add", "post")
OUTSIDE = {
    "proposal": 2, "approve": 2, "paid in Visma": 4, "wrong invoice": 1, "voucher moves": 4, "bank file": 5, "hours": 3,
    "days": 1, "far": 1, "back": 1, "old file": 2,
}  # fmt: skip
ALWAYS_OUTSIDE = ("proposal", "approve", "bank file", "hours")


@dataclass(frozen=True)
class Swarm:
    """The settings of one world. Rates are chances at each gate where such a thing can happen."""

    steps: int
    faults: frozenset[str]
    fault_rate: float
    crash_rate: float
    jobs: tuple[str, ...]
    outside: tuple[str, ...]
    recognises_references: bool
    approve: bool
    creditors: int
    letters: str
    coverage: tuple[str, ...]
    overlap: int
    page_size: int
    actors: int
    camt: bool
    taken_over: bool  # one proposal, before anything can go wrong
    late: int  # days after the clock's start: with a rate known, just after its end, or a half-year later


def swarm(dice: random.Random, steps: int | None = None) -> Swarm:
    """Drawn from the seed's dice."""
    quiet = dice.random() < 0.15
    order = ["principal", "costs", "fees", "interest"]
    if dice.random() < 0.4:
        dice.shuffle(order)
    return Swarm(
        steps=steps or dice.randint(15, 40),
        faults=frozenset(each for each in ALL_FAULTS if not quiet and dice.random() < 0.5),
        fault_rate=dice.choice((0.02, 0.1, 0.3)),
        crash_rate=0 if quiet else dice.choice((0, 0.001, 0.004, 0.015)),
        jobs=_some(dice, JOBS, ALWAYS),
        outside=_some(dice, OUTSIDE, ALWAYS_OUTSIDE),
        recognises_references=dice.random() < 0.6,
        approve=dice.random() < 0.3,
        creditors=dice.choice((1, 1, 2)),
        letters=dice.choice(("each", "run")),
        coverage=tuple(order),
        overlap=dice.choice((0, 200)),
        page_size=dice.choice((1, 2, 5, 200)),
        actors=dice.choice((2, 2, 3)),
        camt=dice.random() < 0.3,
        taken_over=dice.random() < 0.8,
        late=dice.choice((0, 0, 0, 41, 230)),
    )


def _some(dice: random.Random, names: Mapping[str, int], always: tuple[str, ...]) -> tuple[str, ...]:
    """Those that happen always, and most or few of the rest, each as often as it is likely, some of them oftener."""
    share = dice.choice((0.4, 0.8, 1.0))
    chosen = [name for name in names if name in always or dice.random() < share]
    return tuple(name for name in chosen for _ in range(names[name] * dice.choice((1, 1, 1, 3))))
