"""The words that click itself writes in a help text, in the language of the rest of it."""

import re
from collections.abc import Iterable

import click

from data.language import N_, _

# What click has no setting for, by what it calls it.
WORDS = {
    "Options": N_("Valg"),
    "Commands": N_("Kommandoer"),
    "Show this message and exit.": N_("Vis denne hjelpen."),
    "OPTIONS": N_("VALG"),
    "COMMAND": N_("KOMMANDO"),
    "ARGS": N_("ARGUMENTER"),
}
_PLACEHOLDER = re.compile(r"(?<=\[)OPTIONS(?=\])|\bCOMMAND\b|(?<=\[)ARGS(?=\])")


class HelpFormatter(click.HelpFormatter):
    """Help as click lays it out."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        translated = _PLACEHOLDER.sub(lambda found: _word(found[0]), args)
        super().write_usage(prog, translated, prefix or _("Bruk:") + " ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(_word(heading))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(name, _word(text)) for name, text in rows], col_max, col_spacing)


class HelpContext(click.Context):
    """A command that is run, and asked for its help so."""

    formatter_class = HelpFormatter


def _word(text: str) -> str:
    return _(WORDS[text]) if text in WORDS else text
