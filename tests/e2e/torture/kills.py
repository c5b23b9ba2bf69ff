"""Kill rounds: handlers at work on one store, some of them killed with -9 at any moment, the others going on.

After each round the books are looked at, in a process that opens the store anew.
"""

import asyncio
import gc
import importlib
import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Protocol

import msgspec

from kk2tui.settings import VismaSettings
from kk2tui.wiring import SCENARIO, SIMULATOR_STATE
from services.visma.codec import shared_codec
from tests.e2e.program import Program
from tests.e2e.served_visma import served_visma
from tests.e2e.torture import books, forks
from tests.e2e.torture.acknowledgement import read_acknowledgements
from tests.e2e.torture.town import Town, bank_content, make_town, scenario
from tests.e2e.torture.worker import Shift, work

WORKERS = 4
FILES = 2  # new bank files a round
ROUNDS_A_STORE = 50  # then a new town: a store that only grows would make the looking slow
SHORTEST_S, LONGEST_S = 0.03, 0.2  # of a round, from when all are at work
TROUBLED = 5  # so many times as long, when the server is stopped: it must come back too


class Tally(msgspec.Struct, kw_only=True):
    """What happened in all rounds. Times are ms.

    `deeds` is what was done to the server, `untold` what was committed in the moment of death.
    """

    rounds: int = 0
    kills: int = 0
    at_once: int = 0
    deeds: int = 0
    committed: int = 0
    acknowledged: int = 0
    untold: int = 0
    lost: int = 0
    doubled: int = 0
    longest_wait: int = 0
    longest_trail: int = 0
    seconds: float = 0
    problems: list[str] = msgspec.field(default_factory=list)

    def lines(self) -> list[str]:
        """For people."""
        return [
            f"{self.rounds} rounds in {self.seconds:.0f} s, {self.kills} kills "
            f"({self.at_once} rounds in which all were killed at once)"
            + (f", {self.deeds} times the server stopped or cut connections" if self.deeds else ""),
            f"{self.committed} transactions committed, {self.acknowledged} of them acknowledged, {self.untold} in the "
            "moment of death",
            f"{self.lost} lost, {self.doubled} doubled, {len(self.problems)} other problems",
            f"longest wait for a turn {self.longest_wait} ms, longest audit trail {self.longest_trail} lines",
            *self.problems[:20],
        ]


MakeTown = Callable[[Path], AbstractContextManager[Town]]
Deed = tuple[float, Callable[[], None]]  # when in the round (a part of it), and what


class Trouble(Protocol):
    """What goes wrong with the store in a round besides."""

    def __call__(self, dice: random.Random) -> Sequence[Deed]: ...


def no_trouble(dice: random.Random) -> Sequence[Deed]:
    """Only the handlers die."""
    return ()


def run_rounds(
    rounds: int,
    workplace: Path,
    *,
    seed: int = 1,
    make: MakeTown,
    trouble: Trouble = no_trouble,
    done: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Run so many rounds, in a new town each `ROUNDS_A_STORE`.

    The same seed deals the same kills and work, though never in quite the same moments.
    """
    warm_up()
    tally, dice, began = Tally(), random.Random(seed), time.monotonic()
    while tally.rounds < rounds:
        with make(workplace / f"town-{tally.rounds}") as town:
            day = Day(town, dice, trouble)
            for _ in range(min(ROUNDS_A_STORE, rounds - tally.rounds)):
                day.round(tally)
                tally.seconds = time.monotonic() - began
                done(tally)
            tally.problems += forks.answer(list[str], lambda: asyncio.run(books.settle(town)))
    return tally


@contextmanager
def make_embedded(home: Path) -> Iterator[Town]:
    """A town whose Visma is a file beside it, worked on by each process."""
    yield forks.answer(Town, lambda: asyncio.run(make_town(home)))


@contextmanager
def make_served(home: Path) -> Iterator[Town]:
    """A town whose Visma is a server of its own, which lives on when those who talk to it die."""
    home.mkdir(parents=True)
    (home / SCENARIO).write_text(json.dumps(scenario()), encoding="utf-8")
    with served_visma(Program(home), home / SCENARIO, home / SIMULATOR_STATE) as visma:
        settings = VismaSettings(adapter="soap", url=visma.url, quarantine_s=0)
        yield forks.answer(Town, lambda: asyncio.run(make_town(home, visma=settings)))


def warm_up() -> None:
    """Load here, once, what each fork would load: zeep above all, and what the wiring loads when it is needed."""
    shared_codec()
    for module in ("tomllib", "services.visma.soap", "services.visma.simulator.embedded", "data.postgres.store"):
        importlib.import_module(module)
    gc.freeze()


class Day:
    """Rounds on one town."""

    def __init__(self, town: Town, dice: random.Random, trouble: Trouble) -> None:
        self.town = town
        self._dice = dice
        self._trouble = trouble
        self._rounds = 0
        self._seq = forks.answer(int, lambda: asyncio.run(books.last_change(town.home)))
        self._sums: dict[str, int] = {}

    def round(self, tally: Tally) -> None:
        self._rounds += 1
        names = [f"r{self._rounds}w{number}" for number in range(WORKERS)]
        said = {name: self.town.home / f"{name}.said" for name in names}
        files = [self._bank_file(number) for number in range(FILES)]
        deeds = self._trouble(self._dice)
        seconds = self._dice.uniform(SHORTEST_S, LONGEST_S) * (TROUBLED if deeds else 1)
        killed = self._work_and_die(said, files, seconds, deeds, tally)
        acknowledged = {name: read_acknowledgements(path) for name, path in said.items()}
        look = partial(books.look, self.town, self._seq, acknowledged, killed, self._sums)
        found = forks.answer(books.Found, lambda: asyncio.run(look()))
        self._count(found, tally)
        told = [each for name in names for each in acknowledged[name]]
        tally.acknowledged += len(told)
        tally.longest_wait = max([tally.longest_wait, *(each.waited for each in told)])
        for path in said.values():
            path.unlink(missing_ok=True)

    def _work_and_die(
        self, said: dict[str, Path], files: Sequence[Path], seconds: float, deeds: Sequence[Deed], tally: Tally
    ) -> set[str]:
        """Start everybody, kill some, wait for the rest. Returns who was killed."""
        stop = self.town.home / "stop"
        stop.unlink(missing_ok=True)
        workers = self._start(said, files, str(stop), may_be_away=bool(deeds))
        at_once = self._dice.random() < 0.25
        victims = list(workers) if at_once else self._dice.sample(list(workers), self._dice.randrange(WORKERS))
        same = self._dice.random()
        moments = [*deeds]
        for name in victims:
            moment = same if at_once else self._dice.random()
            moments.append((moment, partial(os.kill, workers[name], signal.SIGKILL)))
        began = time.monotonic()
        for moment, deed in sorted([*moments, (1.0, stop.touch)], key=itemgetter(0)):
            time.sleep(max(0.0, began + seconds * moment - time.monotonic()))
            deed()
        ended = {name: forks.end(worker) for name, worker in workers.items()}
        killed = {name for name, status in ended.items() if status == forks.KILLED}
        tally.problems += [f"{name} ended with {status}" for name, status in ended.items() if status > 0]
        tally.kills += len(killed)
        tally.deeds += len(deeds)
        tally.at_once += len(killed) == WORKERS
        return killed

    def _start(self, said: dict[str, Path], files: Sequence[Path], stop: str, *, may_be_away: bool) -> dict[str, int]:
        """Start everybody, and wait until all are at work; now and then not, so that some die before."""
        reading, writing = os.pipe()
        shift = Shift(stop, writing, may_be_away)
        workers = {}
        for name, path in said.items():
            seed = self._dice.getrandbits(32)
            workers[name] = forks.start(partial(work, self.town, name, seed, files, path, shift))
        os.close(writing)
        with os.fdopen(reading, "rb") as ready:
            if self._dice.random() < 0.9:
                ready.read(WORKERS)
        return workers

    def _bank_file(self, number: int) -> Path:
        serial = self._rounds * FILES + number
        path = self.town.home / f"OCR{serial}"
        content, self._sums[path.name] = bank_content(self.town, serial, self._dice)
        path.write_bytes(content)
        return path

    def _count(self, found: books.Found, tally: Tally) -> None:
        self._seq = found.seq
        tally.rounds += 1
        tally.committed += found.committed
        tally.untold += found.untold
        tally.lost += found.lost
        tally.doubled += found.doubled
        tally.longest_trail = max(tally.longest_trail, found.seq)
        tally.problems += [f"round {tally.rounds}: {each}" for each in found.problems]
