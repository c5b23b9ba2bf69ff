"""`kk2 payments`: read bank files, fetch from Visma, enter, delete, move and place payments."""

from collections.abc import Sequence
from pathlib import Path

import click

from data.documents import Payment, Receipt
from data.language import N_, _
from kk2tui.cli import shapes
from kk2tui.cli.context import command
from kk2tui.cli.receipts import receipt_lines
from kk2tui.cli.tables import table
from kk2tui.session import Session
from services.bank.findings import Finding
from services.bank_check import ImportedFile
from services.bank_receipt import REASONS
from services.registry import Services
from services.rules.dates import format_date, parse_date
from services.rules.money import format_amount, parse_amount
from services.visma_receipt import FetchedPayments

NEGATIVE_AMOUNTS = {"ignore_unknown_options": True}
STATUS_TEXT = {
    "imported": N_("lest inn"),
    "valid": N_("i orden"),
    "duplicate": N_("lest før"),
    "rejected": N_("avvist"),
}


@click.group()
def payments() -> None:
    """Innbetalinger: les bankfiler, hent fra Visma, før, slett, flytt og plasser."""


@payments.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FIL...", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help=_("Les og kontroller bare; ingenting lagres."))
@click.pass_obj
@command
def import_files(session: Session, files: Sequence[Path], check: bool) -> None:
    """Les OCR-filer inn på sakene. En fil er enten helt inne eller ikke i det hele tatt."""
    done = session.run(lambda services: _import(services, files, check))
    session.answer({"files": [shapes.imported_file(file) for file in done]}, lambda: _file_lines(done))
    if any(file.status == "rejected" for file in done):
        raise SystemExit(1)


async def _import(services: Services, files: Sequence[Path], check: bool) -> list[ImportedFile]:
    done = []
    for path in files:
        try:
            work = services.bank.check(path) if check else services.bank.run(path, services.actor)
            done.append(await work)
        except OSError as error:
            done.append(_unreadable(path, error))
    return done


def _unreadable(path: Path, error: OSError) -> ImportedFile:
    finding = Finding(
        severity="error",
        line=0,
        column=0,
        field="fil",
        code="unreadable",
        value=path.name,
        message=_("filen kan ikke åpnes: {strerror}").format(strerror=error.strerror),
    )
    return ImportedFile(name=path.name, status="rejected", findings=(finding,))


def _file_lines(done: Sequence[ImportedFile]) -> list[str]:
    lines = []
    for file in done:
        lines.append(
            _("{name}: {status}, {payments} innbetalinger, {amount}").format(
                name=file.name,
                status=_(STATUS_TEXT[file.status]),
                payments=file.payments,
                amount=format_amount(file.amount),
            )
        )
        if file.status == "imported":
            lines.append(
                _("  plassert {placed}, uplassert {unplaced}, lest før {duplicates}").format(
                    placed=file.placed, unplaced=file.unplaced, duplicates=file.duplicates
                )
            )
            lines.append(
                _("  avsluttede saker: {closed}. Kvittering {receipt}").format(
                    closed=", ".join(file.closed) or _("ingen"), receipt=file.receipt
                )
            )
        for finding in file.findings:
            mark = "FEIL" if finding.severity == "error" else "OBS"
            lines.append(
                _("  {mark} linje {line}, kolonne {column}: {message}").format(
                    mark=mark, line=finding.line, column=finding.column, message=finding.message
                )
            )
    return lines


@payments.command(context_settings=NEGATIVE_AMOUNTS)
@click.argument("case", metavar="SAKSNUMMER")
@click.argument("amount", metavar="BELØP")
@click.argument("date", metavar="DATO")
@click.option("--no-posting", is_flag=True, help=_("Skal ikke bokføres."))
@click.option("--text", default="", metavar="TEKST")
@click.pass_obj
@command
def add(session: Session, case: str, amount: str, date: str, no_posting: bool, text: str) -> None:
    """Før en innbetaling på en sak. BELØP i kroner (1 234,50), DATO som 20.11.2026 eller 2026-11-20."""

    async def work(services: Services) -> Payment:
        day = parse_date(date, services.clock.today())
        return await services.payments.add(
            case, parse_amount(amount), day, services.actor, posting=not no_posting, text=text
        )

    _tell(session, session.run(work), _("ført"))


@payments.command()
@click.argument("key", metavar="ID")
@click.option("--reason", required=True, metavar="TEKST", help=_("Hvorfor den slettes."))
@click.pass_obj
@command
def delete(session: Session, key: str, reason: str) -> None:
    """Slett en innbetaling; detaljene tas vare på."""
    _tell(session, session.run(lambda services: services.payments.delete(key, reason, services.actor)), "slettet")


@payments.command()
@click.argument("key", metavar="ID")
@click.argument("case", metavar="SAKSNUMMER")
@click.pass_obj
@command
def move(session: Session, key: str, case: str) -> None:
    """Flytt en innbetaling til en annen sak. En som er bokført, skal ikke bokføres på den nye saken."""
    _tell(session, session.run(lambda services: services.payments.move(key, case, services.actor)), "flyttet")


@payments.command()
@click.pass_obj
@command
def fetch(session: Session) -> None:
    """Hent betalinger og rettelser som er ført i Visma, inn på sakene. Kan alltid kjøres igjen."""
    done, receipt = session.run(_fetch)
    session.answer(shapes.fetched_payments(done), lambda: receipt_lines(receipt))


async def _fetch(services: Services) -> tuple[FetchedPayments, Receipt]:
    done = await services.visma_payments.run(services.actor)
    return done, await services.receipts.get(done.receipt)


@payments.command()
@click.pass_obj
@command
def unplaced(session: Session) -> None:
    """List innbetalinger som venter på en sak, og hvorfor."""
    waiting = session.run(lambda services: services.payments.unplaced())
    session.answer({"payments": [shapes.unplaced(each) for each in waiting]}, lambda: _unplaced_lines(waiting))


def _unplaced_lines(waiting: Sequence[Payment]) -> list[str]:
    rows = [
        (
            each.id,
            format_date(each.date),
            format_amount(each.amount),
            each.kid,
            _(REASONS[each.unplaced]) if each.unplaced else "",
            each.text,
        )
        for each in waiting
    ]
    return [
        *table((_("Nr."), _("Dato"), _("Beløp"), "KID", _("Årsak"), _("Tekst")), rows, right=(2,)),
        _("{count} uplasserte").format(count=len(rows)),
    ]


@payments.command()
@click.argument("key", metavar="ID")
@click.argument("case", metavar="SAKSNUMMER")
@click.pass_obj
@command
def place(session: Session, key: str, case: str) -> None:
    """Plasser en uplassert innbetaling på en sak."""
    _tell(session, session.run(lambda services: services.payments.place(key, case, services.actor)), "plassert")


@payments.command()
@click.argument("key", metavar="ID")
@click.option("--reason", required=True, metavar="TEKST", help=_("Hvorfor den ikke er vår."))
@click.pass_obj
@command
def dismiss(session: Session, key: str, reason: str) -> None:
    """Merk en uplassert innbetaling som ikke vår."""
    done = session.run(lambda services: services.payments.dismiss(key, reason, services.actor))
    _tell(session, done, _("merket som ikke vår"))


def _tell(session: Session, payment: Payment, what: str) -> None:
    where = _(" på sak {case}").format(case=payment.case) if payment.case else ""
    text = _("Innbetaling {id} på {amount}, {date},{where} er {what}.").format(
        id=payment.id, amount=format_amount(payment.amount), date=format_date(payment.date), where=where, what=what
    )
    session.answer({"payment": shapes.payment(payment)}, lambda: [text])
