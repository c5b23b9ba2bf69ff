"""Anonymising: every name is gone from the store and its trail, and the accounts are as they were."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from data.documents import (
    Allocation,
    BankReference,
    Candidate,
    Case,
    Claim,
    ClaimLink,
    Column,
    Debtor,
    Delivery,
    Document,
    Event,
    Letter,
    Mail,
    Mark,
    Payment,
    Receipt,
    Run,
    Section,
    Voucher,
)
from data.errors import Kk2Error
from data.store import Store
from services.drafts import DraftService
from services.keeping.check import check
from services.letters.pdf_folder import PdfFolder
from services.recents import RecentCases
from services.retention import run
from services.retention.service import RetentionService
from services.rules.anonymity import ERASED
from tests.builders import case, claim, fee, put, unplaced
from tests.services.fakes import FakeClock
from tests.services.retention_world import LONG_AGO, letter, mail, voucher

SECRETS = ("Skyldnersen", "01810199999", "Skjultveien", "per@skjult.invalid", "41414141", "12345699999", "hemmelig")
DAY = date(2019, 6, 20)
CLOSED = {"status": "closed", "closed": DAY, "opened": date(2019, 5, 2)}
DEBTOR = Debtor(
    customer="100001",
    name="Per Skyldnersen",
    national_id="01810199999",
    address=("Skjultveien 1",),
    email="per@skjult.invalid",
    mobile="41414141",
)


def old_case(serial: int = 1, **more: Any) -> Case:
    debtor = replace(DEBTOR, name=f"Per Skyldnersen {serial}")
    return replace(case(serial, name=debtor.name), debtor=debtor, **(CLOSED | more))


def paid(serial: int = 1, **more: Any) -> Payment:
    """A payment of all that the case owed, in a voucher that is posted."""
    fields: dict[str, Any] = {
        "case": case(serial).id,
        "date": DAY,
        "unplaced": None,
        "posting": "posted",
        "kid": case(serial).kid,
        "text": "Fra Per Skyldnersen",
        "bank": BankReference(account="12345678911", transaction_type="10", debit_account="12345699999"),
        "coverage": (Allocation(component="principal", amount=1_000_00, target=f"{case(serial).id}/1"),),
    }
    return unplaced(serial, 1_000_00, **fields | more)


def debt(serial: int = 1) -> Claim:
    text = "Barnehage for Lise Skyldnersen"
    return claim(case(serial), text=text, due=date(2019, 5, 1), write_back_note="Per Skyldnersen")


def candidate() -> Candidate:
    name = "Per Skyldnersen"
    return Candidate(
        visma_id="F9", invoice="9", kid="", customer="100001", name=name, text=name, due=DAY,
        amount=1, unpaid=1, case_number="", by="invoice",
    )  # fmt: skip


def receipt() -> Receipt:
    columns = (Column(title="Saksnummer", kind="case"), Column(title="Skyldner"), Column(title="Sum", kind="amount"))
    sections = (Section(title="Saker", columns=columns, rows=((case(1).id, "Per Skyldnersen", 1_000_00),)),)
    warnings = ("Teksten «hemmelig» sier ingenting.",)
    return Receipt(
        id="K900001", kind="payments", time=LONG_AGO, actor="kari", title="Import", warnings=warnings, sections=sections
    )


@pytest.fixture
def pdfs(tmp_path: Path) -> PdfFolder:
    return PdfFolder(tmp_path / "letters")


@pytest.fixture
async def old(store: Store, clock: FakeClock, pdfs: PdfFolder) -> Store:
    """A store with a case of 2019 that names its debtor wherever it can, and one of today."""
    own, together = await pdfs.keep([b"brev til Per Skyldnersen", b"alle brevene"])
    posted = voucher(DAY, "P000001", amount=1_000_00)
    mark = Mark(actor="kari", time=LONG_AGO, reason="hemmelig")
    note = ClaimLink(id=f"{case(1).id}/1", case=case(1).id, state="linked", candidates=(candidate(),), note="hemmelig")
    await put(
        store,
        Run(id="1/4711", number="4711", company="1", actor="kari", started=LONG_AGO, state="done", cases=1),
        old_case(),
        debt(),
        note,
        Event(id="900000001", case=case(1).id, time=LONG_AGO, actor="kari", text="Ringte Per Skyldnersen"),
        paid(vouchers=(posted.id,)),
        unplaced(2, date=DAY, text="Fra Skyldnersen", dismissed=mark),
        paid(3, id="P000003", case=case(1).id, deleted=mark, coverage=(), posting="pending"),
        posted,
        Delivery(id=posted.id, state="posted"),
        letter(pdf=own, name="Per Skyldnersen"),
        mail("M1", own, together),
        receipt(),
        case(9, name="Kari Testesen", outstanding=1_000_00),
        claim(case(9)),
    )
    await put(store, replace(await one(store, Case, case(1).id), step="IKV"))  # a text of it in the trail, too
    return store


async def one(store: Store, kind: type[Any], key: str) -> Any:
    found = await store.get(kind, key)
    assert found is not None
    return found


async def everything(store: Store) -> str:
    """All that the store keeps, and its trail, as text."""
    async with store.snapshot() as snapshot:
        texts = [
            document.doc
            for table in await snapshot.tables()
            async for stretch in snapshot.documents(table)
            for document in stretch
        ]
        texts += [part.after or "" async for stretch in snapshot.parts() for part in stretch]
        texts += [line.reason async for stretch in snapshot.trail() for line in stretch]
    return "\n".join(texts)


@pytest.fixture
def service(old: Store, clock: FakeClock, pdfs: PdfFolder) -> RetentionService:
    return RetentionService(old, clock, pdfs)


async def test_the_plan_counts_and_changes_nothing(old: Store, service: RetentionService) -> None:
    before = await old.last_change()
    plan = await service.plan(None, "kari")
    assert (plan.before, plan.cases, plan.kept, plan.payments, plan.receipts) == (date(2021, 1, 1), 1, {}, 1, 1)
    assert await old.last_change() == before


async def test_every_name_is_gone_from_documents_trail_search_and_letters(
    old: Store, service: RetentionService, tmp_path: Path
) -> None:
    kept = await everything(old)
    assert [secret for secret in SECRETS if secret not in kept] == []
    await service.run(None, 1, "kari")
    left = await everything(old)
    assert [secret for secret in SECRETS if secret in left] == []
    assert await old.search(Case, "skyldnersen") == await old.search(Case, "01810199999") == []
    assert list((tmp_path / "letters").iterdir()) == []


async def test_what_handlers_have_half_filled_in_or_had_open_of_the_case_is_forgotten(
    old: Store, service: RetentionService, clock: FakeClock
) -> None:
    erased, other = case(1).id, case(9).id
    for login in ("kari", "ola"):
        drafts, recents = DraftService(old, clock, login), RecentCases(old, login)
        for number in (other, erased):
            await drafts.keep("payment", number, {"payer": "Per Skyldnersen"})
            recents.opened(number)
        await recents.keep()
    await service.run(None, 1, "kari")
    for login in ("kari", "ola"):
        assert [draft.subject for draft in await DraftService(old, clock, login).waiting()] == [other]
        assert await RecentCases(old, login).numbers() == [other]
    assert len(await old.notes("")) == 4


async def test_what_is_left_of_one_who_is_no_handler_any_more_is_forgotten(
    old: Store, service: RetentionService
) -> None:
    await old.remember("sluttet/recent", case(9).id)
    await old.remember("kari/recent", case(9).id)
    await service.run(None, 1, "kari")
    assert list(await old.notes("")) == ["kari/recent"]


async def test_the_accounts_are_as_they_were(old: Store, service: RetentionService, clock: FakeClock) -> None:
    async def accounts() -> Any:
        documents = [await one(old, Claim, f"{case(1).id}/1"), *await old.find(Payment, "case", case(1).id)]
        sums: list[tuple[type[Document], str]] = [
            (Payment, "amount"), (Claim, "amount"), (Claim, "unpaid"), (Case, "outstanding"), (Voucher, "amount"),
        ]  # fmt: skip
        kept = ("id", "amount", "unpaid", "due", "kid", "invoice", "visma_id", "customer", "coverage", "vouchers")
        return (
            [await old.total(kind, field) for kind, field in sums],
            [{name: getattr(each, name) for name in kept if hasattr(each, name)} for each in documents],
            await old.page(Voucher),
            await old.page(Delivery),
        )

    before = await accounts()
    await service.run(None, 1, "kari")
    assert await accounts() == before
    assert {each.code for each in (await check(old, clock)).findings} <= {"series"}  # made-up documents have no series
    found = await old.search(Case, case(1).kid)
    assert [(each.id, each.debtor_name, each.debtor.customer) for each in found] == [(case(1).id, ERASED, "100001")]


async def test_one_receipt_tells_who_when_how_many_and_by_what(
    old: Store, service: RetentionService, clock: FakeClock
) -> None:
    done = await service.run(None, 1, "kari")
    assert (done.cases, done.letters, done.payments, done.receipts) == (1, 1, 1, 1)
    kept = await one(old, Receipt, done.receipt or "")
    assert (kept.kind, kept.actor, kept.time) == ("retention", "kari", clock.now())
    assert kept.summary[0] == "1 saker avsluttet før 01.01.2021 er anonymisert"
    (event,) = await old.find(Event, "case", case(1).id)
    assert event.text == run.EVENT
    assert (await old.changes(await old.last_change() - 1))[0].reason == run.REASON


async def test_doing_it_again_does_nothing(old: Store, service: RetentionService) -> None:
    await service.run(None, 1, "kari")
    line = await old.last_change()
    again = await service.run(None, 0, "kari")
    assert (again.cases, again.receipt) == (0, None)
    assert await old.last_change() == line


async def test_the_case_of_today_is_not_touched(old: Store, service: RetentionService) -> None:
    before = await one(old, Case, case(9).id)
    await service.run(None, 1, "kari")
    assert await one(old, Case, case(9).id) == before
    assert [entry.erased for entry in await old.history(Case, case(9).id)] == [False]


async def test_cases_with_something_left_to_do_are_kept_and_told_of(old: Store, service: RetentionService) -> None:
    await put(
        old,
        old_case(2, outstanding=-50_00),
        old_case(3, closed=None),
        old_case(4),
        fee(case(4), date=date(2021, 1, 1)),
        old_case(5),
        letter(5, mail=""),
        old_case(6),
        paid(6, posting="pending"),
    )
    plan = await service.plan(None, "kari")
    assert plan.kept == {"surplus": 1, "undated": 1, "recent": 1, "mail": 1, "unposted": 1}
    await service.run(None, plan.cases, "kari")
    for serial in range(2, 7):
        assert (await one(old, Case, case(serial).id)).debtor_name == f"Per Skyldnersen {serial}"


async def test_one_that_is_interrupted_is_continued(
    old: Store, service: RetentionService, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.retention.run.STRETCH", 2)
    monkeypatch.setattr("services.retention.service.STRETCH", 2)
    await put(old, *(old_case(serial) for serial in range(2, 8)))

    def stop_at(done: int, total: int, what: str) -> None:
        assert (total, what) == (7, "saker anonymisert")
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await service.run(None, 7, "kari", stop_at)
    first = [each async for each in _receipts(old)]
    assert [each.summary[0][:8] for each in first] == ["4 saker "]
    assert (await service.plan(None, "kari")).cases == 3
    assert (await service.run(None, 3, "kari")).cases == 3
    assert "Skyldnersen" not in await everything(old)
    assert await old.verify() == await old.last_change()


async def _receipts(store: Store) -> AsyncIterator[Receipt]:
    for each in await store.find(Receipt, "kind", "retention"):
        yield each


async def test_money_that_comes_later_makes_the_case_due_again_when_its_time_is_out(
    old: Store, service: RetentionService, clock: FakeClock
) -> None:
    await service.run(None, 1, "kari")
    await put(old, paid(4, id="P000004", case=case(1).id, date=date(2026, 12, 1), text="Skyldnersen", coverage=()))
    clock.turn_to(date(2031, 12, 31))
    assert (await service.plan(None, "kari")).cases == 0
    clock.turn_to(date(2032, 1, 1))
    assert (await service.run(None, 1, "kari")).cases == 1
    assert "Skyldnersen" not in await everything(old)


@pytest.mark.parametrize(
    ("before", "confirmed", "actor", "code"),
    [
        (None, 2, "kari", "not_confirmed"),
        (date(2021, 1, 2), 1, "kari", "invalid_input"),
        (None, 1, "ola", "not_admin"),
    ],
)
async def test_a_run_is_refused_and_changes_nothing(
    old: Store, service: RetentionService, before: date | None, confirmed: int, actor: str, code: str
) -> None:
    line = await old.last_change()
    with pytest.raises(Kk2Error) as refused:
        await service.run(before, confirmed, actor)
    assert refused.value.code == code
    assert await old.last_change() == line


async def test_a_run_at_a_time(old: Store, service: RetentionService) -> None:
    async with old.lock("retention"):
        with pytest.raises(Kk2Error, match="En annen økt"):
            await service.run(None, 1, "kari")


async def test_letters_that_cannot_be_removed_stop_the_run_with_nothing_stored(
    old: Store, service: RetentionService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(Kk2Error) as refused:
        await service.run(None, 1, "kari")
    assert refused.value.code == "letters_stay"
    assert (await one(old, Case, case(1).id)).debtor_name == "Per Skyldnersen 1"
    assert (await one(old, Letter, letter().id)).pdf != ""


async def test_an_e_mail_keeps_that_it_was_sent(old: Store, service: RetentionService) -> None:
    await service.run(None, 1, "kari")
    sent: Mail = await one(old, Mail, "M1")
    assert (sent.state, sent.attachments, sent.letters) == ("sent", (), 1)
