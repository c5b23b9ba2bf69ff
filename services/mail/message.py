"""An e-mail as bytes, the same each time: a second sending can be known for what it is."""

from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from data.documents import Mail
from data.language import _
from services.mail.errors import MailRefused
from services.rules.email import is_email


def compose(mail: Mail, sender: str, attachments: Sequence[bytes]) -> bytes:
    """The whole message. Raises MailRefused for an address that no server would take."""
    if not (is_email(mail.to) and mail.to.isascii() and mail.to.isprintable()):
        raise MailRefused(
            _(
                "Saksbehandler {handler} har ingen e-postadresse som kan brukes. Ingenting er sendt. "
                "Rett den med kk2 admin handlers add, og send på nytt."
            ).format(handler=mail.handler),
            retryable=False,
        )
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="quoted-printable")
    for attachment, content in zip(mail.attachments, attachments, strict=True):
        message.add_attachment(content, maintype="application", subtype="pdf", filename=attachment.name)
    message.set_boundary(f"=_kk2_{mail.id}_{mail.message_id.partition('@')[0].strip('<')}")
    return message.as_bytes()
