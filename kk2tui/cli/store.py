"""`kk2 store`: check, back up, restore, export, import and move the whole register."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from data.language import N_, _
from data.store import Store
from kk2tui.cli.context import command
from kk2tui.new_place import new_place, new_store
from kk2tui.session import Session
from kk2tui.wiring import clock_from_environment, opened_store
from services.handlers import HandlerService
from services.keeping.backup import back_up
from services.keeping.check import check as check_store
from services.keeping.contents import Contents
from services.keeping.export import export as export_store
from services.keeping.findings import CheckReport
from services.keeping.importing import import_file
from services.keeping.migrate import Proof
from services.keeping.migrate import migrate as migrate_store
from services.keeping.restore import restore as restore_store
from services.progress import Progress, silent
from services.rules.counting import number_text
from services.rules.dates import format_instant
from services.rules.money import format_amount

T = TypeVar("T")
FILE = click.Path(path_type=Path, dir_okay=False, resolve_path=True)
TO = N_("Ny mappe som blir et hjem, eller postgresql://…?schema=navn.")


@click.group()
def store() -> None:
    """Registeret: kontroll, sikkerhetskopi, gjenoppretting, eksport, import og flytting."""


@store.command()
@click.pass_obj
@command
def check(session: Session) -> None:
    """Kontroller endringsloggen, dokumentene, henvisningene, summene og nummerseriene. Ingenting endres.

    Utgangsstatus er 1 når noe er galt. Saksbehandlerne kan arbeide imens.
    """

    async def work(held: Store) -> CheckReport:
        await HandlerService(held).require(session.login)
        return await check_store(held, clock_from_environment(), _progress())

    report = _on_home(session, work)
    session.answer(_report(report), lambda: _report_lines(report))
    if not report.in_order:
        raise SystemExit(1)


@store.command()
@click.argument("file", metavar="FIL", type=FILE)
@click.pass_obj
@command
def backup(session: Session, file: Path) -> None:
    """Ta en sikkerhetskopi til en ny fil, og kontroller den. Saksbehandlerne kan arbeide imens."""

    async def work(held: Store) -> tuple[int, Contents]:
        await HandlerService(held).require(session.login)
        made = await back_up(held, file, _progress())
        return made.size, made.contents

    size, held = _on_home(session, work)
    session.answer(
        _file(file, size, held), lambda: _file_lines(_("Sikkerhetskopi, skrevet og kontrollert"), file, size, held)
    )


@store.command()
@click.argument("file", metavar="FIL", type=FILE)
@click.option("--to", "where", required=True, metavar="STED", help=_(TO))
@click.pass_obj
@command
def restore(session: Session, file: Path, where: str) -> None:
    """Gjenopprett en sikkerhetskopi på et nytt sted. Ingenting skrives over."""

    async def work(target: Store) -> tuple[Contents, CheckReport]:
        clock = clock_from_environment()
        done = await restore_store(file, target, session.login, clock, _progress())
        return done.contents, done.report

    held, report = _at_new_place(session, where, work)
    session.answer(
        {"to": where, **_contents(held), "check": _report(report)},
        lambda: [
            _("Gjenopprettet i {where}.").format(where=where),
            *_contents_lines(held),
            *_report_lines(report),
            *_next_step(where),
        ],
    )


@store.command()
@click.argument("file", metavar="FIL", type=FILE)
@click.pass_obj
@command
def export(session: Session, file: Path) -> None:
    """Skriv alt til en ny fil i TinyDBs eget format (JSON), med endringsloggen."""

    async def work(held: Store) -> tuple[int, Contents]:
        await HandlerService(held).require(session.login)
        written = await export_store(held, file, _progress())
        return written.size, written.contents

    size, held = _on_home(session, work)
    session.answer(_file(file, size, held), lambda: _file_lines(_("Eksport, skrevet"), file, size, held))


@store.command("import")
@click.argument("file", metavar="FIL", type=FILE)
@click.option("--to", "where", required=True, metavar="STED", help=_(TO))
@click.pass_obj
@command
def import_(session: Session, file: Path, where: str) -> None:
    """Les en fil i TinyDBs format inn på et nytt sted. Med endringsloggen blir det en nøyaktig kopi."""

    async def work(target: Store) -> tuple[bool, Contents, CheckReport]:
        clock = clock_from_environment()
        done = await import_file(file, target, session.login, clock, _progress())
        return done.exact, done.contents, done.report

    exact, held, report = _at_new_place(session, where, work)
    told = _("som en nøyaktig kopi") if exact else _("uten endringslogg, signert {login}").format(login=session.login)
    session.answer(
        {"to": where, "exact": exact, **_contents(held), "check": _report(report)},
        lambda: [
            _("Lest inn i {where} {told}.").format(where=where, told=told),
            *_contents_lines(held),
            *_report_lines(report),
            *_next_step(where),
        ],
    )


@store.command()
@click.option("--to", "url", required=True, metavar="URL", help=_("postgresql://…?schema=navn, eller en ny fil."))
@click.pass_obj
@command
def migrate(session: Session, url: str) -> None:
    """Flytt registeret til et annet sted, og bevis at alt kom med. Få alle ut av kk2 først.

    Det gamle registeret og kk2.toml blir ikke endret: svaret sier hva som skal stå der.
    """

    async def work(held: Store) -> Proof:
        await HandlerService(held).require_admin(session.login)
        async with new_store(url, session.home) as target:
            return await migrate_store(held, target, _progress())

    proof = _on_home(session, work)
    session.answer({"to": url, **msgspec.to_builtins(proof)}, lambda: _proof_lines(proof, url))


# --- running --------------------------------------------------------------------------------------------------------


def _on_home(session: Session, work: Callable[[Store], Awaitable[T]]) -> T:
    async def run() -> T:
        async with opened_store(session.home) as held:
            return await work(held)

    return asyncio.run(run())


def _at_new_place(session: Session, where: str, work: Callable[[Store], Awaitable[T]]) -> T:
    async def run() -> T:
        async with new_place(where, session.home) as target:
            return await work(target)

    return asyncio.run(run())


def _progress() -> Progress:
    """On one line of the terminal; nothing where nobody looks."""
    if not sys.stderr.isatty():
        return silent

    def show(done: int, total: int, what: str) -> None:
        click.echo(f"\r\033[K{what} {done or ''}", err=True, nl=False)

    return show


# --- telling --------------------------------------------------------------------------------------------------------


def _contents(held: Contents) -> dict[str, object]:
    return {"documents": held.documents, "lines": held.lines, "newest": {"time": held.time, "hash": held.newest}}


def _file(file: Path, size: int, held: Contents) -> dict[str, object]:
    return {"file": str(file), "size": size, **_contents(held)}


def _contents_lines(held: Contents) -> list[str]:
    if not held.lines:
        return [_("{number} dokumenter, og ingenting i endringsloggen.").format(number=number_text(held.documents))]
    return [
        _("{documents} dokumenter, {lines} linjer i endringsloggen.").format(
            documents=number_text(held.documents), lines=number_text(held.lines)
        ),
        _("Nyeste linje {time}, kontrollsum {newest}").format(
            time=format_instant(datetime.fromisoformat(held.time)), newest=held.newest
        ),
    ]


def _file_lines(what: str, file: Path, size: int, held: Contents) -> list[str]:
    return [
        _("{what}: {file}, {number} byte.").format(what=what, file=file, number=number_text(size)),
        *_contents_lines(held),
        _("Ta vare på kontrollsummen et annet sted: den viser at ingenting før den er endret."),
        _("Brevene (letters/) og malene (templates/) i hjemmet er egne filer, og må kopieres for seg."),
    ]


def _report(report: CheckReport) -> dict[str, object]:
    return {
        "in_order": report.in_order,
        "lines": report.lines,
        "newest": report.newest,
        "documents": report.documents,
        "found": report.found,
        "counts": report.counts,
        "findings": msgspec.to_builtins(report.findings),
    }


def _report_lines(report: CheckReport) -> list[str]:
    total = number_text(sum(report.documents.values()))
    if report.in_order:
        return [
            _("Kontrollert: {total} dokumenter og {number} linjer i endringsloggen er i orden.").format(
                total=total, number=number_text(report.lines)
            )
        ]
    lines = [f"! {each.table} {each.id}: {each.message}".replace("!  : ", "! ") for each in report.findings]
    rest = report.found - len(report.findings)
    return [
        *lines,
        *([_("… og {number} til.").format(number=number_text(rest))] if rest else []),
        _(
            "Kontrollert: {total} dokumenter, {number} feil. Ingenting er endret. Ta vare på "
            "registeret og siste sikkerhetskopi, og meld fra til driftsansvarlig."
        ).format(total=total, number=number_text(report.found)),
    ]


def _proof_lines(proof: Proof, url: str) -> Sequence[str]:
    lines = []
    for table in proof.tables:
        sums = ", ".join(f"{field} {format_amount(amount)}" for field, amount in table.sums.items() if amount)
        lines.append(f"  {table.table:<16}{number_text(table.documents):>9}  {table.digest[:16]}  {sums}".rstrip())
    return [
        _("Alt er kopiert, og kopien er lik registeret: dokumenter, summer, nummerserier og endringslogg."),
        *lines,
        *_contents_lines(proof.contents),
        _("Skriv dette i kk2.toml, og kjør kk2 doctor før noen slippes inn:"),
        "  [store]",
        f"  url = {msgspec.json.encode(url).decode()}",
    ]


def _next_step(where: str) -> list[str]:
    if "://" in where:
        return [
            _("Skriv dette i kk2.toml under [store]:"),
            f"  url = {msgspec.json.encode(where).decode()}",
        ]
    return [
        _("Se over {where}/kk2.toml, kopier letters/ og templates/ dit, og kjør: kk2 --home {where} doctor").format(
            where=where
        )
    ]
