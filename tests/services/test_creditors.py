"""Creditors as an administrator writes them: loaded whole or not at all, with all that is wrong told at once."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from data.documents import BankAccount, BankReference, Case, Creditor, LedgerLine, Payment
from data.errors import Conflict, NotFound
from data.store import Store
from services.creditors import CreditorService, to_file
from services.errors import InvalidInput, Refused
from services.payments import PaymentService
from tests.builders import ACCOUNT, D1, OTHER_ACCOUNT, TODAY, case, claim, creditor, fee, put, unplaced
from tests.services.fakes import FakeClock


def file(*creditors: Creditor, **more: Any) -> bytes:
    shapes = [dict(to_file(each)) | more for each in creditors]
    return msgspec.json.encode(shapes[0] if len(shapes) == 1 else shapes)


@pytest.fixture
def creditors(store: Store, clock: FakeClock) -> CreditorService:
    return CreditorService(store, clock)


async def test_what_is_shown_can_be_loaded_and_loading_twice_changes_nothing(
    store: Store, creditors: CreditorService
) -> None:
    await creditors.load(file(creditor("0222")), "kari")
    stored = await creditors.get("0222")
    assert (stored.name, stored.company) == ("Testvik foretak 0222", "2")
    before = await store.last_change()
    assert await creditors.load(file(stored), "kari") == [stored]
    assert await store.last_change() == before
    assert [each.number for each in await creditors.all()] == ["0221", "0222"]


async def test_a_list_is_loaded_whole_and_a_change_keeps_the_number(creditors: CreditorService) -> None:
    await creditors.load(file(creditor(threshold=500_00), creditor("0222")), "kari")
    assert (await creditors.get("0221")).threshold == 500_00
    with pytest.raises(NotFound, match="Kreditor 0999 finnes ikke"):
        await creditors.get("0999")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": "221"}, "number"),
        ({"number": "②②②②"}, "number"),
        ({"name": " "}, "name"),
        ({"company": ""}, "company"),
        ({"email": "kari@@testvik.invalid"}, "email"),
        ({"threshold": -1}, "threshold"),
        ({"coverage": ["principal", "costs", "fees"]}, "coverage"),
        ({"coverage": ["principal", "costs", "fees", "fees"]}, "coverage"),
        ({"bank_accounts": [{"account": "12345678912"}]}, "bank_accounts"),
        ({"bank_accounts": [{"account": OTHER_ACCOUNT, "kid_lengths": [1]}]}, "bank_accounts"),
        ({"bank_accounts": [{"account": OTHER_ACCOUNT, "kid_lengths": []}]}, "bank_accounts"),
        ({"bank_accounts": [{"account": ACCOUNT}]}, "bank_accounts"),
        ({"accounting": {"voucher_type": "IK", "bank": "", "interest": "1", "fees": "2"}}, "accounting"),
        ({"bank_accounts": [{"account": OTHER_ACCOUNT}] * 2}, "bank_accounts"),
        ({"ledger_lines": [{"ledger_type": "K010", "account": "1"}] * 2}, "ledger_lines"),
        ({"ledger_lines": [{"ledger_type": "K" * 21, "account": "1"}]}, "ledger_lines"),
        ({"ledger_lines": [{"ledger_type": "K010", "account": ""}]}, "ledger_lines"),
    ],
)
async def test_what_is_wrong_is_told_by_field_and_nothing_is_stored(
    store: Store, creditors: CreditorService, change: dict[str, Any], field: str
) -> None:
    before = await store.last_change()
    with pytest.raises(InvalidInput) as refused:
        await creditors.load(file(creditor("0222"), **change), "kari")
    assert [detail["field"] for detail in refused.value.details] == [field]
    assert await store.last_change() == before


@pytest.mark.parametrize("content", [b"{", b"[1]", b'{"number": "0222"}', b"\xff"])
async def test_a_file_that_cannot_be_read_is_refused(creditors: CreditorService, content: bytes) -> None:
    with pytest.raises(InvalidInput, match="kan ikke leses"):
        await creditors.load(content, "kari")


async def test_an_unknown_field_is_refused_by_name(creditors: CreditorService) -> None:
    with pytest.raises(InvalidInput, match="treshold"):
        await creditors.load(file(creditor("0222"), treshold=1), "kari")


async def test_one_file_may_not_name_a_creditor_twice(creditors: CreditorService) -> None:
    with pytest.raises(InvalidInput) as refused:
        await creditors.load(file(creditor("0222"), creditor("0222")), "kari")
    assert refused.value.details[0]["message"] == "Kreditoren står flere ganger i filen."


async def test_two_creditors_of_one_file_may_change_accounts_with_each_other(creditors: CreditorService) -> None:
    one, two = creditor(), creditor("0222")
    await creditors.load(file(one, two), "kari")
    swapped = [
        replace(one, bank_accounts=two.bank_accounts),
        replace(two, bank_accounts=one.bank_accounts),
    ]
    await creditors.load(file(*swapped), "kari")
    assert (await creditors.get("0221")).bank_accounts == two.bank_accounts


# --- changes from the screens ---


async def test_a_change_goes_through_the_same_checks_as_the_file(store: Store, creditors: CreditorService) -> None:
    wrong = replace(await creditors.get("0221"), name="", accounting=replace(creditor().accounting, bank=" "))
    before = await store.last_change()
    with pytest.raises(InvalidInput, match="Det er 2 feil") as refused:
        await creditors.change(wrong, "kari")
    assert [(each["field"], each.get("part")) for each in refused.value.details] == [
        ("name", None),
        ("accounting", "bank"),
    ]
    assert await store.last_change() == before


async def test_a_change_keeps_what_others_have_stored_meanwhile(creditors: CreditorService) -> None:
    seen = await creditors.get("0221")
    changed = (await creditors.change(replace(seen, phone="12 34 56 78"), "kari")).creditor
    assert (changed.phone, changed.rev) == ("12 34 56 78", seen.rev + 1)
    with pytest.raises(Conflict):
        await creditors.change(replace(seen, phone=""), "kari")
    assert (await creditors.get("0221")).phone == "12 34 56 78"


async def test_only_an_administrator_changes_creditors(store: Store, creditors: CreditorService) -> None:
    seen, before = await creditors.get("0221"), await store.last_change()
    for change in (
        creditors.change(replace(seen, phone="1"), "ola"),
        creditors.add(creditor("0222"), "ola"),
        creditors.load(file(creditor("0222")), "ola"),
        creditors.add_ledger_line(seen, LedgerLine(ledger_type="K030", account="1"), "ola"),
        creditors.delete_ledger_line(seen, "K010", "ola"),
        creditors.add_bank_account(seen, BankAccount(account=OTHER_ACCOUNT), "ola"),
        creditors.delete_bank_account(seen, ACCOUNT, "ola"),
    ):
        with pytest.raises(Refused) as refused:
            await change
        assert refused.value.code == "not_admin"
    assert await store.last_change() == before


async def test_a_new_creditor_takes_a_number_that_is_free(creditors: CreditorService) -> None:
    added = await creditors.add(creditor("0222"), "kari")
    assert await creditors.get("0222") == added
    with pytest.raises(Conflict, match="finnes fra før"):
        await creditors.add(creditor("0222", bank_accounts=()), "kari")


async def test_a_higher_threshold_closes_the_cases_under_it_and_a_lower_one_opens_them_again(
    store: Store, creditors: CreditorService, clock: FakeClock
) -> None:
    await put(store, case(1), claim(case(1)), case(2, threshold=100_00), claim(case(2)), case(3), claim(case(3)))
    payments = PaymentService(store, clock)
    for number in (case(1).id, case(2).id):
        await payments.add(number, 700_00, TODAY, "kari")
    raised = await creditors.change(replace(await creditors.get("0221"), threshold=500_00), "kari")
    assert (raised.closed, raised.reopened) == ((case(1).id,), ())
    lowered = await creditors.change(replace(raised.creditor, threshold=210_00), "kari")
    assert (lowered.closed, lowered.reopened) == ((), (case(1).id,))
    assert [each.status for each in await store.find(Case, "creditor", "0221")] == ["open"] * 3


async def test_another_order_covers_anew_what_no_voucher_carries(
    store: Store, creditors: CreditorService, clock: FakeClock
) -> None:
    await put(store, case(1), claim(case(1)), fee(case(1)))
    paid = await PaymentService(store, clock).add(case(1).id, 38_00, TODAY, "kari")
    assert paid.covered("principal") == 38_00
    await creditors.change(
        replace(await creditors.get("0221"), coverage=("fees", "costs", "principal", "interest")), "kari"
    )
    stored = await store.get(Payment, paid.id)
    assert stored is not None
    assert (stored.covered("principal"), stored.covered("fees")) == (0, 38_00)


async def test_a_ledger_type_has_one_line_and_a_new_one_takes_its_place_only_when_told_to(
    creditors: CreditorService,
) -> None:
    seen, line = await creditors.get("0221"), LedgerLine(ledger_type="K010", account="2139999", flow="kort")
    with pytest.raises(Refused, match="K010 har alt en linje, med konto 2131010") as refused:
        await creditors.add_ledger_line(seen, line, "kari")
    assert refused.value.code == "ledger_line_exists"
    changed = await creditors.add_ledger_line(seen, line, "kari", replacing=True)
    assert changed.ledger_lines == (line, LedgerLine(ledger_type="K020", account="2131020"))
    more = await creditors.add_ledger_line(changed, LedgerLine(ledger_type="K030", account="2131030"), "kari")
    assert [each.ledger_type for each in more.ledger_lines] == ["K010", "K020", "K030"]


async def test_a_ledger_line_is_deleted_and_what_led_to_it_is_told(
    store: Store, creditors: CreditorService, clock: FakeClock
) -> None:
    await put(store, case(1), claim(case(1)), case(2, status="paused"), case(3, status="closed"))
    await put(store, case(4, department="K020"))
    await PaymentService(store, clock).add(case(1).id, 50_00, TODAY, "kari")
    use = await creditors.ledger_use("0221", "K010")
    assert (use.cases, use.payments, use.amount) == (2, 1, 50_00)
    seen = await creditors.get("0221")
    assert (await creditors.delete_ledger_line(seen, "K010", "kari")).ledger_line("K010") is None
    with pytest.raises(NotFound):
        await creditors.delete_ledger_line(await creditors.get("0221"), "K010", "kari")


async def test_an_account_is_added_and_its_agreement_replaced_only_when_told_to(creditors: CreditorService) -> None:
    added = await creditors.add_bank_account(
        await creditors.get("0221"), BankAccount(account=OTHER_ACCOUNT, kid_lengths=(8, 13)), "kari"
    )
    assert [each.account for each in added.bank_accounts] == [ACCOUNT, OTHER_ACCOUNT]
    other = BankAccount(account=ACCOUNT, kid_check="mod11")
    with pytest.raises(Refused) as refused:
        await creditors.add_bank_account(added, other, "kari")
    assert refused.value.code == "bank_account_exists"
    replaced = await creditors.add_bank_account(added, other, "kari", replacing=True)
    assert replaced.bank_accounts == (other, added.bank_accounts[1])


async def test_an_account_of_another_creditor_is_refused_by_its_number(creditors: CreditorService) -> None:
    await creditors.add(creditor("0222"), "kari")
    with pytest.raises(InvalidInput, match="hører til kreditor 0222"):
        await creditors.add_bank_account(await creditors.get("0221"), BankAccount(account=OTHER_ACCOUNT), "kari")


async def test_an_account_is_not_deleted_while_payments_on_it_wait(
    store: Store, creditors: CreditorService, clock: FakeClock
) -> None:
    bank = BankReference(account=ACCOUNT, transaction_type="10")
    await put(store, unplaced(date=D1, bank=bank))
    seen = await creditors.get("0221")
    with pytest.raises(Refused, match="har 1 uplassert innbetaling") as refused:
        await creditors.delete_bank_account(seen, ACCOUNT, "kari")
    assert refused.value.code == "payments_wait"
    await PaymentService(store, clock).dismiss(unplaced().id, "Ikke vår", "kari")
    assert (await creditors.delete_bank_account(seen, ACCOUNT, "kari")).bank_accounts == ()
    with pytest.raises(NotFound):
        await creditors.delete_bank_account(await creditors.get("0221"), ACCOUNT, "kari")
