"""Finding the invoices: each claim once, resumed after a break, chosen by hand, and written back."""

import asyncio

import pytest

from data.documents import Claim, Receipt
from data.errors import NotFound
from data.store import Store
from services.errors import InvalidInput, Refused
from services.visma.port import VismaUnreachable
from tests.builders import case, claim, put
from tests.services.conversion.conftest import OpenOffice
from tests.services.conversion.files import OLD, claim_row, kid, stored_invoice
from tests.services.conversion.office import Office

SECOND = "0221-00000040"


async def states(office: Office) -> dict[str, str]:
    return {invoice: link.state for invoice, link in (await office.links()).items()}


async def test_a_claim_is_found_by_number_then_kid_then_customer(open_office: OpenOffice) -> None:
    by_kid, by_customer = stored_invoice(2, number="K2"), stored_invoice(3, number="K3", kid="")
    office = await open_office({"F1": stored_invoice(1), "F2": by_kid, "F3": by_customer})
    await office.read(claim_row(1), claim_row(2), claim_row(3, "77/12", kundenummer="7"), claim_row(4, "78/12"))
    found = await office.conversion.match("kari")
    assert (found.asked, found.linked, found.several, found.none) == (4, 3, 0, 1)
    claims, links = await office.claims(), await office.links()
    assert {key: each.visma_id for key, each in claims.items()} == {
        "900001": "F1",
        "900002": "F2",
        "900003": "F3",
        "900004": "",
    }
    notes = [links[key].note for key in ("900001", "900002", "900003", "900004")]
    assert notes == ["funnet på fakturanummer", "funnet på KID", "funnet på kunde", "ikke funnet i Visma"]


async def test_the_case_numbers_are_written_back(open_office: OpenOffice) -> None:
    office = await open_office({"F1": stored_invoice(1), "F2": stored_invoice(2)})
    await office.read(claim_row(1), claim_row(2, "77/12"))
    found = await office.conversion.match("kari")
    assert (found.written_back, found.pending_write_back) == (2, 0)
    new = (await office.claims())["900002"].case
    assert [await office.external_number(number) for number in ("900001", "900002")] == [OLD, new]
    assert {each.written_back for each in (await office.claims()).values()} == {"done"}


async def test_nothing_is_written_back_for_a_claim_that_has_no_invoice_yet(open_office: OpenOffice) -> None:
    office = await open_office()
    await office.read(claim_row(1))
    assert await office.case_import.write_back("kari") == 0
    assert (await office.claims())["900001"].written_back == "unlinked"


async def test_what_the_older_system_did_not_know_comes_from_visma(open_office: OpenOffice) -> None:
    office = await open_office({"F1": stored_invoice(1), "F2": stored_invoice(2)})
    await office.read(claim_row(1, tekst="Tilfeldig fakturering", kid=""), claim_row(2, tekst="Barnehage mai"))
    await office.conversion.match("kari")
    claims = await office.claims()
    assert (claims["900001"].text, claims["900001"].kid, claims["900001"].customer) == (
        "Barnehage 1 i Visma",
        kid(1),
        "7",
    )
    assert claims["900002"].text == "Barnehage mai"
    assert (await office.cases())[0].debtor.customer == "7"


async def test_a_search_that_broke_off_goes_on_where_it_was(open_office: OpenOffice) -> None:
    office = await open_office({f"F{n}": stored_invoice(n) for n in range(1, 8)}, page_size=2)
    await office.read(*(claim_row(n, f"A{n}") for n in range(1, 8)))
    office.visma.left["find_invoices"] = 2
    broken = await office.conversion.match("kari")
    assert (broken.asked, broken.linked, broken.written_back) == (4, 4, 0)
    assert broken.stopped == "Får ikke kontakt med Visma. Ingenting er sendt."
    with pytest.raises(VismaUnreachable):
        await office.conversion.match("kari")
    office.visma.left.clear()
    office.visma.questions.clear()
    rest = await office.conversion.match("kari")
    assert (rest.asked, rest.linked, rest.written_back, rest.pending_write_back) == (3, 3, 7, 0)
    assert len(office.visma.questions) == 3


async def test_case_numbers_that_could_not_be_written_wait(open_office: OpenOffice) -> None:
    office = await open_office({"F1": stored_invoice(1)})
    await office.read(claim_row(1))
    office.visma.left["write_case_numbers"] = 0
    found = await office.conversion.match("kari")
    assert (found.linked, found.written_back, found.pending_write_back) == (1, 0, 1)
    assert found.stopped
    office.visma.left.clear()
    assert (await office.conversion.match("kari")).written_back == 1
    assert await office.external_number("900001") == OLD


async def test_several_wait_for_the_handler_who_chooses_one(open_office: OpenOffice) -> None:
    twins = {"F1": stored_invoice(1), "F2": stored_invoice(1, customer="8")}
    office = await open_office(twins)
    await office.read(claim_row(1))
    found = await office.conversion.match("kari")
    assert (found.linked, found.several) == (0, 1)
    (left,) = await office.conversion.unlinked()
    assert [(each.visma_id, each.name) for each in left.link.candidates] == [
        ("F1", "Kari Testesen"),
        ("F2", "Ola Prøvesen"),
    ]
    chosen = await office.conversion.choose(left.claim.id, "F2", "ola")
    assert (chosen.visma_id, chosen.customer, chosen.written_back) == ("F2", "8", "done")
    assert await states(office) == {"900001": "linked"}
    assert "koblet til faktura 900001 i Visma (valgt for hånd)" in (await office.log(OLD))[-1]


async def test_only_a_candidate_can_be_chosen_and_only_once(open_office: OpenOffice) -> None:
    office = await open_office({"F1": stored_invoice(1), "F2": stored_invoice(1, customer="8")})
    await office.read(claim_row(1))
    await office.conversion.match("kari")
    key = (await office.claims())["900001"].id
    for wrong, code in (("F9", "not_a_candidate"), ("", "not_a_candidate")):
        with pytest.raises(Refused) as refused:
            await office.conversion.choose(key, wrong, "kari")
        assert refused.value.code == code
    await office.conversion.choose(key, "F1", "kari")
    with pytest.raises(Refused) as again:
        await office.conversion.choose(key, "F2", "kari")
    assert again.value.code == "linked"
    with pytest.raises(NotFound):
        await office.conversion.choose("0221-00000999/1", "F1", "kari")


async def test_an_invoice_that_another_claim_has_is_never_given_away(store: Store, open_office: OpenOffice) -> None:
    await put(store, case(1), claim(case(1), visma_id="F1"))
    office = await open_office({"F1": stored_invoice(1)})
    await office.read(claim_row(1))
    found = await office.conversion.match("kari")
    assert (found.linked, found.none) == (0, 1)
    assert (await office.links())["900001"].note == "fakturaen hører til sak 0221-00000001"
    assert await office.conversion.find((await office.claims())["900001"].id, "900001", "kari") == ()


async def test_two_claims_with_one_invoice_do_not_share_it(open_office: OpenOffice) -> None:
    office = await open_office({"F1": stored_invoice(1)})
    await office.read(claim_row(1), claim_row(1, SECOND))
    found = await office.conversion.match("kari")
    assert (found.linked, found.none) == (1, 1)
    claims = await office.store.find_many(Claim, "case", [OLD, SECOND])
    assert sorted(each.visma_id for each in claims) == ["", "F1"]


async def test_an_invoice_is_found_by_another_key_and_chosen(open_office: OpenOffice) -> None:
    office = await open_office({"F5": stored_invoice(5, "8")})
    await office.read(claim_row(1))
    await office.conversion.match("kari")
    key = (await office.claims())["900001"].id
    for words in ("900005", kid(5), "8"):
        (hit,) = await office.conversion.find(key, words, "kari")
        assert hit.visma_id == "F5"
    assert await states(office) == {"900001": "several"}
    with pytest.raises(InvalidInput):
        await office.conversion.find(key, " ", "kari")
    assert (await office.conversion.choose(key, "F5", "kari")).visma_id == "F5"


async def test_a_claim_without_an_invoice_in_visma_is_left_so_with_a_reason(open_office: OpenOffice) -> None:
    office = await open_office()
    await office.read(claim_row(1))
    await office.conversion.match("kari")
    key = (await office.claims())["900001"].id
    with pytest.raises(InvalidInput):
        await office.conversion.without(key, " ", "kari")
    done = await office.conversion.without(key, "Eldre enn Visma", "kari")
    assert (done.visma_id, done.written_back) == ("", "none")
    counts = await office.conversion.counts()
    assert (counts.unlinked, counts.without, counts.pending_write_back) == (0, 1, 0)
    assert (await office.conversion.match("kari")).asked == 0


async def test_a_case_number_that_visma_has_from_before_is_told(open_office: OpenOffice) -> None:
    office = await open_office({"F1": stored_invoice(1, case_number="77/12")})
    await office.read(claim_row(1, "77/12"))
    found = await office.conversion.match("kari")
    assert (found.linked, found.written_back) == (1, 0)
    claim = (await office.claims())["900001"]
    assert (claim.visma_id, claim.written_back, claim.write_back_note) == ("F1", "taken", "77/12")


async def test_the_receipt_tells_what_is_linked_what_is_left_and_where_sums_differ(open_office: OpenOffice) -> None:
    office = await open_office({"F1": stored_invoice(1, paid=300_00), "F2": stored_invoice(2)})
    await office.read(claim_row(1), claim_row(2), claim_row(3))
    found = await office.conversion.match("kari")
    receipt = await office.store.get(Receipt, found.receipt)
    assert receipt is not None
    left, linked, different = receipt.sections
    assert left.rows == ((OLD, "Kari Testesen", "900003", "ikke funnet i Visma"),)
    assert [row[2] for row in linked.rows] == ["900001", "900002"]
    assert different.rows == ((OLD, "900001", 1_000_00, 700_00),)
    assert receipt.warnings[0].startswith("1 fordring har en annen rest i Visma enn her.")


async def test_two_searches_at_once_link_each_claim_once(open_office: OpenOffice) -> None:
    office = await open_office({f"F{n}": stored_invoice(n) for n in range(1, 6)}, page_size=2)
    await office.read(*(claim_row(n, f"A{n}") for n in range(1, 6)))
    await asyncio.gather(office.conversion.match("kari"), office.conversion.match("ola"))
    assert [each.visma_id for _, each in sorted((await office.claims()).items())] == ["F1", "F2", "F3", "F4", "F5"]
    logs = [await office.log(each.id) for each in await office.cases()]
    assert {sum("er koblet" in line for line in log) for log in logs} == {1}
