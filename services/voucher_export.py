"""Vouchers into Visma by file, each in one file only (`kk2 posting export`).

The files are staged, the vouchers marked `sending`, the files published, and then it is seen in the folder itself which
vouchers got out; only that makes them `delivered`. After a death or an error at any point the same look tells, when
export is run again: published → delivered, staged only → ready. One that is in no file any more may have been taken
into Visma, and a person decides. A voucher that a file in the folder holds is never written again.
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from data.documents import Column, Section, Voucher
from data.errors import Conflict
from data.language import _
from data.store import Store
from services.clock import Clock
from services.errors import Refused
from services.outbox import Outbox, Outcome, VoucherRow
from services.receipts import keep_receipt
from services.rules.money import format_amount
from services.visma.voucher_file import why_unfit
from services.visma.voucher_file_folder import Held, VoucherFolder, list_name

ADVICE = "Les filene inn i Visma (import av regnskapsbilag, XML), og hold utskriften mot kontrollisten."
_ASK = "Ikke funnet i mappen. Se etter bilaget i Visma, og velg «finnes» eller «send på nytt»."


class ExportedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that vouchers are in. `listing` is the control list beside it; `amount` the sum of the debits, øre."""

    name: str
    listing: str
    vouchers: tuple[str, ...]
    amount: int


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """What an export did, by reference. `files` are those that were written or found.

    `found`: a file held it already, and it was not written again. `unknown`: may be in Visma or not, a person decides.
    `rejected`: a file cannot hold it, see its message. `stopped` says why writing broke off, if it did: the vouchers
    that got into no file are still ready.
    """

    files: tuple[ExportedFile, ...] = ()
    found: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    receipt: str = ""
    stopped: str = ""


class VoucherExport:
    """Writes the vouchers that are ready to files. For installations without the web service only."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._outbox = Outbox(store, clock)

    async def export(self, actor: str, folder: Path) -> Exported:
        """Write all that is ready, one file for each voucher date. Safe to run again at any time.

        Raises Refused: "sending" while another sends, "export_folder" when the folder cannot be used,
        "voucher_file_changed" or "voucher_file_unreadable" when a file there contradicts the store; and Conflict.
        """
        async with self._store.lock("outbox") as mine:
            if not mine:
                raise Refused(_("En annen sender bilag akkurat nå. Prøv igjen om litt."), code="sending")
            try:
                return await self._export(actor, VoucherFolder(folder))
            except OSError as error:
                raise Refused(
                    _(
                        "Mappen {folder} kan ikke brukes: {strerror}. Bilag som kom i en fil før feilen, "
                        "blir stående der og skrives ikke på nytt. Rett det som er galt, og kjør eksporten "
                        "igjen."
                    ).format(folder=folder, strerror=error.strerror),
                    code="export_folder",
                ) from error

    async def _export(self, actor: str, folder: VoucherFolder) -> Exported:
        found, unknown = await self._settle_earlier(actor, folder)
        rejected = await self._reject_unfit(actor)
        ready = await self._outbox.in_state(("ready",))
        written, stopped = await self._write(ready, actor, folder) if ready else ({}, "")
        files = await self._describe({**found, **written})
        receipt = await self._receipt(files, stopped, actor) if files else ""
        return Exported(
            files=files, found=tuple(found), unknown=unknown, rejected=rejected, receipt=receipt, stopped=stopped
        )

    async def _settle_earlier(self, actor: str, folder: VoucherFolder) -> tuple[Mapping[str, str], tuple[str, ...]]:
        """What an earlier export left: in which file each voucher is that one holds, and those that nobody knows of."""
        await self._outbox.recover(actor)
        rows = await self._outbox.in_state(("ready", "unknown"))
        looked_for = {row.voucher.reference: row.voucher for row in (*rows, *await self._outbox.untold())}
        held = await asyncio.to_thread(folder.look, list(looked_for.values()))
        for row in rows:
            if row.delivery.state == "ready" and row.voucher.reference in held.published:
                await self._outbox.begin(row.voucher.reference, actor)
        unknown = [row for row in rows if row.delivery.state == "unknown"]
        lost = [row for row in unknown if row.voucher.reference not in held.published.keys() | held.staged]
        asked = {row.voucher.reference for row in lost if row.delivery.needs_decision}
        ready = {row.voucher.reference for row in rows if row.delivery.state == "ready"}
        references = {*(ready & held.published.keys()), *(row.voucher.reference for row in unknown)} - asked
        await self._keep(sorted(references), held, actor, folder)
        return held.published, tuple(row.voucher.reference for row in lost)

    async def _reject_unfit(self, actor: str) -> tuple[str, ...]:
        """A voucher is never changed, so one that no file can hold frees its payments, for a new one to be made."""
        ready = await self._outbox.in_state(("ready",))
        unfit = await asyncio.to_thread(why_unfit, [row.voucher for row in ready])
        await self._outbox.enter({each: Outcome("rejected", why) for each, why in unfit.items()}, actor)
        return tuple(unfit)

    async def _write(
        self, rows: Sequence[VoucherRow], actor: str, folder: VoucherFolder
    ) -> tuple[Mapping[str, str], str]:
        """Stage, mark as being sent, publish, look. Returns the file of each voucher, and why it stopped, if it did."""
        files = await asyncio.to_thread(folder.plan, [row.voucher for row in rows])
        await asyncio.to_thread(folder.stage, files)
        begun = [row for row in rows if await self._outbox.begin(row.voucher.reference, actor) is not None]
        stopped = ""
        try:
            if len(begun) == len(rows):
                await asyncio.to_thread(folder.publish, files)
        except OSError as error:
            stopped = f"Filene kunne ikke skrives: {error.strerror}. Bilag uten fil er fremdeles klare."
        held = await asyncio.to_thread(folder.look, [row.voucher for row in begun])
        await self._keep([row.voucher.reference for row in begun], held, actor, folder)
        if len(begun) < len(rows):
            raise Conflict(_("Et bilag ble endret av en annen akkurat nå. Ingenting er skrevet. Prøv igjen."))
        return held.published, stopped

    async def _keep(self, references: Sequence[str], held: Held, actor: str, folder: VoucherFolder) -> None:
        """Take in what was seen of these vouchers, in one transaction; the control lists are on the disk before it."""
        for name in sorted(set(held.published.values())):
            await asyncio.to_thread(folder.list_beside, name)
        await self._outbox.enter({each: _outcome(each, held) for each in references}, actor)
        await asyncio.to_thread(folder.discard)

    async def _describe(self, published: Mapping[str, str]) -> tuple[ExportedFile, ...]:
        """The files by date and number, each with its vouchers in the order that they have there."""
        members: dict[str, list[Voucher]] = {}
        for row in await self._outbox.rows(list(published)):
            members.setdefault(published[row.voucher.reference], []).append(row.voucher)
        return tuple(
            ExportedFile(
                name=name,
                listing=list_name(name),
                vouchers=tuple(voucher.reference for voucher in vouchers),
                amount=sum(voucher.amount for voucher in vouchers),
            )
            for name, vouchers in sorted(members.items(), key=lambda item: (item[1][0].date, len(item[0]), item[0]))
        )

    async def _receipt(self, files: Sequence[ExportedFile], stopped: str, actor: str) -> str:
        count = sum(len(file.vouchers) for file in files)
        total = format_amount(sum(file.amount for file in files))
        columns = (Column(title="Fil"), Column(title="Bilag", kind="number"), Column(title="Beløp", kind="amount"))
        async with self._store.transaction(actor, "Bilagsfiler skrevet") as tx:
            await self._outbox.tell(tx, [reference for file in files for reference in file.vouchers])
            receipt = await keep_receipt(
                tx,
                self._clock,
                actor,
                kind="posting",
                title="Bilagsfiler til Visma",
                summary=(f"{count} bilag i {len(files)} filer, sum {total}", ADVICE),
                warnings=(stopped,) if stopped else (),
                sections=(
                    Section(
                        title="Filer",
                        columns=columns,
                        rows=tuple((file.name, len(file.vouchers), file.amount) for file in files),
                    ),
                    Section(
                        title="Bilag",
                        columns=(Column(title="Referanse"), Column(title="Fil")),
                        rows=tuple((reference, file.name) for file in files for reference in file.vouchers),
                    ),
                ),
            )
        return receipt.id


def _outcome(reference: str, held: Held) -> Outcome:
    if reference in held.published:
        return Outcome("delivered", f"Skrevet i bilagsfilen {held.published[reference]}.")
    if reference in held.staged:
        return Outcome("ready", "Bilagsfilen ble ikke ferdig; bilaget skrives ved neste eksport.")
    return Outcome("unknown", _ASK, needs_decision=True)
