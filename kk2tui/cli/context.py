"""What every command shares: where home is, who acts, how to answer; and how an error becomes an exit status."""

import asyncio
import contextlib
import getpass
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TypeVar

import click
import msgspec

from data.errors import Kk2Error
from kk2tui.log_file import log_to
from kk2tui.wiring import LOG, opened_services
from screens.failures import log_unexpected
from services.registry import Services

P = ParamSpec("P")
T = TypeVar("T")


class Session(NamedTuple):
    """The global options: where home is, who acts (a login), and whether answers are JSON."""

    home: Path
    login: str
    as_json: bool

    def answer(self, shape: Mapping[str, Any], lines: Callable[[], Sequence[str]]) -> None:
        """Print a result: its JSON shape with --json, else lines for people."""
        if self.as_json:
            click.echo(msgspec.json.encode(shape).decode())
        else:
            for line in lines():
                click.echo(line)

    def run(self, work: Callable[[Services], Awaitable[T]]) -> T:
        """Run work on the services of this home."""

        async def with_services() -> T:
            async with opened_services(self.home, self.login) as services:
                return await work(services)

        return asyncio.run(with_services())


def session_from(home: str | None, handler: str | None, as_json: bool) -> Session:
    """The session that the global options, the environment and the log-in describe."""
    chosen = home or os.environ.get("KK2_HOME")
    path = Path(chosen) if chosen else _usual_home()
    return Session(home=path.absolute(), login=handler or _own_login(), as_json=as_json)


def _usual_home() -> Path:
    from platformdirs import user_data_path

    return user_data_path("kk2")


def _own_login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user id without a name, as in some containers
        raise click.UsageError("Finner ikke innloggingsnavnet ditt. Oppgi det med --handler LOGIN.") from None


def command(function: Callable[P, None]) -> Callable[P, None]:
    """Make a refusal exit status 1 with its message, and anything unforeseen one line with a reference."""

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        session: Session = click.get_current_context().obj
        try:
            function(*args, **kwargs)
        except Kk2Error as error:
            fail(session, error)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            sys.stderr.close()
            raise SystemExit(1) from None
        except Exception as error:
            fail(session, unforeseen(session.home, error))

    return guarded


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
    with contextlib.ExitStack() as log:
        with contextlib.suppress(OSError):  # no home to log in, or a full disk: the person is told all the same
            log.enter_context(log_to(home / LOG))
        reference = log_unexpected(error)
    return Kk2Error(
        f"Noe gikk galt som programmet ikke var forberedt på. Det som var lagret, er lagret. "
        f"Referanse {reference}; detaljene står i {home / LOG}.",
        code="unforeseen",
    )
