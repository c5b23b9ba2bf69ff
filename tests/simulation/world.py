"""The world of one seed: handlers, Visma, the bank, the mail server and time, and the order in which things happen."""

import asyncio
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from data.documents import Document
from data.errors import Kk2Error
from data.store import Store
from data.tinydb.store import open_store
from services.rates import seed_rates
from services.undo import REASON
from services.visma.simulator.application import Simulator
from tests.simulation.clock import WorldClock
from tests.simulation.end_invariants import Ended, check_end
from tests.simulation.gated_mail import MailServer, MailWire
from tests.simulation.gated_store import GatedStore, Key, Mirror
from tests.simulation.gated_visma import LONGEST_LATE_S, VismaServer, VismaWire
from tests.simulation.inline import Inline, no_chance
from tests.simulation.invariants import Undoable, check_commit, check_moment, check_undone
from tests.simulation.jobs import Jobs
from tests.simulation.old_system import OldSystem
from tests.simulation.scheduler import Killed, Scheduler, Trace, Waiting
from tests.simulation.session import QUARANTINE_S, Session, session, start_up
from tests.simulation.swarm import Swarm, swarm
from tests.simulation.town import COMPANIES, HANDLERS, Bank, VismaPeople, creditor

Opener = Callable[[Path, WorldClock], Store]
DAY = 86_400
_LIKELY = ("begin", "commit", "visma", "mail")  # where a crash tells most


class Broken(AssertionError):
    """What never may happen has happened."""


def tinydb(home: Path, clock: WorldClock) -> Store:
    return open_store(home / "kk2.db", now=clock.now)


class Life:
    """The program from a start to the next crash: one session for each handler, each a process of its own."""

    def __init__(self, world: "World", home: Path) -> None:
        self.home = home
        self.scheduler = Scheduler(world.dice, world.trace)
        self.stores: list[Store] = []
        self.sessions: dict[str, Session] = {}
        for handler in HANDLERS[: world.swarm.actors]:
            store = world.open(home, world.clock)
            self.stores.append(store)
            gated = GatedStore(store, self.scheduler, world.mirror, world.trace)
            wire, mail = VismaWire(world.visma, self.scheduler), MailWire(world.mail, self.scheduler)
            self.sessions[handler.id] = session(
                handler.id, gated, wire, mail, world.clock, home, world.bank.inbox, world.swarm.page_size
            )

    async def close(self) -> None:
        for store in self.stores:
            await store.close()


class World:
    """`folder` is empty, and the world's own. `template` is a folder with a store that has rates and handlers."""

    def __init__(
        self, seed: int, folder: Path, template: Path, *, steps: int | None = None, opener: Opener = tinydb
    ) -> None:
        self.dice = random.Random(f"world {seed}")
        self.swarm: Swarm = swarm(self.dice, steps)
        self.open = opener
        self.folder = folder
        self.trace = Trace()
        self.clock = WorldClock()
        self.clock.forward(self.swarm.late * DAY)
        self.mirror = Mirror(self._watch)
        self.mail = MailServer()
        companies = list(COMPANIES.values())[: self.swarm.creditors]
        rules = {"voucher_types": ["IK"], "recognises_references": self.swarm.recognises_references}
        simulator = Simulator({"rules": rules, "companies": companies}, clock=self.clock)
        self.visma = VismaServer(simulator, self.clock)
        self.people = VismaPeople(simulator, self.clock, self.dice, self.swarm)
        (folder / "inbox" / "konvertering").mkdir(parents=True)
        self.bank = Bank(folder / "inbox", self.clock, self.dice, self.swarm)
        self.old = OldSystem(folder / "inbox" / "konvertering", self.people, self.clock, self.dice, self.swarm)
        self.undos: dict[str, Undoable] = {}
        self.lives = 0
        self.crashes = 0
        self._template = template
        self.life: Life

    # --- the run ----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Everything from the first start to the end, when all is settled. Raises Broken."""
        asyncio.get_running_loop().set_default_executor(Inline(1))
        with patch("services.visma_payments.OVERLAP", self.swarm.overlap):
            await self._begin()
            try:
                await self._muddle_through()
                await self._settle()
                await self._check_end()
            finally:
                await self.life.scheduler.kill()
                await self.life.close()
                await self.visma.close()

    async def _begin(self) -> None:
        home = self.folder / "life0"
        shutil.copytree(self._template, home)
        self.life = Life(self, home)
        await self._fill_mirror()
        async with GatedStore(self.life.stores[0], self.life.scheduler, self.mirror, self.trace).transaction(
            "kari", "Oppdiktede kreditorer"
        ) as tx:
            for number in list(COMPANIES)[: self.swarm.creditors]:
                tx.put(creditor(number, self.swarm))
        for _ in range(3):
            self.say(self.people.make_proposal())
            self.say(self.people.approve())
        if self.swarm.taken_over:
            await _try(self.life.sessions["kari"].case_import.run("kari"))
        for _ in range(2):
            self.say(self.bank.send(self.mirror))
        if "read old file" in self.swarm.jobs:
            self.say(self.old.send())

    async def _fill_mirror(self) -> None:
        from data.documents import ALL_DOCUMENTS

        for kind in ALL_DOCUMENTS:
            for document in (await self.life.stores[0].page(kind, limit=1000)).items:
                self.mirror.documents[kind.TABLE, document.id] = document
        self.mirror.transactions = await self.life.stores[0].last_change()

    async def _muddle_through(self) -> None:
        """Jobs begin, go on, break off; the world goes on around them."""
        left = self.swarm.steps
        while left or self.life.scheduler.tasks:
            left -= await self._step(left)

    async def _step(self, left: int) -> int:
        """One thing happens. Answers whether it was the beginning of a job."""
        scheduler = self.life.scheduler
        idle = [name for name in self.life.sessions if name not in scheduler.tasks]
        ready = scheduler.ready()
        if self.dice.random() < 0.01:
            await self._outside()
        if left and idle and (not ready or self.dice.random() < 0.25):
            if self.dice.random() < 0.4:
                await self._outside()
            actor = self.dice.choice(idle)
            await self._begin_job(actor, self._next_job(actor))
            return 1
        if ready:
            await self._go_on(self.dice.choice(ready))
        elif scheduler.tasks:
            raise Broken(f"nobody can go on: {[each.place for each in scheduler.waiting.values()]}")
        return 0

    def _next_job(self, actor: str) -> str:
        """Any; most often people take back what they have just done."""
        if "undo" in self.swarm.jobs and self.life.sessions[actor].undo.last and self.dice.random() < 0.3:
            return "undo"
        return self.dice.choice(self.swarm.jobs)

    async def _begin_job(self, actor: str, name: str) -> None:
        self.say(f"{actor} begins: {name}")
        services = self.life.sessions[actor]
        job = self._jobs(services).job(name)

        async def work() -> None:
            try:
                await job()
                self.say(f"{actor} done: {name}")
            except Kk2Error as error:
                self.say(f"{actor} refused: {name}: {error.code}")

        await self.life.scheduler.start(actor, work)

    def _jobs(self, services: Session) -> Jobs:
        return Jobs(services, self.dice, self.mirror, self.bank, self.people, self.mail, self.old, self.undos)

    async def _go_on(self, waiting: Waiting) -> None:
        if self.dice.random() < self._crash_chance(waiting.place):
            await self._crash(waiting)
            return
        faults = [each for each in waiting.faults if each in self.swarm.faults]
        fault = self.dice.choice(faults) if faults and self.dice.random() < self.swarm.fault_rate else ""
        await self.life.scheduler.let_go(waiting, fault)

    def _crash_chance(self, place: str) -> float:
        return self.swarm.crash_rate * (3 if place.startswith(_LIKELY) else 0.5)

    # --- crashes ----------------------------------------------------------------------------------------------------

    async def _crash(self, where: Waiting) -> None:
        """Every process is killed where it stands. What it leaves is its files, as they are at this moment."""
        self.say(f"CRASH while {where.actor} is at: {where.place}")
        self.crashes += 1
        self.lives += 1
        home = self.folder / f"life{self.lives}"
        shutil.copytree(self.life.home, home, ignore=shutil.ignore_patterns("*-shm", "*.lock"))
        old = self.life
        await old.scheduler.kill()
        await old.close()
        shutil.rmtree(old.home)
        self.life = Life(self, home)
        await self._check_moment()
        for name, services in self.life.sessions.items():
            await self.life.scheduler.start(name, lambda services=services: start_up(services))  # type: ignore[misc] # a lambda with a default has no type

    # --- the rest of the world --------------------------------------------------------------------------------------

    async def _outside(self) -> None:
        what = self.dice.choice(self.swarm.outside)
        match what:
            case "proposal":
                told = self.people.make_proposal()
            case "approve":
                told = self.people.approve()
            case "paid in Visma":
                told = self.people.enter_payment()
            case "wrong invoice":
                told = self.people.post_wrong_invoice()
            case "voucher moves":
                told = self.people.move_voucher()
            case "bank file":
                told = self.bank.send(self.mirror)
            case "old file":
                told = self.old.send()
            case _:
                told = await self._time_goes(what)
        self.say(f"{what}: {told}")

    async def _time_goes(self, how: str) -> str:
        """Never inside a transaction: a date does not change in the middle of one step of a person's work."""
        if self.life.scheduler.holder:
            return "not now"
        if how == "back":
            self.clock.set_back(self.dice.choice((1, 30)))
        else:
            lengths = {"hours": (60, 400, 7_000), "days": (DAY, 3 * DAY, 20 * DAY), "far": (60 * DAY, 200 * DAY)}
            await self.wait(self.dice.choice(lengths[how]))
        return f"{self.clock.now()}"

    async def wait(self, seconds: float) -> None:
        """Time goes by; what Visma is still working on is done in its turn."""
        end = self.clock.since_start + seconds
        while (moment := self.visma.next_late) is not None and moment <= end:
            self.clock.forward(max(0.0, moment - self.clock.since_start))
            self.say(f"visma carries out late: {await self.visma.catch_up()}")
        self.clock.forward(end - self.clock.since_start)

    # --- the end ----------------------------------------------------------------------------------------------------

    async def _settle(self) -> None:
        """The faults are over, and everybody finishes what is under way."""
        self.say("settling")
        await self.wait(LONGEST_LATE_S + QUARANTINE_S)
        await self._check_moment()
        services = self.life.sessions["kari"]
        jobs = self._jobs(services)
        await start_up(services)
        await self._take_all_over(services)
        for _ in range(4):
            await self.wait(2 * QUARANTINE_S)
            for voucher in jobs.undecided():
                await _try(jobs.decide(voucher))
            await _try(services.delivery.send("kari"))
            await _try(services.delivery.refresh("kari"))
            while jobs.undecided_mail():
                await jobs.decide_mail()
            await _try(services.mail.send("kari", at_once=True))
            await _try(jobs.convert_all())
            await _try(services.visma_payments.run("kari"))
            await _try(services.case_import.write_back("kari"))
            await _try(services.case_import.make_late_letters("kari"))

    async def _take_all_over(self, services: Session) -> None:
        while True:
            try:
                await services.case_import.run("kari")
            except Kk2Error as error:
                self.say(f"all taken over: {error.code}")
                return

    async def _check_end(self) -> None:
        await self._check_moment()
        services = self.life.sessions["kari"]
        ended = Ended(self.mirror, self.people.look(), self.mail, self.bank, self.old, services)
        self._raise(await check_end(ended))

    async def _check_moment(self) -> None:
        """After a crash, and at the end: the store has what was acknowledged, and only that."""
        store = self.life.stores[0]
        wrong = await self.mirror.differences(store)
        if await store.verify() != self.mirror.transactions:
            wrong.append("the audit trail has another number of lines than there were transactions")
        if self.visma.calls_in_transactions:
            wrong.append(f"a call to Visma inside a transaction of {self.visma.calls_in_transactions}")
        self._raise([*wrong, *check_moment(self.mirror, self.people.look(), self.mail)])

    def _watch(self, mirror: Mirror, before: dict[Key, Document | None], what: str) -> None:
        who, _, reason = what.partition(": ")
        undone = self.undos[who] if reason == REASON else {}
        wrong = [
            *check_commit(mirror, before, self.clock.today(), self.old.status_of, undone),
            *check_undone(mirror, undone),
        ]
        self._raise([f"{text}, after «{what}»" for text in wrong])

    def _raise(self, wrong: list[str]) -> None:
        if wrong:
            raise Broken("; ".join(wrong[:5]))

    def say(self, text: str) -> None:
        self.trace.add(f"— {text}")


async def _try(work: Any) -> None:
    try:
        await work
    except Kk2Error:
        return


async def make_template(folder: Path) -> None:
    """The home that every world starts with: rates and handlers."""
    store = open_store(folder / "kk2.db", now=WorldClock().now)
    await seed_rates(store, "kari")
    async with store.transaction("kari", "Oppdiktede saksbehandlere") as tx:
        for handler in HANDLERS:
            tx.put(handler)
    await store.close()


__all__ = ["Broken", "Killed", "World", "make_template", "no_chance"]
