"""Sending e-mails, each once.

`sending` is on disk before the network is touched. An e-mail that the server has not asked for yet waits and is tried
again; one whose answer is lost is unknown, and a person decides. One process sends at a time.
"""

import asyncio
from collections.abc import Sequence
from email.utils import parseaddr

import msgspec

from data.documents import Mail
from data.errors import Kk2Error, NotFound
from data.language import _
from data.store import Page, Store
from services.clock import Clock
from services.errors import Refused
from services.letters.pdf_folder import PdfFolder
from services.mail.errors import MailRefused, MailUncertain, MailUnreachable
from services.mail.message import compose
from services.mail.outbox import Answer, MailOutbox, Outcome
from services.mail.transport import Transport
from services.progress import Progress, silent


class MailSent(msgspec.Struct, frozen=True, kw_only=True):
    """What a round of sending did. `stopped` says why it broke off, if it did."""

    sent: int
    mails: tuple[Mail, ...]
    stopped: str = ""


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """The e-mails that an answer was noted for, and why it was not for the others."""

    mails: tuple[Mail, ...]
    refused: tuple[str, ...] = ()


class MailService:
    """Sends e-mails and follows them. `sender` is who they are from, `Navn <adresse>` or an address."""

    def __init__(self, store: Store, clock: Clock, transport: Transport, pdfs: PdfFolder, *, sender: str) -> None:
        self._store = store
        self._clock = clock
        self._transport = transport
        self._pdfs = pdfs
        self._sender = sender
        self._address = parseaddr(sender)[1]
        self._outbox = MailOutbox(store, clock)

    async def under_way(self) -> list[Mail]:
        """All that is not sent, the oldest first."""
        return await self._outbox.under_way()

    async def newest(self, *, offset: int = 0, limit: int = 200) -> Page[Mail]:
        """All e-mails, the newest first."""
        return await self._outbox.newest(offset=offset, limit=limit)

    async def resolve(self, key: str, answer: Answer, actor: str) -> Mail:
        """A person's answer for an e-mail that is not sent. See MailOutbox.resolve. Sends nothing."""
        return await self._outbox.resolve(key, answer, actor)

    async def resolve_several(self, keys: Sequence[str], answer: Answer, actor: str) -> Resolved:
        """The same answer for several e-mails, each by itself: what becomes of one says nothing of the others."""
        resolved: list[Mail] = []
        refused: list[str] = []
        for key in keys:
            try:
                resolved.append(await self._outbox.resolve(key, answer, actor))
            except Kk2Error as error:
                refused.append(error.message)
        return Resolved(mails=tuple(resolved), refused=tuple(refused))

    async def send(self, actor: str, *, at_once: bool = False, progress: Progress = silent) -> MailSent:
        """Send what waits; `at_once` also what should have waited longer. Safe to run again at any time.

        Raises Refused("sending") while another process sends. A server that does not answer ends the round quietly.
        """
        async with self._store.lock("mail") as mine:
            if not mine:
                raise Refused(_("En annen sender e-post akkurat nå. Prøv igjen om litt."), code="sending")
            await self._outbox.recover(actor)
            waiting = await self._outbox.queued(None if at_once else self._clock.now())
            stopped = await self._send_all(waiting, actor, progress)
        mails = await self._store.get_many(Mail, waiting)
        sent = sum(mail.state == "sent" for mail in mails.values())
        return MailSent(sent=sent, mails=tuple(mails[key] for key in waiting), stopped=stopped)

    async def _send_all(self, waiting: Sequence[str], actor: str, progress: Progress) -> str:
        """Send one after the other. Returns why it stopped early, or an empty text."""
        if not waiting:
            return ""
        try:
            await self._transport.open()
            for done, key in enumerate(waiting, 1):
                await self._send_one(key, actor)
                progress(done, len(waiting), "e-poster sendt")
        except MailUnreachable as error:
            return error.message
        finally:
            await self._transport.close()
        return ""

    async def _send_one(self, key: str, actor: str) -> None:
        """Raises MailUnreachable, with the e-mail back in the queue."""
        mail = await self._outbox.begin(key, self._transport.via, actor)
        if mail is None:
            return
        try:
            pdfs = [await self._pdfs.read(attachment.pdf) for attachment in mail.attachments]
            content = await asyncio.to_thread(compose, mail, self._sender, pdfs)
            await self._transport.send(self._address, mail.to, mail.message_id, content)
        except NotFound as error:
            outcome = Outcome("rejected", error.message)
        except MailRefused as error:
            outcome = Outcome("queued" if error.retryable else "rejected", error.message)
        except MailUncertain as error:
            outcome = Outcome("unknown", error.message)
        except MailUnreachable as error:
            await self._outbox.enter(key, Outcome("queued", error.message), actor)
            raise
        else:
            outcome = Outcome("sent")
        await self._outbox.enter(key, outcome, actor)


async def send_quietly(mail: MailService, actor: str, progress: Progress = silent) -> MailSent:
    """Send what waits, after work that is done whatever becomes of the e-mail. Why it stopped is told, not raised."""
    try:
        return await mail.send(actor, progress=progress)
    except Kk2Error as error:
        return MailSent(sent=0, mails=(), stopped=error.message)
