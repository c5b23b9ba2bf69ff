"""A made-up mail server, with gates on both sides of what it takes in."""

from collections import Counter
from typing import Literal

from services.mail.errors import MailRefused, MailUncertain, MailUnreachable
from tests.simulation.scheduler import Scheduler

BEFORE = ("unreachable", "later", "never", "cut before DATA")
AFTER = ("cut after DATA",)


class MailServer:
    """Who has got what: each message by its Message-ID, with how often it came."""

    def __init__(self) -> None:
        self.inbox: Counter[str] = Counter()


class MailWire:
    """One session's way to the mail server: a Transport."""

    via: Literal["smtp"] = "smtp"

    def __init__(self, server: MailServer, scheduler: Scheduler) -> None:
        self._server = server
        self._scheduler = scheduler

    async def open(self) -> None:
        if await self._scheduler.gate("mail open", faults=("unreachable",)):
            raise MailUnreachable("E-posttjeneren svarer ikke.")

    async def send(self, sender: str, to: str, message_id: str, content: bytes) -> None:
        match await self._scheduler.gate("mail →", faults=BEFORE):
            case "unreachable" | "cut before DATA":
                raise MailUnreachable("Forbindelsen ble brutt før e-posten var sendt.")
            case "later":
                raise MailRefused("Prøv igjen senere.", retryable=True)
            case "never":
                raise MailRefused("Ukjent mottaker.", retryable=False)
        self._server.inbox[message_id] += 1
        if await self._scheduler.gate("mail ←", faults=AFTER):
            raise MailUncertain("Svaret kom ikke frem.")

    async def close(self) -> None:
        return None
