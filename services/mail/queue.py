"""E-mails made of letters, and put in the queue together with them: one for each letter, or one for a whole run.

A letter's `mail` is empty only while it waits for the e-mail of its run, which is made when all letters of the run are.
"""

from collections.abc import Sequence
from itertools import groupby
from uuid import uuid4

from msgspec.structs import replace

from data.documents import Attachment, Creditor, Handler, Letter, LettersBy, Mail
from data.store import Reader, Store, Transaction
from services.batches import batches
from services.clock import Clock
from services.letters.pdf_folder import PdfFolder
from services.letters.rendering import TOGETHER, Renderer
from services.rules.dates import format_date
from services.rules.money import format_amount


class MailQueue:
    """Makes e-mails. `domain` is the sender's: the right-hand side of every Message-ID."""

    def __init__(self, clock: Clock, *, pdfs: PdfFolder, renderer: Renderer, domain: str) -> None:
        self._clock = clock
        self._pdfs = pdfs
        self._renderer = renderer
        self._domain = domain

    async def put_letter(self, tx: Transaction, letter: Letter, *, by: LettersBy) -> None:
        """Store a letter, with the e-mail that carries it when each letter has its own."""
        if by == "each":
            attachment = Attachment(name=f"inkassovarsel-{letter.case}.pdf", pdf=letter.pdf)
            subject = f"Inkassovarsel, sak {letter.case}"
            mail = await self._put(tx, [letter], subject, [attachment])
            letter = replace(letter, mail=mail.id)
        tx.put(letter)

    async def queue_run(self, store: Store, run: str, actor: str) -> None:
        """Make the e-mails of those letters of a Run that wait for one: one for each creditor and handler."""
        waiting = [letter for letter in await store.find(Letter, "mail", "") if letter.run == run]
        waiting.sort(key=_receiver)
        for _, group in groupby(waiting, key=_receiver):
            await self._queue_group(store, sorted(group, key=lambda letter: letter.case), actor)

    async def _queue_group(self, store: Store, letters: Sequence[Letter], actor: str) -> None:
        parts = list(batches(letters, TOGETHER))
        names = await self._pdfs.keep([await self._renderer.render_together(part) for part in parts])
        number = letters[0].run.rpartition("/")[2]
        attachments = [
            Attachment(name=_name(number, place if len(parts) > 1 else 0), pdf=pdf)
            for place, pdf in enumerate(names, 1)
        ]
        async with store.transaction(actor, f"E-post med inkassovarsler, kjøring {number}") as tx:
            fresh = await tx.get_many(Letter, [letter.id for letter in letters])
            if any(letter.mail for letter in fresh.values()):
                return  # another process was here first
            subject = f"Inkassovarsler, kjøring {number}: {len(letters)} saker"
            mail = await self._put(tx, letters, subject, attachments)
            for letter in fresh.values():
                tx.put(replace(letter, mail=mail.id))

    async def _put(
        self, tx: Transaction, letters: Sequence[Letter], subject: str, attachments: Sequence[Attachment]
    ) -> Mail:
        key = f"M{await tx.serial('mails'):07d}"
        login = letters[0].handler
        return tx.put(
            Mail(
                id=key,
                message_id=f"<{key.lower()}.{uuid4().hex}@{self._domain}>",
                handler=login,
                to=await address_of(tx, login),
                subject=subject,
                text=await _text(tx, letters),
                attachments=tuple(attachments),
                letters=len(letters),
                created=self._clock.now(),
            )
        )


async def address_of(reader: Reader, login: str) -> str:
    """A handler's e-mail address, empty when there is none."""
    handler = await reader.get(Handler, login)
    return handler.email if handler else ""


async def _text(reader: Reader, letters: Sequence[Letter]) -> str:
    """The body: what is attached, case by case. No names: an e-mail is read in more places than a letter."""
    creditor = await reader.get(Creditor, letters[0].creditor)
    many = f"{len(letters)} inkassovarsler" if len(letters) > 1 else "Ett inkassovarsel"
    lines = [
        f"{letter.case}  frist {format_date(letter.deadline)}  {format_amount(letter.total):>14}" for letter in letters
    ]
    return "\n".join(
        [
            f"{many} fra {creditor.name if creditor else letters[0].creditor} er vedlagt, klare til å sendes skyldner.",
            "",
            *lines,
            "",
            f"Sum {format_amount(sum(letter.total for letter in letters))}.",
            "Hvert varsel ligger også på saken i kk2, under Dokumenter.",
            "",
        ]
    )


def _receiver(letter: Letter) -> tuple[str, str]:
    return letter.creditor, letter.handler


def _name(run: str, part: int) -> str:
    return f"inkassovarsler-kjoring-{run}-del-{part}.pdf" if part else f"inkassovarsler-kjoring-{run}.pdf"
