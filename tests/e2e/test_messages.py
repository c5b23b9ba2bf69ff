"""Every message that the handlers' documentation explains is made to happen, and shown as a person sees it.

A test returns what was seen; `provokes` holds it against the table. The last test holds the table against the tests.
Where what to do is done in kk2, the test does it, and shows that it helps.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data.errors import Kk2Error
from kk2tui.wiring import SCENARIO, opened_services
from services.bank.kid import make_kid
from services.registry import Services
from tests.e2e.bank_files import ocr_content, ocr_file, paid
from tests.e2e.handbook import PROVOKED, message_rows, provokes
from tests.e2e.post_office import PostOffice, opened_post_office
from tests.e2e.program import Program, ended, wait_until
from tests.e2e.site import STATE, Site, opened_site
from tests.services.bank.camt_files import document, entry, nested, notification, transaction
from tests.services.conversion.files import claim_row, csv_file

pytestmark = pytest.mark.e2e

FIRST, SECOND, THIRD = "0221-00000001", "0221-00000002", "0221-00000003"
DAY, LATER, NEXT_YEAR = "23.11.2026", "2026-11-25", "2027-01-02"
RUN, PROPOSED_RUN, DISTRIBUTED_RUN = 4711, 4712, 4713
WITHOUT_MEANING, NOT_DUE, COMES_LATER, PARTLY_PAID = "F1000001", "F1000163", "F1000166", "F1000030"
SAME_KID = "F1000161", "F1000162"  # two debtors'
NOBODY_LISTENS = "http://127.0.0.1:9/WSInkasso"


# --- the municipality ---


@pytest.fixture(scope="module")
def odd_home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cases of a run in which not everything is as it should be. Not to be changed."""
    home = tmp_path_factory.mktemp("odd") / "home"
    with opened_site(demo_home, home, change=lambda home: rewrite(home / SCENARIO, make_odd)) as site:
        said(site.kk2.run("cases", "import"))
    return home


@pytest.fixture
def odd(odd_home: Path, tmp_path: Path) -> Iterator[Site]:
    with opened_site(odd_home, tmp_path / "home") as site:
        yield site


def make_odd(world: Any) -> None:
    """What somebody has got wrong in Visma, each on an invoice of its own."""
    invoices, proposals = world["invoices"], {each["run"]: each["invoices"] for each in world["proposals"]}
    invoices[WITHOUT_MEANING]["text"] = "Tilfeldig fakturering"
    invoices[NOT_DUE]["due"] = "2026-12-15"
    invoices[SAME_KID[0]]["kid"] = invoices[SAME_KID[1]]["kid"]
    invoices[proposals[PROPOSED_RUN][0]]["case_number"] = FIRST
    proposals[RUN].remove(COMES_LATER)


def rewrite(path: Path, change: Callable[[Any], None]) -> None:
    """Change what is in a JSON file."""
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def said(finished: Any) -> str:
    """All that a command that ran to its end told a person."""
    text: str = finished.out + finished.err
    assert "Traceback" not in text
    return text


def refused(finished: Any) -> str:
    """The same of one that was refused."""
    assert finished.status == 1, finished
    return said(finished)


def case(site: Site, number: str) -> Any:
    return site.kk2.json("cases", "show", number)


def in_process(site: Site, work: Callable[[Services], Awaitable[object]]) -> str:
    """What is said when something is refused that no single command can be made to do."""

    async def run() -> str:
        async with opened_services(site.kk2.home, site.kk2.handler) as services:
            with pytest.raises(Kk2Error) as error:
                await work(services)
            return error.value.message

    return asyncio.run(run())


# --- Import av nye saker ---


def not_approved(world: Any) -> None:
    for each in world["proposals"]:
        each["status"] = "proposed"


def no_invoices(world: Any) -> None:
    for each in world["proposals"]:
        each["invoices"] = []


def wrong_dunning_code(world: Any) -> None:
    for each in world["proposals"]:
        each["code"] = "PUR"


@pytest.mark.parametrize("cause", [no_invoices, not_approved, wrong_dunning_code])
@provokes("Ingen nye fakturaer på EWS")
def test_when_there_is_nothing_to_take_over_the_three_things_to_check_are_named_in_their_order(
    cause: Callable[[Any], None], demo_home: Path, tmp_path: Path
) -> str:
    with opened_site(demo_home, tmp_path / "home", change=lambda home: rewrite(home / SCENARIO, cause)) as site:
        seen = refused(site.kk2.run("cases", "import"))
    checks = [seen.find(each) for each in ("fakturaer i forslaget", "forslaget godkjent", "riktig purrekode")]
    assert -1 not in checks
    assert checks == sorted(checks)
    return seen


@provokes("Kjøring … har status Forslag")
def test_a_proposal_that_is_not_approved_is_taken_over_when_it_is(new_site: Site) -> str:
    command = ("cases", "import", "--run", str(PROPOSED_RUN))
    seen = refused(new_site.kk2.run(*command))
    new_site.visma.set_proposal(PROPOSED_RUN, "approved")
    assert new_site.kk2.json(*command)["run"] == PROPOSED_RUN
    return seen


@provokes("Kjøring … har status Distribuer")
def test_a_proposal_with_the_status_distribuer_tells_that_only_visma_s_support_can_mend_it(new_site: Site) -> str:
    seen = refused(new_site.kk2.run("cases", "import", "--run", str(DISTRIBUTED_RUN)))
    assert "Bare Vismas brukerstøtte kan rette det" in seen
    assert new_site.kk2.json("cases", "list")["total"] == 0
    return seen


@provokes("Saksnumrene er ikke skrevet tilbake: …")
def test_a_break_while_cases_are_transferred_is_told_and_the_case_numbers_come_later(new_site: Site) -> str:
    new_site.visma.plan_fault("OppdaterSaksnummer", "redirect_302")
    seen = said(new_site.kk2.run("cases", "import"))
    assert not any(each.get("case_number") for each in new_site.invoices().values())
    new_site.kk2.run("cases", "import")
    assert new_site.invoices()["F1000001"]["case_number"] == FIRST
    return seen


@provokes("… har ikke fått inkassovarsel: …")
def test_a_case_with_an_invoice_that_is_not_due_gets_no_notice(odd: Site) -> str:
    (receipt,) = odd.kk2.json("receipts", "list")["receipts"]
    seen = said(odd.kk2.run("receipts", "show", receipt["id"]))
    assert "det er fordringer i saken som ikke er forfalt" in seen
    return seen


@provokes("… har ikke fått inkassovarsel: navnet har tegn som brevets skrifter mangler … Varselet er holdt tilbake")
def test_a_notice_with_characters_that_no_font_has_is_held_back_and_the_others_are_made(
    demo_home: Path, tmp_path: Path
) -> str:
    def one_in_chinese(world: Any) -> None:
        invoice = world["invoices"][world["proposals"][0]["invoices"][0]]
        world["customers"][invoice["customer"]]["name"] = "王 小明"

    home = tmp_path / "home"
    with opened_site(demo_home, home, change=lambda home: rewrite(home / SCENARIO, one_in_chinese)) as site:
        seen = said(site.kk2.run("cases", "import", "--run", str(RUN)))
        made = site.kk2.json("mail", "status", "--all")["mails"]
        assert [each["letters"] for each in made] == [len(site.kk2.json("cases", "list")["cases"]) - 1]
    assert "(王 小 明)" in seen
    return seen


@provokes("Inkassovarslene er ikke laget. …")
def test_notices_that_cannot_be_made_are_made_when_the_cause_is_gone(new_site: Site) -> str:
    kk2, file = new_site.kk2, new_site.kk2.home / "kreditor.json"
    (creditor, _) = kk2.json("admin", "creditors", "show")["creditors"]
    file.write_text(json.dumps(creditor | {"bank_accounts": []}), encoding="utf-8")
    kk2.json("admin", "creditors", "load", file)
    seen = said(kk2.run("cases", "import"))
    file.write_text(json.dumps(creditor), encoding="utf-8")
    kk2.json("admin", "creditors", "load", file)
    kk2.run("cases", "import")
    assert [each["letters"] for each in kk2.json("mail", "status", "--all")["mails"]] == [55, 95]
    return seen


@provokes("Faktura … er ikke med i inkassovarselet …")
def test_an_invoice_that_comes_to_a_case_after_its_notice_is_told(odd_home: Path, tmp_path: Path) -> str:
    def one_more(state: Any) -> None:
        state["proposals"][0]["invoices"].append(COMES_LATER)

    with opened_site(odd_home, tmp_path / "home", change=lambda home: rewrite(home / STATE, one_more)) as site:
        return said(site.kk2.run("cases", "import", "--run", str(RUN)))


@provokes("Faktura … har teksten «Tilfeldig fakturering», som ikke sier hva kravet gjelder")
def test_a_text_that_says_nothing_of_the_claim_is_told_with_the_invoice(odd: Site) -> str:
    (receipt,) = odd.kk2.json("receipts", "list")["receipts"]
    return said(odd.kk2.run("receipts", "show", receipt["id"]))


# --- Import av OCR ---


@provokes("filen er lest før: …")
def test_a_file_that_was_read_before_changes_nothing(odd: Site) -> str:
    file = ocr_file(odd, paid(case(odd, FIRST)["kid"], 500_00))
    said(odd.kk2.run("payments", "import", file))
    before = odd.kk2.json("cases", "list")
    seen = said(odd.kk2.run("payments", "import", file))
    assert odd.kk2.json("cases", "list") == before
    return seen


@provokes("forsendelsen er lest før med annet innhold: …")
def test_a_transmission_that_comes_again_with_other_payments_is_refused(odd: Site) -> str:
    said(odd.kk2.run("payments", "import", ocr_file(odd, paid(case(odd, FIRST)["kid"], 500_00))))
    return refused(odd.kk2.run("payments", "import", ocr_file(odd, paid(case(odd, FIRST)["kid"], 600_00))))


@provokes("Sluttrecorden sier at summen er …", "Sluttrecorden sier … transaksjoner, men det er …")
def test_a_file_whose_checksums_are_wrong_is_refused(odd: Site) -> str:
    payments = [paid(case(odd, number)["kid"], 500_00) for number in (FIRST, SECOND)]
    lines = ocr_content(odd, *payments).split(b"\r\n")
    path = odd.kk2.home / "OCR.avkortet"
    path.write_bytes(b"\r\n".join(lines[:4] + lines[6:]))
    seen = refused(odd.kk2.run("payments", "import", path))
    assert case(odd, FIRST)["payments"] == []
    return seen


@provokes("Filen slutter før sluttrecorden for forsendelsen (NY000089)", "Dette er ikke en OCR-fil: …", "Filen er tom")
def test_what_is_no_whole_file_from_the_bank_is_refused(odd: Site) -> str:
    whole = ocr_content(odd, paid(case(odd, FIRST)["kid"], 500_00))
    contents = {"halv": whole[:-82], "brev": b"Hei, her er filen du ba om.\n", "tom": b""}
    paths = [odd.kk2.home / f"OCR.{name}" for name in contents]
    for path, content in zip(paths, contents.values(), strict=True):
        path.write_bytes(content)
    return refused(odd.kk2.run("payments", "import", *paths))


@provokes("konto … hører ikke til noen kreditor")
def test_a_file_for_an_account_that_is_nobody_s_is_refused(odd: Site) -> str:
    file = ocr_file(odd, paid(case(odd, FIRST)["kid"], 500_00), account="99990000006")
    seen = refused(odd.kk2.run("payments", "import", file))
    assert odd.kk2.json("payments", "unplaced")["payments"] == []
    return seen


@provokes("konto … leses fra OCR-filer; denne kan ha de samme innbetalingene")
def test_an_account_is_read_from_one_kind_of_file(odd: Site) -> str:
    account = odd.kk2.json("admin", "creditors", "show")["creditors"][0]["bank_accounts"][0]["account"]
    kid = case(odd, FIRST)["kid"]
    said(odd.kk2.run("payments", "import", ocr_file(odd, paid(kid, 500_00))))
    told = notification(entry(500_00, transaction(500_00, kid=kid)), account=nested("Id/Othr/Id", account))
    path = odd.kk2.home / "camt.xml"
    path.write_bytes(document(told))
    return refused(odd.kk2.run("payments", "import", path))


@provokes(
    "ingen sak har denne KID",
    "flere saker har denne KID",
    "uten KID",
    "KID har ugyldige tegn",
    "KID har feil lengde",
    "KID har feil kontrollsiffer",
    "saken er avsluttet",
    "negativ innbetaling (tilbakeføring)",
    "kortbetaling, må vurderes",
)
def test_a_payment_that_cannot_be_placed_waits_with_its_reason_and_can_be_placed_or_dismissed(odd: Site) -> str:
    kk2, kid = odd.kk2, case(odd, FIRST)["kid"]
    kk2.json("payments", "add", SECOND, "99999,00", DAY)  # and the case is closed
    reasons = {
        make_kid("9021", 1): "unknown_kid",
        odd.invoices()[SAME_KID[0]]["kid"]: "ambiguous_kid",
        "": "blank_kid",
        "02210000-00": "bad_chars",
        "02210000": "bad_length",
        f"{kid[:-1]}{(int(kid[-1]) + 1) % 10}": "bad_check",
        case(odd, SECOND)["kid"]: "closed_case",
    }
    plain = [paid(number, 100_00) for number in reasons]
    reversal = paid(kid, -100_00, transaction_type="18")
    signed = paid(kid, -100_00)
    said(kk2.run("payments", "import", ocr_file(odd, *plain, reversal, signed)))
    seen = said(kk2.run("payments", "unplaced"))

    waiting = kk2.json("payments", "unplaced")["payments"]
    assert [each["reason"] for each in waiting] == [*reasons.values(), "card", "negative"]
    for each in waiting[:-1]:
        kk2.json("payments", "place", each["id"], THIRD)
    kk2.json("payments", "dismiss", waiting[-1]["id"], "--reason", "Banken har rettet den")
    assert kk2.json("payments", "unplaced")["payments"] == []
    assert case(odd, THIRD)["balance"]["paid"] == 6 * 100_00
    return seen


# --- Bokføringsforslag ---


@provokes("Finner ikke reskontrotype for ((Saker)Avdeling) Se sak …")
def test_a_department_without_a_ledger_line_names_the_case(odd: Site) -> str:
    wrong = "0221-00000031"
    odd.kk2.json("payments", "add", wrong, "500,00", DAY)
    seen = said(odd.kk2.run("posting", "send"))
    assert wrong in seen
    assert odd.visma.vouchers() == []
    return seen


@provokes("Fordringen er ikke koblet til en faktura i Visma: velg den under Konvertering. Se sak …")
def test_a_converted_claim_without_its_invoice_waits_until_somebody_has_chosen(odd: Site) -> str:
    kk2, old = odd.kk2, "0221-00000900"
    kk2.json("convert", csv_file(kk2.home, claim_row(1, old)))
    kk2.json("payments", "add", old, "500,00", DAY)
    seen = said(kk2.run("posting", "show"))
    (claim,) = kk2.json("convert", "status")["claims"]
    kk2.json("convert", "without", claim["claim"], "--reason", "Fakturaen er slettet i Visma")
    assert kk2.json("posting", "show")["problems"] == []
    return seen


@provokes("Rentesats mangler for …: innbetalingen venter. Se sak …")
def test_a_payment_after_the_last_known_rate_waits(odd: Site) -> str:
    kk2 = odd.kk2.on(NEXT_YEAR)
    kk2.json("payments", "add", FIRST, "99999,00", NEXT_YEAR)
    return said(kk2.run("posting", "show"))


@provokes(
    "ukjent utfall",
    "Forbindelsen med Visma på … ble brutt før svaret kom",
    "Innbetaling … er med i et bilag som er på vei til Visma",
    "Visma kan ennå arbeide med bilag …",
)
def test_a_lost_answer_leaves_the_outcome_unknown_until_visma_has_been_asked(odd: Site) -> str:
    odd.set(quarantine_s=3600)
    kk2 = odd.kk2
    payment = kk2.json("payments", "add", FIRST, "500,00", DAY)["payment"]
    odd.visma.plan_fault("LeverBilag", "cut_before_save")
    kk2.run("posting", "send")
    (voucher,) = odd.vouchers()
    seen = said(kk2.run("posting", "status"))
    seen += refused(kk2.run("payments", "delete", payment["id"], "--reason", "feil sak"))
    seen += refused(kk2.run("posting", "resolve", voucher["reference"], "resend"))
    odd.on(LATER).send_until_settled()
    assert odd.visma.sums() == [(voucher["reference"], 500_00)]
    return seen


@provokes("Bilagskode … finnes ikke")
def test_a_voucher_that_visma_will_not_have_tells_why(odd_home: Path, tmp_path: Path) -> str:
    def other_voucher_types(home: Path) -> None:
        rewrite(home / STATE, lambda state: state["rules"].update(voucher_types=["AB"]))

    with opened_site(odd_home, tmp_path / "home", change=other_voucher_types) as site:
        site.kk2.json("payments", "add", FIRST, "500,00", DAY)
        seen = said(site.kk2.run("posting", "send"))
        assert [each["state"] for each in site.vouchers()] == ["rejected"]
        assert site.kk2.json("posting", "show")["total"] == 500_00  # ready for a new voucher when it is put right
    return seen


@provokes("Bilaget er slettet i Visma. Avklar med regnskap")
def test_a_voucher_that_was_deleted_in_visma_waits_for_a_decision(odd: Site) -> str:
    odd.kk2.json("payments", "add", FIRST, "500,00", DAY)
    (sent,) = odd.kk2.json("posting", "send")["vouchers"]
    odd.visma.move_voucher(sent["reference"], "deleted")
    seen = said(odd.kk2.run("posting", "status"))
    odd.kk2.json("posting", "resolve", sent["reference"], "resend")
    assert odd.kk2.json("posting", "show")["total"] == 500_00
    return seen


@provokes("En annen sender bilag akkurat nå")
def test_one_at_a_time_sends_vouchers(odd: Site) -> str:
    odd.kk2.json("payments", "add", FIRST, "500,00", DAY)
    odd.visma.plan_fault("LeverBilag", "slow:3")
    first = odd.kk2.start("posting", "send")
    wait_until(lambda: len(odd.visma.vouchers()) == 1)
    seen = refused(odd.kk2.run("posting", "send"))
    assert ended(first).status == 0
    return seen


@provokes("Forslaget er endret siden du åpnet det")
def test_what_is_posted_is_what_was_seen(odd: Site) -> str:
    odd.kk2.json("payments", "add", FIRST, "500,00", DAY)

    async def post_what_was_seen(services: Services) -> None:
        seen = await services.posting.proposal()
        odd.kk2.json("payments", "add", SECOND, "500,00", DAY)
        await services.posting.freeze(services.actor, seen)

    told = in_process(odd, post_what_was_seen)
    assert odd.kk2.json("posting", "show")["total"] == 2 * 500_00
    return told


@provokes("Noen andre har endret … i mellomtiden")
def test_two_who_change_the_same_case_do_not_overwrite_each_other(odd: Site) -> str:
    async def change_what_is_changed(services: Services) -> None:
        seen = await services.cases.require(FIRST)
        await services.cases.set_department(seen, "K020", services.actor)
        await services.cases.set_department(seen, "K030", services.actor)

    told = in_process(odd, change_what_is_changed)
    assert case(odd, FIRST)["department"] == "K020"
    return told


@provokes("Sak … ble avsluttet av en annen i mellomtiden")
def test_a_payment_is_not_entered_unseen_on_a_case_that_was_just_closed(odd: Site) -> str:
    async def pay_what_is_closed(services: Services) -> None:
        seen = await services.cases.require(FIRST)
        await services.cases.set_status(seen, "closed", services.actor)
        day = services.clock.today()
        await services.payments.add(FIRST, 100_00, day, services.actor, seen=seen)

    told = in_process(odd, pay_what_is_closed)
    assert case(odd, FIRST)["payments"] == []
    return told


# --- Betalinger fra Visma ---


@provokes("feilføring i Visma: 20-UTG. FAKTURA", "av type 20-UTG. FAKTURA er ført som innbetaling i Visma")
def test_an_invoice_that_comes_as_a_negative_payment_is_put_right_in_the_accounts(odd: Site) -> str:
    claim = case(odd, FIRST)["claims"][0]["visma_id"]
    kk2 = odd.kk2.on(LATER)
    odd.visma.enter(claim, 800_00, date=LATER, type="20-UTG. FAKTURA")
    seen = said(kk2.run("payments", "fetch")) + said(kk2.run("payments", "unplaced"))
    assert case(odd, FIRST)["payments"] == []
    assert -800_00 in waiting_amounts(kk2)
    odd.visma.enter(claim, -800_00, date=LATER, type="20-UTG. FAKTURA")
    assert kk2.json("payments", "fetch")["corrected"] == 1
    assert -800_00 not in waiting_amounts(kk2)
    return seen


@provokes(
    "kan være med i det saken begynte med",
    "kk2-bilag endret i Visma, eller ukjent her",
    "fakturaen har saksnummeret, men er ikke på saken",
)
def test_a_payment_from_visma_that_cannot_be_entered_by_itself_waits(odd: Site) -> str:
    known = {claim["visma_id"] for claim in case(odd, FIRST)["claims"]}
    (unlinked,) = {key for key, each in odd.invoices().items() if each.get("case_number") == FIRST} - known
    odd.visma.enter(PARTLY_PAID, -50_00, date="2026-11-20")
    odd.visma.enter(WITHOUT_MEANING, -50_00, text="KK2-0221-20260101-001-R")
    odd.visma.enter(unlinked, -50_00)
    odd.kk2.json("payments", "fetch")
    return said(odd.kk2.run("payments", "unplaced"))


def waiting_amounts(kk2: Program) -> list[int]:
    """Øre of the payments that wait for a case."""
    return [each["amount"] for each in kk2.json("payments", "unplaced")["payments"]]


# --- the connections ---


@provokes("Får ikke kontakt med Visma på …", "Visma viser videre til …")
def test_while_visma_is_away_or_has_moved_nothing_is_posted(odd: Site) -> str:
    odd.kk2.json("payments", "add", FIRST, "500,00", DAY)
    replace(odd, visma=replace(odd.visma, url=NOBODY_LISTENS)).set()
    seen = refused(odd.kk2.run("posting", "send"))
    odd.set()
    odd.visma.plan_fault("Ping", "redirect_302")
    seen += refused(odd.kk2.run("posting", "send"))
    assert odd.vouchers() == []
    odd.send_until_settled()
    return seen


@provokes("Visma på … slipper oss ikke inn")
def test_a_wrong_password_is_told(odd_home: Path, tmp_path: Path) -> str:
    def with_a_password(home: Path) -> None:
        rewrite(home / STATE, lambda state: state.update(users={"kk2": "et annet"}))

    with opened_site(odd_home, tmp_path / "home", change=with_a_password) as site:
        return refused(site.kk2.run("payments", "fetch"))


@provokes("Får ikke kontakt med e-postserveren …")
def test_notices_wait_for_the_mail_server(new_site: Site) -> str:
    kk2 = new_site.kk2
    settings = (kk2.home / "kk2.toml").read_text(encoding="utf-8")
    PostOffice(port=9).serve(kk2.home)
    seen = said(kk2.run("cases", "import"))
    with opened_post_office() as post:
        (kk2.home / "kk2.toml").write_text(settings, encoding="utf-8")
        post.serve(kk2.home)
        assert kk2.json("mail", "send")["sent"] == 1
        assert len(post.taken) == 1
    return seen


@provokes("… er ikke registrert som saksbehandler")
def test_somebody_who_is_not_a_handler_is_told_whom_to_ask(demo_home: Path) -> str:
    return refused(replace(Program(demo_home), handler="ukjent").run("cases", "list"))


# --- the table ---


def test_each_message_of_the_handlers_documentation_has_a_cause_a_remedy_and_a_test_that_provokes_it() -> None:
    rows = message_rows()
    assert all(row.cause and row.remedy for row in rows)
    messages = {row.message for row in rows}
    assert messages - PROVOKED == set()
    assert PROVOKED - messages == set()
