"""The folder that voucher files are written to, so that at any moment it can be told which vouchers are in it.

A file is first staged: written beside under a hidden name (`.20.11.26.XML.part`) and flushed to the disk. It is
published by claiming its name with an empty file, so that nobody's file is overwritten, and renaming onto that: one
step, after which the hidden name is gone. So a voucher in a staged file has certainly not been taken into Visma, and
one that is in neither may have been: somebody has moved the file on. Visma renames a file it has read to READ_<name>.
"""

import contextlib
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec

from data.documents import Voucher
from data.language import _
from services.errors import Refused
from services.rules.posting import KINDS
from services.visma.contract import NotTrusted
from services.visma.voucher_file import FileVoucher, as_written, read_vouchers, render_vouchers
from services.visma.voucher_file_list import control_list

READ = "READ_"
_PART = re.compile(r"\.(?P<name>[0-9.-]+\.XML)\.part")


class NewFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file to be made: its name and its content."""

    name: str
    content: bytes


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """Where vouchers were found: in which file, by reference, and which in a staged one only."""

    published: Mapping[str, str]
    staged: frozenset[str]


class VoucherFolder:
    """One folder of voucher files, for one writer at a time. Every method blocks, and raises OSError of the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def plan(self, vouchers: Iterable[Voucher]) -> list[NewFile]:
        """One file for each voucher date, named by it, or two where some vouchers are to be approved and some not.

        Writes nothing. Raises UnfitVoucher.
        """
        groups: dict[tuple[date, bool], list[Voucher]] = {}
        for voucher in vouchers:
            groups.setdefault((voucher.date, voucher.approve), []).append(voucher)
        taken = {each.name.lower().removeprefix(READ.lower()) for each in self._path.iterdir()}
        files = []
        for (day, _kind), members in sorted(groups.items()):
            name = next(name for name in _names(day) if taken.isdisjoint((name.lower(), list_name(name).lower())))
            taken.add(name.lower())
            files.append(NewFile(name=name, content=render_vouchers(sorted(members, key=_turn))))
        return files

    def stage(self, files: Iterable[NewFile]) -> None:
        """Put the files on the disk, under hidden names; all of them or none."""
        try:
            for file in files:
                _write_new(self._part(file.name), file.content)
            self._flush()
        except OSError:
            with contextlib.suppress(OSError):
                self.discard()
            raise

    def publish(self, files: Iterable[NewFile]) -> None:
        """Give staged files their names. Raises FileExistsError when somebody has taken one meanwhile."""
        for file in files:
            _write_new(self._path / file.name, b"")
            self._part(file.name).replace(self._path / file.name)
            self._flush()

    def discard(self) -> None:
        """Remove what is staged and was not published."""
        for part in self._parts():
            claimed = self._path / _part_name(part)
            if claimed.exists() and not claimed.stat().st_size:
                claimed.unlink()
            part.unlink()
        self._flush()

    def look(self, vouchers: Sequence[Voucher]) -> Held:
        """Which of these vouchers the folder holds.

        Raises Refused when a file has one of them with other content, or mentions it and cannot be read.
        """
        wanted = {voucher.reference: as_written(voucher) for voucher in vouchers}
        published: dict[str, str] = {}
        for path in self._files():
            for found in _wholly_known(path, wanted):
                published.setdefault(found.reference, path.name)
        staged: set[str] = set()
        for part in self._parts():
            with contextlib.suppress(NotTrusted):  # half a file: its vouchers were not marked as being sent
                staged.update(found.reference for found in _holds(part, wanted))
        return Held(published=published, staged=frozenset(staged - published.keys()))

    def list_beside(self, name: str) -> None:
        """Write the control list of a published file unless it is there."""
        beside = list_name(name)
        if not (self._path / beside).exists():
            text = control_list(name, read_vouchers((self._path / name).read_bytes()))
            hidden = self._path / f".{beside}.part"
            hidden.unlink(missing_ok=True)
            _write_new(hidden, text.encode())
            hidden.replace(self._path / beside)
            self._flush()

    def _files(self) -> list[Path]:
        found = (each for each in self._path.iterdir() if each.suffix.lower() == ".xml" and each.is_file())
        return sorted(each for each in found if not each.name.startswith("."))

    def _parts(self) -> list[Path]:
        return sorted(each for each in self._path.iterdir() if _PART.fullmatch(each.name))

    def _part(self, name: str) -> Path:
        return self._path / f".{name}.part"

    def _flush(self) -> None:
        """The names themselves onto the disk."""
        folder = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _names(day: date) -> Iterator[str]:
    """`20.11.26.XML`, `20.11.26-2.XML` and so on."""
    stem = f"{day:%d.%m.%y}"
    yield f"{stem}.XML"
    serial = 2
    while True:
        yield f"{stem}-{serial}.XML"
        serial += 1


def list_name(name: str) -> str:
    """The name of the control list beside a voucher file, which it keeps when Visma has read the file."""
    return name.removeprefix(READ)[: -len(".XML")] + ".txt"


def _turn(voucher: Voucher) -> tuple[str, int]:
    return voucher.reference.rpartition("-")[0], KINDS.index(voucher.kind)


def _part_name(part: Path) -> str:
    return part.name[1 : -len(".part")]


def _write_new(path: Path, content: bytes) -> None:
    """A new file, wholly on the disk or not there. Raises FileExistsError."""
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o660)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with contextlib.suppress(OSError):
            path.unlink()
        raise


def _holds(path: Path, wanted: Collection[str]) -> list[FileVoucher]:
    """The wanted vouchers that a file has. One that mentions none of them is not looked into. Raises NotTrusted."""
    content = path.read_bytes()
    if not any(reference.encode() in content for reference in wanted):
        return []
    return [found for found in read_vouchers(content) if found.reference in wanted]


def _wholly_known(path: Path, wanted: Mapping[str, FileVoucher]) -> list[FileVoucher]:
    """The wanted vouchers that a published file has, with the content that they should have. Raises Refused."""
    try:
        held = _holds(path, wanted)
    except NotTrusted as error:
        raise Refused(
            _(
                "Filen {name} nevner et bilag som skal skrives, men kan ikke leses: {error}. "
                "Ingenting er skrevet. Se etter i Visma om bilaget er kommet dit, flytt filen ut av "
                "mappen, og prøv igjen."
            ).format(name=path.name, error=error),
            code="voucher_file_unreadable",
        ) from error
    for found in held:
        if found != wanted[found.reference]:
            raise Refused(
                _(
                    "Filen {name} har bilag {reference} med annet innhold enn kk2. Ingenting er skrevet. "
                    "Den kan være endret for hånd. Se etter i Visma hva som er ført, flytt filen ut av "
                    "mappen, og prøv igjen."
                ).format(name=path.name, reference=found.reference),
                code="voucher_file_changed",
            )
    return held
