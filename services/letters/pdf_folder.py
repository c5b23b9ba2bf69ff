"""The folder where PDFs lie, each named by the SHA-256 of its content: written once, never changed, erased one day.

A PDF is on the disk before a document tells of it. One that no document tells of (after a crash) does no harm, and is
the same file when it is made again.
"""

import asyncio
import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path

from data.errors import NotFound, StoreFull
from data.language import _
from services.durable_file import sync_folder, write_durably
from services.errors import Refused


class PdfFolder:
    """Keeps and hands out PDFs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, contents: Sequence[bytes]) -> list[str]:
        """Put PDFs on the disk; their SHA-256 in hexadecimal, in the order given. Raises StoreFull."""
        return await asyncio.to_thread(self._keep, contents)

    def _keep(self, contents: Sequence[bytes]) -> list[str]:
        names = [hashlib.sha256(content).hexdigest() for content in contents]
        try:
            self._folder.mkdir(mode=0o770, parents=True, exist_ok=True)
            for name, content in zip(names, contents, strict=True):
                write_durably(self._path(name), content)
            sync_folder(self._folder)
        except OSError as error:
            raise StoreFull(
                _(
                    "Brevene kan ikke skrives i {folder}: {strerror}. Ingen brev er lagret. Gjør plass "
                    "eller rett tilgangen, og prøv igjen."
                ).format(folder=self._folder, strerror=error.strerror)
            ) from error
        return names

    async def read(self, pdf: str) -> bytes:
        """Raises NotFound when the file is gone or is not what it was."""
        content = await asyncio.to_thread(self._read, pdf)
        if content is None or hashlib.sha256(content).hexdigest() != pdf:
            raise NotFound(
                _("Brevet {path} mangler eller er endret. Ingenting er sendt. Hent filen fra sikkerhetskopien.").format(
                    path=self._path(pdf)
                )
            )
        return content

    def _read(self, pdf: str) -> bytes | None:
        try:
            return self._path(pdf).read_bytes()
        except FileNotFoundError:
            return None

    async def remove(self, pdfs: Collection[str]) -> None:
        """Take PDFs off the disk; those that are gone are no matter. Raises Refused."""
        await asyncio.to_thread(self._remove, pdfs)

    def _remove(self, pdfs: Collection[str]) -> None:
        try:
            for pdf in pdfs:
                self._path(pdf).unlink(missing_ok=True)
            if pdfs and self._folder.exists():
                sync_folder(self._folder)
        except OSError as error:
            raise Refused(
                _("Brevene i {folder} kan ikke slettes: {strerror}. Rett tilgangen, og prøv igjen.").format(
                    folder=self._folder, strerror=error.strerror
                ),
                code="letters_stay",
            ) from error

    def _path(self, pdf: str) -> Path:
        return self._folder / f"{pdf}.pdf"
