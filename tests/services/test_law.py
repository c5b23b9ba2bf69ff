"""Lovverk: what there is to read, and finding it."""

import pytest

from data.documents import NoticeFee
from data.store import Store
from services.law import LawService, fee_amounts, period


async def test_the_newest_rates_come_first_and_the_laws_as_they_are(store: Store) -> None:
    book = await LawService(store).read()
    assert period(book.interest[0]) == "01.07.2026 – 31.12.2026"
    assert book.known_until == book.interest[0].valid_to
    assert period(book.fees[0]) == "01.01.2026 –"
    assert book.laws[0].number == "LOV-1988-05-13-26"


@pytest.mark.parametrize(
    ("text", "laws", "interest", "fees"),
    [
        ("foreldelse", ["LOV-1979-05-18-18"], [], []),
        ("FOR-2026-06-25", [], ["2026-07-01"], []),
        ("12,25 2025", [], ["2025-07-01"], []),
        ("113,00", [], [], ["2026-01-01"]),
        ("finnes ikke", [], [], []),
    ],
)
async def test_every_word_is_looked_for_in_everything(
    store: Store, text: str, laws: list[str], interest: list[str], fees: list[str]
) -> None:
    found = (await LawService(store).read()).having(text)
    assert [law.number for law in found.laws] == laws
    assert [rate.id for rate in found.interest] == interest
    assert [row.id for row in found.fees] == fees


async def test_nothing_looked_for_is_all_of_it(store: Store) -> None:
    book = await LawService(store).read()
    assert book.having("  ") == book


async def test_fees_are_told_in_whole_kroner_and_not_where_the_inkassosats_is_unknown(store: Store) -> None:
    rows = {row.id: row for row in (await LawService(store).read()).fees}
    assert fee_amounts(rows["2026-01-01"]) == (38_00, 38_00, 113_00)
    assert fee_amounts(rows["2020-10-01"]) == (35_00, 35_00, 105_00)
    unknown: list[NoticeFee] = [row for row in rows.values() if row.base is None]
    assert [fee_amounts(row) for row in unknown] == [None] * len(unknown)
