"""The e-mails as they lie in the store, and how far each has come.

queued → sending → sent
   ↑        ├→ queued     not sent; tried again later
   │        ├→ rejected   the server said no for good: a person mends what is wrong
   └────────┴→ unknown    the answer was lost: a person looks in the inbox
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

import msgspec
from msgspec.structs import replace

from data.documents import Mail, MailState
from data.errors import NotFound
from data.language import N_, _
from data.store import Page, Store
from services.clock import Clock
from services.errors import Refused
from services.mail.queue import address_of

STATE_NAMES: Mapping[MailState, str] = {
    "queued": N_("venter"),
    "sending": N_("sendes"),
    "sent": N_("sendt"),
    "unknown": N_("ukjent utfall"),
    "rejected": N_("avvist"),
}
UNDER_WAY: tuple[MailState, ...] = ("queued", "sending", "unknown", "rejected")
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)

Answer = Literal["arrived", "resend"]


class Outcome(msgspec.Struct, frozen=True):
    """What became of an e-mail that was being sent."""

    state: MailState
    message: str = ""


class MailOutbox:
    """E-mails and their states. Knows nothing of the network."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def under_way(self) -> list[Mail]:
        """All that is not sent, the oldest first."""
        return await self._store.find_many(Mail, "state", UNDER_WAY)

    async def newest(self, *, offset: int = 0, limit: int = 200) -> Page[Mail]:
        """All e-mails, the newest first."""
        return await self._store.page(Mail, descending=True, offset=offset, limit=limit)

    async def queued(self, until: datetime | None) -> list[str]:
        """The ids of those that wait, the oldest first; with `until`, without those that are not to be tried before."""
        found = await self._store.find(Mail, "state", "queued")
        return [mail.id for mail in found if until is None or mail.not_before is None or mail.not_before <= until]

    async def get(self, key: str) -> Mail:
        """Raises NotFound."""
        mail = await self._store.get(Mail, key)
        if mail is None:
            raise NotFound(_("E-post {key} finnes ikke. Se kk2 mail status.").format(key=key))
        return mail

    async def recover(self, actor: str) -> None:
        """See to what is `sending`. Only for the one who holds the sender's lock: then nobody is sending it.

        A file can be written again without harm; what was sent over the network is unknown.
        """
        stale = await self._store.find(Mail, "state", "sending")
        if not stale:
            return
        async with self._store.transaction(actor, "Avbrutt sending av e-post funnet") as tx:
            for mail in stale:
                if mail.via == "file":
                    tx.put(replace(mail, state="queued"))
                else:
                    text = "Sendingen ble avbrutt, så ingen vet om e-posten kom frem. Se etter den i innboksen."
                    tx.put(replace(mail, state="unknown", message=text))

    async def begin(self, key: str, via: Literal["smtp", "file"], actor: str) -> Mail | None:
        """Note that an e-mail is being sent. None when it does not wait any more: it must not be sent."""
        async with self._store.transaction(actor, f"E-post {key} sendes") as tx:
            mail = await tx.get(Mail, key)
            if mail is None or mail.state != "queued":
                return None
            now = self._clock.now()
            changed = replace(mail, state="sending", via=via, attempts=mail.attempts + 1, last_attempt=now, message="")
            tx.put(changed)
        return changed

    async def enter(self, key: str, outcome: Outcome, actor: str) -> None:
        """Note what became of an e-mail that was being sent. One that must wait waits longer each time."""
        async with self._store.transaction(actor, f"E-post {key}: {STATE_NAMES[outcome.state]}") as tx:
            mail = await tx.get(Mail, key)
            if mail is None or mail.state != "sending":
                return
            later = self._clock.now() + min(FIRST_WAIT * 2 ** min(mail.attempts - 1, 10), LONGEST_WAIT)
            not_before = later if outcome.state == "queued" else None
            tx.put(replace(mail, state=outcome.state, message=outcome.message, not_before=not_before))

    async def resolve(self, key: str, answer: Answer, actor: str) -> Mail:
        """A person's answer. "arrived": one with unknown outcome is in the inbox. "resend": send it, the same e-mail.

        One that is sent again goes to the address that the handler has now. Raises NotFound and Refused.
        """
        async with self._store.transaction(actor, f"E-post {key} avgjort") as tx:
            mail = await tx.get(Mail, key)
            if mail is None:
                raise NotFound(_("E-post {key} finnes ikke. Se kk2 mail status.").format(key=key))
            allowed = ("unknown",) if answer == "arrived" else ("unknown", "rejected", "queued")
            if mail.state not in allowed:
                raise Refused(
                    _("E-post {key} er {state}; det er ikke noe å avgjøre.").format(
                        key=key, state=_(STATE_NAMES[mail.state])
                    )
                )
            if answer == "arrived":
                return tx.put(replace(mail, state="sent", message="Funnet i innboksen av saksbehandler."))
            to = await address_of(tx, mail.handler) or mail.to
            return tx.put(replace(mail, state="queued", to=to, not_before=None, message=""))
