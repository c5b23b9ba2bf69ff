"""Every list that a screen shows is read off an index: nothing sorted, nothing read that is not shown."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from data.documents import ALL_DOCUMENTS, Case, Claim, ClaimLink, Delivery, Document, Mail, Payment, Receipt, Voucher
from data.store import Value
from data.tinydb import pages
from data.tinydb.store import open_store
from data.tinydb.table_shape import TableShape
from data.wanted import Range, Wanted
from screens.case_rows import ORDERS
from tests.data.made_up import case

Where = dict[str, Wanted]
VALUES: Where = {"status": "open", "department": "K010", "handler": "kari", "creditor": "0221"}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    open_store(tmp_path / "kk2.db")
    with closing(sqlite3.connect(tmp_path / "kk2.db", isolation_level=None)) as connection:
        yield connection


def filtered() -> list[Where]:
    """Every choice of the filters of Saker that are a value."""
    return [
        {field: VALUES[field] for field in chosen}
        for number in range(len(VALUES) + 1)
        for chosen in combinations(VALUES, number)
    ]


def asked(connection: sqlite3.Connection, question: Callable[[], object]) -> list[str]:
    """How SQLite goes about what is asked, a step a line; a page's own few rows, sorted at the end, left out."""
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    question()
    connection.set_trace_callback(None)
    steps: list[str] = []
    for statement in statements:
        plan = connection.execute(f"explain query plan {statement}").fetchall()
        inner = [number for number, _, _, step in plan if step.startswith("LIST SUBQUERY")]
        mine = [step for _, parent, _, step in plan if not inner or parent in inner]
        steps += [step for step in mine if not step.startswith("CREATE BLOOM FILTER")]
    return steps


def page(connection: sqlite3.Connection, kind: type[Document], where: Where, order: pages.Order, **at: Any) -> Any:
    return pages.page(
        connection,
        TableShape.of(kind),
        where,
        order,
        at.get("after"),
        at.get("offset", 0),
        at.get("limit", 200),
    )


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)
def test_saker_is_read_off_one_index_whatever_it_is_filtered_and_ordered_by(
    connection: sqlite3.Connection, order: Any
) -> None:
    way = pages.Order(order.field, order.descending)
    for where in filtered():
        (step,) = asked(connection, partial(page, connection, Case, where, way))
        assert "USING COVERING INDEX" in step
        if "status" in where:
            assert step.startswith("SEARCH")
            assert "status=?" in step


@pytest.mark.parametrize("where", filtered(), ids=str)
def test_saker_is_counted_by_an_index_alone(connection: sqlite3.Connection, where: Where) -> None:
    (step,) = asked(connection, lambda: pages.count(connection, TableShape.of(Case), where))
    assert "USING COVERING INDEX" in step
    assert len(where) != 1 or step.startswith("SEARCH")


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)
def test_saker_within_amounts_or_days_is_read_off_an_index(connection: sqlite3.Connection, order: Any) -> None:
    way = pages.Order(order.field, order.descending)
    ranges: list[Where] = [{"outstanding": Range(100)}, {"step_sent": Range(), "step_date": Range(None, "2026-11-24")}]
    for narrowed in ranges:
        for where in filtered():
            step, *sorted_after = asked(connection, partial(page, connection, Case, {**where, **narrowed}, way))
            assert "USING COVERING INDEX" in step
            assert all(re.fullmatch(r"USE TEMP B-TREE FOR (RIGHT PART OF )?ORDER BY", each) for each in sorted_after)


LISTS: list[tuple[type[Document], Where, str]] = [
    (Claim, {"written_back": "pending"}, "id"),
    (ClaimLink, {"state": "several"}, "id"),
    (Mail, {}, "id"),
    (Receipt, {}, "id"),
    (Voucher, {"creditor": "0221"}, "date"),
    (Case, {"creditor": "0221"}, "id"),
]


@pytest.mark.parametrize(("kind", "where", "order"), LISTS, ids=lambda value: getattr(value, "TABLE", None))
def test_the_other_lists_are_read_off_an_index(
    connection: sqlite3.Connection, kind: type[Document], where: Where, order: str
) -> None:
    (step,) = asked(connection, lambda: page(connection, kind, where, pages.Order(order, True)))
    assert "USING COVERING INDEX" in step
    assert step.startswith("SEARCH" if where else "SCAN")


SUMS: list[tuple[type[Document], str, str | None, Mapping[str, Value]]] = [
    (Case, "status", "outstanding", {}),
    (Case, "department", None, {"creditor": "0221"}),
    (Payment, "to_post", "amount", {}),
    (Payment, "unplaced", "amount", {}),
    (Payment, "paid_month", "amount", {}),
    (Mail, "state", None, {}),
    (Delivery, "state", None, {}),
    (Delivery, "state", None, {"needs_decision": True}),
]


@pytest.mark.parametrize(("kind", "by", "amount", "where"), SUMS)
def test_what_the_menu_counts_and_sums_is_told_by_indexes_alone(
    connection: sqlite3.Connection, kind: type[Document], by: str, amount: str | None, where: Mapping[str, Value]
) -> None:
    (step,) = asked(connection, lambda: pages.groups(connection, TableShape.of(kind), by, amount, where))
    assert step.startswith("SEARCH")
    assert "USING COVERING INDEX" in step


# --- how much is done, in steps of SQLite's machine, which are the same on any computer -------------------------------


def steps(connection: sqlite3.Connection, work: Callable[[], object]) -> int:
    """How many tens of instructions SQLite carries out."""
    count = 0

    def one_more() -> int:
        nonlocal count
        count += 1
        return 0

    connection.set_progress_handler(one_more, 10)
    work()
    connection.set_progress_handler(None, 0)
    return count


async def steps_among(number: int, path: Path) -> dict[str, int]:
    """What lists cost among `number` cases."""
    store = open_store(path, kinds=ALL_DOCUMENTS)
    async with store.transaction("kari", "saker") as tx:
        for serial in range(number):
            tx.put(case(serial, name=f"Testesen {serial % 97}", status="open" if serial % 2 else "closed"))
    await store.close()
    where: Where = {"status": "open"}
    order = pages.Order("debtor_sort", False)
    with closing(sqlite3.connect(path)) as connection:
        _, middle = page(connection, Case, where, order, offset=50)
        return {
            "first page": steps(connection, lambda: page(connection, Case, where, order)),
            "last page": steps(connection, lambda: page(connection, Case, where, pages.Order("debtor_sort", True))),
            "next page": steps(connection, lambda: page(connection, Case, where, order, after=middle)),
            "two filters": steps(connection, lambda: page(connection, Case, {**where, "handler": "kari"}, order)),
        }


async def test_a_page_costs_the_same_among_few_and_among_many(tmp_path: Path) -> None:
    few, many = await steps_among(1_000, tmp_path / "few.db"), await steps_among(10_000, tmp_path / "many.db")
    assert all(many[name] <= 1.1 * few[name] for name in few), (few, many)
