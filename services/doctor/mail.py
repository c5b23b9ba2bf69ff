"""The server that takes our e-mail."""

from typing import Protocol

from data.errors import Kk2Error
from data.language import _
from services.doctor.check import Check, ok, wrong

NAME = "E-post"


class MailServer(Protocol):
    """A server to hand e-mail to. `open` connects, with TLS and log-in, and raises Kk2Error."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...


async def check_mail(server: MailServer | None) -> Check:
    """It lets us in. Nothing is sent."""
    if server is None:
        return ok(NAME, _("Ingen e-postserver er satt opp: e-post legges som filer i outbox/mail/."))
    try:
        await server.open()
    except Kk2Error as error:
        return wrong(NAME, error.message, _("Se etter host, port, tls, username og passord i [mail] i kk2.toml."))
    finally:
        await server.close()
    return ok(NAME, _("E-postserveren svarer, og TLS og pålogging er i orden."))
