"""`kk2`: the root of the command line. Without a command it opens the application."""

import pkgutil
from collections.abc import Mapping

import click

from data.language import _
from kk2tui.cli.context import command
from kk2tui.session import session_from
from services.errors import Refused

COMMANDS: Mapping[str, str] = {
    "init": "homes:init",
    "demo": "demo:demo",
    "cases": "cases:cases",
    "convert": "convert:convert",
    "payments": "payments:payments",
    "mail": "mail:mail",
    "posting": "posting:posting",
    "receipts": "receipts:receipts",
    "store": "store:store",
    "audit": "audit:audit",
    "visma": "visma:visma",
    "admin": "admin:admin",
    "doctor": "doctor:doctor",
}
"""Where each command is, as `module:name`."""


class Commands(click.Group):
    """Commands whose modules are imported when they are asked for: the application itself needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*COMMANDS, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        found: click.Command | None
        found = pkgutil.resolve_name(f"kk2tui.cli.{place}") if place else super().get_command(ctx, cmd_name)
        return found


@click.group(cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", metavar="DIR", help=_("Mappen med kk2.toml, kk2.db, inbox/ og outbox/ (ellers KK2_HOME)."))
@click.option("--handler", metavar="LOGIN", help=_("Saksbehandleren som handler (ellers innloggingsnavnet)."))
@click.option("--json", "as_json", is_flag=True, help=_("Svar i JSON: beløp i øre, datoer som ISO."))
@click.version_option(package_name="kk2tui")
@click.pass_context
def kk2(context: click.Context, home: str | None, handler: str | None, as_json: bool) -> None:
    """Innfordring for kommuner: saker fra Visma, innbetalinger fra banken, bilag tilbake.

    Uten kommando åpnes programmet i terminalen.
    """
    try:
        context.obj = session_from(home, handler, as_json)
    except Refused as error:
        raise click.UsageError(error.message) from None
    if context.invoked_subcommand is None:
        context.invoke(open_application)


@click.command("open", hidden=True)
@command
def open_application() -> None:
    """Åpne programmet i terminalen."""
    from kk2tui.terminal_session import run_application

    run_application(click.get_current_context().obj)


kk2.add_command(open_application)
