"""What can go wrong when an e-mail is handed to a server.

MailError
├── MailUnreachable   no connection, or no log-in: nothing was sent, of this e-mail or any other
├── MailRefused       the server said no to this e-mail: `retryable` when it may say yes later
└── MailUncertain     the e-mail was sent, and the answer was lost
"""

from data.errors import Kk2Error


class MailError(Kk2Error):
    """An e-mail did not get away as it should."""

    code = "mail"


class MailUnreachable(MailError):
    """The server cannot be used now."""

    code = "mail_unreachable"


class MailRefused(MailError):
    """The server does not take this e-mail."""

    code = "mail_refused"

    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.retryable = retryable


class MailUncertain(MailError):
    """Nobody knows whether the server took the e-mail."""

    code = "mail_uncertain"
