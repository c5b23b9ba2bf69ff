"""Taking cases over: which invoices share a case, imports that break off, and case numbers on their way back."""

import pytest
from msgspec.structs import replace

from data.documents import BankAccount, Case, Claim, Event, Fee, Receipt, Run
from data.errors import NotFound
from data.store import Store
from services.bank.kid import classify, make_kid
from services.case_import import CHECKS, CaseImport, ImportedCases
from services.errors import Refused
from services.visma.port import Proposal, VismaRefused, VismaUnreachable
from tests.builders import creditor, invoice, number_of, proposal, put, reminder
from tests.services.fakes import FakeClock, FakeVisma, Lost

UNREACHABLE = VismaUnreachable("Får ikke kontakt med Visma. Ingenting er sendt.")


class Town:
    """A Visma with proposals, and the import of them."""

    def __init__(self, store: Store, clock: FakeClock, *proposals: Proposal, page_size: int = 200) -> None:
        self.store = store
        self.visma = FakeVisma(*proposals)
        self.cases = CaseImport(store, self.visma, clock, page_size=page_size)

    async def run(self, run: int | None = None) -> ImportedCases:
        return await self.cases.run("kari", run)

    async def shared(self) -> list[list[str]]:
        """The invoices of each case, by visma id."""
        claims = [await self.store.find(Claim, "case", each.id) for each in (await self.store.page(Case)).items]
        return [[claim.visma_id for claim in of_case] for of_case in claims]


async def test_invoices_of_one_debtor_in_one_department_share_a_case(store: Store, clock: FakeClock) -> None:
    invoices = (invoice(1, 1), invoice(2, 2), invoice(3, 1), invoice(4, 1, department="K020"))
    town = Town(store, clock, proposal(4711, *invoices))
    done = await town.run()
    assert await town.shared() == [["F1", "F3"], ["F2"], ["F4"]]
    assert (done.run, done.invoices, done.written_back, done.pending_write_back) == (4711, 4, 4, 0)
    assert done.cases == (number_of(1), number_of(2), number_of(3))
    assert town.visma.case_numbers == {
        "F1": number_of(1),
        "F2": number_of(2),
        "F3": number_of(1),
        "F4": number_of(3),
    }


async def test_invoices_that_share_a_case_may_come_in_different_pages(store: Store, clock: FakeClock) -> None:
    invoices = [invoice(serial, 1 + serial % 2) for serial in range(1, 8)]
    town = Town(store, clock, proposal(4711, *invoices), page_size=3)
    await town.run()
    assert await town.shared() == [["F1", "F3", "F5", "F7"], ["F2", "F4", "F6"]]
    first = await store.find(Claim, "case", number_of(1))
    assert [claim.id for claim in first] == [f"{number_of(1)}/{serial}" for serial in (1, 2, 3, 4)]


async def test_an_invoice_that_comes_twice_in_a_page_is_one_claim(store: Store, clock: FakeClock) -> None:
    done = await Town(store, clock, proposal(4711, invoice(1), invoice(2, 2), invoice(1))).run()
    assert (done.invoices, await store.count(Claim)) == (2, 2)


async def test_the_same_debtor_gets_a_new_case_in_the_next_run(store: Store, clock: FakeClock) -> None:
    town = Town(store, clock, proposal(4711, invoice(1)), proposal(4712, invoice(2)))
    await town.run()
    await town.run()
    assert await town.shared() == [["F1"], ["F2"]]


async def test_the_case_is_what_visma_says_with_the_one_who_fetched_it_as_handler(
    store: Store, clock: FakeClock
) -> None:
    town = Town(store, clock, proposal(4711, invoice(1, unpaid=500_00), invoice(2, unpaid=700_00)))
    await town.run()
    made = await store.get(Case, number_of(1))
    assert made is not None
    assert (made.handler, made.run, made.department, made.status) == ("kari", "4711", "K010", "open")
    assert (made.opened, made.outstanding) == (clock.today(), 1_200_00)
    assert made.debtor.name == "Kari Testesen 1"
    assert [event.text for event in await store.find(Event, "case", made.id)] == [
        "Saken er overtatt fra Visma, kjøring 4711."
    ]


async def test_importing_again_makes_no_second_case(store: Store, clock: FakeClock) -> None:
    town = Town(store, clock, proposal(4711, invoice(1), invoice(2, 2)))
    await town.run()
    town.visma.case_numbers.clear()  # as if Visma had been put back
    with pytest.raises(Refused) as refused:
        await town.run()
    assert refused.value.code == "no_new_invoices"
    assert await store.count(Case) == 2
    assert await store.count(Claim) == 2


@pytest.mark.parametrize("invoices", [7, 6])
async def test_an_import_broken_off_between_pages_goes_on_where_it_was(
    store: Store, clock: FakeClock, invoices: int
) -> None:
    made = [invoice(serial, 1 + serial % 2) for serial in range(1, invoices + 1)]
    town = Town(store, clock, proposal(4711, *made), page_size=3)
    pages = -(-invoices // 3)
    town.visma.plan("fetch_proposals", *[None] * (pages + 1), UNREACHABLE)
    with pytest.raises(VismaUnreachable):
        await town.run()
    assert await store.count(Claim) == 3
    done = await town.run()
    assert await store.count(Claim) == invoices
    assert (done.invoices, done.written_back, done.cases) == (invoices, invoices, (number_of(1), number_of(2)))
    run = await store.get(Run, "1/4711")
    assert run is not None
    assert (run.state, run.cases, run.invoices) == ("done", 2, invoices)


async def test_an_import_that_lacked_only_its_end_gets_its_receipt(store: Store, clock: FakeClock) -> None:
    town = Town(store, clock, proposal(4711, invoice(1)), proposal(4712, invoice(2)))
    await town.run()
    done = await store.get(Run, "1/4711")
    assert done is not None
    await put(store, replace(done, state="started", cases=0, invoices=0))  # killed before the last transaction
    finished = await town.run()
    assert (finished.run, finished.cases, finished.invoices) == (4711, (number_of(1),), 1)
    assert (await town.run()).run == 4712


async def test_case_numbers_that_visma_could_not_take_wait_and_are_written_next_time(
    store: Store, clock: FakeClock
) -> None:
    town = Town(store, clock, proposal(4711, invoice(1), invoice(2, 2)))
    town.visma.plan("write_case_numbers", UNREACHABLE)
    done = await town.run()
    assert (done.written_back, done.pending_write_back) == (0, 2)
    assert done.warnings == (f"Saksnumrene er ikke skrevet tilbake: {UNREACHABLE.message}",)
    receipt = await store.get(Receipt, done.receipt)
    assert receipt is not None
    assert "2 saksnummer er ikke skrevet tilbake ennå; de prøves igjen neste gang." in receipt.summary
    with pytest.raises(Refused, match="2 saksnummer som ventet, er skrevet tilbake"):
        await town.run()
    assert await store.count(Claim, {"written_back": "pending"}) == 0


async def test_a_case_number_whose_answer_was_lost_is_written_again_without_harm(
    store: Store, clock: FakeClock
) -> None:
    town = Town(store, clock, proposal(4711, invoice(1)))
    town.visma.plan("write_case_numbers", Lost(UNREACHABLE))
    await town.run()
    assert await town.cases.write_back("kari") == 1
    assert town.visma.case_numbers == {"F1": number_of(1)}


async def test_writing_back_by_hand_tells_when_visma_does_not_answer_and_keeps_what_was_written(
    store: Store, clock: FakeClock
) -> None:
    town = Town(store, clock, proposal(4711, *[invoice(serial, serial) for serial in (1, 2, 3)]), page_size=2)
    town.visma.plan("write_case_numbers", UNREACHABLE, None, UNREACHABLE)
    await town.run()
    with pytest.raises(VismaUnreachable):
        await town.cases.write_back("kari")
    assert await store.count(Claim, {"written_back": "pending"}) == 1
    assert await town.cases.write_back("kari") == 1


async def test_an_invoice_that_got_another_case_meanwhile_is_told(store: Store, clock: FakeClock) -> None:
    town = Town(store, clock, proposal(4711, invoice(1), invoice(2, 2)))
    fetched = await town.visma.fetch_proposals("1", ["EWS"])
    town.visma.plan("fetch_proposals", fetched, fetched)
    town.visma.case_numbers["F2"] = "ANNEN-7"
    done = await town.run()
    assert done.warnings == (f"Faktura 900002 har fått sak ANNEN-7 i Visma, og er sak {number_of(2)} her.",)
    assert [claim.written_back for claim in await store.find(Claim, "case", number_of(2))] == ["taken"]
    assert done.pending_write_back == 0


async def test_an_invoice_that_visma_does_not_know_any_more_waits_with_the_reason(
    store: Store, clock: FakeClock
) -> None:
    town = Town(store, clock, proposal(4711, invoice(1)))
    town.visma.plan("write_case_numbers", UNREACHABLE)
    await town.run()
    town.visma.proposals.clear()
    assert await town.cases.write_back("kari") == 0
    [claim] = await store.find(Claim, "written_back", "pending")
    assert claim.write_back_note == "Visma kjenner ikke fakturaen"


async def test_an_invoice_that_another_case_holds_is_not_collected_twice_and_keeps_nobody_waiting(
    store: Store, clock: FakeClock
) -> None:
    taken = invoice(2, case_number="ANNEN-7")
    town = Town(store, clock, proposal(4711, invoice(1), taken), proposal(4712, invoice(3)))
    done = await town.run()
    assert done.invoices == 1
    assert done.warnings == ("Faktura 900002 er ikke overtatt: i Visma hører den til sak ANNEN-7.",)
    first = (await town.cases.waiting())[0]
    assert (first.run, first.new, first.held_back, first.ready) == (4711, 0, 1, False)
    assert first.note.startswith("1 fakturaer kan ikke overtas")
    assert (await town.run()).run == 4712


async def test_oppdragsgiver_tells_which_creditor_of_a_company_owns_the_invoice(store: Store, clock: FakeClock) -> None:
    await put(store, creditor("0222", company="1", name="Testvik havn"))
    invoices = (
        invoice(1, 1, client="0222"),
        invoice(2, 1, client="Testvik kommune"),
        invoice(3, 1, client="Testvik havn"),
        invoice(4, 1, client="0999"),
    )
    town = Town(store, clock, proposal(4711, *invoices))
    done = await town.run()
    assert await town.shared() == [["F2"], ["F1", "F3"]]
    assert done.cases == (number_of(1, "0222"), number_of(1))
    assert done.warnings == ("Faktura 900004 er ikke overtatt: oppdragsgiver «0999» er ingen kreditor her.",)


async def test_nothing_new_names_the_three_things_to_check_and_what_lies_there(store: Store, clock: FakeClock) -> None:
    spoilt = proposal(4713, invoice(3), status="distributed")
    town = Town(store, clock, proposal(4712, invoice(2), status="proposed"), spoilt)
    with pytest.raises(Refused) as refused:
        await town.run()
    assert refused.value.message.startswith("Ingen nye fakturaer på EWS")
    assert [each["check"] for each in refused.value.details if "check" in each] == list(CHECKS)
    assert [(each["run"], each["status"]) for each in refused.value.details if "run" in each] == [
        ("4712", "Forslag"),
        ("4713", "Distribuer"),
    ]
    assert await store.count(Case) == 0


async def test_a_distributed_proposal_is_refused_with_what_can_be_done(store: Store, clock: FakeClock) -> None:
    town = Town(store, clock, proposal(4713, invoice(1), status="distributed"))
    with pytest.raises(Refused, match="Bare Vismas brukerstøtte kan rette det") as refused:
        await town.run(4713)
    assert refused.value.code == "not_approved"
    town = Town(store, clock, proposal(4712, invoice(1), status="proposed"))
    with pytest.raises(Refused, match="har status Forslag"):
        await town.run(4712)


async def test_the_lowest_approved_run_comes_first_unless_one_is_asked_for(store: Store, clock: FakeClock) -> None:
    runs = [proposal(run, invoice(run)) for run in (4715, 4711, 4713)]
    town = Town(store, clock, *runs)
    assert (await town.run(4713)).run == 4713
    assert (await town.run()).run == 4711
    assert (await town.run()).run == 4715
    with pytest.raises(NotFound):
        await town.run(4799)


async def test_a_reminder_fee_above_the_rates_is_cut_with_a_warning(store: Store, clock: FakeClock) -> None:
    much = replace(invoice(1), reminders=(reminder(70_00),))
    early = replace(invoice(2, 2), reminders=(reminder(38_00, day=invoice(2).due.replace(day=25)),))
    fair = replace(invoice(3, 3), reminders=(reminder(38_00),))
    done = await Town(store, clock, proposal(4711, much, early, fair)).run()
    fees = {each.case: each for each in (await store.page(Fee)).items}
    assert {number: (each.amount, each.code, each.component) for number, each in fees.items()} == {
        number_of(1): (38_00, "PUR", "fees"),
        number_of(3): (38_00, "PUR", "fees"),
    }
    assert done.warnings == (
        "Purregebyr på faktura 900001 er 70,00; 38,00 er tatt med, det forskriften tillater.",
        "Purregebyr på faktura 900002 er 38,00; 0,00 er tatt med, det forskriften tillater.",
    )


@pytest.mark.parametrize("check", ["mod10", "mod11"])
async def test_case_numbers_and_kid_have_the_agreed_shape(store: Store, clock: FakeClock, check: str) -> None:
    stored = await store.get(type(creditor()), "0221")
    assert stored is not None
    account = BankAccount(account=stored.bank_accounts[0].account, kid_check="mod11" if check == "mod11" else "mod10")
    await put(store, replace(stored, bank_accounts=(account,)))
    await Town(store, clock, proposal(4711, *[invoice(serial, serial) for serial in range(1, 31)])).run()
    cases = (await store.page(Case)).items
    assert [each.id for each in cases] == [f"0221-{serial:08d}" for serial in range(1, 31)]
    assert all(classify(each.kid, (13,), account.kid_check) == "ok" for each in cases)
    assert all(each.kid.startswith(each.id.replace("-", "")) for each in cases)
    assert any(each.kid.endswith("-") for each in cases) == (check == "mod11")
    assert cases[0].kid == make_kid("0221", 1, account.kid_check)


async def test_the_receipt_lists_each_case_with_its_invoices_and_what_is_owed(store: Store, clock: FakeClock) -> None:
    town = Town(store, clock, proposal(4711, invoice(1, unpaid=500_00), invoice(2, unpaid=700_00), invoice(3, 2)))
    told: list[tuple[int, int, str]] = []
    done = await town.cases.run("kari", progress=lambda *each: told.append(each))
    receipt = await store.get(Receipt, done.receipt)
    assert receipt is not None
    assert (receipt.kind, receipt.title) == ("cases", "Import av nye saker, kjøring 4711")
    assert receipt.summary == (
        "2 saker av 3 fakturaer, utestående 2 200,03",
        "3 saksnummer skrevet tilbake til Visma",
    )
    assert receipt.sections[0].rows == (
        (number_of(1), "Kari Testesen 1", "K010", 2, 1_200_00),
        (number_of(2), "Kari Testesen 2", "K010", 1, 1_000_03),
    )
    assert told == [(3, 3, "fakturaer overtatt"), (3, 3, "saksnummer skrevet tilbake")]


async def test_a_refusal_of_case_numbers_does_not_stop_new_cases(store: Store, clock: FakeClock) -> None:
    town = Town(store, clock, proposal(4711, invoice(1)), proposal(4712, invoice(2)))
    refusal = VismaRefused("Visma svarte: ugyldig saksnummer", fault="SKJEMAFEIL")
    town.visma.plan("write_case_numbers", refusal, refusal, refusal)
    await town.run()
    assert (await town.run()).run == 4712
