"""Runs one command of `kk2` again and again, and kills it at a different point each time: before, inside or after the
n-th transaction, before or after the n-th call that changes something in Visma, for n = 1, 2, 3, … until it completes.
After each crash the command is run as usual until it has nothing more to do, and what there is then is compared with
what an uninterrupted run leaves.

    python -m tests.e2e.crash_points HOME WORKPLACE COMMAND...

prints {"points": how many there were, "killed": how many runs were killed, "differences": [point and what differs],
"without_receipt": after how many of them a receipt is missing}.

A point between two transactions, where only reading goes on, leaves what the point before it leaves: reading is not
interrupted. Each run is a fork of this process, so that the program's modules are loaded once.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from data.backends import open_store
from data.documents import Case, Claim, Delivery, Document, Event, Fee, Letter, Mail, Payment, Receipt, Run, Voucher
from data.store import Store, Transaction
from kk2tui import wiring
from kk2tui.arguments import hoist
from kk2tui.cli.main import kk2
from services.listing import everything
from services.outbox import ARRIVED, STATE_NAMES
from services.visma.codec import shared_codec
from services.visma.port import CaseNumber, CaseNumberResult, VismaPort, VoucherReceipt
from tests.stores import copy_home

KILLED = -signal.SIGKILL
ROUNDS = 2  # after a crash: one to finish, and one that finds nothing to do
KINDS: tuple[type[Document], ...] = (Case, Claim, Fee, Payment, Voucher, Delivery, Letter, Mail, Run)
Found = dict[str, list[Any]]
VOLATILE = {"rev", "time", "created", "imported", "started", "last_attempt", "attempts", "received"} | {
    "message",
    "message_id",  # made once, and never the same
}


class CrashPoint:
    """Counts the points that are passed; at the one numbered `at` the process dies."""

    def __init__(self, at: int | None) -> None:
        self._at = at
        self.passed = 0

    def __call__(self) -> None:
        self.passed += 1
        if self.passed == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


class CrashingStore:
    """A store with a crash point before each transaction, before its commit and after it."""

    def __init__(self, inner: Store, point: CrashPoint) -> None:
        self._inner = inner
        self._point = point

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @asynccontextmanager
    async def transaction(self, actor: str, reason: str) -> AsyncIterator[Transaction]:
        self._point()
        async with self._inner.transaction(actor, reason) as tx:
            yield tx
            self._point()
        self._point()


class CrashingVisma:
    """Visma with a crash point before and after each call that changes something there."""

    def __init__(self, inner: VismaPort, point: CrashPoint) -> None:
        self._inner = inner
        self._point = point

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def write_case_numbers(self, numbers: Sequence[CaseNumber]) -> list[CaseNumberResult]:
        self._point()
        results = await self._inner.write_case_numbers(numbers)
        self._point()
        return results

    async def deliver_voucher(self, voucher: Voucher) -> VoucherReceipt:
        self._point()
        receipt = await self._inner.deliver_voucher(voucher)
        self._point()
        return receipt


def main(template: Path, workplace: Path, words: Sequence[str]) -> dict[str, Any]:
    """See above."""
    shared_codec()  # with zeep behind it the slowest to load: once, and not in every fork
    whole = workplace / "whole"
    copy_home(template, whole)
    points = _points_of(whole, words)
    wanted = _result(whole, words)
    differences, killed, without_receipt = [], 0, 0
    for at in range(1, points + 1):
        home = workplace / f"crashed-{at}"
        copy_home(template, home)
        killed += _forked(partial(_run, home, words, CrashPoint(at))) == KILLED
        found = _result(home, words)
        without_receipt += found.pop("receipts") != wanted["receipts"]
        differences += [f"point {at}: {text}" for text in _differences(wanted, found)]
        shutil.rmtree(home)
    return {"points": points, "killed": killed, "differences": differences, "without_receipt": without_receipt}


def _points_of(home: Path, words: Sequence[str]) -> int:
    """Run to the end, and count the points on the way."""
    counted = home / "points"

    def work() -> None:
        point = CrashPoint(None)
        try:
            _run(home, words, point)
        finally:
            counted.write_text(str(point.passed), encoding="utf-8")

    _forked(work)
    return int(counted.read_text(encoding="utf-8"))


def _result(home: Path, words: Sequence[str]) -> Found:
    """What there is when the command has been run as usual until nothing is left to do."""
    for _ in range(ROUNDS):
        _forked(lambda: _run(home, words, CrashPoint(None)))
    found = home / "found.json"
    _forked(lambda: found.write_bytes(msgspec.json.encode(asyncio.run(_everything_in(home)))))
    result: Found = json.loads(found.read_bytes())
    return result


def _run(home: Path, words: Sequence[str], point: CrashPoint) -> None:
    """The program, with crash points in it."""
    open_visma = wiring.open_visma
    setattr(wiring, "open_store", lambda *given: CrashingStore(open_store(*given), point))  # noqa: B010 -- on purpose
    setattr(wiring, "open_visma", lambda *given: CrashingVisma(open_visma(*given), point))  # noqa: B010 -- on purpose
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 -- until the process ends
    kk2.main(args=hoist(["--home", str(home), "--handler", "kari", *words]), prog_name="kk2")


def _forked(work: Callable[[], object]) -> int:
    """Do work in a process of its own. Its exit status; below zero, the signal that ended it."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


async def _everything_in(home: Path) -> Found:
    """Every document, and what Visma has, without what differs from run to run."""
    async with wiring.opened_store(home) as store:
        found: Found = {kind.__name__: [_steady(each) for each in await everything(store, kind)] for kind in KINDS}
        found["events"] = sorted({f"{each.case} {each.text}" for each in await everything(store, Event)})
        receipts = await everything(store, Receipt)
        found["receipts"] = sorted({each.kind for each in receipts})
        found["vouchers that receipts say have arrived"] = sorted(_arrived(receipts))
        await store.verify()
    state = home / wiring.SIMULATOR_STATE
    world = json.loads(state.read_bytes()) if state.exists() else {"invoices": {}}
    found["Visma's vouchers"] = sorted([each["reference"], each["lines"]] for each in world.get("vouchers", ()))
    found["Visma's case numbers"] = sorted([key, each.get("case_number")] for key, each in world["invoices"].items())
    return found


def _arrived(receipts: Sequence[Receipt]) -> Iterator[Any]:
    """Each voucher as often as the receipt of a sending says that it is in Visma."""
    names = {STATE_NAMES[state] for state in ARRIVED}
    for receipt in receipts:
        if receipt.kind == "posting":
            yield from (row[0] for section in receipt.sections for row in section.rows if names.intersection(row))


def _steady(document: Document) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(document)
    return {name: value for name, value in fields.items() if name not in VOLATILE}


def _differences(wanted: Found, found: Found) -> list[str]:
    """What is not as it should be, in few words."""
    texts = []
    for kind, there in found.items():
        if wanted[kind] != there:
            missing = [each for each in wanted[kind] if each not in there]
            count = f"{len(there)} instead of {len(wanted[kind])}"
            texts.append(f"{kind}: {count}, {len(missing)} not as they should be {missing[:1]}")
    return texts


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])))  # noqa: T201 -- the answer
