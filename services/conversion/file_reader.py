"""Reads a conversion file into the store: wholly or not at all, and each case once."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from data.documents import Case, Claim, Conversion
from data.language import _
from data.store import Store, Transaction
from services.bank.findings import Finding
from services.clock import Clock
from services.conversion.checking import Known, look_up, outside_findings
from services.conversion.intake import Intake
from services.conversion.old_cases import OldCase, OldFile
from services.conversion.reading import read_old_cases
from services.conversion.receipts import keep_file_receipt
from services.conversion.results import FileStatus, ReadFile
from services.errors import InvalidInput
from services.progress import Progress, silent
from services.rates import interest_rates
from services.rules.dates import format_instant

LARGEST = 200_000_000


class FileReader:
    """Checks files, and reads them in."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def check(self, path: Path) -> ReadFile:
        """What the file is, and would make. Stores nothing. Raises InvalidInput when it cannot be opened."""
        return (await self._examine(path))[0]

    async def run(self, path: Path, actor: str, progress: Progress = silent) -> ReadFile:
        """Read a file in, in one transaction. One that is rejected or was read before changes nothing.

        Raises InvalidInput when it cannot be read, and the store's errors.
        """
        checked, old = await self._examine(path)
        if checked.status != "valid":
            return checked
        rates = await interest_rates(self._store)
        last_serials = {creditor: await self._last_serial(creditor) for creditor in {c.creditor for c in old.cases}}
        async with self._store.transaction(actor, f"Konvertering av {path.name}") as tx:
            if await tx.get(Conversion, old.sha256) is not None:  # somebody was quicker
                return replace(checked, status="duplicate")
            known = await look_up(tx, old.cases)
            new = _new(old.cases, known)
            intake = Intake(
                tx,
                self._clock,
                actor=actor,
                creditors=known.creditors,
                last_serials=last_serials,
                rates=rates,
                progress=progress,
            )
            updated = await intake.take_in(new, path.name)
            made = [each.case for each in updated]
            read = replace(
                checked,
                status="converted",
                closed=tuple(each.case.id for each in updated if each.closed),
                renumbered=tuple((case.old_number, case.id) for case in made if case.old_number != case.id),
            )
            claims = await tx.find_many(Claim, "case", [case.id for case in made])
            receipt = await keep_file_receipt(tx, self._clock, actor, read, updated, claims)
            self._keep(tx, old, read, receipt.id, actor)
        return replace(read, receipt=receipt.id)

    def _keep(self, tx: Transaction, old: OldFile, read: ReadFile, receipt: str, actor: str) -> None:
        file = Conversion(
            id=old.sha256,
            name=read.name,
            read=self._clock.now(),
            actor=actor,
            cases=read.cases,
            claims=read.claims,
            receipt=receipt,
        )
        tx.put(file)

    async def _examine(self, path: Path) -> tuple[ReadFile, OldFile]:
        try:
            content = await asyncio.to_thread(_content, path)
        except OSError as error:
            text = _("{name} kan ikke åpnes: {strerror}. Ingenting er lest.").format(
                name=path.name, strerror=error.strerror
            )
            raise InvalidInput(text, code="unreadable") from error
        old = await asyncio.to_thread(read_old_cases, content, self._clock.today())
        earlier = await self._store.get(Conversion, old.sha256)
        if earlier is not None:
            return _described(path, old, [], "duplicate", [_read_before(earlier)]), old
        findings = list(old.findings)
        known = await look_up(self._store, old.cases)
        findings += outside_findings(old.cases, known)
        rejected = any(finding.severity == "error" for finding in findings)
        return _described(path, old, _new(old.cases, known), "rejected" if rejected else "valid", findings), old

    async def _last_serial(self, creditor: str) -> int:
        page = await self._store.page(Case, where={"creditor": creditor}, descending=True, limit=1)
        return int(page.items[0].id[-8:]) if page.items else 0


def _new(cases: Sequence[OldCase], known: Known) -> list[OldCase]:
    return [case for case in cases if case.key not in known.cases]


def _described(
    path: Path, old: OldFile, new: Sequence[OldCase], status: FileStatus, findings: Sequence[Finding]
) -> ReadFile:
    return ReadFile(
        name=path.name,
        status=status,
        rows=old.rows,
        cases=len(new),
        claims=sum(len(case.claims) for case in new),
        charges=sum(len(case.charges) for case in new),
        payments=sum(len(case.payments) for case in new),
        principal=sum(claim.principal for case in new for claim in case.claims),
        known=len(old.cases) - len(new),
        findings=tuple(sorted(findings, key=lambda each: (each.severity, each.code == "more", each.line, each.column))),
    )


def _read_before(file: Conversion) -> Finding:
    when = _("{read} av {actor} som {name}").format(read=format_instant(file.read), actor=file.actor, name=file.name)
    text = _("filen er lest før: {when}. Ingenting er lest på nytt").format(when=when)
    return Finding(severity="warning", line=1, column=0, field="fil", code="duplicate_file", message=text)


def _content(path: Path) -> bytes:
    if path.stat().st_size > LARGEST:
        raise OSError(0, "filen er for stor; del den i flere")
    return path.read_bytes()
