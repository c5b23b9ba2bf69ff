"""Reading an exported file, or a TinyDB file of somebody's own, into a store with nothing in it."""

import asyncio
from pathlib import Path

import msgspec
from msgspec.structs import replace

from data.documents import Document, Handler
from data.errors import StoreBroken
from data.language import _
from data.refusals import not_empty
from data.store import Store
from services.clock import Clock
from services.errors import InvalidInput, Refused
from services.handlers import HandlerService
from services.keeping.check import check
from services.keeping.contents import Contents, contents_of
from services.keeping.exported_file import ExportedFile
from services.keeping.findings import CheckReport
from services.keeping.series import Highest
from services.progress import Progress, silent


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """A store made from a file. `exact`: the audit trail came with it; else the importer signed all of it."""

    exact: bool
    contents: Contents
    report: CheckReport


async def import_file(path: Path, target: Store, login: str, clock: Clock, progress: Progress = silent) -> Imported:
    """Fill `target` from a file of TinyDB's. With its audit trail it is an exact copy, which verifies as the store did.

    Without a trail every document is new, signed by `login`; the whole file is checked before the first is stored.
    `login` must be an administrator in the file, or becomes the first one when it has no handlers.
    Raises InvalidInput with the place in the file, Conflict "not_empty", Refused "not_admin", StoreBroken when the
    trail does not hold: then `target` is not to be used.
    """
    file = await asyncio.to_thread(ExportedFile, path)
    await _refuse_others(file, login)
    if file.has_trail:
        progress(0, 0, _("leser inn"))
        await target.fill(file)
        await _verify(file, target)
    else:
        await _read_through(file, progress)
        await _sign(file, target, login, progress)
    report = await check(target, clock, progress)
    return Imported(exact=file.has_trail, contents=await contents_of(target), report=report)


async def _refuse_others(file: ExportedFile, login: str) -> None:
    handlers = {doc.id: doc async for stretch in file.typed("handlers") for doc in stretch if isinstance(doc, Handler)}
    if handlers and (login not in handlers or handlers[login].role != "admin"):
        raise Refused(
            _("«{login}» er ikke administrator i filen. Ingenting er lest inn. En administrator må gjøre det.").format(
                login=login
            ),
            code="not_admin",
        )


async def _verify(file: ExportedFile, target: Store) -> None:
    await target.verify()
    if (noted := file.newest()) and (await contents_of(target)).newest != noted:
        raise StoreBroken(
            _(
                "Endringsloggen i filen slutter et annet sted enn da filen ble skrevet: noe er tatt bort. "
                "Bruk ikke det som er lest inn; slett det, og bruk en annen fil."
            )
        )


async def _read_through(file: ExportedFile, progress: Progress) -> None:
    """Every document is read, and no id is there twice, before anything is stored."""
    for table in await file.tables():
        seen: set[str] = set()
        async for stretch in file.typed(table):
            for doc in stretch:
                if doc.id in seen:
                    raise InvalidInput(
                        _("{id} finnes to ganger i «{table}». Ingenting er lest inn. Rett filen.").format(
                            id=doc.id, table=table
                        )
                    )
                seen.add(doc.id)
            progress(len(seen), 0, _("kontrollerer {table}").format(table=table))


async def _sign(file: ExportedFile, target: Store, login: str, progress: Progress) -> None:
    """Each stretch is a transaction, and the series begin where the documents' numbers end."""
    if await target.last_change():
        raise not_empty()
    highest, done = Highest(), 0
    for table in await file.tables():
        async for stretch in file.typed(table):
            await _put(target, stretch, login, highest)
            done += len(stretch)
            progress(done, 0, "lagrer")
    async with target.transaction(login, "Nummerserier etter import") as tx:
        given = await file.serials()
        for series in sorted(given.keys() | highest.numbers.keys()):
            await tx.serials(series, max(given.get(series, 0), highest.numbers.get(series, 0)))
    handlers = HandlerService(target)
    if not await handlers.all():
        await handlers.add(login, login.capitalize(), f"{login}@localhost", "admin", (), login)


async def _put(target: Store, stretch: list[Document], login: str, highest: Highest) -> None:
    async with target.transaction(login, "Import av TinyDB-fil") as tx:
        for doc in stretch:
            highest.see(doc.TABLE, doc.id)
            tx.put(replace(doc, rev=0))
