"""`kk2 doctor`: whether everything is in place, and what to do about what is not."""

import asyncio
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
import msgspec

from data.language import _
from data.store_url import ServerPlace, is_server, server_place
from kk2tui.cli.context import command
from kk2tui.session import Session
from kk2tui.settings import FILE_NAME, Settings, SettingsError, read_settings
from kk2tui.wiring import clock_from_environment, key_file_path, mail_transport, open_visma, store_of
from services.doctor.check import Check, State, wrong
from services.doctor.facts import HomeFacts, TerminalFacts, VismaFacts
from services.doctor.home import check_folders, check_terminal
from services.doctor.service import SETTINGS, Doctor

MARKS: dict[State, str] = {"ok": " ", "warning": "!", "wrong": "×"}
WIDTH = 32


@click.command()
@click.pass_obj
@command
def doctor(session: Session) -> None:
    """Undersøk oppsettet: innstillinger, register, kreditorer, satser, Visma, e-post og terminal.

    Ingenting endres og ingenting sendes. Utgangsstatus er 1 når noe er feil.
    """
    checks = asyncio.run(_examine(session))
    session.answer({"checks": msgspec.to_builtins(checks)}, lambda: list(_lines(checks)))
    if any(check.state == "wrong" for check in checks):
        raise SystemExit(1)


async def _examine(session: Session) -> list[Check]:
    home = session.home
    terminal = terminal_facts()
    try:
        settings, clock = read_settings(home), clock_from_environment()
        _check_keys(settings, home)
    except SettingsError as error:
        folders = check_folders(HomeFacts(home=home, database=None))
        return [wrong(SETTINGS, error.message, _("Se docs/administrator.md.")), folders, check_terminal(terminal)]
    examination = Doctor(
        clock,
        session.login,
        home_facts(settings, home),
        terminal,
        visma_facts(settings, home),
        open_store=lambda: store_of(settings, home),
        open_visma=lambda: open_visma(settings.visma, home, clock),
        open_mail=lambda: mail_transport(settings.mail, home),
    )
    return await examination.examine()


def _check_keys(settings: Settings, home: Path) -> None:
    """Raises SettingsError for a key that cannot be used."""
    if settings.keys:
        from kk2tui.keys import keymap  # and all screens

        keymap(settings.keys, home / FILE_NAME)


def home_facts(settings: Settings, home: Path) -> HomeFacts:
    """Where the store is, and the keys."""
    url, key_file = settings.store.url, key_file_path(settings, home)
    if is_server(url):
        server = _with_libpqs_own(server_place(url))
        return HomeFacts(home=home, database=None, server=server, key_file=key_file)
    return HomeFacts(home=home, database=home / url, key_file=key_file)


def _with_libpqs_own(place: ServerPlace) -> ServerPlace:
    """What the url leaves out, libpq takes from the environment."""
    hosts = place.hosts or tuple(filter(None, os.environ.get("PGHOST", "").split(",")))
    return place._replace(hosts=hosts, sslmode=place.sslmode or os.environ.get("PGSSLMODE", ""))


def visma_facts(settings: Settings, home: Path) -> VismaFacts:
    """What the settings say of Visma, its files found from home."""
    visma = settings.visma
    certificate, key, authority = (
        str(home / name) if name else "" for name in (visma.client_cert, visma.client_key, visma.ca_file)
    )
    return VismaFacts(
        adapter=visma.adapter,
        url=visma.url,
        ca_file=authority,
        client_cert=certificate,
        client_key=key,
        timeout_s=visma.timeout_s,
        quarantine_s=visma.quarantine_s,
        page_size=visma.page_size,
        dunning_codes=visma.dunning_codes,
    )


def terminal_facts() -> TerminalFacts:
    """What the terminal that we write to says of itself."""
    size, term = shutil.get_terminal_size((0, 0)), os.environ.get("TERM", "")
    many = "256color" in term or "direct" in term or os.environ.get("COLORTERM", "") in ("truecolor", "24bit")
    return TerminalFacts(
        present=sys.stdout.isatty(),
        encoding=getattr(sys.stdout, "encoding", "") or "",
        term=term,
        columns=size.columns,
        rows=size.lines,
        colours=256 if many else 8,
        fixed_day=bool(os.environ.get("KK2_TODAY")),
    )


def _lines(checks: Sequence[Check]) -> Iterable[str]:
    for check in checks:
        yield f"{MARKS[check.state]} {check.name:<{WIDTH}}{check.found}"
        if check.mend:
            yield f"  {'':<{WIDTH}}→ {check.mend}"
    numbers = {state: sum(check.state == state for check in checks) for state in MARKS}
    yield ""
    yield _("{ok} i orden, {warnings} å se på, {wrong} feil.").format(
        ok=numbers["ok"], warnings=numbers["warning"], wrong=numbers["wrong"]
    )
