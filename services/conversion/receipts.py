"""The receipts of the conversion: of a file that was read, and of a search in Visma."""

from collections.abc import Sequence

from data.documents import Case, Claim, Column, Receipt, Section
from data.store import Transaction
from services.case_account import Updated
from services.clock import Clock
from services.conversion.results import Difference, Matched, ReadFile
from services.receipts import keep_receipt
from services.rules.claim_text import text_warnings
from services.rules.money import format_amount

CASE = Column(title="Saksnummer", kind="case")
DEBTOR, INVOICE = Column(title="Skyldner"), Column(title="Faktura")


async def keep_file_receipt(
    tx: Transaction, clock: Clock, actor: str, read: ReadFile, updated: Sequence[Updated], claims: Sequence[Claim]
) -> Receipt:
    """Store the receipt of a file in the caller's transaction."""
    rows = [
        (each.case.id, _old(each.case), each.case.debtor_name, each.settlement.balance.paid, each.case.outstanding)
        for each in updated
    ]
    summary = [
        f"{read.cases} saker med {read.claims} fordringer, hovedstol {format_amount(read.principal)}",
        f"{read.charges} gebyr og omkostninger, {read.payments} innbetalinger (skal ikke bokføres)",
    ]
    if read.renumbered:
        summary.append(f"{len(read.renumbered)} saker har fått nytt saksnummer; det gamle kan søkes på")
    if read.closed:
        summary.append(f"{len(read.closed)} saker ble avsluttet: de er under behandlingsterskelen")
    if read.known:
        summary.append(f"{read.known} saker var lest inn før, og er som de var")
    columns = (
        CASE,
        Column(title="Gammelt nr."),
        DEBTOR,
        Column(title="Innbetalt", kind="amount"),
        Column(title="Utestående", kind="amount"),
    )
    return await keep_receipt(
        tx,
        clock,
        actor,
        kind="cases",
        title=f"Konvertering, {read.name}",
        summary=summary,
        warnings=[*(f"Linje {each.line}: {each.message}" for each in read.findings), *text_warnings(claims)],
        sections=[Section(title="Konverterte saker", columns=columns, rows=tuple(rows))],
    )


async def keep_match_receipt(
    tx: Transaction,
    clock: Clock,
    actor: str,
    done: Matched,
    *,
    linked: Sequence[tuple[Case, Claim]],
    left: Sequence[tuple[Case, Claim, str]],
    differences: Sequence[Difference],
) -> Receipt:
    """Store the receipt of a search; `left` are the claims without an invoice, and why."""
    different = tuple((each.case, each.invoice, each.here, each.visma) for each in differences)
    return await keep_receipt(
        tx,
        clock,
        actor,
        kind="cases",
        title="Konvertering, fakturaer i Visma",
        summary=[
            f"{done.linked} av {done.asked} fordringer er koblet til en faktura i Visma",
            f"{done.several} venter på valg, {done.none} er ikke funnet",
            f"{done.written_back} saksnummer skrevet tilbake til Visma, {done.pending_write_back} venter",
        ],
        warnings=[*([done.stopped] if done.stopped else []), *_difference_warning(differences)],
        sections=[
            Section(
                title="Venter på valg eller ikke funnet",
                columns=(CASE, DEBTOR, INVOICE, Column(title="Hvorfor")),
                rows=tuple((case.id, case.debtor_name, claim.invoice, why) for case, claim, why in left),
            ),
            Section(
                title="Koblet",
                columns=(CASE, DEBTOR, INVOICE, Column(title="Tekst")),
                rows=tuple((case.id, case.debtor_name, claim.invoice, claim.text) for case, claim in linked),
            ),
            *([Section(title="Ulik rest", columns=_DIFFERENCE, rows=different)] if different else []),
        ],
    )


_DIFFERENCE = (CASE, INVOICE, Column(title="Rest her", kind="amount"), Column(title="Rest i Visma", kind="amount"))


def _difference_warning(differences: Sequence[Difference]) -> list[str]:
    if not differences:
        return []
    count = "1 fordring har" if len(differences) == 1 else f"{len(differences)} fordringer har"
    return [f"{count} en annen rest i Visma enn her. Se hvilken innbetaling som mangler, og før den på saken."]


def _old(case: Case) -> str:
    return case.old_number if case.old_number != case.id else ""
