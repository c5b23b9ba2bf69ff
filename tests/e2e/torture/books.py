"""What always holds, whoever was killed when: what was said is there, nothing is there by half, the sums are right."""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec

from data.documents import BankFile, Case, Delivery, Payment, Voucher
from data.store import Change, Store
from kk2tui import wiring
from services.case_account import read_accounts
from services.listing import everything
from services.outbox import ARRIVED
from services.payment_intake import payment_id
from services.rates import interest_rates
from tests.e2e.torture.acknowledgement import Acknowledged
from tests.e2e.torture.town import GIVER, LOGIN, TAKER, TODAY, Town, clock


class Found(msgspec.Struct, kw_only=True):
    """What a look at the books found. `untold` were committed by a process that was killed before it could say so."""

    seq: int
    committed: int = 0
    untold: int = 0
    lost: int = 0
    doubled: int = 0
    problems: list[str] = msgspec.field(default_factory=list)


async def look(
    town: Town, since: int, said: Mapping[str, Sequence[Acknowledged]], killed: Collection[str], sums: Mapping[str, int]
) -> Found:
    """Compare what is there with what each process said, and with the bank's files (sums by SHA-256 or name)."""
    async with wiring.opened_store(town.home) as store:
        length, last = await store.verify(), await store.last_change()
        found = Found(seq=last)
        if length != last:
            found.problems.append(f"the trail has {length} lines, the newest is number {last}")
        compare(await store.changes(since), said, killed, found)
        found.problems += [
            *await ore_problems(store),
            *await _payment_problems(store, sums),
            *await _case_problems(store, town),
            *await _visma_problems(store, town),
        ]
    return found


def compare(
    changes: Sequence[Change], said: Mapping[str, Sequence[Acknowledged]], killed: Collection[str], found: Found
) -> None:
    """The trail against what was said."""
    there = Counter(change.reason.rpartition(" ")[2] for change in changes)
    contents = {change.reason.rpartition(" ")[2]: set(change.documents) for change in changes}
    marks = {each.mark for acknowledged in said.values() for each in acknowledged}
    found.committed = len(changes)
    found.lost = len(marks - there.keys())
    found.doubled = sum(times > 1 for times in there.values())
    for acknowledged in said.values():
        for each in acknowledged:
            if each.mark in contents and contents[each.mark] != {tuple(doc) for doc in each.documents}:
                found.problems.append(f"{each.mark} is there, but not all of it")
    untold = Counter(mark[1:].rpartition("-")[0] for mark in there.keys() - marks)
    found.untold = untold.total()
    for name, times in untold.items():
        if times > (name in killed):
            found.problems.append(f"{name} committed {times} without saying so, killed: {name in killed}")


async def ore_problems(store: Store) -> list[str]:
    """One øre at a time went from one case to the other: none is lost, and each changed both cases once."""
    giver, taker = await store.get(Case, GIVER), await store.get(Case, TAKER)
    assert giver
    assert taker
    moved = sum("Flytt en øre" in change.reason for change in await store.changes(0))
    if (giver.outstanding, taker.outstanding) != (-moved, moved):
        return [f"{moved} øre moved, and the cases have {giver.outstanding} and {taker.outstanding}"]
    if (giver.rev, taker.rev) != (moved + 1, moved + 1):
        return [f"{moved} øre moved, and the revisions are {giver.rev} and {taker.rev}"]
    return []


async def _payment_problems(store: Store, sums: Mapping[str, int]) -> list[str]:
    problems = []
    payments = {each.id: each for each in await everything(store, Payment)}
    if set(payments) != {payment_id(serial) for serial in range(1, len(payments) + 1)}:
        problems.append("a payment's number is missing, or was given twice")
    files = {each.name: each for each in await everything(store, BankFile)}
    for name, file in files.items():
        read = [each for each in payments.values() if each.bank_file == file.id and each.moved_from is None]
        if sum(each.amount for each in read) != sums[name] or len(read) != file.payments:
            problems.append(f"{name} is not wholly there: {len(read)} payments")
    orphans = {each.bank_file for each in payments.values() if each.bank_file} - {each.id for each in files.values()}
    problems += [f"payments of a file that was not read: {orphan}" for orphan in orphans]
    entered = sum(each.amount for each in payments.values() if each.source == "manual" and each.moved_from is None)
    gone = sum(each.amount for each in payments.values() if each.deleted and not each.moved_to)
    live = sum(each.amount for each in payments.values() if not each.deleted)
    if live != sum(sums[name] for name in files) + entered - gone:
        problems.append(f"{live} øre are on cases or wait; the files, what was entered and deleted say otherwise")
    return problems


async def _case_problems(store: Store, town: Town) -> list[str]:
    """Each case's coverage and remainder are what its own documents lead to."""
    problems, rates = [], await interest_rates(store)
    for account in await read_accounts(store, town.cases):
        settlement = account.settle(rates, TODAY)
        if account.case.outstanding != settlement.outstanding:
            problems.append(f"case {account.case.id} says {account.case.outstanding}, not {settlement.outstanding}")
        for payment in account.payments:
            if payment.deleted is None and payment.coverage != settlement.coverage[payment.id].allocations:
                problems.append(f"payment {payment.id} is covered otherwise than its case says")
    return problems


async def _visma_problems(store: Store, town: Town) -> list[str]:
    """What is in Visma is ours, is there once, and is what we say was sent."""
    state = json.loads(town.visma_state.read_bytes()) if town.visma_state.exists() else {}
    visma = Counter(each["reference"] for each in state.get("vouchers", ()))
    deliveries = {each.id: each for each in await everything(store, Delivery)}
    problems = [f"{reference} is in Visma {times} times" for reference, times in visma.items() if times > 1]
    problems += [f"{reference} is in Visma, and not with us" for reference in visma.keys() - deliveries.keys()]
    for reference, delivery in deliveries.items():
        if delivery.state in ARRIVED and reference not in visma:
            problems.append(f"{reference} is {delivery.state} with us, and not in Visma")
        if delivery.state in ("ready", "rejected") and reference in visma:
            problems.append(f"{reference} is in Visma, and {delivery.state} with us")
    return problems


async def settle(town: Town) -> list[str]:
    """At the end of a day: everything is sent until nothing is left, and each voucher is in Visma once."""
    async with wiring.opened_services(town.home, LOGIN, clock()) as services:
        for _ in range(4):
            await services.delivery.send(LOGIN)
        left = await services.delivery.rows(("ready", "sending", "unknown"))
        problems = [f"{row.voucher.reference} is left as {row.delivery.state}" for row in left]
        return problems + await _visma_problems(services.store, town) + await _money_problems(services.store)


async def _money_problems(store: Store) -> list[str]:
    """Each payment that was posted is in vouchers with just its amount."""
    deliveries = {each.id: each for each in await everything(store, Delivery)}
    carried: Counter[str] = Counter()
    for voucher in await everything(store, Voucher):
        if deliveries[voucher.id].state in ARRIVED:
            for line in voucher.lines:
                if line.payment:
                    carried[line.payment] -= line.amount
    problems = []
    for key, payment in (await store.get_many(Payment, list(carried))).items():
        if payment.posting != "posted" or carried[key] != payment.amount:
            problems.append(f"payment {key} of {payment.amount} is {payment.posting}, {carried[key]} in Visma")
    return problems


async def last_change(home: Path) -> int:
    """The number of the newest line of the trail."""
    async with wiring.opened_store(home) as store:
        return await store.last_change()
