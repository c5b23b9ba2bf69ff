"""Reading files in: which numbers the cases get, what they bring with them, and that nothing comes in twice."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from data.documents import Case, Claim, Conversion, Fee, Payment, Receipt
from data.store import Store
from services.bank.kid import make_kid
from services.conversion.file_reader import FileReader
from services.errors import InvalidInput, Refused
from tests.builders import TODAY, case, creditor, number_of, put
from tests.services.conversion.conftest import OpenOffice
from tests.services.conversion.files import OLD, claim_row, csv_file, kid, other_row
from tests.services.fakes import FailingStore, FakeClock


async def test_a_number_of_our_shape_is_kept_and_others_go_on_after_the_highest(open_office: OpenOffice) -> None:
    office = await open_office()
    read = await office.read(claim_row(1, "77/12"), claim_row(2, "0221-00000900"), claim_row(3, OLD))
    assert (read.status, read.cases, read.claims) == ("converted", 3, 3)
    numbers = {each.old_number: each.id for each in await office.cases()}
    assert numbers == {"77/12": number_of(901), "0221-00000900": number_of(900), OLD: OLD}
    assert read.renumbered == (("77/12", number_of(901)),)
    async with office.store.transaction("kari", "neste") as tx:
        assert await tx.serial("cases/0221") == 902


async def test_a_number_that_is_taken_here_is_replaced_and_found_by_search(
    store: Store, open_office: OpenOffice
) -> None:
    async with store.transaction("kari", "telleren") as tx:
        await tx.serials("cases/0221", 38)
    await put(store, case(38))
    office = await open_office()
    await office.read(claim_row(1, OLD))
    (made,) = [each for each in await office.cases() if each.old_number]
    assert (made.id, made.kid, made.old_number) == (number_of(39), make_kid("0221", 39), OLD)
    assert made.id in [each.id for each in await store.search(Case, OLD)]
    assert "der den var 0221-00000038 (saker.csv)" in (await office.log(made.id))[0]


async def test_the_kid_of_the_old_letters_is_kept_and_no_new_case_gets_it(open_office: OpenOffice) -> None:
    office = await open_office()
    old_kid = make_kid("0221", 50)
    await office.read(claim_row(1, "A1", sakskid=old_kid), claim_row(2, "A2"))
    assert {each.id: each.kid for each in await office.cases()} == {
        number_of(51): old_kid,
        number_of(52): make_kid("0221", 52),
    }


async def test_a_case_brings_claims_fees_and_payments_that_are_not_to_be_posted(open_office: OpenOffice) -> None:
    office = await open_office()
    rows = (
        claim_row(1, hovedstol="900", kundenummer="7", saksbehandler="ola", fodselsnummer="01810100000"),
        other_row("gebyr", "38", kode="PUR", fakturanummer="900001", dato="2026-09-10"),
        other_row("omkostning", "1314", tekst="Forliksklage", dato="2026-09-20"),
        other_row("innbetaling", "400", dato="2026-10-01"),
    )
    read = await office.read(*rows)
    assert (read.charges, read.payments, read.principal) == (2, 1, 900_00)
    made = await office.store.get(Case, OLD)
    assert made is not None
    assert (made.handler, made.department, made.debtor.customer, made.counted_until) == ("ola", "K010", "7", TODAY)
    assert made.outstanding == 900_00 + 38_00 + 1314_00 - 400_00
    (claim,) = await office.store.find(Claim, "case", OLD)
    assert (claim.visma_id, claim.written_back, claim.unpaid, claim.company) == ("", "unlinked", 900_00, "1")
    fees = await office.store.find(Fee, "case", OLD)
    assert [(each.component, each.claim, each.basis) for each in fees] == [
        ("fees", claim.id, "fra det gamle systemet"),
        ("costs", None, "Forliksklage"),
    ]
    (payment,) = await office.store.find(Payment, "case", OLD)
    assert (payment.source, payment.posting, payment.covered("principal")) == ("converted", "excluded", 400_00)
    assert (await office.posting.proposal()).payments == 0


async def test_what_the_older_system_posted_can_never_be_posted_again(open_office: OpenOffice) -> None:
    office = await open_office()
    await office.read(claim_row(1), other_row("innbetaling", "400"), claim_row(2, "0221-00000040"))
    (payment,) = await office.store.find(Payment, "case", OLD)
    with pytest.raises(Refused) as refused:
        await office.payments.set_posting(payment.id, True, "kari")
    moved = await office.payments.move(payment.id, "0221-00000040", "kari")
    with pytest.raises(Refused):
        await office.payments.set_posting(moved.id, True, "kari")
    assert refused.value.code == "posted"
    assert moved.posting == "excluded"


async def test_a_closed_case_stays_closed_and_one_that_owes_too_little_is_closed(open_office: OpenOffice) -> None:
    office = await open_office()
    read = await office.read(
        claim_row(1, status="avsluttet", avsluttet="01.05.2026"),
        claim_row(2, "0221-00000040", hovedstol="200"),
        other_row("innbetaling", "150", "0221-00000040"),
    )
    first, second = await office.cases()
    assert (first.status, first.closed_by_threshold) == ("closed", False)
    assert (second.status, second.closed_by_threshold) == ("closed", True)
    assert read.closed == (second.id,)


async def test_the_same_file_is_read_once(open_office: OpenOffice) -> None:
    office = await open_office()
    await office.read(claim_row(1))
    again = await office.read(claim_row(1), name="kopi.csv")
    assert (again.status, [each.code for each in again.findings]) == ("duplicate", ["duplicate_file"])
    assert len(await office.cases()) == 1
    assert await office.store.count(Receipt) == 1


async def test_a_case_that_was_read_from_another_file_is_left_alone(open_office: OpenOffice) -> None:
    office = await open_office()
    await office.read(claim_row(1), other_row("innbetaling", "100"))
    more = await office.read(
        claim_row(1), other_row("innbetaling", "100"), claim_row(2, "0221-00000040"), name="mer.csv"
    )
    assert (more.status, more.cases, more.known) == ("converted", 1, 1)
    assert [each.code for each in more.findings] == ["known_case"]
    assert await office.store.count(Payment) == 1


async def test_a_claim_that_an_earlier_file_lacked_is_refused(open_office: OpenOffice) -> None:
    office = await open_office()
    await office.read(claim_row(1))
    more = await office.read(claim_row(1), claim_row(2), name="mer.csv")
    assert (more.status, [each.code for each in more.errors]) == ("rejected", ["new_claim"])
    assert list(await office.claims()) == ["900001"]


async def test_what_only_the_store_knows_is_checked_too(store: Store, open_office: OpenOffice) -> None:
    await put(store, replace(case(1), kid=kid(77)))
    office = await open_office()
    read = await office.read(
        claim_row(1, "A1", kreditor="0999"),
        claim_row(2, "A2", saksbehandler="borte"),
        claim_row(3, "A3", avdeling="K999"),
        claim_row(4, "A4", sakskid=kid(77)),
    )
    assert read.status == "rejected"
    assert [(each.severity, each.line, each.code) for each in read.findings] == [
        ("error", 2, "unknown_creditor"),
        ("error", 3, "unknown_handler"),
        ("error", 5, "kid_taken"),
        ("warning", 4, "unknown_department"),
    ]
    assert len(await office.cases()) == 1


async def test_a_check_stores_nothing(open_office: OpenOffice) -> None:
    office = await open_office()
    checked = await office.conversion.check(csv_file(office.folder, claim_row(1)))
    assert (checked.status, checked.cases, checked.receipt) == ("valid", 1, "")
    assert await office.cases() == []
    assert (await office.read(claim_row(1))).status == "converted"


async def test_a_file_is_in_wholly_or_not_at_all(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    failing = FailingStore(store)
    failing.error = RuntimeError("borte")
    path = csv_file(tmp_path, claim_row(1), claim_row(2, "77/12"))
    with pytest.raises(RuntimeError):
        await FileReader(failing, clock).run(path, "kari")
    assert await store.count(Case) == await store.count(Claim) == await store.count(Conversion) == 0
    read = await FileReader(store, clock).run(path, "kari")
    assert (read.status, read.renumbered) == ("converted", (("77/12", number_of(39)),))


async def test_two_readings_at_once_make_one(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    path = csv_file(tmp_path, claim_row(1))
    readers = [FileReader(store, clock).run(path, "kari") for _ in range(2)]
    done = await asyncio.gather(*readers)
    assert sorted(each.status for each in done) == ["converted", "duplicate"]
    assert await store.count(Case) == 1


async def test_two_creditors_may_have_had_the_same_numbers(store: Store, open_office: OpenOffice) -> None:
    await put(store, creditor("0222"))
    office = await open_office()
    await office.read(claim_row(1, "77"), claim_row(2, "77", kreditor="0222"))
    assert [each.id for each in await office.cases()] == [number_of(1), number_of(1, "0222")]


async def test_a_file_that_cannot_be_opened_is_refused(open_office: OpenOffice) -> None:
    office = await open_office()
    with pytest.raises(InvalidInput) as refused:
        await office.conversion.read(office.folder / "borte.csv", "kari")
    assert refused.value.code == "unreadable"


async def test_the_receipt_shows_the_cases_with_both_numbers_and_texts_that_say_nothing(
    open_office: OpenOffice,
) -> None:
    office = await open_office()
    read = await office.read(claim_row(1, "77/12", tekst="Tilfeldig fakturering"))
    receipt = await office.store.get(Receipt, read.receipt)
    assert receipt is not None
    assert receipt.title == "Konvertering, saker.csv"
    assert receipt.sections[0].rows == ((number_of(1), "77/12", "Kari Testesen", 0, 1_000_00),)
    assert "«Tilfeldig fakturering», som ikke sier hva kravet gjelder" in receipt.warnings[0]
