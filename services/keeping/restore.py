"""Restoring a backup into a store with nothing in it: never over what is there, and never what does not verify."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from data.errors import StoreBroken
from data.language import _
from data.migrations.running import bring_up_to_date
from data.store import Store
from services.clock import Clock
from services.errors import InvalidInput
from services.handlers import HandlerService
from services.keeping.check import check
from services.keeping.contents import Contents, contents, opened
from services.keeping.findings import CheckReport
from services.progress import Progress, silent


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """A store that is as its backup was. `report` is of the whole check: what it finds was there before."""

    contents: Contents
    report: CheckReport


async def restore(backup: Path, target: Store, login: str, clock: Clock, progress: Progress = silent) -> Restored:
    """Fill `target` with a backup. `login` must be an administrator in the backup.

    Raises InvalidInput (no backup), StoreBroken with the code "backup_damaged", Conflict "not_empty", and what
    HandlerService.require_admin raises; then nothing is in `target`.
    """
    async with _working_copy(backup) as copy:
        progress(0, 0, _("kontrollerer sikkerhetskopien"))
        await _make_ready(copy, backup)
        await HandlerService(copy).require_admin(login)
        async with copy.snapshot() as snapshot:
            progress(0, 0, "gjenoppretter")
            await target.fill(snapshot)
            held = await contents(snapshot)
    return Restored(contents=held, report=await check(target, clock, progress))


@contextlib.asynccontextmanager
async def _working_copy(backup: Path) -> AsyncIterator[Store]:
    """To open a store's file is to write beside it, and to bring it up to date: done to a copy, never to the backup."""
    if backup.with_name(f"{backup.name}-wal").exists():
        raise InvalidInput(
            _(
                "{backup} er et register i bruk, og ingen sikkerhetskopi. Ingenting er "
                "gjenopprettet. Lag en sikkerhetskopi av det med kk2 store backup."
            ).format(backup=backup)
        )
    with tempfile.TemporaryDirectory(prefix="kk2-restore-") as folder:
        copy = Path(folder) / "kk2.db"
        try:
            await asyncio.to_thread(shutil.copyfile, backup, copy)
        except OSError as error:
            raise InvalidInput(
                _("{backup} kan ikke leses: {strerror}. Ingenting er gjenopprettet.").format(
                    backup=backup, strerror=error.strerror
                )
            ) from error
        async with contextlib.AsyncExitStack() as stack:
            try:
                store = await stack.enter_async_context(opened(copy))
            except StoreBroken as error:
                raise _damaged(backup, error) from error
            yield store


async def _make_ready(copy: Store, backup: Path) -> None:
    """Bring what an older program stored up to date, and verify all of it."""
    try:
        await bring_up_to_date(copy)
        await copy.verify()
    except StoreBroken as error:
        raise _damaged(backup, error) from error


def _damaged(backup: Path, error: StoreBroken) -> StoreBroken:
    return StoreBroken(
        _(
            "Sikkerhetskopien {backup} kan ikke brukes, og ingenting er gjenopprettet. Bruk en "
            "annen kopi. Dette er galt med den:"
        ).format(backup=backup),
        details=error.details or [{"message": error.message}],
        code="backup_damaged",
    )
