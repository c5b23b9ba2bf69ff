"""Who goes on when: everybody waits at a gate before each thing that others can notice, and is let through alone.

With threads gone (inline.py) nothing happens between two gates but the one actor's own work, so the order in which
they are let through, and what befalls them there, is the whole history of a run: the trace.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field

ACTOR: ContextVar[str] = ContextVar("actor", default="world")
_MOST_SPINS = 5_000


class Killed(BaseException):
    """The process is gone. No code of the program's catches it, and what its clean-up does reaches nothing any more."""


@dataclass
class Waiting:
    """An actor at a gate. `alone`: it cannot go on while another is inside a transaction."""

    actor: str
    place: str
    faults: Sequence[str]
    alone: bool
    go: asyncio.Future[str]


@dataclass
class Trace:
    """What happened, one line each."""

    lines: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.lines.append(text)


class Scheduler:
    """The gates of one life of the program, from a start to the next crash."""

    def __init__(self, dice: random.Random, trace: Trace) -> None:
        self._dice = dice
        self._trace = trace
        self.waiting: dict[str, Waiting] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.holder = ""  # who is inside a transaction
        self.dead = False
        self._running = ""

    # --- for actors -------------------------------------------------------------------------------------------------

    async def gate(self, place: str, *, faults: Sequence[str] = (), alone: bool = False) -> str:
        """Wait for one's turn. Answers which of `faults` strikes now, or an empty text."""
        if self.dead:
            raise Killed
        actor = ACTOR.get()
        if actor not in self.tasks:
            return ""  # the world itself, looking
        go: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.waiting[actor] = Waiting(actor, place, faults, alone, go)
        self._running = ""
        return await go

    # --- for the world ----------------------------------------------------------------------------------------------

    async def start(self, actor: str, job: Callable[[], Awaitable[None]]) -> None:
        """Let an actor begin something, up to its first gate."""

        async def work() -> None:
            ACTOR.set(actor)
            await job()

        self._running = actor
        self.tasks[actor] = asyncio.create_task(work())
        await self._until_it_waits(actor)

    def ready(self) -> list[Waiting]:
        """Those who can go on."""
        return [each for each in self.waiting.values() if not (each.alone and self.holder)]

    async def let_go(self, waiting: Waiting, fault: str = "") -> None:
        """Let an actor through its gate, up to its next one or its end. Raises what its work raised."""
        self._trace.add(f"{waiting.actor}: {waiting.place}{f' !{fault}' if fault else ''}")
        del self.waiting[waiting.actor]
        self._running = waiting.actor
        waiting.go.set_result(fault)
        await self._until_it_waits(waiting.actor)

    async def _until_it_waits(self, actor: str) -> None:
        task = self.tasks[actor]
        for _ in range(_MOST_SPINS):
            if task.done():
                del self.tasks[actor]
                task.result()
                return
            if not self._running:
                return
            await asyncio.sleep(0)
        raise AssertionError(f"{actor} waits for something that is not a gate")

    async def kill(self) -> None:
        """Everybody dies where they stand."""
        self.dead = True
        for waiting in self.waiting.values():
            waiting.go.set_exception(Killed())
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)
        self.waiting.clear()
        self.tasks.clear()
