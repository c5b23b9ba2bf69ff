"""`kk2 admin`: creditors, handlers and rates."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click

from data.documents import Creditor, Handler, Role
from kk2tui.cli import rates, retention
from kk2tui.cli.context import Session, command
from kk2tui.cli.tables import table
from kk2tui.wiring import opened_store
from services.creditors import CreditorService, to_file
from services.errors import InvalidInput
from services.handlers import HandlerService
from services.rules.money import format_amount

T = TypeVar("T")


@click.group()
def admin() -> None:
    """For administrator: kreditorer, saksbehandlere og satser."""


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
        raise InvalidInput(f"{file} kan ikke åpnes: {error.strerror}. Ingenting er lagret.") from error
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
        lambda: table(("Nr.", "Navn", "Selskap", "Terskel"), rows, right=(3,)),
    )


@admin.group()
def handlers() -> None:
    """Saksbehandlere."""


@handlers.command("add")
@click.argument("login", metavar="LOGIN")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--role", type=click.Choice(["admin", "handler"]), default="handler", show_default=True)
@click.option("--key", type=click.Path(path_type=Path), help="Fil med offentlig SSH-nøkkel.")
@click.pass_obj
@command
def add_handler(session: Session, login: str, name: str, email: str, role: Role, key: Path | None) -> None:
    """Legg til en saksbehandler, eller endre en som finnes."""
    keys = [_read_key(key)] if key else []

    async def work(service: HandlerService) -> Handler:
        await service.require_admin(session.login)
        return await service.add(login, name, email, role, keys, session.login)

    added = _with_handlers(session, work)
    session.answer({"handler": _handler(added)}, lambda: [f"{added.name} ({added.id}) er registrert som {added.role}."])


def _read_key(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"Nøkkelfilen {path} kan ikke leses. Ingenting er lagret.") from error


@handlers.command("list")
@click.pass_obj
@command
def list_handlers(session: Session) -> None:
    """List saksbehandlerne."""

    async def work(service: HandlerService) -> list[Handler]:
        await service.require(session.login)
        return await service.all()

    found = _with_handlers(session, work)
    rows = [(each.id, each.name, each.email, each.role) for each in found]
    session.answer(
        {"handlers": [_handler(each) for each in found]},
        lambda: table(("Innlogging", "Navn", "E-post", "Rolle"), rows),
    )


@handlers.command("remove")
@click.argument("login", metavar="LOGIN")
@click.pass_obj
@command
def remove_handler(session: Session, login: str) -> None:
    """Fjern en saksbehandler som ikke har åpne saker."""

    async def work(service: HandlerService) -> None:
        await service.require_admin(session.login)
        await service.remove(login, session.login)

    _with_handlers(session, work)
    session.answer({"removed": login}, lambda: [f"{login} er fjernet."])


def _handler(handler: Handler) -> dict[str, object]:
    return {
        "login": handler.id,
        "name": handler.name,
        "email": handler.email,
        "role": handler.role,
        "keys": len(handler.keys),
    }


def _with_handlers(session: Session, work: Callable[[HandlerService], Awaitable[T]]) -> T:
    async def run() -> T:
        async with opened_store(session.home) as store:
            return await work(HandlerService(store))

    return asyncio.run(run())
