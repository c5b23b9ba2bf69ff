"""A real SMTP server that is up, down, or in one of several bad moods, and keeps what it takes."""

import asyncio
import ssl
from collections import deque
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from services.mail.smtp import SmtpSettings, SmtpTransport

Mood = Literal["good", "busy", "full", "no_receiver", "hangs_up_before", "hangs_up_after", "loses", "gone"]


class _Loyal(SMTP):
    """aiosmtpd's server, with its connection within reach."""

    def hang_up(self) -> None:
        if self.transport is not None:
            assert isinstance(self.transport, asyncio.WriteTransport)
            self.transport.abort()


class PostOffice:
    """`moods` are those of the next messages, one each; then it is good.

    busy: 451 at RCPT. no_receiver: 550 there. full: 552 to the message. hangs_up_before: before the message is asked
    for. hangs_up_after: the message is taken, and no answer given. loses: hangs up and takes nothing. gone: 421.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, password: str = "") -> None:
        self.moods: deque[Mood] = deque()
        self.taken: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.connections = 0
        self._tls = tls
        self._password = password
        self._listening: asyncio.Server | None = None
        self._open: list[_Loyal] = []
        self.port = 0

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._answer, "127.0.0.1", self.port)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        for each in self._open:
            each.hang_up()
        self._open.clear()

    def transport(self, **more: Any) -> SmtpTransport:
        fields: dict[str, Any] = {"host": "127.0.0.1", "port": self.port, "tls": "none", "timeout_s": 5}
        return SmtpTransport(SmtpSettings(**fields | more))

    def _answer(self) -> _Loyal:
        self.connections += 1
        server = _Loyal(
            self,
            hostname="post.testvik.invalid",
            ident="oppdiktet",
            tls_context=self._tls,
            require_starttls=self._tls is not None,
            auth_required=bool(self._password),
            authenticator=self._authenticate if self._password else None,
        )
        self._open.append(server)
        return server

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password.decode() == self._password
        return AuthResult(success=right, handled=right)

    async def handle_RCPT(
        self, server: _Loyal, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        mood = self.moods[0] if self.moods else "good"
        if mood in ("busy", "no_receiver", "hangs_up_before", "gone"):
            self.moods.popleft()
        if mood == "busy":
            return "451 4.3.0 Opptatt, kom igjen"
        if mood == "no_receiver":
            return "550 5.1.1 Ukjent mottaker"
        if mood == "gone":
            return "421 4.3.2 Stenger"
        if mood == "hangs_up_before":
            server.hang_up()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: _Loyal, session: Session, envelope: Envelope) -> str:
        mood = self.moods.popleft() if self.moods else "good"
        if mood == "full":
            return "552 5.3.4 For stor"
        if mood == "loses":
            server.hang_up()
            return "451 borte"
        content = envelope.original_content or b""
        self.raw.append(content)
        self.taken.append(message_from_bytes(content, policy=policy.default))
        if mood == "hangs_up_after":
            server.hang_up()
        return "250 OK"
