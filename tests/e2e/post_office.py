"""A mail server behind a TCP port, that keeps what it takes."""

from asyncio import Server
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

SETTINGS = """
[mail]
host = "127.0.0.1"
port = {port}
tls = "none"
sender = "KK2 <kk2@testvik.invalid>"
"""


@dataclass
class PostOffice:
    """What came in, and where to send it."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.taken.append(message_from_bytes(envelope.original_content or b"", policy=policy.default))
        return "250 OK"

    def serve(self, home: Path) -> None:
        """Make it the mail server of a home."""
        with (home / "kk2.toml").open("a", encoding="utf-8") as settings:
            settings.write(SETTINGS.format(port=self.port))


class _OnAnyPort(Controller):
    """aiosmtpd's server in a thread of its own, on a port that is free."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # aiosmtpd's has no types


@contextmanager
def opened_post_office() -> Iterator[PostOffice]:
    """Open until the block ends."""
    office = PostOffice()
    controller = _OnAnyPort(office, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        office.port = controller.port
        yield office
    finally:
        controller.stop()
