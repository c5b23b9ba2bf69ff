"""`kk2 init`: a new home."""

import asyncio

import click

from data.language import _
from kk2tui.cli.context import command
from kk2tui.home import make_home
from kk2tui.session import Session

store_option = click.option(
    "--store",
    metavar="URL",
    envvar="KK2_STORE",
    default="",
    help=_("Hvor registeret legges: en fil, eller postgresql://bruker@tjener/database?schema=kk2 (ellers KK2_STORE)."),
)


@click.command()
@click.option("--demo", is_flag=True, help=_("Med en oppdiktet kommune å prøve alt på."))
@store_option
@click.pass_obj
@command
def init(session: Session, demo: bool, store: str) -> None:
    """Lag et nytt hjem. Den som kjører kommandoen blir administrator."""
    made = asyncio.run(make_home(session.home, session.login, demo=demo, store_url=store))
    shape = {"home": str(made.home), "administrator": session.login, "demo": demo, "inbox": made.inbox_files}
    session.answer(
        shape,
        lambda: [
            _("Nytt hjem i {home}. Administrator: {login}.").format(home=made.home, login=session.login),
            *([_("Oppdiktet kommune med {count} filer i inbox/.").format(count=len(made.inbox_files))] if demo else []),
            _("Åpne programmet med: kk2 --home {home} --handler {login}").format(home=made.home, login=session.login),
        ],
    )
