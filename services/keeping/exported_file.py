"""A file in TinyDB's own format, read table by table without holding it: memory-mapped, and decoded in stretches.

The decoder hands out views of the file instead of copies. A file that `kk2 store export` wrote has a document on each
line and is decoded a few megabytes at a time; one that TinyDB itself wrote is one long line, and then the views of a
whole table are held at once (about 250 bytes a document).
"""

import asyncio
import mmap
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from data.documents import ALL_DOCUMENTS, Document
from data.language import N_, _
from data.store import StoredDocument, TrailLine, TrailPart
from services.errors import InvalidInput
from services.keeping.export import FORMAT, LINES, META, PARTS, SERIALS

STRETCH = 2_000
PIECE = 4 << 20  # bytes decoded at a time
OURS = (SERIALS, LINES, PARTS, META)
KINDS = {kind.TABLE: kind for kind in ALL_DOCUMENTS}
T = TypeVar("T")
Entry = tuple[str, msgspec.Raw]


class Serial(msgspec.Struct, frozen=True):
    name: str
    last: int


class Meta(msgspec.Struct, frozen=True):
    format: int
    newest: str


class ExportedFile:
    """See data.store.Snapshot; documents come in the file's order. Every one is checked as it is read."""

    def __init__(self, path: Path) -> None:
        """Raises InvalidInput when it cannot be read, or is no TinyDB file."""
        self._path = path
        try:
            with path.open("rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:  # ValueError: the file is empty
            raise InvalidInput(
                _("{path} kan ikke leses. Ingenting er lest inn. Kontroller filnavnet.").format(path=path)
            ) from error
        try:
            self._tables: dict[str, msgspec.Raw] = msgspec.json.decode(self._bytes, type=dict[str, msgspec.Raw])
        except msgspec.DecodeError as error:
            raise InvalidInput(
                _(
                    "{path} er ikke en hel fil i TinyDBs format: {error}. Ingenting er lest inn. Bruk en annen fil."
                ).format(path=path, error=error)
            ) from error
        self._refuse_unknown()

    def _refuse_unknown(self) -> None:
        unknown = sorted(self._tables.keys() - KINDS.keys() - set(OURS) - {"_default"})
        if unknown:
            raise InvalidInput(
                _("{path} har tabeller som kk2 ikke kjenner: {unknown}. {nothing}").format(
                    path=self._path, unknown=", ".join(unknown), nothing=_(_NOTHING)
                )
            )
        for meta in self._entries_of(META, Meta):
            if meta.format > FORMAT:
                raise InvalidInput(
                    _("{path} er laget av en nyere utgave av kk2. {nothing} Oppgrader kk2 først.").format(
                        path=self._path, nothing=_(_NOTHING)
                    )
                )

    @property
    def has_trail(self) -> bool:
        """Whether the audit trail is in the file: then it can be made into an exact copy."""
        return {SERIALS, LINES, PARTS} <= self._tables.keys()

    def newest(self) -> str:
        """The newest hash of the trail, as the export noted it; "" when it did not."""
        return next((meta.newest for meta in self._entries_of(META, Meta)), "")

    async def tables(self) -> list[str]:
        return sorted(self._tables.keys() & KINDS.keys())

    async def serials(self) -> dict[str, int]:
        return {serial.name: serial.last for serial in self._entries_of(SERIALS, Serial)}

    async def documents(self, table: str) -> AsyncIterator[list[StoredDocument]]:
        entries = self._entries(table)
        while stretch := await asyncio.to_thread(self._read_documents, table, entries):
            yield [stored for stored, _ in stretch]

    async def typed(self, table: str) -> AsyncIterator[list[Document]]:
        """The documents as they are read."""
        entries = self._entries(table)
        while stretch := await asyncio.to_thread(self._read_documents, table, entries):
            yield [doc for _, doc in stretch]

    async def trail(self) -> AsyncIterator[list[TrailLine]]:
        async for stretch in self._stretches(LINES, TrailLine):
            yield stretch

    async def parts(self) -> AsyncIterator[list[TrailPart]]:
        async for stretch in self._stretches(PARTS, TrailPart):
            yield stretch

    # --- reading ----------------------------------------------------------------------------------------------------

    def _read_documents(self, table: str, entries: Iterator[Entry]) -> list[tuple[StoredDocument, Document]]:
        found = []
        for number, raw in islice(entries, STRETCH):
            doc: Document = self._decoded(table, number, raw, KINDS[table])
            found.append((StoredDocument(table, doc.id, doc.rev, str(memoryview(raw), "utf-8")), doc))
        return found

    async def _stretches(self, table: str, kind: type[T]) -> AsyncIterator[list[T]]:
        entries = self._entries_of(table, kind)
        while stretch := await asyncio.to_thread(lambda: list(islice(entries, STRETCH))):
            yield stretch

    def _entries_of(self, table: str, kind: type[T]) -> Iterator[T]:
        return (self._decoded(table, number, raw, kind) for number, raw in self._entries(table))

    def _decoded(self, table: str, number: str, raw: msgspec.Raw, kind: type[T]) -> T:
        """Raises InvalidInput with the place. What is wrong is told, never what stands there."""
        try:
            return msgspec.json.decode(raw, type=kind)
        except msgspec.DecodeError as error:
            raise InvalidInput(
                _("{path}: nr. {number} i «{table}» er ikke som den skal være. {nothing}").format(
                    path=self._path, number=number, table=table, nothing=_(_NOTHING)
                ),
                details=[{"table": table, "number": number, "message": str(error)}],
            ) from error

    def _entries(self, table: str) -> Iterator[Entry]:
        """The numbered entries of a table, which is one JSON object."""
        if table in self._tables:
            for piece in _pieces(memoryview(self._tables[table])):
                try:
                    yield from msgspec.json.decode(piece, type=dict[str, msgspec.Raw]).items()
                except msgspec.DecodeError as error:
                    raise InvalidInput(
                        _("{path}: «{table}» er ikke en tabell. {nothing}").format(
                            path=self._path, table=table, nothing=_(_NOTHING)
                        )
                    ) from error


_NOTHING = N_("Ingenting er lest inn.")


def _pieces(table: memoryview) -> Iterator[Any]:
    """A table cut between its lines into objects of a few megabytes, when it is ours; else whole."""
    if bytes(table[:6]) != b'{\n"1":' or len(table) <= PIECE:
        yield table
        return
    begin, end = 1, len(table) - 1
    while begin < end:
        cut = _line_end(table, min(begin + PIECE, end), end)
        yield b"{" + bytes(table[begin:cut]).strip().rstrip(b",") + b"}"
        begin = cut


def _line_end(table: memoryview, place: int, end: int) -> int:
    """Behind the first end of a line from `place` on."""
    while place < end:
        found = bytes(table[place : place + (1 << 16)]).find(b"\n")
        if found >= 0:
            return place + found + 1
        place += 1 << 16
    return end
