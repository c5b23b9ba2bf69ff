"""The words that click itself writes, in help and when the command line is wrong, in the language of the rest.

Each module of click asks gettext, by the name `_`, and gets ours there: bokmål is in the code, and the catalogues are
those of all other texts. A test asks click's own code whether it still says what stands here.
"""

import re
from collections.abc import Iterable

import click
import click.core
import click.exceptions
import click.formatting
import click.parser
import click.types

from data.language import N_, _

WORDS = {
    # Help.
    "Usage:": N_("Bruk:"),
    "Options": N_("Valg"),
    "Commands": N_("Kommandoer"),
    "Show this message and exit.": N_("Vis denne hjelpen."),
    "default: {default}": N_("ellers {default}"),
    "OPTIONS": N_("VALG"),
    "COMMAND": N_("KOMMANDO"),
    "ARGS": N_("ARGUMENTER"),
    # What is wrong.
    "Error: {message}": N_("Feil: {message}"),
    "Try '{command} {option}' for help.": N_("Hjelp: {command} {option}"),
    "Aborted!": N_("Avbrutt."),
    "Missing command.": N_("Kommandoen mangler."),
    "Missing argument": N_("Det mangler et argument:"),
    "Missing option": N_("Det mangler et valg:"),
    "No such option {name!r}.": N_("Valget «{name}» finnes ikke."),
    "No such command {name!r}.": N_("Kommandoen «{name}» finnes ikke."),
    "Did you mean {possibility}?": N_("Mente du {possibility}?"),
    "(Did you mean one of: {possibilities}?)": N_("Mente du en av disse: {possibilities}?"),
    "Got unexpected extra argument ({args})": N_("Et ord for mye: {args}"),
    "Got unexpected extra arguments ({args})": N_("For mange ord: {args}"),
    "Option {name!r} does not take a value.": N_("Valget «{name}» har ingen verdi."),
    "Option {name!r} requires an argument.": N_("Valget «{name}» trenger en verdi."),
    "Invalid value: {message}": N_("Ugyldig verdi: {message}"),
    "Invalid value for {param_hint}: {message}": N_("Ugyldig verdi for {param_hint}: {message}"),
    "{value!r} is not a valid {number_type}.": N_("«{value}» er ikke et heltall."),
    "{value} is not in the range {range}.": N_("{value} er utenfor {range}."),
    "{value!r} is not one of {choices}.": N_("«{value}» er ikke en av {choices}."),
    "{value!r} does not match the format {format}.": N_("«{value}» er ikke en dato. Skriv den som ÅÅÅÅ-MM-DD."),
    "{name} {filename!r} does not exist.": N_("«{filename}» finnes ikke."),
    "{name} {filename!r} is a file.": N_("«{filename}» er en fil."),
    "{name} {filename!r} is a directory.": N_("«{filename}» er en mappe."),
    "{name} {filename!r} is not readable.": N_("«{filename}» kan ikke leses."),
}
"""What may be said here, by what click calls it."""

_PLACEHOLDER = re.compile(r"(?<=\[)OPTIONS(?=\])|\bCOMMAND\b|(?<=\[)ARGS(?=\])")


def word(text: str) -> str:
    """A text of click's in the language in use; as it is when there is none for it."""
    return _(WORDS[text]) if text in WORDS else text


def words(one: str, many: str, count: int) -> str:
    """The same of a text that counts something."""
    return word(one if count == 1 else many)


for module in (click.core, click.exceptions, click.formatting, click.parser, click.types):
    vars(module).update(_=word, ngettext=words)


class HelpFormatter(click.HelpFormatter):
    """Help as click lays it out, with the words that it never asks gettext for, or asks too early."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _PLACEHOLDER.sub(lambda found: word(found[0]), args), prefix)

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(name, word(text)) for name, text in rows], col_max, col_spacing)


class HelpContext(click.Context):
    """A command that is run, and asked for its help so."""

    formatter_class = HelpFormatter
