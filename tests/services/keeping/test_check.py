"""A check finds nothing wrong with a store that was worked in, and each kind of damage that is put in on purpose."""

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from data.documents import ALL_DOCUMENTS, BankFile, Case, Claim, Delivery, Event, Payment, Voucher
from data.refusals import NAMES
from data.store import Store
from services.keeping import findings
from services.keeping.check import check
from services.keeping.references import POINTERS
from services.keeping.series import series_of
from tests.builders import case, number_of, put, unplaced
from tests.services.fakes import FakeClock
from tests.services.keeping.conftest import work

on_a_file = pytest.mark.file_store  # alters the SQLite file behind the store's back


@pytest.mark.parametrize("seed", range(6))
async def test_nothing_is_wrong_after_whatever_handlers_do(
    store: Store, clock: FakeClock, tmp_path: Path, seed: int
) -> None:
    await work(store, clock, tmp_path, seed)
    report = await check(store, clock)
    assert (report.findings, report.counts, report.in_order) == ((), {}, True)
    assert report.lines == await store.last_change()
    assert report.documents["payments"] == await store.count(Payment)


# --- wrong by what somebody stored ----------------------------------------------------------------------------------


async def a_payment(store: Store, posting: str) -> Payment:
    """One on a case, that counts."""
    found = await store.find(Payment, "posting", posting)
    return next(each for each in found if each.case and each.deleted is None and each.amount > 0)


async def a_voucher(store: Store, *states: str) -> Voucher:
    (delivery, *_) = await store.find_many(Delivery, "state", states or ("delivered", "registered", "posted"))
    voucher = await store.get(Voucher, delivery.id)
    assert voucher
    return voucher


async def wrong_outstanding(store: Store) -> tuple[str, str]:
    doc = await store.get(Case, number_of(1))
    assert doc
    await put(store, replace(doc, outstanding=doc.outstanding + 1))
    return "outstanding", doc.id


async def other_coverage(store: Store) -> tuple[str, str]:
    doc = await a_payment(store, "pending")
    part = replace(doc.coverage[0], component="surplus", target=None, amount=doc.amount)
    await put(store, replace(doc, coverage=(part,)))
    return "coverage", doc.id


async def coverage_of_more(store: Store) -> tuple[str, str]:
    doc = await a_payment(store, "posted")
    part = replace(doc.coverage[0], amount=doc.coverage[0].amount + 1)
    await put(store, replace(doc, coverage=(part, *doc.coverage[1:])))
    return "covered", doc.id


async def coverage_without_a_case(store: Store) -> tuple[str, str]:
    covered = (await a_payment(store, "pending")).coverage
    await put(store, unplaced(coverage=covered))
    return "covered", unplaced().id


async def both_placed_and_not(store: Store) -> tuple[str, str]:
    doc = await a_payment(store, "pending")
    await put(store, replace(doc, unplaced="unknown_kid"))
    return "unplaced", doc.id


async def frozen_in_no_voucher(store: Store) -> tuple[str, str]:
    doc = await a_payment(store, "pending")
    await put(store, replace(doc, posting="frozen"))
    return "posting", doc.id


async def unbalanced_voucher(store: Store) -> tuple[str, str]:
    doc = await a_voucher(store)
    line = replace(doc.lines[0], amount=doc.lines[0].amount + 1)
    await put(store, replace(doc, lines=(line, *doc.lines[1:])))
    return "unbalanced", doc.id


async def voucher_of_another_amount(store: Store) -> tuple[str, str]:
    doc = await a_voucher(store)
    await put(store, replace(doc, amount=doc.amount + 1))
    return "voucher_amount", doc.id


async def voucher_without_one_of_its_payments(store: Store) -> tuple[str, str]:
    doc = await a_voucher(store)
    await put(store, replace(doc, payments=doc.payments[1:]))
    return "voucher_payments", doc.id


async def payment_that_forgot_its_voucher(store: Store) -> tuple[str, str]:
    doc = await a_voucher(store)
    payment = await store.get(Payment, doc.payments[0])
    assert payment
    await put(store, replace(payment, vouchers=()))
    return "voucher_payments", doc.id


async def bank_file_of_more(store: Store) -> tuple[str, str]:
    (doc, *_) = (await store.page(BankFile)).items
    await put(store, replace(doc, amount=doc.amount + 1))
    return "bank_file", doc.id


async def bank_file_with_a_payment_too_few(store: Store) -> tuple[str, str]:
    (doc, *_) = (await store.page(BankFile)).items
    (payment, *_) = await store.find(Payment, "bank_file", doc.id)
    await put(store, replace(payment, bank_file=None))
    return "bank_file", doc.id


async def claim_of_no_case(store: Store) -> tuple[str, str]:
    (doc, *_) = (await store.page(Claim)).items
    await put(store, replace(doc, case="0221-00009999"))
    return "missing_reference", doc.id


async def event_of_no_case(store: Store) -> tuple[str, str]:
    (doc, *_) = (await store.page(Event)).items
    await put(store, replace(doc, case="0221-00009999"))
    return "missing_reference", doc.id


async def payment_of_no_file(store: Store) -> tuple[str, str]:
    await put(store, unplaced(bank_file="en fil som ikke er lest"))
    return "missing_reference", unplaced().id


async def voucher_without_delivery(store: Store) -> tuple[str, str]:
    doc = await a_voucher(store)
    delivery = await store.get(Delivery, doc.id)
    assert delivery
    async with store.transaction("kari", "bort") as tx:
        tx.delete(delivery)
    return "missing_reference", doc.id


async def case_of_a_stranger(store: Store) -> tuple[str, str]:
    await put(store, case(6, handler="ingen"))
    return "missing_reference", number_of(6)


async def numbers_ahead_of_their_series(store: Store) -> tuple[str, str]:
    await put(store, unplaced(987_654))
    return "series", "payments"


@pytest.mark.parametrize(
    "damage",
    [
        wrong_outstanding,
        other_coverage,
        coverage_of_more,
        coverage_without_a_case,
        both_placed_and_not,
        frozen_in_no_voucher,
        unbalanced_voucher,
        voucher_of_another_amount,
        voucher_without_one_of_its_payments,
        payment_that_forgot_its_voucher,
        bank_file_of_more,
        bank_file_with_a_payment_too_few,
        claim_of_no_case,
        event_of_no_case,
        payment_of_no_file,
        voucher_without_delivery,
        case_of_a_stranger,
        numbers_ahead_of_their_series,
    ],
    ids=lambda damage: damage.__name__,
)
async def test_what_does_not_add_up_is_found(
    worked: Store, clock: FakeClock, damage: Callable[[Store], Awaitable[tuple[str, str]]]
) -> None:
    found = await damage(worked)
    report = await check(worked, clock)
    assert found in {(each.code, each.id) for each in report.findings}
    assert not report.in_order


async def test_all_is_counted_and_the_first_are_told(
    worked: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings, "MOST_LISTED", 2)
    await put(worked, *(unplaced(serial, bank_file="borte") for serial in range(901, 906)))
    report = await check(worked, clock)
    assert (len(report.findings), report.counts["missing_reference"]) == (2, 5)


async def test_what_is_told_names_nobody(worked: Store, clock: FakeClock) -> None:
    await wrong_outstanding(worked)
    report = await check(worked, clock)
    assert "utestående er" in report.findings[0].message
    assert "Testesen" not in repr(report)
    assert "01810100000" not in repr(report)


async def test_what_somebody_did_between_two_reads_is_no_finding(
    worked: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case is read as it was, its payments as they became: looked at again, all is well."""
    doc = await worked.get(Case, number_of(2))
    assert doc
    read = worked.find_many
    told: list[type[Any]] = []

    async def find_many(kind: type[Any], field: str, values: Any) -> list[Any]:
        found = await read(kind, field, values)
        if kind is Claim and not told:
            told.append(kind)
            return found[:-1]  # as it was before the claim was there
        return found

    monkeypatch.setattr(worked, "find_many", find_many)
    assert (await check(worked, clock)).findings == ()
    assert told


# --- altered behind the store's back --------------------------------------------------------------------------------


def altered(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)


DAMAGE = {
    "a document": "update payments set doc = json_set(doc, '$.amount', 1) where id = (select min(id) from payments)",
    "a document that is no document": "update events set doc = '{}' where id = (select min(id) from events)",
    "a document that is gone": "delete from events where id = (select min(id) from events)",
    "a revision": "update cases set rev = rev + 1 where id = '0221-00000001'",
    "a column": "update cases set handler = 'ola' where id = '0221-00000001'",
    "a column of a unique value": "update cases set kid = '1' where id = '0221-00000001'",
    "a line's reason": "update audit set reason = 'annet' where seq = 3",
    "a line": "delete from audit where seq = 3",
    "what a line did": "update audit_change set after = replace(after, 'kari', 'ola') where place / 4294967296 = 3",
    "a part of a line": "delete from audit_change where place = (select max(place) from audit_change)",
    "an index": "drop index cases_kid_unique",
    "words to find by": "update search_source set words = 'x' where tab = 'cases' and id = '0221-00000001'",
    "words of no document": "insert into search_source values ('cases', '0221-00000099', 1, 'x')",
    "the search row": "delete from search_words where rowid = 1",
}
LOCKS = ("audit_keep", "audit_stay", "audit_change_keep", "audit_change_stay")


@on_a_file
@pytest.mark.parametrize("what", DAMAGE)
async def test_what_was_altered_behind_the_store_is_found(
    worked: Store, clock: FakeClock, tmp_path: Path, what: str
) -> None:
    altered(tmp_path / "kk2.db", *(f"drop trigger {name}" for name in LOCKS), DAMAGE[what])
    report = await check(worked, clock)
    assert report.counts.get("stored", 0) + report.counts.get("trail", 0) >= 1, report


@on_a_file
async def test_a_document_that_cannot_be_read_hides_nothing_else(
    worked: Store, clock: FakeClock, tmp_path: Path
) -> None:
    await wrong_outstanding(worked)
    altered(tmp_path / "kk2.db", "update claims set doc = '{' where id = (select max(id) from claims)")
    report = await check(worked, clock)
    assert {"unreadable", "outstanding"} <= report.counts.keys()


# --- numbers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "key", "series"),
    [
        ("payments", "P000123", ("payments", 123)),
        ("events", "000000007", ("events", 7)),
        ("cases", "0221-00000038", ("cases/0221", 38)),
        ("vouchers", "KK2-0221-20261120-003-R", ("vouchers/0221-20261120", 3)),
        ("claims", "0221-00000038/1", None),
        ("payments", "betaling", None),
    ],
)
def test_an_id_tells_its_series(table: str, key: str, series: tuple[str, int] | None) -> None:
    assert series_of(table, key) == series


def test_everything_that_is_pointed_from_or_to_has_a_name() -> None:
    assert {kind.TABLE for kind in ALL_DOCUMENTS} <= NAMES.keys()
    assert POINTERS.keys() <= set(ALL_DOCUMENTS)
