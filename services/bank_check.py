"""Checks a bank file: everything its format demands, and what only the store can tell. Stores nothing."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from data.documents import BankFile, BankSource, Creditor
from data.language import N_, _
from data.store import Store
from services.bank.findings import Finding
from services.bank.payments import FileFormat, FileSummary
from services.clock import Clock
from services.listing import everything
from services.payment_matching import Accounts
from services.rules.dates import format_date, format_instant
from services.rules.money import format_amount

OUTSIDE = frozenset(("unknown_account", "other_source", "transmission_changed"))
"""Codes of findings that another file or creditor in the store may change."""
FORMATS: Mapping[FileFormat, str] = {"ocr": N_("OCR-filer"), "camt": "camt.054"}


class Place(NamedTuple):
    """Where a field stands in its record or message."""

    field: str
    column: int


class Places(NamedTuple):
    """Where a format says which account and which transmission it is."""

    account: Place
    transmission: Place


PLACES: Mapping[FileFormat, Places] = {
    "ocr": Places(Place(N_("Oppdragskonto"), 25), Place(N_("Forsendelsesnummer"), 17)),
    "camt": Places(Place("Acct", 1), Place("MsgId", 1)),
}

FileStatus = Literal["imported", "valid", "duplicate", "rejected"]


class ImportedFile(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file. Amounts are øre; `findings` has warnings too; `sha256` is its BankFile's id."""

    name: str
    status: FileStatus
    payments: int = 0
    placed: int = 0
    unplaced: int = 0
    duplicates: int = 0
    amount: int = 0
    created: date | None = None
    accounts: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    receipt: str = ""
    sha256: str = ""


class BankFileCheck:
    """Reads a file through and says what it is."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def run(self, path: Path) -> tuple[ImportedFile, FileSummary]:
        """What the file is (valid, duplicate or rejected), and its summary. Raises OSError when it cannot be opened."""
        summary = await asyncio.to_thread(_read_through, path, self._clock.today())
        findings = list(summary.findings)
        if summary.ok:
            outside = await self._outside_findings(summary)
            # Asked last: a file that somebody reads in meanwhile is found by its transmission too.
            earlier = await self._store.get(BankFile, summary.sha256)
            if earlier is not None:
                findings.append(_read_before(earlier))
                return _describe(path, summary, "duplicate", findings), summary
            findings += outside
        rejected = any(finding.severity == "error" for finding in findings)
        return _describe(path, summary, "rejected" if rejected else "valid", findings), summary

    async def _outside_findings(self, summary: FileSummary) -> list[Finding]:
        """What only the store can tell: accounts that are nobody's, a transmission read before in another shape."""
        accounts = Accounts(await everything(self._store, Creditor))
        sources = await self._store.get_many(BankSource, list({each.account for each in summary.assignments}))
        place = PLACES[summary.format]
        found = []
        for each in summary.assignments:
            known, source = accounts.find(each.account), sources.get(each.account)
            if known is None:
                text = _("konto {account} hører ikke til noen kreditor").format(account=each.account)
                found.append(_error(each.line, place.account, "unknown_account", each.account, text))
            elif source is not None and source.format != summary.format:
                text = _("konto {account} leses fra {format}; denne kan ha de samme innbetalingene").format(
                    account=each.account, format=_(FORMATS[source.format])
                )
                found.append(_error(each.line, place.account, "other_source", each.account, text))
        if summary.transmission:
            for other in await self._store.find(BankFile, "transmission", summary.transmission):
                text = _("forsendelsen er lest før med annet innhold: {when}, {size}").format(
                    when=_when(other), size=_size(other)
                )
                found.append(_error(1, place.transmission, "transmission_changed", summary.transmission, text))
        return found


def _read_through(path: Path, today: date) -> FileSummary:
    from services.bank.reading import read_bank_file  # no need of it while the inbox is empty

    with path.open("rb") as source:
        reading = read_bank_file(source, today=today)
        for _ in reading:
            pass
        return reading.summary


def _describe(path: Path, summary: FileSummary, status: FileStatus, findings: Iterable[Finding]) -> ImportedFile:
    return ImportedFile(
        name=path.name,
        status=status,
        payments=summary.payments,
        amount=summary.amount,
        created=summary.created,
        accounts=tuple(dict.fromkeys(each.account for each in summary.assignments)),
        findings=tuple(findings),
        sha256=summary.sha256,
    )


def _error(line: int, place: Place, code: str, value: str, message: str) -> Finding:
    return Finding(
        severity="error", line=line, column=place.column, field=_(place.field), code=code, value=value, message=message
    )


def _read_before(file: BankFile) -> Finding:
    return Finding(
        severity="warning",
        line=1,
        column=1,
        field="fil",
        code="duplicate_file",
        value=file.name,
        message=_("filen er lest før: {when}, {size}. Ingenting er lest på nytt").format(
            when=_when(file), size=_size(file)
        ),
    )


def _when(file: BankFile) -> str:
    return _("{imported} av {actor} som {name}").format(
        imported=format_instant(file.imported), actor=file.actor, name=file.name
    )


def _size(file: BankFile) -> str:
    made = _(", laget {created}").format(created=format_date(file.created)) if file.created else ""
    return _("{payments} innbetalinger, {amount}{made}").format(
        payments=file.payments, amount=format_amount(file.amount), made=made
    )
