"""Refusals of the services: bad input and broken rules, each with a code of its own. Nothing was changed."""

from data.errors import Kk2Error
from data.language import _


class Refused(Kk2Error):
    """A rule says no. `code` tells which one."""

    code = "refused"


class InvalidInput(Kk2Error):
    """What was given cannot be used as it is; `details` say where."""

    code = "invalid_input"


class UnknownHandler(Kk2Error):
    """The one who acts is not registered."""

    code = "unknown_handler"

    def __init__(self, login: str) -> None:
        super().__init__(
            _(
                "«{login}» er ikke registrert som saksbehandler. Ingenting er endret. En "
                "administrator legger til med: kk2 admin handlers add {login} --name NAVN --email "
                "E-POST"
            ).format(login=login)
        )
