"""`kk2 convert`: cases of an older system, and their invoices in Visma."""

from collections.abc import Sequence
from pathlib import Path

import click

from data.language import N_, _
from kk2tui.cli import shapes
from kk2tui.cli.context import command
from kk2tui.cli.tables import table
from kk2tui.session import Session
from services.conversion.results import Counts, Matched, ReadFile, Unlinked
from services.registry import Services
from services.rules.dates import format_date
from services.rules.money import format_amount
from services.visma.port import VismaError

STATUS_TEXT = {
    "converted": N_("lest inn"),
    "valid": N_("i orden"),
    "duplicate": N_("lest før"),
    "rejected": N_("avvist"),
}
STATE_TEXT = {
    "waiting": N_("ikke søkt ennå"),
    "several": N_("velg"),
    "none": N_("ikke funnet"),
    "linked": N_("koblet"),
    "without": N_("uten"),
}


class ConvertGroup(click.Group):
    """`kk2 convert FILE` beside the commands: what is none of them is a file to read; nothing is to go on matching."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args:
            args = ["match"]
        elif args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = ["read", *args]
        return super().parse_args(ctx, args)


@click.group(cls=ConvertGroup)
def convert() -> None:
    """Konvertering: saker fra et eldre system.

    \b
    kk2 convert FIL [--check]   les en fil (docs/konvertering.md), og finn fakturaene i Visma
    kk2 convert                 fortsett å finne fakturaer
    """


@convert.command(hidden=True)
@click.argument("path", metavar="FIL", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help=_("Les og kontroller bare; ingenting lagres."))
@click.pass_obj
@command
def read(session: Session, path: Path, check: bool) -> None:
    """Les saker fra en fil, alle eller ingen, og finn fakturaene deres i Visma."""
    file, found = session.run(lambda services: _read(services, path, check))
    session.answer(
        {"file": shapes.converted_file(file), "match": shapes.matched(found) if found else None},
        lambda: [*_file_lines(file), *(_match_lines(found) if found else [])],
    )
    if file.status == "rejected":
        raise SystemExit(1)


async def _read(services: Services, path: Path, check: bool) -> tuple[ReadFile, Matched | None]:
    """What Visma cannot tell now waits: the file is in all the same."""
    if check:
        return await services.conversion.check(path), None
    file = await services.conversion.read(path, services.actor)
    if file.status != "converted":
        return file, None
    try:
        return file, await services.conversion.match(services.actor)
    except VismaError as error:
        return file, Matched(stopped=error.message)


@convert.command(hidden=True)
@click.pass_obj
@command
def match(session: Session) -> None:
    """Fortsett å finne fakturaene til konverterte fordringer i Visma."""
    found = session.run(lambda services: services.conversion.match(services.actor))
    session.answer({"match": shapes.matched(found)}, lambda: _match_lines(found))


@convert.command()
@click.option("--limit", type=click.IntRange(min=1), default=1000, show_default=True, metavar="N")
@click.pass_obj
@command
def status(session: Session, limit: int) -> None:
    """Vis hvor langt konverteringen er kommet, og fordringene som ikke er koblet."""
    counts, left = session.run(lambda services: _status(services, limit))
    session.answer(
        {"counts": shapes.conversion_counts(counts), "claims": [shapes.unlinked_claim(each) for each in left]},
        lambda: [*_count_lines(counts), *_left_lines(left)],
    )


async def _status(services: Services, limit: int) -> tuple[Counts, list[Unlinked]]:
    return await services.conversion.counts(), await services.conversion.unlinked(limit)


@convert.command()
@click.argument("claim", metavar="FORDRING")
@click.argument("text", metavar="TEKST")
@click.pass_obj
@command
def find(session: Session, claim: str, text: str) -> None:
    """Søk i Visma etter fakturaen til en fordring: et fakturanummer, en KID eller et kundenummer."""
    found = session.run(lambda services: services.conversion.find(claim, text, services.actor))
    session.answer(
        {"claim": claim, "candidates": [shapes.candidate(each) for each in found]},
        lambda: (
            [
                f"{each.visma_id}  {each.invoice}  {each.name}  {format_date(each.due)}  {format_amount(each.amount)}"
                for each in found
            ]
            or [_("Ingen treff.")]
        ),
    )


@convert.command()
@click.argument("claim", metavar="FORDRING")
@click.argument("visma_id", metavar="FAKTURA-ID")
@click.pass_obj
@command
def choose(session: Session, claim: str, visma_id: str) -> None:
    """Velg hvilken faktura i Visma en fordring er. Saksnummeret skrives tilbake."""
    chosen = session.run(lambda services: services.conversion.choose(claim, visma_id, services.actor))
    session.answer(
        {"claim": shapes.converted_claim(chosen)},
        lambda: [
            _("Fordring {id} er koblet til faktura {visma_id} i Visma.").format(id=chosen.id, visma_id=chosen.visma_id)
        ],
    )


@convert.command()
@click.argument("claim", metavar="FORDRING")
@click.option("--reason", required=True, metavar="TEKST", help=_("Hvorfor fakturaen ikke er i Visma."))
@click.pass_obj
@command
def without(session: Session, claim: str, reason: str) -> None:
    """Si at fakturaen til en fordring ikke er i Visma."""
    done = session.run(lambda services: services.conversion.without(claim, reason, services.actor))
    session.answer(
        {"claim": shapes.converted_claim(done)},
        lambda: [_("Fordring {id} står uten faktura i Visma.").format(id=done.id)],
    )


def _file_lines(file: ReadFile) -> list[str]:
    lines = [
        _("{name}: {status}, {cases} saker, {claims} fordringer, hovedstol {principal}").format(
            name=file.name,
            status=_(STATUS_TEXT[file.status]),
            cases=file.cases,
            claims=file.claims,
            principal=format_amount(file.principal),
        )
    ]
    if file.status == "converted":
        lines.append(
            _("  nytt saksnummer: {count}, lest inn før: {known}. Kvittering {receipt}").format(
                count=len(file.renumbered), known=file.known, receipt=file.receipt
            )
        )
    for finding in file.findings:
        mark = "FEIL" if finding.severity == "error" else "OBS"
        place = _(", felt {column}").format(column=finding.column) if finding.column else ""
        lines.append(
            _("  {mark} linje {line}{place}: {message}").format(
                mark=mark, line=finding.line, place=place, message=finding.message
            )
        )
    return lines


def _match_lines(found: Matched) -> list[str]:
    return [
        _("{linked} av {asked} fordringer er koblet til en faktura i Visma.").format(
            linked=found.linked, asked=found.asked
        ),
        _("{several} venter på valg, {none} er ikke funnet. Se kk2 convert status.").format(
            several=found.several, none=found.none
        ),
        _("{written_back} saksnummer skrevet tilbake til Visma, {pending_write_back} venter.").format(
            written_back=found.written_back, pending_write_back=found.pending_write_back
        ),
        *([_("! {stopped} kk2 convert fortsetter.").format(stopped=found.stopped)] if found.stopped else []),
        *([_("Kvittering {receipt}.").format(receipt=found.receipt)] if found.receipt else []),
    ]


def _count_lines(counts: Counts) -> list[str]:
    return [
        _(
            "Koblet {linked}, velg {several}, ikke funnet {none}, ikke søkt {waiting}, uten "
            "faktura i Visma {without}. Saksnummer som venter på Visma: {pending_write_back}."
        ).format(
            linked=counts.linked,
            several=counts.several,
            none=counts.none,
            waiting=counts.waiting,
            without=counts.without,
            pending_write_back=counts.pending_write_back,
        )
    ]


def _left_lines(left: Sequence[Unlinked]) -> list[str]:
    rows = []
    for each in left:
        claim = each.claim
        cells = (claim.invoice, format_date(claim.due), format_amount(claim.amount), _(STATE_TEXT[each.link.state]))
        rows.append((claim.id, each.case.debtor_name, *cells))
        for candidate in each.link.candidates:
            cells = (candidate.invoice, format_date(candidate.due), format_amount(candidate.amount), "")
            rows.append((f"  {candidate.visma_id}", candidate.name, *cells))
    return (
        table((_("Fordring"), _("Skyldner"), _("Faktura"), _("Forfall"), _("Beløp"), ""), rows, right=(4,))
        if rows
        else []
    )
