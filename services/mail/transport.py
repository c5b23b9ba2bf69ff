"""How an e-mail leaves: over SMTP, or as a file."""

from typing import Literal, Protocol


class Transport(Protocol):
    """Takes whole messages, one at a time."""

    @property
    def via(self) -> Literal["smtp", "file"]: ...

    async def open(self) -> None:
        """Make ready. Raises MailUnreachable."""

    async def send(self, sender: str, to: str, message_id: str, content: bytes) -> None:
        """Hand one message over. Raises MailUnreachable, MailRefused and MailUncertain."""

    async def close(self) -> None:
        """Say goodbye. Raises nothing."""
