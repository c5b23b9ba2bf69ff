"""The folder where an older system's files are laid, inside the inbox: each file is checked as it is seen."""

import asyncio
import contextlib
from pathlib import Path

import msgspec

from data.errors import NotFound
from data.language import _
from services.conversion.results import ReadFile
from services.conversion.service import ConversionService
from services.errors import InvalidInput

NAME = "konvertering"


class FolderFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file in the folder, and what a check says of it; `unreadable` is why it could not be opened, or empty."""

    path: Path
    checked: ReadFile
    unreadable: str = ""


class ConversionFolder:
    """Lists the files of one folder, which is made when it is first looked into."""

    def __init__(self, folder: Path, conversion: ConversionService) -> None:
        self.folder = folder
        self._conversion = conversion

    async def files(self) -> list[FolderFile]:
        """The files by name, each checked."""
        return [await self._check(path) for path in await asyncio.to_thread(_list, self.folder)]

    def file(self, name: str) -> Path:
        """The path of a file in the folder. Raises NotFound for anything that is not in it."""
        path = self.folder / name
        if path.parent != self.folder or path.is_symlink() or not path.is_file():
            raise NotFound(_("Filen {name} finnes ikke i {folder}.").format(name=name, folder=self.folder))
        return path

    async def _check(self, path: Path) -> FolderFile:
        try:
            return FolderFile(path=path, checked=await self._conversion.check(path))
        except InvalidInput as error:
            rejected = ReadFile(name=path.name, status="rejected")
            return FolderFile(path=path, checked=rejected, unreadable=error.message)


def _list(folder: Path) -> list[Path]:
    with contextlib.suppress(OSError):  # an inbox that we may only read has no such folder, or has it
        folder.mkdir(parents=True, exist_ok=True)
    if not folder.is_dir():
        return []
    return [
        path
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.is_symlink() and not path.name.startswith(".")
    ]
