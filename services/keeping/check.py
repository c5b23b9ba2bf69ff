"""`kk2 store check`: everything that can be checked, from the hash of the first line to the last øre.

Handlers go on working meanwhile. What looks wrong may be no more than what somebody did between two reads, so it is
looked at once more inside a transaction, where nobody writes, before it is told.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from data.decoded import decoded
from data.documents import ALL_DOCUMENTS, BankFile, Case, Document, Payment, Voucher
from data.errors import StoreBroken
from data.language import _
from data.store import Reader, Snapshot, Store, StoredDocument
from services.clock import Clock
from services.keeping.findings import CheckReport, Finding, Findings
from services.keeping.references import dangling
from services.keeping.series import Highest
from services.keeping.sums import bank_file_sums, case_sums, payment_sums, voucher_sums
from services.progress import Progress, silent
from services.rates import interest_rates
from services.rules.rates import InterestRates

KINDS = {kind.TABLE: kind for kind in ALL_DOCUMENTS}
D = TypeVar("D", bound=Document)


async def check(store: Store, clock: Clock, progress: Progress = silent) -> CheckReport:
    """Check the audit trail, every document against it, every reference and every sum. Stops at nothing."""
    return await _Check(store, clock, progress).run()


class _Check:
    """One check under way. Holds a stretch of documents at a time."""

    def __init__(self, store: Store, clock: Clock, progress: Progress) -> None:
        self._store = store
        self._clock = clock
        self._progress = progress
        self._findings = Findings()
        self._documents: dict[str, int] = {}
        self._highest = Highest()
        self._rates: InterestRates

    async def run(self) -> CheckReport:
        self._progress(0, 0, "endringsloggen")
        await self._verify()
        self._rates = await interest_rates(self._store)
        async with self._store.snapshot() as snapshot:
            for table in await snapshot.tables():
                await self._table(snapshot, table)
            self._series(await snapshot.serials())
            lines, newest = await self._trail(snapshot)
        return CheckReport(
            lines=lines,
            newest=newest,
            documents=self._documents,
            findings=tuple(self._findings.kept),
            counts=dict(self._findings.counts),
        )

    async def _verify(self) -> None:
        """What the backend knows of: the chain of hashes, documents against it, indexes against documents."""
        try:
            await self._store.verify()
        except StoreBroken as error:
            details = [_from_backend(detail) for detail in error.details]
            self._findings.add(details or [Finding(code="trail", table="", id="", message=error.message)])

    async def _trail(self, snapshot: Snapshot) -> tuple[int, str]:
        lines, newest = 0, ""
        async for stretch in snapshot.trail():
            lines, newest = lines + len(stretch), stretch[-1].hash
        return lines, newest

    async def _table(self, snapshot: Snapshot, table: str) -> None:
        total = 0
        async for stretch in snapshot.documents(table):
            total += len(stretch)
            self._documents[table] = total
            for stored in stretch:
                self._highest.see(table, stored.id)
            if kind := KINDS.get(table):
                await self._stretch(kind, self._readable(kind, stretch))
            self._progress(total, 0, table)

    def _readable(self, kind: type[D], stretch: Sequence[StoredDocument]) -> list[D]:
        found = []
        for stored in stretch:
            try:
                found.append(decoded(kind, stored.doc))
            except StoreBroken:
                message = _("kan ikke leses: det er ikke slik et dokument skal være")
                self._findings.add([Finding(code="unreadable", table=kind.TABLE, id=stored.id, message=message)])
        return found

    async def _stretch(self, kind: type[D], documents: Sequence[D]) -> None:
        """Only what is wrong also where nobody writes is told."""
        if not await self._asked(self._store, kind, documents):
            return
        async with self._store.transaction("kk2", "kontroll") as tx:  # changes nothing, and leaves no line
            fresh = await tx.get_many(kind, [document.id for document in documents])
            self._findings.add(await self._asked(tx, kind, list(fresh.values())))

    async def _asked(self, reader: Reader, kind: type[D], documents: Sequence[D]) -> list[Finding]:
        """What is wrong with these. Where something cannot be read, the ones around it are asked about one by one."""
        try:
            return [*await dangling(reader, documents), *await self._sums(reader, kind, documents)]
        except StoreBroken:
            if len(documents) <= 1:
                return []  # told of where it stands itself
        return [finding for document in documents for finding in await self._asked(reader, kind, [document])]

    async def _sums(self, reader: Reader, kind: type[D], documents: Sequence[Any]) -> list[Finding]:
        if kind is Case:
            return await case_sums(reader, documents, self._rates, self._clock.today())
        if kind is Payment:
            return payment_sums(documents)
        if kind is Voucher:
            return await voucher_sums(reader, documents)
        return await bank_file_sums(reader, documents) if kind is BankFile else []

    def _series(self, serials: Mapping[str, int]) -> None:
        """A series behind its documents would give a number that is taken, and stop all who ask for the next one."""
        for series, number in self._highest.numbers.items():
            if number > serials.get(series, 0):
                message = _("nummerserien er kommet til {serials}, men {number} er i bruk").format(
                    serials=serials.get(series, 0), number=number
                )
                self._findings.add([Finding(code="series", table=series.partition("/")[0], id=series, message=message)])


def _from_backend(detail: Mapping[str, object]) -> Finding:
    table, key, message = (str(detail.get(name, "")) for name in ("table", "id", "message"))
    return Finding(code="stored", table=table, id=key, message=message)
