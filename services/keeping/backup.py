"""Backups: the whole register in one file, taken while handlers work, and never believed before it is read again.

A backup is a store's file like any other (kk2.db), also when the register is in PostgreSQL, so one way of restoring
serves both. Its audit trail ends in a hash: whoever has that hash from elsewhere knows that nothing before it was
changed.
"""

import asyncio
import contextlib
import sqlite3
from pathlib import Path

import msgspec

from data.language import _
from data.store import Store
from data.tinydb.store import TinyStore
from services.keeping.contents import Contents, contents, opened
from services.keeping.files import new_file
from services.progress import Progress, silent


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that has been written, read again and found whole. `size` is bytes."""

    file: str
    size: int
    contents: Contents


async def back_up(store: Store, path: Path, progress: Progress = silent) -> Backup:
    """Write the store as it is now into a new file, and verify it.

    Raises Refused when the file is there, InvalidInput when it cannot be written, StoreBroken when what was written
    does not verify: then there is no file.
    """
    with new_file(path) as beside:
        progress(0, 0, _("kopierer registeret"))
        await _write(store, beside)
        progress(0, 0, _("kontrollerer kopien"))
        held = await _verified(beside)
        size = await asyncio.to_thread(_close_log, beside)
    return Backup(file=str(path), size=size, contents=held)


async def _write(store: Store, path: Path) -> None:
    if isinstance(store, TinyStore):
        await store.copy_to(path)
        return
    async with opened(path) as copy, store.snapshot() as snapshot:
        await copy.fill(snapshot)


async def _verified(path: Path) -> Contents:
    async with opened(path) as copy:
        await copy.verify()
        async with copy.snapshot() as snapshot:
            return await contents(snapshot)


def _close_log(path: Path) -> int:
    """One file and no more: a write-ahead log has no place in a folder that can only be read. Returns its size."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma journal_mode=delete")
    return path.stat().st_size
