"""Letters of a run: one for each case, with the e-mails that carry them, through breaks and changes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from data.documents import Case, Event, Fee, Letter, Mail, Receipt, Run
from data.errors import NotFound, StoreFull
from data.store import Store
from services.case_import import CaseImport, ImportedCases
from services.errors import Refused
from services.letters.correspondence import correspondence
from services.letters.rendering import TEMPLATE
from services.visma.port import Invoice, Proposal, VismaUnreachable
from tests.builders import creditor, invoice, number_of, proposal, put, reminder
from tests.services.fakes import FailingStore, FakeClock, FakeVisma

PLAIN = '#let letter(d) = [#d.case #metadata(none)#label("end-" + d.case)]'
FIRST = number_of(1)


class Office:
    """A Visma with proposals, the import of them, and the letters' services on a folder. Letters are quickly made."""

    def __init__(self, store: Store, clock: FakeClock, home: Path, *proposals: Proposal, **more: Any) -> None:
        self.store = store
        self.clock = clock
        self.home = home
        self.visma = FakeVisma(*proposals)
        self.post = correspondence(store, clock, home, **more)
        self.cases = CaseImport(store, self.visma, clock, letters=self.post.letters)
        (home / "templates").mkdir(exist_ok=True)
        self.use_template(PLAIN)

    def use_template(self, text: str) -> None:
        (self.home / "templates" / TEMPLATE).write_text(text, encoding="utf-8")
        self.post = correspondence(self.store, self.clock, self.home)
        self.cases = CaseImport(self.store, self.visma, self.clock, letters=self.post.letters)

    async def run(self) -> ImportedCases:
        return await self.cases.run("kari")

    async def all(self, kind: type[Any]) -> list[Any]:
        return (await self.store.page(kind, limit=2000)).items


def two_debtors(**more: Any) -> Proposal:
    return proposal(4711, invoice(1, 1, **more), invoice(2, 2, **more), invoice(3, 1, **more))


async def test_each_case_gets_one_letter_when_it_is_taken_over(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    office = Office(store, clock, tmp_path, two_debtors())
    done = await office.run()
    letters = await office.all(Letter)
    assert done.letters == 2
    assert [letter.case for letter in letters] == list(done.cases)
    assert [len(letter.claims) for letter in letters] == [2, 1]
    assert all(letter.run == "1/4711" for letter in letters)
    (receipt,) = await office.all(Receipt)
    assert "2 inkassovarsler laget" in receipt.summary


async def test_the_case_says_that_it_was_sent_and_until_when(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    office = Office(store, clock, tmp_path, two_debtors())
    await office.run()
    case = await store.get(Case, FIRST)
    assert case is not None
    assert (case.step, str(case.step_sent), str(case.step_date)) == ("IKV", "2026-11-24", "2026-12-08")
    assert case.outstanding == 1_000_01 + 1_000_03 + 38_00
    texts = [event.text for event in await store.find(Event, "case", FIRST)]
    assert texts[-1] == "Inkassovarsel er laget, frist 08.12.2026, gebyr 38,00."


async def test_the_fee_enters_the_case_only_when_the_law_allows_it(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    charged = (reminder(), replace(reminder(), date=replace_day(10)))
    office = Office(store, clock, tmp_path, proposal(4711, invoice(1, 1, reminders=charged), invoice(2, 2)))
    await office.run()
    fees = [fee for fee in await office.all(Fee) if fee.code == "IKV"]
    assert [(fee.case, fee.amount) for fee in fees] == [(number_of(2), 38_00)]


def replace_day(month: int) -> Any:
    return reminder().date.replace(month=month)


async def test_the_pdf_is_kept_as_it_was_sent(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    office = Office(store, clock, tmp_path, two_debtors())
    await office.run()
    ((letter, mail),) = [(each.letter, each.mail) for each in await office.post.letters.of_case(FIRST)]
    assert mail is not None
    assert mail.id == letter.mail
    sent = await office.post.letters.pdf(letter.id)
    office.use_template(PLAIN + " // endret")
    assert await office.post.letters.pdf(letter.id) == sent
    copy = await office.post.letters.save_copy(letter.id)
    assert copy == tmp_path / "outbox" / f"{FIRST}-IKV.pdf"
    assert copy.read_bytes() == sent


async def test_a_pdf_that_was_changed_is_not_handed_out(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    office = Office(store, clock, tmp_path, two_debtors())
    await office.run()
    letter = (await office.post.letters.of_case(FIRST))[0].letter
    (tmp_path / "letters" / f"{letter.pdf}.pdf").write_bytes(b"noe annet")
    with pytest.raises(NotFound, match="mangler eller er endret"):
        await office.post.letters.pdf(letter.id)
    with pytest.raises(NotFound):
        await office.post.letters.pdf("0221-99999999/IKV")


# --- the e-mails ---


async def test_a_run_is_one_mail_with_all_its_letters(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    office = Office(store, clock, tmp_path, two_debtors())
    await office.run()
    (mail,) = await office.all(Mail)
    assert (mail.to, mail.letters, mail.state) == ("kari@testvik.invalid", 2, "queued")
    assert mail.subject == "Inkassovarsler, kjøring 4711: 2 saker"
    assert number_of(1) in mail.text
    assert number_of(2) in mail.text
    assert "Testesen" not in mail.text
    assert {letter.mail for letter in await office.all(Letter)} == {mail.id}


async def test_each_letter_is_a_mail_when_the_creditor_wants_it(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    before = await store.get(type(creditor()), "0221")
    assert before is not None
    await put(store, replace(before, letters="each"))
    office = Office(store, clock, tmp_path, two_debtors())
    await office.run()
    mails = {mail.id: mail for mail in await office.all(Mail)}
    for letter in await office.all(Letter):
        mail = mails.pop(letter.mail)
        assert mail.subject == f"Inkassovarsel, sak {letter.case}"
        assert [each.pdf for each in mail.attachments] == [letter.pdf]
    assert mails == {}


async def test_message_ids_are_the_senders_and_never_the_same(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    office = Office(store, clock, tmp_path)
    post = correspondence(store, clock, tmp_path, sender="Testvik <kk2@testvik.invalid>")
    office.visma.proposals = [two_debtors()]
    await CaseImport(store, office.visma, clock, letters=post.letters).run("kari")
    (mail,) = await office.all(Mail)
    assert mail.message_id.startswith("<m0000001.")
    assert mail.message_id.endswith("@testvik.invalid>")


async def test_without_a_server_the_mails_are_files(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    office = Office(store, clock, tmp_path, two_debtors())
    await office.run()
    assert (await office.post.mail.send("kari")).sent == 1
    (mail,) = await office.all(Mail)
    assert [path.name for path in (tmp_path / "outbox" / "mail").iterdir()] == [f"{mail.message_id[1:-1]}.eml"]


# --- what goes wrong ---


async def test_a_template_that_fails_leaves_cases_without_letters_until_it_is_mended(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    office = Office(store, clock, tmp_path, two_debtors())
    office.use_template("#let letter(d) = d.nothing")
    done = await office.run()
    assert (len(done.cases), done.letters) == (2, 0)
    assert any("Inkassovarslene er ikke laget. Brevmalen" in warning for warning in done.warnings)
    assert (await store.get(Run, "1/4711")).state == "notices"  # type: ignore[union-attr]  # it is there
    with pytest.raises(Refused):
        await office.cases.make_late_letters("kari")
    office.use_template(PLAIN)
    assert await office.cases.make_late_letters("kari") == 1
    assert await office.cases.make_late_letters("kari") == 0
    assert (len(await office.all(Letter)), len(await office.all(Mail))) == (2, 1)


async def test_the_next_import_makes_the_letters_that_wait(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    office = Office(store, clock, tmp_path, two_debtors())
    office.use_template("#let letter(d) = d.nothing")
    await office.run()
    office.visma.proposals.append(proposal(4712, invoice(9, 9)))
    office.use_template(PLAIN)
    done = await office.run()
    assert (done.run, done.letters) == (4712, 1)
    assert len(await office.all(Letter)) == 3


async def test_a_creditor_without_an_account_has_its_letters_wait(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    before = await store.get(type(creditor()), "0221")
    assert before is not None
    await put(store, replace(before, bank_accounts=()))
    office = Office(store, clock, tmp_path, two_debtors())
    done = await office.run()
    assert any("har ingen konto å betale til" in warning for warning in done.warnings)
    now = await store.get(type(creditor()), "0221")
    assert now is not None
    await put(store, replace(now, bank_accounts=creditor().bank_accounts))
    assert await office.cases.make_late_letters("kari") == 1


async def test_a_case_that_can_have_no_letter_is_told_and_holds_up_nobody(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    office = Office(store, clock, tmp_path, proposal(4711, invoice(1, 1, due=clock.today()), invoice(2, 2)))
    done = await office.run()
    assert done.letters == 1
    assert any("ikke fått inkassovarsel" in warning for warning in done.warnings)
    assert (await store.get(Run, "1/4711")).state == "done"  # type: ignore[union-attr]  # it is there


def named(serial: int, name: str) -> Invoice:
    made = invoice(serial, serial)
    return replace(made, customer=replace(made.customer, name=name))


WITH_NAME = PLAIN.replace("#d.case", "#d.case #d.receiver.name")


async def test_a_letter_that_cannot_be_printed_is_held_back_by_its_case_and_the_others_are_sent(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    office = Office(store, clock, tmp_path, proposal(4711, named(1, "王 小明 Testesen"), invoice(2, 2), invoice(3, 3)))
    office.use_template(WITH_NAME)
    done = await office.run()
    assert (len(done.cases), done.letters) == (3, 2)
    (held,) = [warning for warning in done.warnings if "holdt tilbake" in warning]
    assert held.startswith(
        f"Sak {FIRST} har ikke fått inkassovarsel: navnet har tegn som brevets skrifter mangler (王 小 明)."
    )
    (receipt,) = await office.all(Receipt)
    assert held in receipt.warnings
    assert {letter.case for letter in await office.all(Letter)} == {number_of(2), number_of(3)}
    assert [mail.letters for mail in await office.all(Mail)] == [2]
    assert [fee.case for fee in await office.all(Fee) if fee.case == FIRST] == []
    case = await store.get(Case, FIRST)
    assert case is not None
    assert case.step != "IKV"


async def test_a_letter_that_was_held_back_is_tried_again_and_made_when_it_can_be_printed(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    office = Office(store, clock, tmp_path, proposal(4711, named(1, "王"), invoice(2, 2)))
    office.use_template(WITH_NAME)
    await office.run()
    for _ in range(2):
        with pytest.raises(Refused, match=f"holdt tilbake for sak {FIRST}:") as refused:
            await office.cases.make_late_letters("kari")
        assert refused.value.code == "letters_held"
    office.use_template(PLAIN)  # as a font would do
    assert await office.cases.make_late_letters("kari") == 1
    assert sorted(letter.case for letter in await office.all(Letter)) == [FIRST, number_of(2)]
    assert [mail.letters for mail in await office.all(Mail)] == [1, 1]


async def test_a_run_waits_no_more_for_a_held_letter_whose_case_is_closed(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    office = Office(store, clock, tmp_path, proposal(4711, named(1, "王"), invoice(2, 2)))
    office.use_template(WITH_NAME)
    await office.run()
    case = await store.get(Case, FIRST)
    assert case is not None
    await put(store, replace(case, status="closed"))
    assert await office.cases.make_late_letters("kari") == 1


async def test_an_import_that_breaks_off_before_its_letters_makes_them_when_it_is_run_again(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    failing = FailingStore(store)
    office = Office(failing, clock, tmp_path, two_debtors())
    real = office.post.letters.make

    async def break_off(*args: Any, **more: Any) -> Any:
        raise KeyboardInterrupt

    office.post.letters.make = break_off  # type: ignore[method-assign]  # as if killed there
    with pytest.raises(KeyboardInterrupt):
        await office.run()
    assert await office.all(Letter) == []
    office.post.letters.make = real  # type: ignore[method-assign]  # as above
    done = await office.run()
    assert (len(done.cases), done.letters) == (2, 2)
    assert len(await office.all(Mail)) == 1


async def test_letters_are_stored_with_their_fees_or_not_at_all(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    failing = FailingStore(store)
    office = Office(failing, clock, tmp_path, two_debtors())
    await CaseImport(store, office.visma, clock).run("kari")
    failing.error = StoreFull("Disken er full.")
    with pytest.raises(StoreFull):
        await office.post.letters.make([FIRST], "1/4711", "kari")
    assert await office.all(Letter) == []
    assert [fee for fee in await office.all(Fee) if fee.code == "IKV"] == []
    assert list((tmp_path / "letters").iterdir()) != []
    failing.error = None
    await office.post.letters.make([FIRST], "1/4711", "kari")
    assert len(await office.all(Letter)) == 1


async def test_a_case_that_changes_while_its_letter_is_made_gets_one_that_says_how_it_is_now(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    office = Office(store, clock, tmp_path, two_debtors())
    await CaseImport(store, office.visma, clock).run("kari")
    letters = office.post.letters
    keep = letters._pdfs.keep
    changed: list[bool] = []

    async def keep_while_somebody_pays(contents: Sequence[bytes]) -> list[str]:
        if not changed:
            case = await store.get(Case, FIRST)
            assert case is not None
            changed.append(True)
            await put(store, replace(case, debtor_name="Kari Nytt-Navn Testesen"))
        return await keep(contents)

    letters._pdfs.keep = keep_while_somebody_pays  # type: ignore[method-assign]  # a moment that is hard to hit
    await letters.make([FIRST, number_of(2)], "1/4711", "kari")
    names = {letter.case: letter.name for letter in await office.all(Letter)}
    assert names[FIRST] == "Kari Nytt-Navn Testesen"
    assert len(names) == 2


async def test_two_that_make_the_same_letters_make_them_once(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    office = Office(store, clock, tmp_path, two_debtors())
    await CaseImport(store, office.visma, clock).run("kari")
    for _ in range(2):
        made = await office.post.letters.make([FIRST, number_of(2)], "1/4711", "kari")
        assert made.cases == {FIRST, number_of(2)}
    assert (len(await office.all(Letter)), len(await office.all(Mail))) == (2, 1)


async def test_an_invoice_that_comes_after_its_cases_letter_is_told(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    office = Office(store, clock, tmp_path, proposal(4711, invoice(1, 1)))
    await office.run()
    office.visma.proposals = [proposal(4711, invoice(1, 1), invoice(2, 1))]
    done = await office.run()
    assert f"Faktura 900002 er ikke med i inkassovarselet som sak {FIRST} fikk 24.11.2026." in done.warnings


async def test_a_visma_that_is_silent_makes_no_letters(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    office = Office(store, clock, tmp_path, two_debtors())
    office.visma.plan("fetch_proposals", VismaUnreachable("Visma svarer ikke."))
    with pytest.raises(VismaUnreachable):
        await office.run()
    assert await office.all(Letter) == []
