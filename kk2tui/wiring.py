"""Builds the services of a session from a home folder: settings, store, Visma, clock."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from data.backends import open_store
from data.language import N_, _
from data.migrations import is_up_to_date
from data.store import Store
from kk2tui.settings import FILE_NAME, MailSettings, Settings, SettingsError, VismaSettings, password, read_settings
from services.clock import Clock, SystemClock
from services.handlers import HandlerService
from services.registry import Services

if TYPE_CHECKING:
    from services.mail.transport import Transport
    from services.visma.port import VismaPort

INBOX = "inbox"
SCENARIO = "visma-scenario.json"
SIMULATOR_STATE = "visma-simulator.json"
LOG = "kk2.log"
ROUTES = {"simulator": N_("simulator"), "file": N_("bilagsfil")}


def clock_from_environment() -> Clock:
    """The machine's clock, or the date in KK2_TODAY. Raises SettingsError when that is no date."""
    fixed = os.environ.get("KK2_TODAY", "")
    if not fixed:
        return SystemClock()
    try:
        return SystemClock(date.fromisoformat(fixed))
    except ValueError:
        raise SettingsError(
            _("KK2_TODAY skal være en dato som 2026-11-24, ikke «{fixed}».").format(fixed=fixed)
        ) from None


def store_of(settings: Settings, home: Path) -> Store:
    """The store that the settings name, to be closed. Raises SettingsError and the store's errors."""
    return open_store(settings.store.url, home, password(settings.store, home))


@asynccontextmanager
async def opened_store(home: Path, settings: Settings | None = None) -> AsyncIterator[Store]:
    """The store of a home, its documents brought up to date with the program, and closed at the end."""
    store = store_of(settings or read_settings(home), home)
    try:
        if not await is_up_to_date(store):
            from data.migrations.running import bring_up_to_date

            await bring_up_to_date(store)
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def opened_services(
    home: Path, login: str, clock: Clock | None = None, settings: Settings | None = None
) -> AsyncIterator[Services]:
    """All services, for the handler with this login. Raises SettingsError, UnknownHandler and the store's errors."""
    settings = settings or read_settings(home)
    clock = clock or clock_from_environment()
    async with opened_store(home, settings) as store:
        handler = await HandlerService(store).require(login)
        services = Services(
            handler=handler,
            visma=settings.visma.url if settings.visma.adapter == "soap" else _(ROUTES[settings.visma.adapter]),
            municipality=settings.name,
            clock=clock,
            store=store,
            home=home,
            inbox_folder=home / INBOX,
            authorized_keys=key_file_path(settings, home),
            open_visma=lambda: open_visma(settings.visma, home, clock),
            open_transport=lambda: mail_transport(settings.mail, home),
            sender=settings.mail.sender,
            dunning_codes=settings.visma.dunning_codes,
            page_size=settings.visma.page_size,
            quarantine_s=settings.visma.quarantine_s,
        )
        try:
            yield services
        finally:
            await services.close()


def key_file_path(settings: Settings, home: Path) -> Path | None:
    """The authorized_keys that the settings name, to be written by the services."""
    return home / settings.ssh.authorized_keys if settings.ssh.authorized_keys else None


def open_visma(settings: VismaSettings, home: Path, clock: Clock) -> "VismaPort":
    """The adapter that the settings name. Nothing is sent yet."""
    if settings.adapter == "simulator":
        from services.visma.simulator.embedded import embedded

        return embedded(home / SIMULATOR_STATE, lambda: _scenario(home / SCENARIO, clock))
    if settings.adapter == "file":
        from services.visma.voucher_file_adapter import FileVisma

        return FileVisma(clock)
    from services.visma.soap import SoapVisma
    from services.visma.transport import SoapSettings

    return SoapVisma(
        SoapSettings(
            url=settings.url,
            username=settings.username,
            password=password(settings, home),
            ca_file=_file(settings.ca_file, home),
            client_cert=_file(settings.client_cert, home),
            client_key=_file(settings.client_key, home),
            timeout_s=settings.timeout_s,
            page_size=settings.page_size,
        )
    )


def mail_transport(settings: MailSettings, home: Path) -> "Transport | None":
    """The server that the settings name, None without one. Nothing is sent yet."""
    if not settings.host:
        return None
    from services.mail.smtp import SmtpSettings, SmtpTransport

    return SmtpTransport(
        SmtpSettings(
            host=settings.host,
            port=settings.usual_port,
            tls=settings.security,
            username=settings.username,
            password=password(settings, home) if settings.username else "",
            ca_file=_file(settings.ca_file, home),
            timeout_s=settings.timeout_s,
        )
    )


def _scenario(path: Path, clock: Clock) -> Mapping[str, Any]:
    """What the simulator begins with: the home's own scenario, else the made-up municipality."""
    from services.visma.simulator.municipality import municipality
    from services.visma.simulator.world import read_scenario

    return read_scenario(path) if path.exists() else municipality(clock.today()).scenario


def _file(name: str, home: Path) -> str:
    return str(home / name) if name else ""


def write_settings(home: Path, settings: Settings) -> None:
    """Write kk2.toml."""
    (home / FILE_NAME).write_text(settings_text(settings), encoding="utf-8")


def settings_text(settings: Settings) -> str:
    """kk2.toml with every key, so that it shows what can be set."""
    lines = [f"name = {_toml(settings.name)}"]
    for section in ("visma", "store", "mail", "ssh", "ui", "keys"):
        lines += ["", f"[{section}]"]
        values = msgspec.to_builtins(getattr(settings, section))
        lines += [f"{_toml(key) if section == 'keys' else key} = {_toml(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    """A string, number or list of strings as TOML: JSON's notation is TOML's too for these."""
    return msgspec.json.encode(value).decode()
