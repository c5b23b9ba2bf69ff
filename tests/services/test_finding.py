"""Finding a case by what is in hand, and what a line on the screen is about."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from data.documents import Column, Delivery, Payment, Receipt, Section, Voucher, VoucherLine
from data.store import Store
from services.finding import FindService
from services.mentions import cases_mentioned
from services.recents import MOST, RecentCases
from tests.builders import D1, TODAY, case, claim, number_of, put
from tests.services.fakes import FakeClock

A, B, C = number_of(1), number_of(2), number_of(3)
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.fixture
async def finding(store: Store, clock: FakeClock) -> FindService:
    """Kari Testesen with an invoice, a firm, and Åse Testesdatter."""
    kari = case(1, name="Kari Testesen")
    debtor = replace(kari.debtor, email="kari@testvik.invalid", mobile="+47 900 00 123", national_id="01810100000")
    firm = case(2, name="Prøve Transport AS")
    await put(
        store,
        replace(kari, debtor=debtor),
        claim(A),
        replace(firm, debtor=replace(firm.debtor, org_number="999000111", national_id="", email="", mobile="")),
        replace(case(3, name="Åse Testesdatter"), old_number="GML-77"),
    )
    return FindService(store, clock, "kari")


async def found(finding: FindService, text: str) -> list[tuple[str, str]]:
    return [(hit.row.case.id, hit.why) for hit in await finding.find(text)]


async def test_each_hit_says_why_it_is_one(finding: FindService) -> None:
    assert await found(finding, A) == [(A, "saksnummer")]
    assert await found(finding, case(1).kid) == [(A, "KID")]
    assert await found(finding, claim(A).kid) == [(A, "KID")]
    assert await found(finding, claim(A).invoice) == [(A, "fakturanummer")]
    assert await found(finding, "018101 00000") == [(A, "fødselsnummer"), (C, "fødselsnummer")]
    assert await found(finding, "999 000 111") == [(B, "org.nr.")]
    assert await found(finding, "90000123") == [(A, "telefon")]
    assert await found(finding, "kari@testvik") == [(A, "e-post")]
    assert await found(finding, "gml-77") == [(C, "gammelt nr.")]
    assert await found(finding, "testesen kari") == [(A, "navn")]
    assert await found(finding, f"kari {claim(A).invoice}") == [(A, "navn, fakturanummer")]


@pytest.mark.parametrize("typed", ["Testesne", "Kri Testesen", "testessen", "Tsetesen", "kari testsen"])
async def test_a_name_that_is_typed_wrong_is_near(finding: FindService, typed: str) -> None:
    assert (A, "navn ligner") in await found(finding, typed)


async def test_what_is_exactly_it_comes_first_then_what_begins_so_then_what_is_near(
    store: Store, finding: FindService
) -> None:
    await put(store, case(4, name="Testes Ola"), case(5, name="Tostes Ola"))
    assert await found(finding, "testes") == [
        (number_of(4), "navn"),
        (A, "navn"),
        (C, "navn"),
        (number_of(5), "navn ligner"),
    ]


async def test_a_case_is_found_by_a_payment_voucher_and_receipt(store: Store, finding: FindService) -> None:
    await put(
        store,
        Payment(id="B0000007", case=A, creditor="0221", source="ocr", date=D1, amount=1_234_50),
        _voucher("KK2-0221-20261120-001-R", A, B),
        Delivery(id="KK2-0221-20261120-001-R", voucher_number="B1042", visma_id="V000001"),
        _receipt("K000003", C),
    )
    assert await found(finding, "1 234,50") == [(A, "innbetalt beløp")]
    assert await found(finding, "kk2-0221-20261120-001-r") == [(A, "bilag"), (B, "bilag")]
    assert await found(finding, "b1042") == [(A, "bilag"), (B, "bilag")]
    assert await found(finding, "v000001") == [(A, "bilag"), (B, "bilag")]
    assert await found(finding, "K000003") == [(C, "kvittering")]


@pytest.mark.parametrize("text", ["", "  ", "%", '"', "zzzz", "9999999", "1,2,3", "x" * 500])
async def test_what_is_not_there_is_not_found(finding: FindService, text: str) -> None:
    assert await finding.find(text) == []


async def test_a_line_is_about_the_cases_that_its_numbers_lead_to(store: Store, finding: FindService) -> None:
    await put(
        store,
        Payment(id="B0000007", case=A, creditor="0221", source="ocr", date=D1, amount=1_00),
        _voucher("KK2-0221-20261120-001-R", A, B),
        _receipt("K000003", C),
    )
    assert await cases_mentioned(store, [f"Flyttet fra {B} til {A}.", "B0000007"]) == [B, A]
    assert await cases_mentioned(store, ["0221-99999999 er ikke her", f"KID {case(3).kid}."]) == [C]
    assert await cases_mentioned(store, ["Innbetaling B0000007 er lagt i bilag KK2-0221-20261120-001-R."]) == [A]
    assert await cases_mentioned(store, ["KK2-0221-20261120-001-R"]) == [A, B]
    assert await cases_mentioned(store, ["K000003", "Nye saker"]) == [C]
    assert await cases_mentioned(store, [claim(A).invoice]) == [A]
    assert await cases_mentioned(store, ["Sum", "1 234,50", ""]) == []
    assert [row.case.id for row in await finding.about([A, B])] == [A, B]


async def test_recent_cases_are_remembered_for_the_handler_the_last_first(store: Store) -> None:
    recents = RecentCases(store, "kari")
    for number in (A, B, C, A):
        recents.opened(number)
    await recents.keep()
    assert await RecentCases(store, "kari").numbers() == [A, C, B]
    assert await RecentCases(store, "ola").numbers() == []


async def test_two_sessions_of_a_handler_share_what_they_opened(store: Store) -> None:
    one, other = RecentCases(store, "kari"), RecentCases(store, "kari")
    one.opened(A)
    await one.keep()
    other.opened(B)
    await other.keep()
    assert await one.numbers() == [A, B]
    for serial in range(30):
        one.opened(number_of(serial))
    await one.keep()
    assert len(await other.numbers()) == MOST


async def test_the_previous_case_is_another_one_that_is_still_there(store: Store, finding: FindService) -> None:
    recents = RecentCases(store, "kari")
    assert await recents.previous() is None
    for number in (B, "0221-99999999", A):
        recents.opened(number)
    assert await recents.previous(A) == B
    assert await recents.previous() == A


async def test_remembering_leaves_no_line_in_the_trail(store: Store) -> None:
    before, recents = await store.last_change(), RecentCases(store, "kari")
    recents.opened(A)
    await recents.keep()
    await recents.keep()
    assert await store.last_change() == before


def _voucher(reference: str, *cases: str) -> Voucher:
    return Voucher(
        id=reference,
        creditor="0221",
        date=TODAY,
        kind="R",
        company="1",
        voucher_type="IK",
        approve=False,
        text=reference,
        amount=0,
        lines=tuple(VoucherLine(account="1500", amount=-1, case=each) for each in cases),
        payments=(),
        created=NOW,
        actor="kari",
    )


def _receipt(number: str, case: str) -> Receipt:
    section = Section(title="Saker", columns=(Column(title="Sak", kind="case"),), rows=((case,), (None,)))
    return Receipt(id=number, kind="cases", time=NOW, actor="kari", title="Nye saker", sections=(section,))
