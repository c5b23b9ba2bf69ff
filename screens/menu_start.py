"""What is taken up by itself when the application starts, if the overview says that there is any."""

from collections.abc import Awaitable

from data.errors import Kk2Error
from data.language import _
from screens.failures import log_unexpected
from screens.menu_rows import Need
from services.mail.errors import MailUnreachable
from services.registry import Services


async def catch_up(services: Services) -> list[Need]:
    """At start: find vouchers whose sending broke off, and write back case numbers that wait. Returns what failed."""
    return await _tried(
        (_("Avbrutte bilag er ikke undersøkt"), services.delivery.recover(services.actor)),
        (_("Saksnummer er ikke skrevet tilbake"), services.case_import.write_back(services.actor)),
    )


async def send_mail(services: Services) -> list[Need]:
    """At start: make the letters that wait, and send the e-mail that waits. Returns what failed."""
    return await _tried(
        (_("Inkassovarsler er ikke laget"), services.case_import.make_late_letters(services.actor)),
        (_("E-post er ikke sendt"), _send(services)),
    )


async def _send(services: Services) -> None:
    from services.mail.sending import send_quietly  # and the library for e-mail

    sent = await send_quietly(services.mail, services.actor)
    if sent.stopped:
        raise MailUnreachable(sent.stopped)


async def _tried(*jobs: tuple[str, Awaitable[object]]) -> list[Need]:
    """Do each job, whatever becomes of the others. A job is (what to say when it fails, the work)."""
    troubles = []
    for what, work in jobs:
        try:
            await work
        except Kk2Error as error:
            troubles.append(Need(f"told {what}. {error.message}", what, _("Enter viser hvorfor")))
        except Exception as error:
            told = _("{what}. Referanse {reference}.").format(what=what, reference=log_unexpected(error))
            troubles.append(Need(f"told {told}", what, _("Enter viser hvorfor")))
    return troubles
