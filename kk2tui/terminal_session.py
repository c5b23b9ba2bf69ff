"""Opens the application in the terminal: services around it, a log file behind it."""

import asyncio
import gc
import os
import sys

from data.language import _
from kk2tui.session import Session, session_from
from kk2tui.settings import FILE_NAME, read_settings
from kk2tui.wiring import LOG, opened_services
from services.errors import Refused
from services.handlers import opens_with

ESCAPE_MS = 50  # how long a lone ESC waits for the rest of a key's sequence


def open_application(
    home: str | None, handler: str | None, language: str | None = None, opened_by: str | None = None
) -> None:
    """What `kk2` without a command does. Ends as every command does when something goes wrong.

    `opened_by` is the fingerprint of the key that the session came in by, which the handler must have.
    """
    try:
        session = session_from(home, handler, language=language)
    except Refused as error:
        raise SystemExit(error.message) from None
    try:
        run_application(session, opened_by or "")
    except KeyboardInterrupt:
        raise SystemExit(1) from None
    except Exception as error:
        from kk2tui.cli.context import end_with

        end_with(session, error)


def run_application(session: Session, opened_by: str = "") -> None:
    """Run the screens until the handler leaves. Raises Refused when there is no terminal to show them in."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused(_("Programmet trenger en terminal. Se kommandoene med kk2 --help."), code="no_terminal")
    gc.disable()  # until the screens are there: what loading makes stays, and collections would go through it in vain
    status = asyncio.run(_run(session, opened_by))
    if status:
        raise SystemExit(status)


async def _run(session: Session, opened_by: str) -> int:
    os.environ.setdefault("ESCDELAY", str(ESCAPE_MS))  # before Textual is imported: it looks once
    from kk2tui.app import KEY_GONE, Kk2App
    from kk2tui.terminal.profile import profile
    from kk2tui.terminal.remote_driver import RemoteDriver
    from kk2tui.uncaught import log_what_nobody_catches

    log_what_nobody_catches(asyncio.get_running_loop())
    settings = read_settings(session.home)
    async with opened_services(session.home, session.login, settings=settings) as services:
        session.speak(services.handler.language, settings.ui.language)
        if opened_by and not opens_with(services.handler, opened_by):
            raise Refused(_(KEY_GONE), code="key_gone")  # a file that another machine has not written anew yet
        terminal = profile(settings.ui, os.environ, services.handler.theme)
        os.environ.pop("NO_COLOR", None)  # the theme has seen to it; Textual would make it greys
        app = Kk2App(services, session.home / LOG, RemoteDriver, frame_diff=terminal.frame_diff, theme=terminal.theme)
        app.opened_by = opened_by
        app.erases_in_colour = terminal.erases_in_colour
        app.shows_cursor = terminal.cursor
        if settings.keys:
            from kk2tui.keys import keymap  # and all screens

            app.changed_keys = keymap(settings.keys, session.home / FILE_NAME)
        gc.freeze()  # nor need later collections
        gc.enable()
        await app.run_async(mouse=terminal.mouse)
        return app.return_code or 0
