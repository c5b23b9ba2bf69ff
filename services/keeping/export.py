"""The store as a file in TinyDB's own format, which a plain `TinyDB(path)` opens: nothing is locked in.

    {"cases": {"1": {…}, "2": {…}}, …, "_serial": {…}, "_audit": {…}, "_audit_change": {…}, "_meta": {…}}

A table for each type of document, and four of our own, so that nothing is lost: the series, the audit trail's lines,
what belongs to them, and what the file is. Each document has a line of the file to itself, so that any size can be
read in stretches.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import IO

import msgspec

from data.store import Snapshot, Store
from services.keeping.contents import Contents
from services.keeping.files import new_file
from services.progress import Progress, silent

FORMAT = 1
SERIALS, LINES, PARTS, META = "_serial", "_audit", "_audit_change", "_meta"
_encode = msgspec.json.Encoder().encode


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was written."""

    file: str
    size: int
    contents: Contents


async def export(store: Store, path: Path, progress: Progress = silent) -> Exported:
    """Write everything as it is at one moment. Raises Refused and InvalidInput as `new_file` does."""
    with new_file(path) as beside, beside.open("wb") as file:
        beside.chmod(0o600)
        async with store.snapshot() as snapshot:
            written = await _Writer(file, progress).write(snapshot)
        size = file.tell()
    return Exported(file=str(path), size=size, contents=written)


class _Writer:
    """Writes a snapshot to a file, table by table."""

    def __init__(self, file: IO[bytes], progress: Progress) -> None:
        self._file = file
        self._progress = progress
        self._first = True

    async def write(self, snapshot: Snapshot) -> Contents:
        documents = 0
        for table in await snapshot.tables():
            documents += await self._table(table, _documents(snapshot, table))
        serials = [_encode({"name": name, "last": last}) for name, last in (await snapshot.serials()).items()]
        await self._table(SERIALS, _once(serials))
        newest = {"time": "", "hash": ""}
        lines = await self._table(LINES, _lines(snapshot, newest))
        await self._table(PARTS, _parts(snapshot))
        meta = {"program": "kk2tui", "format": FORMAT, "documents": documents, "lines": lines, "newest": newest["hash"]}
        await self._table(META, _once([_encode(meta)]))
        self._file.write(b"}\n")
        return Contents(documents=documents, lines=lines, time=newest["time"], newest=newest["hash"])

    async def _table(self, name: str, stretches: AsyncIterator[list[bytes]]) -> int:
        """Number the texts from 1, as TinyDB does. Returns how many there were."""
        self._file.write((b"{" if self._first else b",\n") + _encode(name) + b":{")
        self._first = False
        number = 0
        async for texts in stretches:
            await asyncio.to_thread(self._file.write, _numbered(texts, number))
            number += len(texts)
            self._progress(number, 0, name)
        self._file.write(b"}")
        return number


def _numbered(texts: Iterable[bytes], last: int) -> bytes:
    pieces = (b'"%d":%b' % (number, text) for number, text in enumerate(texts, last + 1))
    return (b",\n" if last else b"\n") + b",\n".join(pieces)


async def _documents(snapshot: Snapshot, table: str) -> AsyncIterator[list[bytes]]:
    async for stretch in snapshot.documents(table):
        yield [stored.doc.replace("\n", " ").encode() for stored in stretch]


async def _lines(snapshot: Snapshot, newest: dict[str, str]) -> AsyncIterator[list[bytes]]:
    async for stretch in snapshot.trail():
        newest.update(time=stretch[-1].time, hash=stretch[-1].hash)
        yield [_encode(line) for line in stretch]


async def _parts(snapshot: Snapshot) -> AsyncIterator[list[bytes]]:
    async for stretch in snapshot.parts():
        yield [_encode(part) for part in stretch]


async def _once(texts: list[bytes]) -> AsyncIterator[list[bytes]]:
    if texts:
        yield texts
