"""E-mail over SMTP, with TLS and log-in (aiosmtplib).

DATA is sent in two steps: what fails before the server has asked for the message has sent nothing; what fails between
that and the server's answer may have sent everything.
"""

import re
import ssl
from typing import Literal

import aiosmtplib
import msgspec
from aiosmtplib import SMTPAuthenticationError, SMTPException, SMTPResponseException, SMTPServerDisconnected, SMTPStatus

from data.language import _
from services.mail.errors import MailError, MailRefused, MailUncertain, MailUnreachable

Tls = Literal["starttls", "tls", "none"]

ANSWER_TO_MESSAGE_S = 600  # a server may take its time over a whole message (RFC 5321, 4.5.3.2.6)

_LINE_END = re.compile(rb"\r\n|\r|\n")
_DOT_FIRST = re.compile(rb"^\.", re.MULTILINE)
_LOST = (SMTPException, OSError)  # timeouts are OSErrors


class SmtpSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the server is. `password` is never shown; `timeout_s` is for each answer but that to a whole message."""

    host: str
    port: int
    tls: Tls
    username: str = ""
    password: str = ""
    ca_file: str = ""
    timeout_s: float = 30


class SmtpTransport:
    """A Transport that keeps its connection from one message to the next."""

    via: Literal["smtp"] = "smtp"

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._client: aiosmtplib.SMTP | None = None

    async def open(self) -> None:
        await self._connected()

    async def send(self, sender: str, to: str, message_id: str, content: bytes) -> None:
        try:
            client = await self._begin(sender, to)
        except SMTPResponseException as error:
            raise await self._said_no(error.code, error.message) from error
        except _LOST as error:
            raise await self._lost(MailUnreachable, error) from error
        try:
            code, answer = await _hand_over(client, content)
        except _NotWritten as error:
            raise await self._lost(MailUnreachable, error) from error
        except _LOST as error:
            raise await self._lost(MailUncertain, error) from error
        if code != SMTPStatus.completed:
            raise await self._said_no(code, answer)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None and client.is_connected:
            try:
                await client.quit()
            except _LOST:
                client.close()

    async def _connected(self) -> aiosmtplib.SMTP:
        """The open connection, or a new one. Raises MailUnreachable."""
        if self._client is not None and self._client.is_connected:
            return self._client
        settings = self._settings
        try:
            client = aiosmtplib.SMTP(
                hostname=settings.host,
                port=settings.port,
                use_tls=settings.tls == "tls",
                start_tls=settings.tls == "starttls",
                tls_context=_tls_context(settings),
                username=settings.username or None,
                password=settings.password or None,
                timeout=settings.timeout_s,
            )
            await client.connect()
        except (*_LOST, ValueError) as error:
            raise await self._lost(MailUnreachable, error) from error
        self._client = client
        return client

    async def _begin(self, sender: str, to: str) -> aiosmtplib.SMTP:
        """Everything before the message itself. A connection that the server has closed meanwhile is made anew once."""
        client = await self._connected()
        try:
            await _envelope(client, sender, to)
        except SMTPServerDisconnected:
            client = await self._connected()
            await _envelope(client, sender, to)
        return client

    async def _said_no(self, code: int, answer: str) -> MailError:
        """The error for an answer, the connection made ready for the next message."""
        shown = _("E-postserveren {host} svarte {code}: {one_line}.").format(
            host=self._settings.host, code=code, one_line=_one_line(answer)
        )
        try:
            await (await self._connected()).rset()
        except (MailError, *_LOST):
            await self.close()
        if code == SMTPStatus.domain_unavailable:
            return MailUnreachable(
                _("{shown} E-posten venter i Utboks, og kan sendes igjen senere.").format(shown=shown)
            )
        if code < 500:
            return MailRefused(
                _("{shown} E-posten venter i Utboks, og prøves igjen senere.").format(shown=shown), retryable=True
            )
        advice = _("Rett det som svaret sier, og send på nytt fra Utboks.")
        return MailRefused(
            _("{shown} E-posten er ikke sendt. {advice}").format(shown=shown, advice=advice), retryable=False
        )

    async def _lost(self, kind: type[MailUnreachable] | type[MailUncertain], error: Exception) -> MailError:
        await self.close()
        host = f"{self._settings.host}:{self._settings.port}"
        if kind is MailUncertain:
            return MailUncertain(
                _(
                    "Svaret fra e-postserveren {host} ble borte, så ingen vet om e-posten kom frem. Se "
                    "etter den i innboksen, og avgjør i Utboks."
                ).format(host=host)
            )
        if isinstance(error, SMTPAuthenticationError):
            return MailUnreachable(
                _(
                    "E-postserveren {host} avviser innloggingen. E-posten venter i Utboks. Rett [mail] "
                    "username og passordet."
                ).format(host=host)
            )
        return MailUnreachable(
            _(
                "Får ikke kontakt med e-postserveren {host}: {one_line}. E-posten venter i Utboks. "
                "Prøv igjen senere, eller se etter [mail] i kk2.toml."
            ).format(host=host, one_line=_one_line(str(error)))
        )


class _NotWritten(Exception):
    """The connection was closed before the message was begun."""


def _tls_context(settings: SmtpSettings) -> ssl.SSLContext | None:
    return None if settings.tls == "none" else ssl.create_default_context(cafile=settings.ca_file or None)


async def _envelope(client: aiosmtplib.SMTP, sender: str, to: str) -> None:
    """Sender, receiver, and the server's word that it will take a message. Raises SMTPException."""
    await client.mail(sender)
    await client.rcpt(to)
    answer = await client.execute_command(b"DATA")
    if answer.code != SMTPStatus.start_input:
        raise SMTPResponseException(answer.code, answer.message)


async def _hand_over(client: aiosmtplib.SMTP, content: bytes) -> tuple[int, str]:
    """The message, and the server's answer to it. Raises _NotWritten, and SMTPException when the answer is lost."""
    message = _DOT_FIRST.sub(b"..", _LINE_END.sub(b"\r\n", content))
    end = b".\r\n" if message.endswith(b"\r\n") else b"\r\n.\r\n"
    protocol = client.protocol
    if protocol is None:
        raise _NotWritten
    try:
        protocol.write(message + end)
    except SMTPServerDisconnected as error:
        raise _NotWritten from error
    answer = await protocol.read_response(timeout=max(client.timeout or 0, ANSWER_TO_MESSAGE_S))
    return answer.code, answer.message


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".") or _("uten forklaring")
