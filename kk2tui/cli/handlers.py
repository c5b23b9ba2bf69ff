"""`kk2 admin handlers`: who may use kk2, and the SSH keys that let them in."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from data.documents import Handler, Role
from data.language import _
from kk2tui.cli.context import command
from kk2tui.cli.tables import table
from kk2tui.session import Session
from kk2tui.settings import FILE_NAME, read_settings
from kk2tui.wiring import key_file_path, opened_store
from services.errors import InvalidInput, Refused
from services.handlers import HandlerService, fingerprint_of
from services.key_file import Forced, KeyFile, key_lines
from services.public_key import MAX_LENGTH, PublicKey, read_public_key

T = TypeVar("T")


@click.group()
def handlers() -> None:
    """Saksbehandlere og SSH-nøklene deres."""


@handlers.command("add")
@click.argument("login", metavar="LOGIN")
@click.option("--name", metavar="NAVN", required=True)
@click.option("--email", metavar="ADRESSE", required=True)
@click.option("--role", type=click.Choice(["admin", "handler"]), default="handler", show_default=True)
@click.option("--key", metavar="FIL", type=click.Path(path_type=Path), help="Fil med offentlig SSH-nøkkel (.pub).")
@click.pass_obj
@command
def add(session: Session, login: str, name: str, email: str, role: Role, key: Path | None) -> None:
    """Legg til en saksbehandler, eller endre en som finnes. En ny nøkkel kommer i tillegg til dem som er der."""
    new = _key_in(key) if key else None

    async def work(service: HandlerService) -> Handler:
        await service.require_admin(session.login)
        return await service.add(login, name, email, role, [new.line] if new else [], session.login)

    added = _with_handlers(session, work)
    told = _("{name} ({login}) er registrert som {role}.")
    lines = [told.format(name=added.name, login=added.id, role=added.role)]
    session.answer({"handler": _handler(added)}, lambda: lines + (_key_told(session, added) if new else []))


def _key_in(path: Path) -> PublicKey:
    try:
        with path.open(encoding="utf-8") as file:
            return read_public_key(file.read(MAX_LENGTH + 1))
    except (OSError, UnicodeDecodeError) as error:
        told = _("Nøkkelfilen {path} kan ikke leses. Ingenting er lagret.")
        raise InvalidInput(told.format(path=path)) from error


def _key_told(session: Session, handler: Handler) -> list[str]:
    """Where the key is now; or, where kk2 does not write the file itself, the lines that belong in it."""
    path = key_file_path(read_settings(session.home), session.home)
    if path is not None:
        return [_("Nøkkelen står i {path}.").format(path=path)]
    lines = key_lines([handler], Forced.here(session.home)).splitlines()
    return [_("Legg inn i authorized_keys for kontoen kk2 kjører under:"), *lines[1:]]


@handlers.command("list")
@click.pass_obj
@command
def list_handlers(session: Session) -> None:
    """List saksbehandlerne."""
    found = _everybody(session)
    rows = [(each.id, each.name, each.email, each.role, str(len(each.keys))) for each in found]
    session.answer(
        {"handlers": [_handler(each) for each in found]},
        lambda: table((_("Innlogging"), _("Navn"), _("E-post"), _("Rolle"), _("Nøkler")), rows, right=(4,)),
    )


@handlers.command("remove")
@click.argument("login", metavar="LOGIN")
@click.pass_obj
@command
def remove(session: Session, login: str) -> None:
    """Fjern en saksbehandler som ikke har åpne saker, og nøklene."""

    async def work(service: HandlerService) -> None:
        await service.require_admin(session.login)
        await service.remove(login, session.login)

    _with_handlers(session, work)
    session.answer({"removed": login}, lambda: [_("{login} er fjernet.").format(login=login)])


@handlers.command("keys")
@click.option("--write", is_flag=True, help="Skriv filen som [ssh] authorized_keys nevner.")
@click.pass_obj
@command
def keys(session: Session, write: bool) -> None:
    """Vis authorized_keys for kontoen kk2 kjører under, eller skriv filen på nytt. Alt kommer fra registeret."""
    found = _everybody(session)
    path = _write(session) if write else None
    shape = {
        "keys": [_key(each, key) for each in found for key in each.keys if fingerprint_of(key)],
        "written": str(path) if path else None,
    }
    session.answer(shape, lambda: [_("{path} er skrevet.").format(path=path)] if path else _shown(session, found))


def _write(session: Session) -> Path:
    path = key_file_path(read_settings(session.home), session.home)
    if path is None:
        told = _("[ssh] authorized_keys i {path} sier ikke hvilken fil. Ingenting er skrevet.")
        raise Refused(told.format(path=session.home / FILE_NAME), code="no_key_file")
    _with_handlers(session, lambda service: service.write_keys())
    return path


def _shown(session: Session, found: Sequence[Handler]) -> list[str]:
    return key_lines(found, Forced.here(session.home)).splitlines()


@handlers.command("drop-key")
@click.argument("login", metavar="LOGIN")
@click.argument("fingerprint", metavar="FINGERAVTRYKK")
@click.pass_obj
@command
def drop_key(session: Session, login: str, fingerprint: str) -> None:
    """Fjern én nøkkel, når en maskin er mistet. Fingeravtrykket (SHA256:…) står i: kk2 admin handlers keys --json"""
    left = _with_handlers(session, lambda service: service.drop_key(login, fingerprint, session.login))
    told = _("Nøkkelen er fjernet. {login} har {count} igjen.").format(login=login, count=len(left.keys))
    session.answer({"handler": _handler(left)}, lambda: [told])


def _everybody(session: Session) -> list[Handler]:
    async def work(service: HandlerService) -> list[Handler]:
        await service.require(session.login)
        return await service.all()

    return _with_handlers(session, work)


def _handler(handler: Handler) -> dict[str, object]:
    return {
        "login": handler.id,
        "name": handler.name,
        "email": handler.email,
        "role": handler.role,
        "keys": len(handler.keys),
    }


def _key(handler: Handler, text: str) -> dict[str, object]:
    key = read_public_key(text)
    return {"login": handler.id, "type": key.type, "fingerprint": key.fingerprint, "comment": key.comment}


def _with_handlers(session: Session, work: Callable[[HandlerService], Awaitable[T]]) -> T:
    """Run work on the handlers: without services, for they need a handler, and there may be none yet."""
    path = key_file_path(read_settings(session.home), session.home)
    key_file = KeyFile(path, Forced.here(session.home)) if path else None

    async def run() -> T:
        async with opened_store(session.home) as store:
            return await work(HandlerService(store, key_file))

    return asyncio.run(run())
