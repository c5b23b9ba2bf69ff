"""What every command shares: where home is, who acts, how to answer; and how an error becomes an exit status."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import click
import msgspec

from data.errors import Kk2Error
from data.language import _
from kk2tui.log_file import log_if_possible
from kk2tui.session import Session
from kk2tui.wiring import LOG
from screens.failures import log_unexpected

P = ParamSpec("P")


def command(function: Callable[P, None]) -> Callable[P, None]:
    """Make a refusal exit status 1 with its message, and anything unforeseen one line with a reference."""

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        session: Session = click.get_current_context().obj
        try:
            function(*args, **kwargs)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            end_with(session, error)

    return guarded


def end_with(session: Session, error: Exception) -> None:
    """Leave with exit status 1, and one message: an error that nobody foresaw is told by its reference."""
    if isinstance(error, BrokenPipeError):
        sys.stderr.close()
        raise SystemExit(1) from None
    fail(session, error if isinstance(error, Kk2Error) else unforeseen(session.home, error))


def fail(session: Session, error: Kk2Error) -> None:
    """Tell why something was refused, and leave with exit status 1."""
    if session.as_json:
        shape = {"error": {"code": error.code, "message": error.message, "details": list(error.details)}}
        click.echo(msgspec.json.encode(shape).decode())
    else:
        click.echo(error.message, err=True)
        for detail in error.details:
            click.echo("  " + "  ".join(str(value) for value in detail.values() if value not in ("", None)), err=True)
    raise SystemExit(1)


def unforeseen(home: Path, error: Exception) -> Kk2Error:
    """An error nobody foresaw: its scrubbed traceback goes to the log in home, a reference to the person."""
    with log_if_possible(home / LOG):
        reference = log_unexpected(error)
    return Kk2Error(
        _(
            "Noe gikk galt som programmet ikke var forberedt på. Det som var lagret, er lagret. "
            "Referanse {reference}; detaljene står i {home}."
        ).format(reference=reference, home=home / LOG),
        code="unforeseen",
    )
