"""Reads a conversion file: rows to cases, with everything that is wrong by line. Pure; see docs/konvertering.md."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal, get_args

from data.documents import CaseStatus, Debtor
from data.language import _
from services.bank.findings import Findings
from services.bank.kid import classify
from services.conversion.fields import Fields
from services.conversion.old_cases import OldCase, OldCharge, OldClaim, OldFile, OldPayment
from services.conversion.source_rows import SourceRow, read_rows

MOST_FINDINGS = 1000

RowType = Literal["fordring", "gebyr", "omkostning", "innbetaling"]
ROW_TYPES: dict[str, RowType] = {name: name for name in get_args(RowType)}
STATUSES: dict[str, CaseStatus] = {
    "åpen": "open",
    "apen": "open",
    "aktiv": "open",
    "avsluttet": "closed",
    "bero": "paused",
    "stilt i bero": "paused",
    "manuell": "manual",
}


def read_old_cases(content: bytes, today: date) -> OldFile:
    """A whole file. Nothing of it may be stored unless `ok`."""
    findings = Findings(MOST_FINDINGS)
    rows = read_rows(content, findings)
    groups: dict[tuple[str, str], list[SourceRow]] = {}
    for row in rows:
        key = Fields([row], findings).text("kreditor", needed=True), row.cell("saksnummer").value
        groups.setdefault(key, []).append(row)
    cases = [_case(group, findings, today) for group in groups.values()]
    _check_kids(cases, findings)
    if not rows and findings.ok:
        findings.error(1, 0, "", "empty", _("filen har ingen rader"))
    return OldFile(
        sha256=hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest(),
        rows=len(rows),
        cases=tuple(cases),
        findings=tuple(sorted(findings.all(), key=lambda each: (each.code == "more", each.line, each.column))),
    )


def _case(rows: Sequence[SourceRow], findings: Findings, today: date) -> OldCase:
    """One case out of its rows. What it lacks is told at its first row."""
    typed: dict[RowType, list[Fields]] = {name: [] for name in get_args(RowType)}
    main = []
    for row in rows:
        kind = Fields([row], findings).choice("radtype", ROW_TYPES, "fordring")
        typed[kind].append(Fields([row], findings))
        main += [row] if kind == "fordring" else []
    fields = Fields(main or rows[:1], findings)
    if not main:
        fields.error(fields.cell("radtype"), "radtype", "no_claim", _("saken har ingen rad med en fordring"))
    claims = [_claim(each, today) for each in typed["fordring"]]
    _check_invoices(claims, findings)
    invoices = {claim.invoice for claim in claims}
    charges = [_charge(each, "fees", invoices, today) for each in typed["gebyr"]]
    charges += [_charge(each, "costs", invoices, today) for each in typed["omkostning"]]
    opened = fields.date("opprettet", default=today, latest=today)
    status = fields.choice("status", STATUSES, "open")
    return OldCase(
        line=fields.line,
        number=fields.text("saksnummer", needed=True),
        creditor=fields.text("kreditor"),
        department=fields.text("avdeling"),
        handler=fields.text("saksbehandler"),
        status=status,
        opened=opened,
        closed=fields.date("avsluttet", default=today, latest=today) if status == "closed" else None,
        counted_until=fields.date("oppdatert", default=today, latest=today),
        kid=_case_kid(fields),
        debtor=_debtor(fields),
        claims=tuple(claims),
        charges=tuple(charges),
        payments=tuple(_payment(each, today) for each in typed["innbetaling"]),
    )


def _debtor(fields: Fields) -> Debtor:
    return Debtor(
        customer=fields.text("kundenummer"),
        name=fields.text("navn", needed=True),
        national_id=fields.text("fodselsnummer"),
        org_number=fields.text("orgnummer"),
        address=tuple(line for line in (fields.text("adresse"), fields.text("adresse2")) if line),
        postcode=fields.text("postnummer"),
        city=fields.text("poststed"),
        email=fields.text("epost"),
        mobile=fields.text("mobil"),
    )


def _case_kid(fields: Fields) -> str:
    kid = fields.text("sakskid")
    if kid and not _is_kid(kid):
        fields.error(fields.cell("sakskid"), "sakskid", "bad_kid", _("sakskid har feil kontrollsiffer eller feil tegn"))
    return kid


def _claim(fields: Fields, today: date) -> OldClaim:
    amount = fields.amount("belop")
    principal = fields.amount("hovedstol", default=amount, least=0)
    if principal > amount:
        fields.error(fields.cell("hovedstol"), "hovedstol", "bad_amount", _("hovedstol er større enn belop"))
    kid = fields.text("kid")
    if kid and not _is_kid(kid):
        fields.warn("kid", "bad_kid", _("kid har feil kontrollsiffer eller feil tegn; innbetalinger vil ikke ha den"))
    due = fields.date("forfall")
    return OldClaim(
        line=fields.line,
        invoice=fields.text("fakturanummer", needed=True),
        text=fields.text("tekst"),
        kid=kid,
        issued=fields.date("fakturadato", default=due, latest=today),
        due=due,
        amount=amount,
        principal=principal,
    )


def _charge(fields: Fields, component: Literal["costs", "fees"], invoices: set[str], today: date) -> OldCharge:
    invoice = fields.text("fakturanummer")
    if invoice and invoice not in invoices:
        cell = fields.cell("fakturanummer")
        fields.error(cell, "fakturanummer", "unknown_invoice", _("saken har ingen fordring med dette fakturanummeret"))
    return OldCharge(
        line=fields.line,
        code=fields.text("kode") or ("PUR" if component == "fees" else "OMK"),
        component=component,
        date=fields.date("dato", latest=today),
        amount=fields.amount("belop"),
        invoice=invoice,
        text=fields.text("tekst"),
    )


def _payment(fields: Fields, today: date) -> OldPayment:
    return OldPayment(
        line=fields.line,
        date=fields.date("dato", latest=today),
        amount=fields.amount("belop", least=None),
        text=fields.text("tekst"),
        kid=fields.text("kid"),
    )


def _check_invoices(claims: Iterable[OldClaim], findings: Findings) -> None:
    seen: dict[str, int] = {}
    for claim in claims:
        first = seen.setdefault(claim.invoice, claim.line)
        if claim.invoice and first != claim.line:
            text = _("fakturaen står på linje {first} også, på samme sak").format(first=first)
            findings.error(claim.line, 0, "fakturanummer", "double_invoice", text)


def _check_kids(cases: Iterable[OldCase], findings: Findings) -> None:
    uses = Counter(case.kid for case in cases if case.kid)
    for case in cases:
        if uses[case.kid] > 1:
            findings.error(case.line, 0, "sakskid", "double_kid", _("flere saker har denne sakskid"))


def _is_kid(kid: str) -> bool:
    return "ok" in (classify(kid), classify(kid, check="mod11"))
