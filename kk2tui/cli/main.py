"""`kk2`: the root of the command line. Without a command it opens the application."""

import inspect
import pkgutil
from collections.abc import Mapping, Sequence
from contextlib import suppress

import click

from data.errors import Kk2Error
from data.language import BOKMAAL, LANGUAGES, N_, _, language
from kk2tui.arguments import front_values
from kk2tui.cli.context import command
from kk2tui.cli.help_text import HelpContext
from kk2tui.session import Session, session_from
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
    """Commands whose modules are imported when they are asked for: the application itself needs none of them.

    Before anything is parsed, the language is known: what is wrong with the words, and the help, are said in it.
    """

    context_class = HelpContext

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*COMMANDS, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        found: click.Command | None
        found = pkgutil.resolve_name(f"kk2tui.cli.{place}") if place else super().get_command(ctx, cmd_name)
        if found is not None:
            translate(found)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand:  # click knows of no commands but those that are loaded
            raise click.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx) from None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        speak_as_asked(args)
        return super().parse_args(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        translate(self)
        super().format_help(ctx, formatter)


def speak_as_asked(arguments: Sequence[str]) -> None:
    """Answer in the language of --lang, else that of kk2.toml, where there is one that can be read."""
    from kk2tui.settings import read_settings

    values, rest = front_values(arguments)
    session = _session(values.get("--home"), values.get("--handler"), rest[:1] == ["--json"], values.get("--lang"))
    with suppress(Kk2Error):
        session.speak(read_settings(session.home).ui.language)
        return
    session.speak()


def translate(found: click.Command) -> None:
    """Put the help of a command, of its options and of the commands under it into the language in use."""
    found.context_class = HelpContext
    if language() != BOKMAAL:
        found.help = _(inspect.cleandoc(found.help or ""))
        for option in found.params:
            if isinstance(option, click.Option):
                option.help = _(option.help or "")
    for under in found.commands.values() if isinstance(found, click.Group) else ():
        translate(under)


def _session(home: str | None, handler: str | None, as_json: bool, lang: str | None) -> Session:
    try:
        return session_from(home, handler, as_json, lang)
    except Refused as error:
        raise click.UsageError(error.message) from None


@click.group(cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home", metavar="DIR", is_eager=True, help=N_("Mappen med kk2.toml, kk2.db, inbox/ og outbox/ (ellers KK2_HOME).")
)
@click.option("--handler", metavar="LOGIN", help=N_("Saksbehandleren som handler (ellers innloggingsnavnet)."))
@click.option("--json", "as_json", is_flag=True, help=N_("Svar i JSON: beløp i øre, datoer som ISO."))
@click.option(
    "--lang",
    type=click.Choice([*LANGUAGES]),
    is_eager=True,
    help=N_("Språket på skjermen og i svarene (ellers KK2_LANG)."),
)
@click.version_option(package_name="kk2tui", message="%(prog)s %(version)s", help=N_("Vis versjonen."))
@click.pass_context
def kk2(context: click.Context, home: str | None, handler: str | None, as_json: bool, lang: str | None) -> None:
    """Innfordring for kommuner: saker fra Visma, innbetalinger fra banken, bilag tilbake.

    Uten kommando åpnes programmet i terminalen.
    """
    context.obj = _session(home, handler, as_json, lang)
    if context.invoked_subcommand is None:
        context.invoke(open_application)


@click.command("open", hidden=True)
@command
def open_application() -> None:
    """Åpne programmet i terminalen."""
    from kk2tui.terminal_session import run_application

    run_application(click.get_current_context().obj)


kk2.add_command(open_application)
