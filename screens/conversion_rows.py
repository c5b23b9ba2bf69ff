"""Rows and lines of Konvertering: claims, candidates, files and findings as a handler reads them. Pure functions."""

from data.documents import Candidate, Claim
from data.language import N_, _
from screens.widgets.columns import Cell, Column, Look, Row
from services.bank.findings import Finding
from services.conversion.folder import FolderFile
from services.conversion.matching import BY_NAMES
from services.conversion.results import Counts, ReadFile, Unlinked
from services.errors import Refused
from services.rules.counting import counted
from services.rules.dates import format_date
from services.rules.money import format_amount

STATES = {"waiting": N_("ikke søkt"), "several": N_("velg"), "none": N_("ikke funnet")}
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
        return _("ingenting venter")
    parts = (
        _("{several} å velge").format(several=counts.several) if counts.several else "",
        _("{none} ikke funnet").format(none=counts.none) if counts.none else "",
        _("{waiting} ikke søkt").format(waiting=counts.waiting) if counts.waiting else "",
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
        Cell(_(STATES.get(state, "")), look),
    )
    return Row(claim.id, cells)


def candidate_row(each: Candidate) -> Row:
    what = " · ".join(part for part in (each.name, each.text) if part)
    cells = (each.invoice, what, format_date(each.due), format_amount(each.amount), _(BY_NAMES[each.by]))
    return Row(each.visma_id, cells)


def candidate_line(each: Candidate) -> str:
    return f"{each.invoice}  {each.name}  {format_date(each.due)}  {format_amount(each.amount)}"


def about(chosen: Unlinked) -> str:
    """What there is no column for, and why nothing was found."""
    claim, case = chosen.claim, chosen.case
    parts = [
        claim.text,
        f"KID {claim.kid}" if claim.kid else "",
        _("kunde {customer}").format(customer=claim.customer) if claim.customer else "",
        _("gammelt saksnummer {number}").format(number=case.old_number) if case.old_number != case.id else "",
        chosen.link.note,
    ]
    return " · ".join(part for part in parts if part)


def file_line(file: FolderFile) -> str:
    """A file and what a check says of it."""
    checked = file.checked
    if file.unreadable:
        return _("{name}  kan ikke åpnes").format(name=checked.name)
    if checked.status == "valid":
        return _("{name}  klar, {cases}").format(name=checked.name, cases=counted(checked.cases, "sak", "saker"))
    if checked.status == "duplicate":
        return _("{name}  lest før").format(name=checked.name)
    return _("{name}  {count} feil").format(name=checked.name, count=len(checked.errors))


def finding_line(finding: Finding) -> str:
    place = _("linje {line}").format(line=finding.line) + (
        _(", felt {column}").format(column=finding.column) if finding.column else ""
    )
    return f"{place}: {finding.message}"


def claim_name(claim: Claim) -> str:
    return _("fordring {invoice} på {amount}").format(invoice=claim.invoice, amount=format_amount(claim.amount))


def comparison(chosen: Unlinked, candidate: Candidate) -> list[str]:
    """The claim and the invoice under each other."""
    claim = chosen.claim
    lines = [
        _("Her:    {invoice}, {debtor_name}, forfall {due}, {amount}").format(
            invoice=claim.invoice,
            debtor_name=chosen.case.debtor_name,
            due=format_date(claim.due),
            amount=format_amount(claim.amount),
        ),
        _("Visma:  {invoice}, {name}, forfall {due}, {amount}").format(
            invoice=candidate.invoice,
            name=candidate.name,
            due=format_date(candidate.due),
            amount=format_amount(candidate.amount),
        ),
        _("Rest i Visma {unpaid}. Saksnummeret skrives tilbake dit.").format(unpaid=format_amount(candidate.unpaid)),
    ]
    if candidate.case_number not in ("", chosen.case.id, chosen.case.old_number):
        lines.append(_("! I Visma har fakturaen saksnummer {case_number}.").format(case_number=candidate.case_number))
    return lines


def refused(checked: ReadFile) -> Refused:
    if checked.status == "duplicate":
        when = checked.findings[0].message.removeprefix(_("filen er "))
        return Refused(_("{name} er {when}.").format(name=checked.name, when=when), code="duplicate_file")
    details = [{"message": finding_line(each)} for each in checked.errors]
    return Refused(
        _("{name} har feil og kan ikke leses inn. Ingenting er lest. Rett filen, og prøv igjen.").format(
            name=checked.name
        ),
        code="rejected_file",
        details=details,
    )
