"""Saves receipts as files."""

import asyncio
from pathlib import Path
from typing import Literal

from data.documents import Receipt
from data.errors import StoreFull
from data.language import _
from services.durable_file import write_new
from services.errors import Refused
from services.receipts import ReceiptService

Format = Literal["pdf", "csv"]


class ReceiptFiles:
    """Writes receipts into the folder `outbox`, or where somebody wants them. Nothing there is ever overwritten."""

    def __init__(self, receipts: ReceiptService, outbox: Path) -> None:
        self._receipts = receipts
        self._outbox = outbox

    async def save(self, number: str, form: Format, file: Path | None = None) -> Path:
        """Write a receipt; where it lies. Without `file`: in the outbox, under a name that is free there.

        Where the very same file lies already, that is the answer.
        Raises NotFound, Refused("file_exists", "receipt_too_long") and StoreFull.
        """
        receipt = await self._receipts.get(number)
        return await asyncio.to_thread(self._save, receipt, form, file)

    def _save(self, receipt: Receipt, form: Format, file: Path | None) -> Path:
        content = _content(receipt, form)
        name = f"kvittering-{receipt.id}"
        try:
            if file is not None:
                return _write_there(file, content)
            self._outbox.mkdir(mode=0o770, parents=True, exist_ok=True)
            place = 1
            while not write_new(path := self._outbox / f"{name}{f'-{place}' if place > 1 else ''}.{form}", content):
                place += 1
        except OSError as error:
            raise StoreFull(
                _(
                    "Kvitteringen kan ikke skrives i {folder}: {reason}. Ingen fil er laget. "
                    "Gjør plass eller rett tilgangen, og prøv igjen."
                ).format(folder=(file or self._outbox / name).parent, reason=error.strerror)
            ) from error
        return path


def _content(receipt: Receipt, form: Format) -> bytes:
    if form == "pdf":
        from services.receipt_files.pdf import receipt_pdf

        return receipt_pdf(receipt)
    from services.receipt_files.csv_text import receipt_csv

    return receipt_csv(receipt)


def _write_there(file: Path, content: bytes) -> Path:
    if not write_new(file, content):
        raise Refused(
            _("Det ligger en annen fil i {file}. Den er ikke rørt, og ingen fil er laget. Velg et annet navn.").format(
                file=file
            ),
            code="file_exists",
        )
    return file
