"""`kk2 demo`: a made-up municipality, in the terminal or printed."""

import asyncio
import tempfile
from pathlib import Path

import click

from data.language import _
from kk2tui.cli.context import command
from kk2tui.cli.homes import store_option
from kk2tui.demo.routine import run_routine
from kk2tui.home import DEMO_HANDLER, make_home
from kk2tui.session import Session
from kk2tui.settings import FILE_NAME

DEMO_HOME = Path("demo-home")


@click.command()
@click.option("--headless", is_flag=True, help=_("Kjør hele rutinen og skriv den ut, uten skjermbilder."))
@store_option
@click.pass_context
@command
def demo(context: click.Context, headless: bool, store: str) -> None:
    """Prøv alt på en oppdiktet kommune. Uten --home brukes mappen demo-home/, som kan slettes når som helst."""
    session: Session = context.obj
    named = bool(context.find_root().params.get("home"))
    if headless:
        with tempfile.TemporaryDirectory(prefix="kk2-demo-") as folder:
            home = session.home if named else Path(folder) / "home"
            report = asyncio.run(run_routine(home, session.login, store))
        session.answer(report.shape(), report.lines)
        if not report.agrees:
            raise SystemExit(1)
        return
    home = session.home if named else DEMO_HOME.absolute()
    if not (home / FILE_NAME).exists():
        asyncio.run(make_home(home, session.login, demo=True, store_url=store))
    from kk2tui.terminal_session import run_application

    run_application(session._replace(home=home, login=DEMO_HANDLER))
