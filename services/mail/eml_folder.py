"""E-mail without a server: files that any mail program opens, named by Message-ID.

Writing one again changes nothing.
"""

import asyncio
import re
from pathlib import Path
from typing import Literal

from data.language import _
from services.durable_file import sync_folder, write_durably
from services.mail.errors import MailUnreachable


class EmlFolder:
    """A Transport that writes .eml files."""

    via: Literal["file"] = "file"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def open(self) -> None:
        try:
            await asyncio.to_thread(self._folder.mkdir, 0o770, True, True)
        except OSError as error:
            raise self._no_room(error) from error

    async def send(self, sender: str, to: str, message_id: str, content: bytes) -> None:
        name = re.sub(r"[^A-Za-z0-9.@_-]", "_", message_id.strip("<>"))
        try:
            await asyncio.to_thread(self._write, self._folder / f"{name}.eml", content)
        except OSError as error:
            raise self._no_room(error) from error

    async def close(self) -> None:
        return None

    def _write(self, path: Path, content: bytes) -> None:
        write_durably(path, content)
        sync_folder(path.parent)

    def _no_room(self, error: OSError) -> MailUnreachable:
        return MailUnreachable(
            _(
                "E-post kan ikke skrives i {folder}: {strerror}. E-posten venter i Utboks. Gjør "
                "plass eller rett tilgangen, og prøv igjen."
            ).format(folder=self._folder, strerror=error.strerror)
        )
