"""Letters to debtors, and the e-mail that carries them."""

from datetime import date, datetime
from typing import Literal

from data.documents.base import Document, Part
from data.documents.setup import Language

MailState = Literal["queued", "sending", "sent", "unknown", "rejected"]


class Sender(Part, frozen=True, kw_only=True):
    """Who a letter is from, as it says itself. `account` is where to pay."""

    name: str
    address: tuple[str, ...]
    email: str
    phone: str
    account: str
    handler: str


class LetterClaim(Part, frozen=True, kw_only=True):
    """A claim as a letter states it. `fees` are those of earlier letters, `notice_fee` that of this one; all unpaid."""

    invoice: str
    text: str
    due: date
    principal: int
    fees: int
    notice_fee: int
    interest: int

    @property
    def total(self) -> int:
        return self.principal + self.fees + self.notice_fee + self.interest


class Letter(Document, frozen=True, kw_only=True):
    """A letter to a debtor: a snapshot of all that it says, never changed. `id` is `<case>/<kind>`.

    `pdf` is the SHA-256 of the PDF, which names its file; `template` that of the template it was made with. `total` is
    the sum of the claims, of `costs` and of `fees` that belong to no claim, less `surplus`. `mail` is the e-mail that
    carries it, empty while it waits for one; `run` is the id of its Run.
    """

    TABLE = "letters"
    INDEXED = ("case", "run", "mail")

    kind: Literal["IKV"] = "IKV"
    case: str
    creditor: str
    run: str
    handler: str
    language: Language
    sent: date
    deadline: date
    sender: Sender
    name: str
    address: tuple[str, ...]
    kid: str
    claims: tuple[LetterClaim, ...]
    costs: int = 0
    fees: int = 0
    surplus: int = 0
    total: int
    interest_until: date
    basis_points: int
    created: datetime
    actor: str
    pdf: str = ""
    template: str = ""
    mail: str = ""


class Attachment(Part, frozen=True, kw_only=True):
    """A PDF among the letters' files, and what it is called in the e-mail."""

    name: str
    pdf: str


class Mail(Document, frozen=True, kw_only=True):
    """An e-mail to a handler, and how far it has come. `message_id` is made once: a second sending is the same e-mail.

    `via` is how it was last sent. A mail is not sent by itself before `not_before`.
    """

    TABLE = "mails"
    INDEXED = ("state",)
    UNIQUE = ("message_id",)

    message_id: str
    handler: str
    to: str
    subject: str
    text: str
    attachments: tuple[Attachment, ...]
    letters: int
    created: datetime
    state: MailState = "queued"
    via: Literal["", "smtp", "file"] = ""
    attempts: int = 0
    last_attempt: datetime | None = None
    not_before: datetime | None = None
    message: str = ""
