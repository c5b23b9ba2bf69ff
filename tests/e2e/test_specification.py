"""The page "Integrasjon mot WSinkasso" walked from top to bottom, tab by tab: `kk2` against a Visma served over TCP.

Each sentence of the page that names a function stands, in our own words, above what shows that it is so.

What the tab "Feilmeldinger" says of each message is made to happen in test_messages.py.
"""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from data.documents import Cursor
from kk2tui.settings import read_settings
from kk2tui.wiring import SCENARIO, clock_from_environment, open_visma, opened_store
from services.visma.port import VoucherStatus
from tests.e2e.post_office import PostOffice, opened_post_office
from tests.e2e.program import COMMAND
from tests.e2e.site import Site, opened_site
from tests.e2e.terminal import Terminal
from tests.services.conversion.files import claim_row, csv_file, stored_invoice

pytestmark = pytest.mark.e2e

RUN, NEXT_RUN, WATER_RUN = 4711, 4712, 4721
DAY_1, DAY_2 = "2026-11-20", "2026-11-23"
FILE_1, FILE_2, STRAY = 133_989_62, 106_178_46, 1_240_00
MANUAL = 350_00
WRONG_DEPARTMENT = "0221-00000031"
OLD_CASE = "0221-00000900"
MENU = (
    "Import av nye saker",
    "Import av OCR",
    "Bokføringsforslag",
    "Betalinger fra Visma",
    "Konvertering",
    "Lovverk",
)


@dataclass(frozen=True)
class Walk:
    """Where we walk. `ola` is the handler; `dropped` an invoice that somebody took out of the proposal in Visma."""

    site: Site
    post: PostOffice
    dropped: str

    def ola(self, *words: str | Path) -> Any:
        """The answer of a command that he runs."""
        return replace(self.site.kk2, handler="ola").json(*words)

    def case(self, number: int) -> Any:
        """A case by its serial."""
        return self.ola("cases", "show", f"0221-{number:08}")

    def receipt(self, number: str) -> dict[str, list[list[Any]]]:
        """The rows of each section of a receipt."""
        sections = self.ola("receipts", "show", number)["sections"]
        return {section["title"]: section["rows"] for section in sections}

    def posting(self) -> dict[str, str]:
        """How far each voucher has come."""
        return {each["reference"]: each["state"] for each in self.site.vouchers()}


@pytest.fixture
def walk(demo_home: Path, tmp_path: Path) -> Iterator[Walk]:
    home = tmp_path / "home"
    with opened_post_office() as post, opened_site(demo_home, home, change=before_the_walk) as site:
        post.serve(home)
        name = ("--name", "Ola Prøvesen", "--email", "ola.provesen@testvik.invalid")
        site.kk2.json("admin", "handlers", "add", "ola", *name)
        yield Walk(site, post, dropped=scenario_of(demo_home)["proposals"][0]["invoices"][-1])


def before_the_walk(home: Path) -> None:
    """Nothing is approved yet, one proposal has another of our dunning codes, and an old invoice is there to be found.

    One invoice has been taken out of the proposal, in Visma's tab Faktura.
    """
    world = scenario_of(home)
    proposals = {each["run"]: each for each in world["proposals"]}
    for run in (RUN, WATER_RUN):
        proposals[run]["status"] = "proposed"
    proposals[NEXT_RUN]["code"] = "PWS"
    proposals[RUN]["invoices"].pop()
    world["invoices"]["A1"] = stored_invoice(1, next(iter(world["customers"])))
    (home / SCENARIO).write_text(json.dumps(world), encoding="utf-8")


def scenario_of(home: Path) -> Any:
    return json.loads((home / SCENARIO).read_text(encoding="utf-8"))


def test_the_specification_page_from_top_to_bottom(walk: Walk) -> None:
    intro(walk)
    new_cases_in_visma(walk)
    new_cases_in_kk2(walk)
    one_proposal_at_a_time(walk)
    converting(walk)
    reading_ocr(walk)
    posting_proposal(walk)
    registering_in_visma(walk)
    changing_the_proposal(walk)
    a_department_set_right(walk)
    payments_from_visma(walk)
    legislation(walk)
    everything_adds_up(walk)


# --- Intro ---


def intro(walk: Walk) -> None:
    # The functions lie in the menu on the main page.
    with terminal_of(walk) as terminal:
        terminal.wait_for(*MENU, "Ola Prøvesen", walk.site.visma.url.partition("//")[2].partition("/")[0])

    # Information goes over a web service, at an address from the installation report.
    assert walk.ola("visma", "ping")["version"]
    assert read_settings(walk.site.kk2.home).visma.adapter == "soap"

    # Each oppdragsgiver's ledger has a case flow for the cases that come over, and posting details for payments.
    creditors = walk.ola("admin", "creditors", "show")["creditors"]
    assert all(line["flow"] and line["account"] for each in creditors for line in each["ledger_lines"])
    assert all(each["accounting"][name] for each in creditors for name in ("bank", "interest", "fees", "voucher_type"))


def terminal_of(walk: Walk) -> Terminal:
    """The application, with Ola at the keyboard."""
    home = walk.site.kk2.home
    return Terminal([*COMMAND, "--home", str(home), "--handler", "ola"], walk.site.kk2.variables(), 120, 40)


# --- Nye saker ---


def new_cases_in_visma(walk: Walk) -> None:
    # A new proposal has the status Forslag, and is not for us yet.
    kk2, visma = walk.site.kk2, walk.site.visma
    refused = kk2.run("cases", "import", "--run", str(RUN), "--json")
    assert refused.error() == "not_approved"
    assert "status Forslag" in refused.json()["error"]["message"]

    # Approved, with any unrestricted voucher code: it can be fetched, and no voucher is made.
    visma.set_proposal(RUN, "approved")
    assert visma.vouchers() == []


def new_cases_in_kk2(walk: Walk) -> None:
    # Import av nye saker: done when the number of cases has risen.
    invoices = walk.site.invoices()
    in_proposal = scenario_of(walk.site.kk2.home)["proposals"][0]["invoices"]
    debtors = {invoices[key]["customer"] for key in in_proposal}
    assert walk.ola("cases", "list")["total"] == 0
    done = walk.ola("cases", "import")
    assert (done["run"], done["invoices"]) == (RUN, len(in_proposal))
    assert walk.ola("cases", "list")["total"] == len(done["cases"]) == len(debtors)

    # Who is logged in becomes the handler, and the cases carry the run number.
    cases = walk.ola("cases", "list")["cases"]
    assert {(each["handler"], each["run"]) for each in cases} == {("ola", str(RUN))}

    # The collection notices come by e-mail.
    (message,) = walk.post.taken
    assert message["To"] == "ola.provesen@testvik.invalid"
    assert f"kjøring {RUN}: {len(cases)} saker" in message["Subject"]
    attached = [each.get_content() for each in message.iter_attachments()]
    assert attached
    assert all(content.startswith(b"%PDF") for content in attached)
    assert done["letters"] == len(cases)

    # The invoices in Visma get KK2's case number in Eksternt saksnummer; one taken out of the proposal does not.
    written = {key: each["case_number"] for key, each in walk.site.invoices().items() if each.get("case_number")}
    assert set(written) == set(in_proposal)
    assert {*written.values()} == set(done["cases"])
    case = walk.case(1)
    assert {written[claim["visma_id"]] for claim in case["claims"]} == {case["number"]}
    assert walk.dropped not in written


def one_proposal_at_a_time(walk: Walk) -> None:
    # One proposal is made and fetched at a time: what was fetched does not come again, and the next has its own cases.
    before = walk.ola("cases", "list")["total"]
    assert walk.site.kk2.run("cases", "import", "--json").error() == "no_new_invoices"
    # The dunning code is EWS, or PEWS or PWS; this one has PWS.
    walk.site.visma.set_proposal(NEXT_RUN, "approved")
    done = walk.ola("cases", "import")
    assert done["run"] == NEXT_RUN
    assert walk.ola("cases", "list")["total"] == before + len(done["cases"])
    assert len(walk.post.taken) == 2


def converting(walk: Walk) -> None:
    # Cases that were transferred earlier are given Visma's id.
    row = claim_row(1, OLD_CASE, saksbehandler="ola", oppdatert="01.11.2026")
    done = walk.ola("convert", csv_file(walk.site.kk2.home, row))
    assert (done["file"]["status"], done["match"]["linked"], done["match"]["written_back"]) == ("converted", 1, 1)
    (claim,) = walk.ola("cases", "show", OLD_CASE)["claims"]
    assert claim["visma_id"] == "A1"
    assert walk.site.invoices()["A1"]["case_number"] == OLD_CASE

    # After that, posting and payments from Visma work for them: see below.
    payment = walk.ola("payments", "add", OLD_CASE, "100,00", DAY_2)["payment"]
    lines = [line for each in walk.ola("posting", "show")["vouchers"] for line in each["lines"]]
    assert [line["visma_id"] for line in lines if line["payment"] == payment["id"]] == ["A1"]
    walk.ola("payments", "delete", payment["id"], "--reason", "bare en prøve")


# --- Lese OCR ---


def reading_ocr(walk: Walk) -> None:
    # The file is fetched from the bank into a folder, chosen, and its payments are read.
    file = walk.site.inbox[2]
    before = {each["number"]: each["balance"] for each in walk.ola("cases", "list")["cases"]}
    (done,) = walk.ola("payments", "import", file)["files"]
    assert (done["status"], done["payments"], done["amount"]) == ("imported", 31, FILE_2)

    # A receipt lists the cases that were hit.
    hits = walk.receipt(done["receipt"])["Saker"]
    assert [row[0] for row in hits] == [f"0221-{number:08}" for number in range(41, 71)]
    assert sum(row[2] for row in hits) == FILE_2 - STRAY

    # The payments are on the cases, and the balances are new.
    after = {each["number"]: each for each in walk.ola("cases", "list")["cases"]}
    for case, _, paid, old, new, _ in hits:
        assert (old, new) == (before[case], after[case]["balance"])
        assert old - new >= paid  # the interest since the payment day is saved
    (payment,) = walk.case(43)["payments"]
    assert (payment["source"], payment["date"]) == ("ocr", DAY_2)

    # Cases under the treatment threshold are closed, and only those.
    threshold = walk.case(41)["threshold"]
    under = {case for case, *_ in hits if after[case]["balance"] < threshold}
    assert under == set(done["closed"]) == {number for number, each in after.items() if each["status"] == "closed"}
    assert under


# --- Bokføringsforslag ---


def posting_proposal(walk: Walk) -> None:
    # The proposal is made from the OCR reading: one ledger voucher for the date, one for interest, one for fees.
    proposal = walk.ola("posting", "show")
    assert [(each["date"], each["kind"]) for each in proposal["vouchers"]] == [(DAY_2, kind) for kind in "RNG"]
    assert proposal["total"] == sum(each["amount"] for each in proposal["vouchers"]) == FILE_2 - STRAY
    assert all(sum(line["amount"] for line in each["lines"]) == 0 for each in proposal["vouchers"])

    # Coverage follows KK2's own order: principal first, then fees and interest, and what is left over.
    case = walk.case(44)
    (payment,) = case["payments"]
    coverage = payment["coverage"]
    assert sum(coverage.values()) == payment["amount"]
    assert coverage["principal"] == sum(claim["unpaid_in_visma"] for claim in case["claims"])
    assert coverage["fees"] > 0
    assert coverage["interest"] > 0
    (part,) = walk.case(43)["payments"]
    assert part["coverage"]["principal"] == part["amount"]

    # Nothing to change: Bokfør forslag i Visma.
    sent = walk.ola("posting", "send")["vouchers"]
    assert [each["state"] for each in sent] == ["delivered"] * 3
    assert walk.site.visma.sums() == sorted((each["reference"], each["amount"]) for each in sent)
    assert walk.ola("posting", "show")["vouchers"] == []


def registering_in_visma(walk: Walk) -> None:
    # The vouchers are found under the user WS-infe.
    references = list(walk.posting())
    assert {each.registered_by for each in asked_over_soap(walk, references)} == {"WS-infe"}

    # They are registered there, and posted; that is seen here.
    for state in ("registered", "posted"):
        for reference in references:
            walk.site.visma.move_voucher(reference, state)
        assert walk.posting() == dict.fromkeys(references, state)


def asked_over_soap(walk: Walk, references: Sequence[str]) -> Sequence[VoucherStatus]:
    """What the service says of vouchers."""

    async def ask() -> Sequence[VoucherStatus]:
        home = walk.site.kk2.home
        return await open_visma(read_settings(home).visma, home, clock_from_environment()).find_vouchers(
            "1", references
        )

    return asyncio.run(ask())


# --- Endre bokføringsforslaget ---


def changing_the_proposal(walk: Walk) -> None:
    read = walk.ola("payments", "import", walk.site.inbox[0])["files"][0]
    assert (read["status"], read["amount"]) == ("imported", FILE_1)
    move_between_two_cases(walk)
    enter_without_kid(walk)
    move_what_is_posted(walk)


def move_between_two_cases(walk: Walk) -> None:
    # Delete the payment on one case (its details are kept), enter it on the other, and open the proposal again.
    (payment,) = walk.case(3)["payments"]
    deleted = walk.ola("payments", "delete", payment["id"], "--reason", "Skal på en annen sak")["payment"]
    assert (deleted["deleted"], deleted["amount"], deleted["date"]) == (True, payment["amount"], DAY_1)
    assert in_proposal(walk, 3) == 0
    amount = f"{payment['amount'] // 100},{payment['amount'] % 100:02}"
    entered = walk.ola("payments", "add", "0221-00000072", amount, payment["date"])["payment"]
    assert entered["posting"] == "pending"
    assert in_proposal(walk, 72) == payment["amount"]
    assert walk.ola("posting", "show")["total"] == FILE_1

    # The same in one step.
    (payment,) = walk.case(8)["payments"]
    walk.ola("payments", "move", payment["id"], "0221-00000073")
    assert (in_proposal(walk, 8), in_proposal(walk, 73)) == (0, payment["amount"])
    assert walk.ola("posting", "show")["total"] == FILE_1


def in_proposal(walk: Walk, number: int) -> int:
    """What the proposal posts on a case."""
    lines = [line for each in walk.ola("posting", "show")["vouchers"] for line in each["lines"]]
    posted: int = -sum(line["amount"] for line in lines if line["case"] == f"0221-{number:08}")
    return posted


def enter_without_kid(walk: Walk) -> None:
    # A payment from the bank's list of those without KID: amount and date on the case, and it is in the proposal.
    walk.ola("payments", "add", "0221-00000074", "350,00", DAY_1, "--text", "Manuell innbetaling")
    assert in_proposal(walk, 74) == MANUAL
    assert walk.ola("posting", "show")["total"] == FILE_1 + MANUAL


def move_what_is_posted(walk: Walk) -> None:
    # As before, but with "skal ikke bokføres": it never comes into the proposal. The change is in KK2 only.
    in_visma = walk.site.visma.vouchers()
    (payment,) = walk.case(43)["payments"]
    assert payment["posting"] == "posted"
    walk.ola("payments", "delete", payment["id"], "--reason", "Skal på en annen sak")
    entered = walk.ola("payments", "add", "0221-00000075", "500,00", DAY_2, "--no-posting")["payment"]
    assert (entered["posting"], entered["amount"]) == ("excluded", payment["amount"])
    assert (walk.case(43)["balance"]["paid"], walk.case(75)["balance"]["paid"]) == (0, payment["amount"])
    assert in_proposal(walk, 75) == 0
    assert walk.ola("posting", "show")["total"] == FILE_1 + MANUAL
    assert walk.site.visma.vouchers() == in_visma


def a_department_set_right(walk: Walk) -> None:
    # Finner ikke reskontrotype: open that case, set the right Avdeling under Generelt, save, send the proposal again.
    problem = f"Finner ikke reskontrotype for ((Saker)Avdeling) Se sak {WRONG_DEPARTMENT}"
    assert [each["message"] for each in walk.ola("posting", "show")["problems"]] == [problem]
    with terminal_of(walk) as terminal:
        terminal.wait_for("Bokføringsforslag")
        terminal.press("5")
        terminal.wait_for(problem)
        terminal.press("Enter")
        terminal.wait_for(f"Sak {WRONG_DEPARTMENT}", "F12 Lagre")
        terminal.press("End", *["Backspace"] * 4, "K010", "F12")
        terminal.wait_gone("F12 Lagre")
    assert walk.ola("posting", "show")["problems"] == []
    sent = walk.ola("posting", "send")["vouchers"]
    assert sum(each["amount"] for each in sent) == FILE_1 + MANUAL


# --- Betalinger fra Visma ---


def payments_from_visma(walk: Walk) -> None:
    # All new payments to the ordinary account, and corrections, on cases that exist come in; the receipt lists them.
    visma, today = walk.site.visma, walk.site.kk2.today
    first, second = (walk.case(number)["claims"][0]["visma_id"] for number in (80, 81))
    visma.enter(first, -100_00)
    visma.enter(second, -200_00)
    visma.enter(second, +50_00, type="40-KORRIGERING")
    visma.enter("A1", -250_00)
    visma.enter(walk.dropped, -300_00)
    visma.enter(first, -70_00, category=1)  # another category is not meant for us
    before = walk.ola("posting", "show")
    done = walk.ola("payments", "fetch")
    listed = {(row[0], row[3]) for row in walk.receipt(done["receipt"])["Registrert"] if row[2] == today}
    assert {
        ("0221-00000080", 100_00),
        ("0221-00000081", 200_00),
        ("0221-00000081", -50_00),
        (OLD_CASE, 250_00),
    } <= listed
    assert [walk.case(number)["balance"]["paid"] for number in (80, 81, 900)] == [100_00, 150_00, 250_00]
    assert done["foreign"] == 1

    # They are in the accounts already, and are not posted.
    assert {each["posting"] for each in walk.case(81)["payments"]} == {"not_ours"}
    assert walk.ola("posting", "show") == before

    # What comes back of our own vouchers is known, and is not entered twice; nor when all is read from the start.
    posted = [each for each in visma.vouchers() if each.get("state") == "posted"]
    assert done["skipped_own"] == sum("visma_id" in line for each in posted for line in each["lines"]) > 30
    cases = walk.ola("cases", "list")
    lose_the_cursor(walk)
    again = walk.ola("payments", "fetch")
    assert (again["payments"], again["skipped_own"]) == (0, done["skipped_own"])
    assert walk.ola("cases", "list") == cases


def lose_the_cursor(walk: Walk) -> None:
    """How far was read in Visma is forgotten."""

    async def forget() -> None:
        async with opened_store(walk.site.kk2.home) as store, store.transaction("ola", "glemt") as tx:
            cursor = await tx.get(Cursor, "1")
            assert cursor is not None
            tx.delete(cursor)

    asyncio.run(forget())


# --- Lovverket ---


def legislation(walk: Walk) -> None:
    # The laws, and the rates with their sources, can be looked up.
    with terminal_of(walk) as terminal:
        terminal.wait_for("Lovverk")
        terminal.press("l")
        terminal.wait_for("Lover og forskrifter", "inkassoloven")
        terminal.press("2")
        terminal.wait_for("01.07.2026 – 31.12.2026", "12,25 %")
    assert walk.ola("admin", "rates", "list")["known_until"] == "2026-12-31"


def everything_adds_up(walk: Walk) -> None:
    # What the bank paid in is what Visma has, to the øre, but for the payment that nobody has found a case for.
    (waiting,) = [each for each in walk.ola("payments", "unplaced")["payments"] if each["reason"] == "unknown_kid"]
    assert waiting["amount"] == STRAY
    assert sum(amount for _, amount in walk.site.visma.sums()) == FILE_1 + FILE_2 - STRAY + MANUAL
    assert len(walk.site.visma.sums()) == 6
