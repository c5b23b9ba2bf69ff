"""Opens the application in the terminal: services around it, a log file behind it."""

import asyncio
import gc
import sys

from kk2tui.cli.context import Session
from kk2tui.settings import read_settings
from kk2tui.wiring import LOG, opened_services
from services.errors import Refused


def run_application(session: Session) -> None:
    """Run the screens until the handler leaves. Raises Refused when there is no terminal to show them in."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused("Programmet trenger en terminal. Se kommandoene med kk2 --help.", code="no_terminal")
    status = asyncio.run(_run(session))
    if status:
        raise SystemExit(status)


async def _run(session: Session) -> int:
    from kk2tui.app import Kk2App

    settings = read_settings(session.home)
    async with opened_services(session.home, session.login) as services:
        app = Kk2App(services, session.home / LOG)
        app.theme = settings.ui.theme
        gc.freeze()  # what is imported and made by now stays: collections need not go through it again and again
        await app.run_async(mouse=False)
        return app.return_code or 0
