"""Opens the application in the terminal: services around it, a log file behind it."""

import asyncio
import gc
import os
import sys

from kk2tui.cli.context import Session
from kk2tui.settings import read_settings
from kk2tui.wiring import LOG, opened_services
from services.errors import Refused

ESCAPE_MS = 50  # how long a lone ESC waits for the rest of a key's sequence


def run_application(session: Session) -> None:
    """Run the screens until the handler leaves. Raises Refused when there is no terminal to show them in."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused("Programmet trenger en terminal. Se kommandoene med kk2 --help.", code="no_terminal")
    gc.disable()  # until the screens are there: what loading makes stays, and collections would go through it in vain
    status = asyncio.run(_run(session))
    if status:
        raise SystemExit(status)


async def _run(session: Session) -> int:
    os.environ.setdefault("ESCDELAY", str(ESCAPE_MS))  # before Textual is imported: it looks once
    from kk2tui.app import Kk2App
    from kk2tui.terminal.profile import profile
    from kk2tui.terminal.remote_driver import RemoteDriver

    settings = read_settings(session.home)
    terminal = profile(settings.ui, os.environ)
    async with opened_services(session.home, session.login) as services:
        app = Kk2App(services, session.home / LOG, RemoteDriver, frame_diff=terminal.frame_diff)
        app.erases_in_colour = terminal.erases_in_colour
        app.theme = settings.ui.theme
        gc.freeze()  # nor need later collections
        gc.enable()
        await app.run_async(mouse=terminal.mouse)
        return app.return_code or 0
