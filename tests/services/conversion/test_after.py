"""After the conversion: bank files, the proposal and the payments in Visma work on the cases as on any other."""

from pathlib import Path

from data.documents import Payment
from services.bank.kid import make_kid
from services.visma.port import VismaPort
from tests.builders import D2, TODAY, bank_file, paid
from tests.services.conversion.conftest import OpenOffice
from tests.services.conversion.files import OLD, claim_row, kid, other_row, stored_invoice
from tests.services.conversion.office import Office

VISMA_DAY = "2026-11-23"


def movement(serial: int, amount: int, date: str, visma_id: str = "F1") -> dict[str, object]:
    """A payment in Visma's ledger."""
    return {
        "serial": serial,
        "company": "1",
        "type": "30-INNBETALING",
        "visma_id": visma_id,
        "voucher_number": str(serial),
        "date": date,
        "amount": -amount,
    }


async def payments(office: Office, case: str = OLD) -> list[Payment]:
    return await office.store.find(Payment, "case", case)


async def test_a_bank_file_finds_a_converted_case_by_its_kid_and_by_its_claims(open_office: OpenOffice) -> None:
    office = await open_office({"F1": stored_invoice(1)})
    await office.read(claim_row(1))
    await office.conversion.match("kari")
    file = bank_file(office.folder / "ocr", [paid(100_00, make_kid("0221", 38)), paid(50_00, kid(1))])
    done = await office.bank.run(file, "kari")
    assert (done.status, done.placed, done.unplaced) == ("imported", 2, 0)
    assert {each.covered("principal") for each in await payments(office)} == {100_00, 50_00}


async def test_its_payments_are_posted_on_the_invoice_in_visma(open_office: OpenOffice) -> None:
    office = await open_office({"F1": stored_invoice(1)})
    await office.read(claim_row(1), other_row("innbetaling", "200"))
    await office.conversion.match("kari")
    await office.bank.run(bank_file(office.folder / "ocr", [paid(100_00, kid(1))]), "kari")
    (voucher,) = (await office.posting.proposal()).ready
    (line,) = [each for each in voucher.lines if each.case]
    assert (voucher.amount, line.visma_id, line.customer, line.invoice) == (100_00, "F1", "7", "900001")
    await office.posting.freeze("kari")
    await office.delivery.send("kari")
    rows = await office.delivery.rows()
    assert [each.delivery.state for each in rows] == ["delivered"]


async def test_a_payment_waits_while_the_claims_invoice_is_not_known(open_office: OpenOffice) -> None:
    office = await open_office()
    await office.read(claim_row(1))
    await office.payments.add(OLD, 100_00, D2, "kari")
    waiting = await office.posting.proposal()
    assert [(each.code, each.case) for each in waiting.problems] == [("not_linked", OLD)]
    assert waiting.ready == ()
    key = (await office.claims())["900001"].id
    await office.conversion.without(key, "Eldre enn Visma", "kari")
    (voucher,) = (await office.posting.proposal()).ready
    assert (voucher.lines[1].visma_id, voucher.lines[1].invoice) == ("", "900001")


async def test_payments_in_visma_after_the_conversion_come_onto_the_case(open_office: OpenOffice) -> None:
    office = await open_office(
        {"F1": stored_invoice(1)},
        transactions=[
            movement(1, 300_00, "2026-10-01"),
            movement(2, 50_00, VISMA_DAY),
            movement(3, 70_00, TODAY.isoformat()),
        ],
    )
    await office.read(claim_row(1, oppdatert=VISMA_DAY), other_row("innbetaling", "300"))
    await office.conversion.match("kari")
    done = await office.visma_payments.run("kari")
    assert done.transactions == 3
    assert [(each.amount, each.posting) for each in await payments(office)] == [
        (300_00, "excluded"),
        (70_00, "not_ours"),
    ]
    (held,) = await office.payments.unplaced()
    assert (held.amount, held.unplaced) == (50_00, "before_case")


async def test_what_the_case_came_with_is_not_counted_again_when_all_of_visma_is_read(open_office: OpenOffice) -> None:
    history = [movement(serial, 10_00, "2026-09-15") for serial in range(1, 21)]
    office = await open_office({"F1": stored_invoice(1, paid=200_00)}, transactions=history)
    await office.read(claim_row(1), other_row("innbetaling", "200"))
    await office.conversion.match("kari")
    await office.visma_payments.run("kari")
    assert await office.payments.unplaced() == []
    assert [each.amount for each in await payments(office)] == [200_00]


async def test_an_invoice_that_a_converted_claim_may_be_is_not_taken_over_as_a_new_case(
    open_office: OpenOffice,
) -> None:
    run = {"run": 4711, "company": "1", "ledger_type": "K010", "status": "approved", "invoices": ["F1", "F2"]}
    office = await open_office({"F1": stored_invoice(1), "F2": stored_invoice(2)}, proposals=[run])
    await office.read(claim_row(1, "77/12"))
    (proposal,) = await office.case_import.waiting()
    assert (proposal.new, proposal.held_back) == (1, 1)
    taken = await office.case_import.run("kari")
    assert taken.invoices == 1
    assert "Faktura 900001 er ikke overtatt: den kan høre til sak 0221-00000001" in taken.warnings[0]
    await office.conversion.match("kari")
    assert {key: claim.visma_id for key, claim in (await office.claims()).items()} == {"900001": "F1", "900002": "F2"}


async def test_it_works_over_the_embedded_port_as_it_is(open_office: OpenOffice, tmp_path: Path) -> None:
    office = await open_office({"F1": stored_invoice(1)})
    port: VismaPort = office.simulator
    assert (await port.ping()).version
    await office.read(claim_row(1))
    found = await office.conversion.match("kari")
    assert (found.linked, await office.external_number("900001")) == (1, OLD)
