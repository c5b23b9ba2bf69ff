"""The inbox: the folder where the bank's files arrive, each file checked as it is seen."""

import asyncio
import contextlib
from pathlib import Path

import msgspec

from data.errors import NotFound
from data.language import _
from services.bank_check import OUTSIDE, ImportedFile
from services.bank_import import BankImport


class InboxFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file in the inbox with what a check of it says. `unreadable` is why it could not be opened, or empty."""

    path: Path
    size: int
    checked: ImportedFile
    unreadable: str = ""


class Inbox:
    """Lists and checks the files of one folder. A file that has not changed is not read again."""

    def __init__(self, folder: Path, bank: BankImport) -> None:
        self._folder = folder
        self._bank = bank
        self._seen: dict[tuple[str, int, int], InboxFile] = {}

    @property
    def folder(self) -> Path:
        return self._folder

    async def files(self) -> list[InboxFile]:
        """The files in the inbox by name. One whose verdict depends on what is stored is checked anew each time."""
        found = []
        seen: dict[tuple[str, int, int], InboxFile] = {}
        for path, key in await asyncio.to_thread(_list, self._folder):
            known = self._seen.get(key)
            if known is None or _may_change(known.checked):
                known = await self._check(path, key[1])
            seen[key] = known
            found.append(known)
        self._seen = seen
        return found

    async def unread(self) -> int:
        """How many files have not been read in. One that was checked before is not read again, only looked up."""
        listed = await asyncio.to_thread(_list, self._folder)
        self._seen = {key: self._seen.get(key) or await self._check(path, key[1]) for path, key in listed}
        return sum([not await self._bank.was_read(file.checked) for file in self._seen.values()])

    def file(self, name: str) -> Path:
        """The path of a file in the inbox. Raises NotFound for anything that is not in the folder."""
        path = self._folder / name
        if path.parent != self._folder or not _is_plain_file(path):
            raise NotFound(_("Filen {name} finnes ikke i innboksen {folder}.").format(name=name, folder=self._folder))
        return path

    async def _check(self, path: Path, size: int) -> InboxFile:
        try:
            return InboxFile(path=path, size=size, checked=await self._bank.check(path))
        except OSError as error:
            rejected = ImportedFile(name=path.name, status="rejected")
            return InboxFile(path=path, size=size, checked=rejected, unreadable=error.strerror or str(error))


def _may_change(checked: ImportedFile) -> bool:
    """Whether the same file may get another verdict: all but one read before, and one that is wrong in itself."""
    errors = [finding.code for finding in checked.findings if finding.severity == "error"]
    return checked.status != "duplicate" and OUTSIDE.issuperset(errors)


def _is_plain_file(path: Path) -> bool:
    """A link is not: it would lead out of the folder."""
    return path.is_file() and not path.is_symlink()


def _list(folder: Path) -> list[tuple[Path, tuple[str, int, int]]]:
    if not folder.is_dir():
        return []
    found = []
    for path in sorted(folder.iterdir()):
        with contextlib.suppress(FileNotFoundError):  # taken away while we look
            if _is_plain_file(path) and not path.name.startswith("."):
                stat = path.stat()
                found.append((path, (path.name, stat.st_size, stat.st_mtime_ns)))
    return found
