"""Where home is and who acts: what every command and the screens begin with."""

import asyncio
import getpass
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from data.language import BOKMAAL, LANGUAGES, PSEUDO, _, language, use
from kk2tui.wiring import opened_services
from services.errors import Refused

if TYPE_CHECKING:
    from services.registry import Services

T = TypeVar("T")


class Session(NamedTuple):
    """The global options: where home is, who acts (a login), whether answers are JSON, and the language asked for."""

    home: Path
    login: str
    as_json: bool
    language: str = ""

    def speak(self, *others: str) -> None:
        """Show texts in the language asked for, else in the first given of the others (the handler's, the home's).

        JSON is for programs, and always in bokmål.
        """
        use(BOKMAAL if self.as_json else next(filter(None, (self.language, *others)), BOKMAAL))

    def answer(self, shape: Mapping[str, Any], lines: Callable[[], Sequence[str]]) -> None:
        """Print a result: its JSON shape with --json, else lines for people."""
        import click
        import msgspec  # neither is needed to open the application

        if self.as_json:
            click.echo(msgspec.json.encode(shape).decode())
        else:
            for line in lines():
                click.echo(line)

    def run(self, work: "Callable[[Services], Awaitable[T]]") -> T:
        """Run work on the services of this home."""

        async def with_services() -> T:
            async with opened_services(self.home, self.login) as services:
                self.speak(services.handler.language, language())
                return await work(services)

        return asyncio.run(with_services())


def session_from(home: str | None, handler: str | None, as_json: bool = False, language: str | None = None) -> Session:
    """The session that the global options, the environment and the log-in describe. Raises Refused."""
    wanted = language or os.environ.get("KK2_LANG", "")
    if wanted not in ("", PSEUDO, *LANGUAGES):
        told = _("Språket skal være en av {languages}, ikke «{wanted}».")
        raise Refused(told.format(languages=", ".join(LANGUAGES), wanted=wanted), code="no_language")
    chosen = home or os.environ.get("KK2_HOME")
    path = Path(chosen) if chosen else _usual_home()
    return Session(home=path.absolute(), login=handler or _own_login(), as_json=as_json, language=wanted)


def _usual_home() -> Path:
    from platformdirs import user_data_path

    return user_data_path("kk2")


def _own_login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user id without a name, as in some containers
        told = _("Finner ikke innloggingsnavnet ditt. Oppgi det med --handler LOGIN.")
        raise Refused(told, code="no_login") from None
