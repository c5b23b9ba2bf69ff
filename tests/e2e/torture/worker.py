"""A handler at work who does all that can be done, at random, until told otherwise or killed."""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from data.documents import Case, Payment
from data.errors import Kk2Error, StoreBroken, StoreFull
from data.tinydb.sqlite_file import StoreBusy
from kk2tui import wiring
from services.payment_intake import payment_id
from services.post_proposal import post_proposal
from services.registry import Services
from services.visma.port import VismaError
from tests.e2e.torture.acknowledgement import acknowledging
from tests.e2e.torture.town import DAYS, GIVER, LOGIN, TAKER, Town, clock

NEVER = (StoreBroken, StoreBusy, StoreFull, VismaError)  # nothing is wrong but that somebody is killed
AWAY = ("store_away", "lock_lost")  # nothing of the change is stored, or nothing beyond what was acknowledged
PAUSE_S = 0.02


class Shift(msgspec.Struct, frozen=True):
    """How long to work: until the file `stop` is there. A byte goes into the pipe `ready` when work begins.

    `may_be_away`: the server of the store may go and come back; work goes on when it has.
    """

    stop: str
    ready: int
    may_be_away: bool

    @property
    def over(self) -> bool:
        return os.path.exists(self.stop)


def work(town: Town, name: str, seed: int, files: Sequence[Path], said: Path, shift: Shift) -> None:
    """Work a shift in this process. What is committed is acknowledged in the file `said`."""
    acknowledging(said, name)
    asyncio.run(_work(town, random.Random(seed), files, shift))


async def _work(town: Town, dice: random.Random, files: Sequence[Path], shift: Shift) -> None:
    while not shift.over:
        try:
            async with wiring.opened_services(town.home, LOGIN, clock()) as services:
                worker = Worker(town, services, dice, files)
                os.write(shift.ready, b"!")
                while not shift.over:
                    await worker.step()
        except StoreBroken as error:
            if not shift.may_be_away or error.code not in AWAY:
                raise
            await asyncio.sleep(PAUSE_S)


class Worker:
    """One step after the other. A refusal is part of the day; a store that is broken or busy is not."""

    def __init__(self, town: Town, services: Services, dice: random.Random, files: Sequence[Path]) -> None:
        self._town = town
        self._services = services
        self._dice = dice
        self._files = files
        move_an_ore, add, move = self.move_an_ore, self.add, self.move
        self._steps: list[Callable[[], Awaitable[object]]] = [
            move_an_ore, move_an_ore, move_an_ore, move_an_ore, add, add, add, move, move, self.delete, self.place,
            self.split, self.set_posting, self.read_file, self.read_file, self.post, self.follow,
        ]  # fmt: skip

    async def step(self) -> None:
        try:
            await self._dice.choice(self._steps)()
        except NEVER:
            raise
        except Kk2Error:
            return

    async def move_an_ore(self) -> None:
        async with self._services.store.transaction(LOGIN, "Flytt en øre") as tx:
            giver, taker = await tx.get(Case, GIVER), await tx.get(Case, TAKER)
            assert giver
            assert taker
            tx.put(replace(giver, outstanding=giver.outstanding - 1))
            tx.put(replace(taker, outstanding=taker.outstanding + 1))

    async def add(self) -> None:
        case, amount = self._case(), self._dice.choice((1, 17_50, 33_33, -12_00))
        await self._services.payments.add(case, amount, self._dice.choice(DAYS), LOGIN)

    async def move(self) -> None:
        await self._services.payments.move(await self._payment(), self._case(), LOGIN)

    async def delete(self) -> None:
        await self._services.payments.delete(await self._payment(), "Prøve", LOGIN)

    async def set_posting(self) -> None:
        await self._services.payments.set_posting(await self._payment(), self._dice.random() < 0.7, LOGIN)

    async def place(self) -> None:
        for payment in (await self._services.payments.unplaced())[:1]:
            await self._services.payments.place(payment.id, self._case(), LOGIN)

    async def split(self) -> None:
        for payment in (await self._services.payments.unplaced())[-1:]:
            parts = [(self._case(), 1), (self._case(), payment.amount - 1)]
            await self._services.payments.split(payment.id, parts, LOGIN)

    async def read_file(self) -> None:
        await self._services.bank.run(self._dice.choice(self._files), LOGIN)

    async def post(self) -> None:
        seen = await self._services.posting.proposal()
        await post_proposal(self._services.posting, self._services.delivery, seen, LOGIN)

    async def follow(self) -> None:
        await self._services.delivery.recover(LOGIN)
        await self._services.delivery.refresh(LOGIN)

    def _case(self) -> str:
        return self._dice.choice(self._town.cases)

    async def _payment(self) -> str:
        """Any payment; there are none between them that were never made, or one would be lost."""
        return payment_id(self._dice.randrange(1, await self._services.store.count(Payment) + 2))
