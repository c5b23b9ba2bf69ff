"""Letters and e-mail put together, on the folders of one home."""

from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path

from data.store import Store
from services.clock import Clock
from services.letters.letters import LetterService
from services.letters.pdf_folder import PdfFolder
from services.letters.rendering import Renderer
from services.mail.eml_folder import EmlFolder
from services.mail.queue import MailQueue
from services.mail.sending import MailService
from services.mail.transport import Transport

LETTERS, TEMPLATES, OUTBOX, MAILS = "letters", "templates", "outbox", "mail"
NO_SENDER = "kk2@localhost"


@dataclass(frozen=True)
class Correspondence:
    """The services for letters and for e-mail."""

    letters: LetterService
    mail: MailService


def correspondence(
    store: Store, clock: Clock, home: Path, *, transport: Transport | None = None, sender: str = ""
) -> Correspondence:
    """PDFs in `letters/`, own templates in `templates/`, copies in `outbox/`; without a transport, .eml files there."""
    sender = sender or NO_SENDER
    pdfs, renderer = PdfFolder(home / LETTERS), Renderer(home / TEMPLATES)
    domain = parseaddr(sender)[1].rpartition("@")[2]
    queue = MailQueue(clock, pdfs=pdfs, renderer=renderer, domain=domain)
    return Correspondence(
        letters=LetterService(store, clock, pdfs=pdfs, renderer=renderer, queue=queue, outbox=home / OUTBOX),
        mail=MailService(store, clock, transport or EmlFolder(home / OUTBOX / MAILS), pdfs, sender=sender),
    )
