"""`kk2 cases`: import, list, show."""

from collections.abc import Sequence

import click

from data.documents import PaymentSource, PostingState
from data.language import N_, _
from kk2tui.cli import shapes
from kk2tui.cli.context import command
from kk2tui.cli.tables import table
from kk2tui.log_file import log_if_possible
from kk2tui.session import Session
from kk2tui.wiring import LOG
from services.case_import import ImportedCases
from services.cases import STATUS_NAMES, CaseRow, CaseView
from services.lookups import Lookups, national_ids
from services.mail.sending import MailSent, send_quietly
from services.registry import Services
from services.rules.dates import format_date, format_instant
from services.rules.money import format_amount

SOURCE_NAMES: dict[PaymentSource, str] = {
    "ocr": N_("OCR"),
    "camt": "camt.054",
    "manual": N_("manuell"),
    "visma": N_("Visma"),
    "moved": N_("flyttet hit"),
    "converted": N_("konvertert"),
}
POSTING_NAMES: dict[PostingState, str] = {
    "pending": N_("venter"),
    "frozen": N_("i bilag"),
    "posted": N_("bokført"),
    "excluded": N_("skal ikke bokføres"),
    "not_ours": N_("ført i Visma"),
}


@click.group()
def cases() -> None:
    """Saker: hent nye fra Visma, list og vis."""


@cases.command("import")
@click.option("--run", type=int, metavar="N", help=_("Kjøringsnummeret; ellers den godkjente med lavest nummer."))
@click.pass_obj
@command
def import_cases(session: Session, run: int | None) -> None:
    """Ta over ett godkjent purreforslag fra Visma, skriv saksnumrene tilbake, og send inkassovarslene på e-post."""
    done, mailed = session.run(lambda services: _import(services, run))
    session.answer(
        shapes.imported_cases(done) | {"mails_sent": mailed.sent, "mail_stopped": mailed.stopped},
        lambda: [
            _("Kjøring {run}: {count} saker av {invoices} fakturaer.").format(
                run=done.run, count=len(done.cases), invoices=done.invoices
            ),
            _("{written_back} saksnummer skrevet tilbake til Visma, {pending_write_back} venter.").format(
                written_back=done.written_back, pending_write_back=done.pending_write_back
            ),
            _("{letters} inkassovarsler laget, {sent} e-poster sendt.").format(letters=done.letters, sent=mailed.sent),
            *([f"! {mailed.stopped}"] if mailed.stopped else []),
            *(f"! {warning}" for warning in done.warnings),
            _("Kvittering {receipt}.").format(receipt=done.receipt),
        ],
    )


async def _import(services: Services, run: int | None) -> tuple[ImportedCases, MailSent]:
    """What waits in the mail queue is sent also when there is nothing new to take over."""
    try:
        done = await services.case_import.run(services.actor, run)
    finally:
        mailed = await send_quietly(services.mail, services.actor)
    return done, mailed


@cases.command("list")
@click.option("--status", type=click.Choice(list(STATUS_NAMES)), help=_("Bare saker med denne statusen."))
@click.option("--search", metavar="TEKST", help=_("Saksnummer, KID, fakturanummer, navn eller fødselsnummer."))
@click.option("--limit", type=click.IntRange(min=1), default=None, metavar="N", help=_("Høyst så mange saker."))
@click.pass_obj
@command
def list_cases(session: Session, status: str | None, search: str | None, limit: int | None) -> None:
    """List saker med dagens saldo."""
    rows, total = session.run(lambda services: _rows(services, status, search, limit))
    session.answer(
        {"cases": [shapes.case_row(row) for row in rows], "total": total},
        lambda: [*_case_table(rows), _("{count} av {total} saker").format(count=len(rows), total=total)],
    )


async def _rows(
    services: Services, status: str | None, search: str | None, limit: int | None
) -> tuple[Sequence[CaseRow], int]:
    if search:
        found = await services.cases.search(search, limit=limit or 1000)
        if national_ids(search):
            with log_if_possible(services.home / LOG):
                Lookups(services.actor).searched(search, len(found))
        found = [row for row in found if status is None or row.case.status == status]
        return found, len(found)
    where = {"status": status} if status else None
    total = await services.cases.count(where)
    rows: list[CaseRow] = []
    wanted = total if limit is None else min(limit, total)
    while len(rows) < wanted:
        page = await services.cases.rows(where, offset=len(rows), limit=min(500, wanted - len(rows)))
        if not page:
            break
        rows += page
    return rows, total


def _case_table(rows: Sequence[CaseRow]) -> list[str]:
    cells = [
        (
            row.case.id,
            row.case.debtor_name,
            row.case.department,
            _(STATUS_NAMES[row.case.status]),
            row.case.handler,
            format_amount(row.balance),
        )
        for row in rows
    ]
    return table((_("Saksnummer"), _("Skyldner"), _("Avd."), _("Status"), _("Saksbeh."), _("Saldo")), cells, right=(5,))


@cases.command("show")
@click.argument("number", metavar="SAKSNUMMER")
@click.pass_obj
@command
def show_case(session: Session, number: str) -> None:
    """Vis en sak med fordringer, innbetalinger, saldo og logg."""
    view = session.run(lambda services: services.cases.view(number))
    session.answer(shapes.case_view(view), lambda: _case_lines(view))


def _case_lines(view: CaseView) -> list[str]:
    case, balance = view.case, view.settlement.balance
    unpaid = {each.id: each.unpaid for each in view.settlement.claims}
    claims = [
        (each.invoice, each.text, format_date(each.due), format_amount(each.amount), format_amount(unpaid[each.id]))
        for each in view.account.claims
    ]
    paid = [
        (
            each.id,
            format_date(each.date),
            _(SOURCE_NAMES[each.source]),
            "slettet" if each.deleted else _(POSTING_NAMES[each.posting]),
            format_amount(each.amount),
        )
        for each in view.account.payments
    ]
    mark = "" if balance.interest_complete else _("  (renter til siste kjente rentesats)")
    return [
        _("Sak {id}  {debtor_name}  {status}  avdeling {department}  KID {kid}").format(
            id=case.id,
            debtor_name=case.debtor_name,
            status=_(STATUS_NAMES[case.status]),
            department=case.department,
            kid=case.kid,
        ),
        "",
        *table((_("Faktura"), _("Tekst"), _("Forfall"), _("Beløp"), _("Ubetalt")), claims, right=(3, 4)),
        "",
        *table((_("Innbetaling"), _("Dato"), _("Kilde"), _("Bokføring"), _("Beløp")), paid, right=(4,)),
        "",
        _("Hovedstol {principal}  omkostninger {costs}  gebyr {fees}  renter {interest}{mark}").format(
            principal=format_amount(balance.principal),
            costs=format_amount(balance.costs),
            fees=format_amount(balance.fees),
            interest=format_amount(balance.interest),
            mark=mark,
        ),
        _("Innbetalt {paid}  saldo {total}").format(
            paid=format_amount(balance.paid), total=format_amount(balance.total)
        ),
        "",
        *(f"{format_instant(event.time)}  {event.actor}  {event.text}" for event in view.events),
    ]
