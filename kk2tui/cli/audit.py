"""`kk2 audit`: who did what, when and why."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date

import click
import msgspec

from data.language import _
from kk2tui.cli.context import command
from kk2tui.session import Session
from kk2tui.wiring import clock_from_environment, opened_store
from services.audit_trail import AuditTrail, TrailDocument, TrailEvent, Wanted
from services.handlers import HandlerService
from services.rules.dates import format_instant, parse_date


@click.command()
@click.option(
    "--case", "number", metavar="NR", default="", help=_("Bare det som gjelder saken og det som hører til den.")
)
@click.option("--by", "actor", metavar="LOGIN", default="", help=_("Bare det denne saksbehandleren har gjort."))
@click.option("--since", metavar="DATO", help=_("Fra og med denne dagen."))
@click.option("--until", metavar="DATO", help=_("Til og med denne dagen."))
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, metavar="N", help=_("De N nyeste."))
@click.pass_obj
@command
def audit(session: Session, number: str, actor: str, since: str | None, until: str | None, limit: int) -> None:
    """Vis endringsloggen: hvem som gjorde hva, når og hvorfor, og feltene som ble endret. Nyeste sist."""
    wanted = Wanted(handler=actor, since=_day(since), until=_day(until), limit=limit)

    async def run() -> list[TrailEvent]:
        async with opened_store(session.home) as store:
            await HandlerService(store).require(session.login)
            trail = AuditTrail(store)
            return await (trail.of_case(number, wanted) if number else trail.lines(wanted))

    found = asyncio.run(run())
    session.answer({"lines": msgspec.to_builtins(found)}, lambda: list(_lines(found)) or [_("Ingenting.")])


def _day(text: str | None) -> date | None:
    return parse_date(text, clock_from_environment().today()) if text else None


def _lines(events: Sequence[TrailEvent]) -> Iterable[str]:
    for event in events:
        yield f"{event.number}  {format_instant(event.time)}  {event.name}  {event.reason}"
        for document in event.documents:
            yield from _document_lines(document)
        if event.more:
            yield _("    … og {more} dokumenter til").format(more=event.more)


def _document_lines(document: TrailDocument) -> Iterable[str]:
    yield f"    {document.name} {document.id}: {document.what}"
    for field in document.fields:
        change = f"{field.before} → {field.after}" if field.before else field.after
        yield f"        {field.label}: {change}"
