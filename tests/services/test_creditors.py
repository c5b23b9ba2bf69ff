"""Creditors as an administrator writes them: loaded whole or not at all, with all that is wrong told at once."""

from typing import Any

import msgspec
import pytest

from data.documents import Creditor
from data.errors import NotFound
from data.store import Store
from services.creditors import CreditorService, to_file
from services.errors import InvalidInput
from tests.builders import ACCOUNT, OTHER_ACCOUNT, creditor


def file(*creditors: Creditor, **more: Any) -> bytes:
    shapes = [dict(to_file(each)) | more for each in creditors]
    return msgspec.json.encode(shapes[0] if len(shapes) == 1 else shapes)


@pytest.fixture
def creditors(store: Store) -> CreditorService:
    return CreditorService(store)


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
        ({"threshold": -1}, "threshold"),
        ({"coverage": ["principal", "costs", "fees"]}, "coverage"),
        ({"coverage": ["principal", "costs", "fees", "fees"]}, "coverage"),
        ({"bank_accounts": [{"account": "12345678912"}]}, "bank_accounts"),
        ({"bank_accounts": [{"account": OTHER_ACCOUNT, "kid_lengths": [1]}]}, "bank_accounts"),
        ({"bank_accounts": [{"account": OTHER_ACCOUNT, "kid_lengths": []}]}, "bank_accounts"),
        ({"bank_accounts": [{"account": ACCOUNT}]}, "bank_accounts"),
        ({"accounting": {"voucher_type": "IK", "bank": "", "interest": "1", "fees": "2"}}, "accounting"),
        ({"ledger_lines": [{"ledger_type": "K010", "account": "1"}] * 2}, "ledger_lines"),
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
        msgspec.structs.replace(one, bank_accounts=two.bank_accounts),
        msgspec.structs.replace(two, bank_accounts=one.bank_accounts),
    ]
    await creditors.load(file(*swapped), "kari")
    assert (await creditors.get("0221")).bank_accounts == two.bank_accounts
