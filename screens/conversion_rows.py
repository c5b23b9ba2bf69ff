"""Rows and lines of Konvertering: claims, candidates, files and findings as a handler reads them. Pure functions."""

from data.documents import Candidate, Claim
from screens.job_screen import counted
from screens.widgets.columns import Cell, Column, Look, Row
from services.bank.findings import Finding
from services.conversion.folder import FolderFile
from services.conversion.matching import BY_NAMES
from services.conversion.results import Counts, ReadFile, Unlinked
from services.errors import Refused
from services.rules.dates import format_date
from services.rules.money import format_amount

STATES = {"waiting": "ikke søkt", "several": "velg", "none": "ikke funnet"}
COLUMNS = (
    Column("Saksnummer", 13),
    Column("Skyldner"),
    Column("Faktura", 12),
    Column("Forfall", 10, from_width=100),
    Column("Beløp", 12, right=True),
    Column("I Visma", 13),
)
CANDIDATE_COLUMNS = (
    Column("Faktura i Visma", 15),
    Column("Kunde og tekst"),
    Column("Forfall", 10),
    Column("Beløp", 12, right=True),
    Column("Funnet på", 13, from_width=100),
)


def number_left(counts: Counts) -> str:
    """How many claims lack an invoice, and what they wait for."""
    if not counts.unlinked:
        return "ingenting venter"
    parts = (
        f"{counts.several} å velge" if counts.several else "",
        f"{counts.none} ikke funnet" if counts.none else "",
        f"{counts.waiting} ikke søkt" if counts.waiting else "",
    )
    return ", ".join(part for part in parts if part)


def claim_row(each: Unlinked) -> Row:
    """A claim; one that a person must choose for needs attention."""
    claim, state = each.claim, each.link.state
    look = Look.ATTENTION if state == "several" else Look.NORMAL
    cells = (
        claim.case,
        each.case.debtor_name,
        claim.invoice,
        format_date(claim.due),
        format_amount(claim.amount),
        Cell(STATES.get(state, ""), look),
    )
    return Row(claim.id, cells)


def candidate_row(each: Candidate) -> Row:
    what = " · ".join(part for part in (each.name, each.text) if part)
    cells = (each.invoice, what, format_date(each.due), format_amount(each.amount), BY_NAMES[each.by])
    return Row(each.visma_id, cells)


def candidate_line(each: Candidate) -> str:
    return f"{each.invoice}  {each.name}  {format_date(each.due)}  {format_amount(each.amount)}"


def about(chosen: Unlinked) -> str:
    """What there is no column for, and why nothing was found."""
    claim, case = chosen.claim, chosen.case
    parts = [
        claim.text,
        f"KID {claim.kid}" if claim.kid else "",
        f"kunde {claim.customer}" if claim.customer else "",
        f"gammelt saksnummer {case.old_number}" if case.old_number != case.id else "",
        chosen.link.note,
    ]
    return " · ".join(part for part in parts if part)


def file_line(file: FolderFile) -> str:
    """A file and what a check says of it."""
    checked = file.checked
    if file.unreadable:
        return f"{checked.name}  kan ikke åpnes"
    if checked.status == "valid":
        return f"{checked.name}  klar, {counted(checked.cases, 'sak', 'saker')}"
    if checked.status == "duplicate":
        return f"{checked.name}  lest før"
    return f"{checked.name}  {len(checked.errors)} feil"


def finding_line(finding: Finding) -> str:
    place = f"linje {finding.line}" + (f", felt {finding.column}" if finding.column else "")
    return f"{place}: {finding.message}"


def claim_name(claim: Claim) -> str:
    return f"fordring {claim.invoice} på {format_amount(claim.amount)}"


def comparison(chosen: Unlinked, candidate: Candidate) -> list[str]:
    """The claim and the invoice under each other."""
    claim = chosen.claim
    lines = [
        f"Her:    {claim.invoice}, {chosen.case.debtor_name}, forfall {format_date(claim.due)}, "
        f"{format_amount(claim.amount)}",
        f"Visma:  {candidate.invoice}, {candidate.name}, forfall {format_date(candidate.due)}, "
        f"{format_amount(candidate.amount)}",
        f"Rest i Visma {format_amount(candidate.unpaid)}. Saksnummeret skrives tilbake dit.",
    ]
    if candidate.case_number not in ("", chosen.case.id, chosen.case.old_number):
        lines.append(f"! I Visma har fakturaen saksnummer {candidate.case_number}.")
    return lines


def refused(checked: ReadFile) -> Refused:
    if checked.status == "duplicate":
        when = checked.findings[0].message.removeprefix("filen er ")
        return Refused(f"{checked.name} er {when}.", code="duplicate_file")
    details = [{"message": finding_line(each)} for each in checked.errors]
    return Refused(
        f"{checked.name} har feil og kan ikke leses inn. Ingenting er lest. Rett filen, og prøv igjen.",
        code="rejected_file",
        details=details,
    )
