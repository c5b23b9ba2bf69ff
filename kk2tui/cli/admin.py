"""`kk2 admin`: creditors, handlers and rates."""

from pathlib import Path

import click

from data.documents import Creditor
from data.language import _
from kk2tui.cli import rates, retention
from kk2tui.cli.context import command
from kk2tui.cli.handlers import handlers
from kk2tui.cli.tables import table
from kk2tui.session import Session
from services.creditors import CreditorService, to_file
from services.errors import InvalidInput
from services.handlers import HandlerService
from services.rules.money import format_amount


@click.group()
def admin() -> None:
    """For administrator: kreditorer, saksbehandlere og satser."""


admin.add_command(handlers)
admin.add_command(rates.rates)
admin.add_command(retention.retention)


@admin.group()
def creditors() -> None:
    """Kreditorer med kontoer, KID-avtaler og regnskapsoppsett."""


@creditors.command("load")
@click.argument("file", metavar="FIL", type=click.Path(path_type=Path))
@click.pass_obj
@command
def load_creditors(session: Session, file: Path) -> None:
    """Les inn én kreditor eller en liste (JSON). Å lese inn to ganger endrer ingenting."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InvalidInput(
            _("{file} kan ikke åpnes: {strerror}. Ingenting er lagret.").format(file=file, strerror=error.strerror)
        ) from error
    loaded = session.run(lambda services: _load(services.handlers, services.creditors, content, services.actor))
    _answer_creditors(session, loaded)


async def _load(handlers: HandlerService, service: CreditorService, content: bytes, actor: str) -> list[Creditor]:
    await handlers.require_admin(actor)
    return await service.load(content, actor)


@creditors.command("show")
@click.pass_obj
@command
def show_creditors(session: Session) -> None:
    """Vis kreditorene."""
    _answer_creditors(session, session.run(lambda services: services.creditors.all()))


def _answer_creditors(session: Session, found: list[Creditor]) -> None:
    rows = [(each.number, each.name, each.company, format_amount(each.threshold)) for each in found]
    session.answer(
        {"creditors": [to_file(each) for each in found]},
        lambda: table((_("Nr."), _("Navn"), _("Selskap"), _("Terskel")), rows, right=(3,)),
    )
