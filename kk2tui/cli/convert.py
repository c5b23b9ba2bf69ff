"""`kk2 convert`: cases of an older system, and their invoices in Visma."""

from collections.abc import Sequence
from pathlib import Path

import click

from kk2tui.cli import shapes
from kk2tui.cli.context import command
from kk2tui.cli.tables import table
from kk2tui.session import Session
from services.conversion.results import Counts, Matched, ReadFile, Unlinked
from services.registry import Services
from services.rules.dates import format_date
from services.rules.money import format_amount
from services.visma.port import VismaError

STATUS_TEXT = {"converted": "lest inn", "valid": "i orden", "duplicate": "lest før", "rejected": "avvist"}
STATE_TEXT = {
    "waiting": "ikke søkt ennå",
    "several": "velg",
    "none": "ikke funnet",
    "linked": "koblet",
    "without": "uten",
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
@click.option("--check", is_flag=True, help="Les og kontroller bare; ingenting lagres.")
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
            or ["Ingen treff."]
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
        lambda: [f"Fordring {chosen.id} er koblet til faktura {chosen.visma_id} i Visma."],
    )


@convert.command()
@click.argument("claim", metavar="FORDRING")
@click.option("--reason", required=True, metavar="TEKST", help="Hvorfor fakturaen ikke er i Visma.")
@click.pass_obj
@command
def without(session: Session, claim: str, reason: str) -> None:
    """Si at fakturaen til en fordring ikke er i Visma."""
    done = session.run(lambda services: services.conversion.without(claim, reason, services.actor))
    session.answer({"claim": shapes.converted_claim(done)}, lambda: [f"Fordring {done.id} står uten faktura i Visma."])


def _file_lines(file: ReadFile) -> list[str]:
    lines = [
        f"{file.name}: {STATUS_TEXT[file.status]}, {file.cases} saker, {file.claims} fordringer, "
        f"hovedstol {format_amount(file.principal)}"
    ]
    if file.status == "converted":
        lines.append(
            f"  nytt saksnummer: {len(file.renumbered)}, lest inn før: {file.known}. Kvittering {file.receipt}"
        )
    for finding in file.findings:
        mark = "FEIL" if finding.severity == "error" else "OBS"
        place = f", felt {finding.column}" if finding.column else ""
        lines.append(f"  {mark} linje {finding.line}{place}: {finding.message}")
    return lines


def _match_lines(found: Matched) -> list[str]:
    return [
        f"{found.linked} av {found.asked} fordringer er koblet til en faktura i Visma.",
        f"{found.several} venter på valg, {found.none} er ikke funnet. Se kk2 convert status.",
        f"{found.written_back} saksnummer skrevet tilbake til Visma, {found.pending_write_back} venter.",
        *([f"! {found.stopped} kk2 convert fortsetter."] if found.stopped else []),
        *([f"Kvittering {found.receipt}."] if found.receipt else []),
    ]


def _count_lines(counts: Counts) -> list[str]:
    return [
        f"Koblet {counts.linked}, velg {counts.several}, ikke funnet {counts.none}, ikke søkt {counts.waiting}, "
        f"uten faktura i Visma {counts.without}. Saksnummer som venter på Visma: {counts.pending_write_back}."
    ]


def _left_lines(left: Sequence[Unlinked]) -> list[str]:
    rows = []
    for each in left:
        claim = each.claim
        cells = (claim.invoice, format_date(claim.due), format_amount(claim.amount), STATE_TEXT[each.link.state])
        rows.append((claim.id, each.case.debtor_name, *cells))
        for candidate in each.link.candidates:
            cells = (candidate.invoice, format_date(candidate.due), format_amount(candidate.amount), "")
            rows.append((f"  {candidate.visma_id}", candidate.name, *cells))
    return table(("Fordring", "Skyldner", "Faktura", "Forfall", "Beløp", ""), rows, right=(4,)) if rows else []
