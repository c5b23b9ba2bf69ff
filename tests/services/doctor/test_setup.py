"""What is set up in the store, and what is missing there."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from data.documents import Accounting, Delivery, Handler, LedgerLine, Voucher
from data.store import Store
from services.doctor import setup
from tests.builders import case, put
from tests.builders import creditor as made_creditor

FLOW = LedgerLine(ledger_type="K010", account="1510", flow="standard")


def creditor(**more: Any) -> Any:
    """One with everything."""
    return made_creditor(
        **{"address": ("Prøveveien 1",), "email": "post@testvik.invalid", "ledger_lines": (FLOW,)} | more
    )


NO_INTEREST_ACCOUNT = Accounting(voucher_type="IK", bank="1920", interest=" ", fees="3900")


def test_a_creditor_with_everything_is_in_order() -> None:
    found = [
        setup.check_creditors([creditor()]),
        setup.check_bank_accounts([creditor()]),
        setup.check_accounting([creditor()]),
        setup.check_ledger_lines([creditor()]),
    ]
    assert [check.state for check in found] == ["ok"] * 4
    assert "0221 Testvik kommune" in found[0].found


@pytest.mark.parametrize(
    ("check", "change", "state"),
    [
        (setup.check_creditors, {"address": ()}, "warning"),
        (setup.check_creditors, {"email": ""}, "warning"),
        (setup.check_bank_accounts, {"bank_accounts": ()}, "wrong"),
        (setup.check_accounting, {"company": ""}, "wrong"),
        (setup.check_accounting, {"accounting": NO_INTEREST_ACCOUNT}, "wrong"),
        (setup.check_ledger_lines, {"ledger_lines": ()}, "wrong"),
        (setup.check_ledger_lines, {"ledger_lines": (replace(FLOW, flow=""),)}, "warning"),
    ],
)
def test_what_a_creditor_lacks_is_told_with_its_number(check: Any, change: dict[str, Any], state: str) -> None:
    found = check([creditor(), creditor(number="0222", **change)])
    assert found.state == state
    assert found.found.startswith("0222")
    assert "kk2 admin creditors load" in found.mend


def test_no_creditor_at_all_is_wrong() -> None:
    assert setup.check_creditors([]).state == "wrong"


async def test_cases_whose_department_leads_nowhere_are_named(store: Store) -> None:
    await put(
        store, case(1), case(2, department=""), case(3, department="K999"), case(4, department="", status="closed")
    )
    check = await setup.check_departments(store, [made_creditor()])
    assert check.state == "warning"
    assert check.found == "Finner ikke reskontrotype for ((Saker)Avdeling) Se sak 0221-00000002, 0221-00000003"
    assert "Generelt" in check.mend


async def test_of_many_cases_the_first_are_named(store: Store) -> None:
    await put(store, *(case(serial, department="") for serial in range(1, 9)))
    found = (await setup.check_departments(store, [made_creditor()])).found
    assert found.endswith("0221-00000005 …")


async def test_cases_that_lead_somewhere_are_in_order(store: Store) -> None:
    await put(store, case(1), case(2, department="K020"))
    assert (await setup.check_departments(store, [made_creditor()])).state == "ok"


async def test_the_one_who_asks_must_be_registered(store: Store) -> None:
    assert (await setup.check_handlers(store, "kari")).found == "Kari Testesen er administrator; 2 er registrert."
    stranger = await setup.check_handlers(store, "ukjent")
    assert stranger.state == "wrong"
    assert "handlers add ukjent" in stranger.mend


async def test_a_handler_that_no_letter_reaches_is_warned_of(store: Store) -> None:
    await put(store, Handler(id="per", name="Per Prøvesen", email="per@localhost"))
    check = await setup.check_handlers(store, "kari")
    assert (check.state, check.found.split()[0]) == ("warning", "per")


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2026, 11, 24), "ok"),
        (date(2026, 11, 29), "ok"),
        (date(2026, 11, 30), "warning"),
        (date(2026, 12, 31), "warning"),
        (date(2027, 1, 1), "wrong"),
    ],
)
async def test_rates_are_warned_of_a_month_before_and_wrong_when_they_have_ended(
    store: Store, today: date, state: str
) -> None:
    check = await setup.check_rates(store, today)
    assert check.state == state
    assert "31.12.2026" in check.found
    assert ("kk2 admin rates load" in check.mend) is (state != "ok")


async def sent(store: Store, serial: int, state: Any, message: str = "") -> None:
    """A voucher with code IK, and what Visma said to it."""
    key = f"KK2-0221-20261120-{serial:03d}-R"
    voucher = Voucher(
        id=key,
        creditor="0221",
        date=date(2026, 11, 20),
        kind="R",
        company="1",
        voucher_type="IK",
        approve=False,
        text="Oppdiktet",
        amount=0,
        lines=(),
        payments=(),
        created=datetime(2026, 11, 20, 12, tzinfo=UTC),
        actor="kari",
    )
    await put(store, voucher, Delivery(id=key, state=state, message=message))


async def test_what_is_known_of_the_voucher_code_is_what_visma_said_to_it(store: Store) -> None:
    creditors = [made_creditor()]
    assert (await setup.check_voucher_code(store, creditors)).state == "warning"
    await sent(store, 1, "rejected", "Bilagskode IK finnes ikke")
    check = await setup.check_voucher_code(store, creditors)
    assert check.state == "wrong"
    assert "Bilagskode IK finnes ikke" in check.found
    await sent(store, 2, "delivered")
    assert (await setup.check_voucher_code(store, creditors)).state == "ok"
