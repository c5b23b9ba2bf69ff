"""`kk2 visma`: whether Visma answers, and a made-up Visma to talk to."""

import asyncio
from pathlib import Path

import click

from data.language import _
from kk2tui.cli.context import command
from kk2tui.session import Session
from kk2tui.wiring import clock_from_environment
from services.rules.dates import format_instant


@click.group()
def visma() -> None:
    """Forbindelsen til Visma, og simulatoren."""


@visma.command()
@click.pass_obj
@command
def ping(session: Session) -> None:
    """Spør om Visma svarer."""
    found = session.run(lambda services: services.delivery.ping())
    knows = (
        _("kjenner igjen bilagsreferanser") if found.recognises_references else _("kjenner ikke igjen bilagsreferanser")
    )
    session.answer(
        {
            "version": found.version,
            "time": found.time.isoformat(),
            "recognises_references": found.recognises_references,
            "max_count": found.max_count,
        },
        lambda: [
            _("Visma svarer: {version}, {time}, {knows}.").format(
                version=found.version, time=format_instant(found.time), knows=knows
            )
        ],
    )


@visma.command()
@click.option("--host", metavar="ADRESSE", default="127.0.0.1", show_default=True)
@click.option("--port", metavar="PORT", default=8088, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--scenario",
    metavar="FIL",
    type=click.Path(path_type=Path, dir_okay=False),
    help=_("JSON-fil; se docs/simulator.md."),
)
@click.option(
    "--state",
    metavar="FIL",
    type=click.Path(path_type=Path, dir_okay=False),
    help=_("Filen der tilstanden tas vare på."),
)
@click.pass_obj
@command
def serve(session: Session, host: str, port: int, scenario: Path | None, state: Path | None) -> None:
    """Kjør Visma-simulatoren som tjeneste til den avbrytes."""
    from services.visma.simulator.municipality import municipality
    from services.visma.simulator.server import serve as serve_simulator
    from services.visma.simulator.world import read_scenario

    known = read_scenario(scenario) if scenario else municipality(clock_from_environment().today()).scenario

    def started(url: str) -> None:
        session.answer(
            {"url": url}, lambda: [_("Visma-simulatoren lytter på {url} (Ctrl+C avslutter)").format(url=url)]
        )

    try:
        asyncio.run(serve_simulator(known, state, host, port, started=started))
    except KeyboardInterrupt:
        return
