"""Import av OCR: read the bank's payment files onto the cases.

A file is first read through and checked, then read again into one transaction: it is either wholly in or not at all.
Nothing is dropped: a payment that cannot be placed waits among the unplaced, with the reason.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from data.documents import BankFile, BankReference, Creditor, Payment
from data.errors import Conflict
from data.store import Store, Transaction
from services.bank.findings import Finding
from services.bank.fingerprints import Fingerprints
from services.bank.ocr_giro import BankPayment, FileSummary, read_ocr
from services.bank_receipt import CaseHit, keep_bank_receipt
from services.case_account import Updated, read_accounts, update
from services.clock import Clock
from services.errors import Refused
from services.events import log
from services.listing import everything
from services.payment_matching import Accounts, match_payments
from services.progress import Progress, silent
from services.rates import interest_rates
from services.rules.dates import format_date, format_instant
from services.rules.money import format_amount
from services.rules.rates import InterestRates

BATCH = 1000
T = TypeVar("T")

OUTSIDE = frozenset(("unknown_account", "transmission_changed"))
"""Codes of findings that another file or creditor in the store may change."""

FileStatus = Literal["imported", "valid", "duplicate", "rejected"]


class ImportedFile(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file. Amounts are øre; `findings` has warnings too."""

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


class BankImport:
    """Checks bank files and reads them in."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def check(self, path: Path) -> ImportedFile:
        """Read a file with every check, and store nothing. Raises OSError when it cannot be opened."""
        checked, _ = await self._check(path)
        return checked

    async def _check(self, path: Path) -> tuple[ImportedFile, FileSummary]:
        summary = await asyncio.to_thread(_read_through, path, self._clock.today())
        findings = list(summary.findings)
        if summary.ok:
            earlier = await self._store.get(BankFile, summary.sha256)
            if earlier is not None:
                findings.append(_read_before(earlier))
                return _describe(path, summary, "duplicate", findings), summary
            findings += await self._outside_findings(summary)
        rejected = any(finding.severity == "error" for finding in findings)
        return _describe(path, summary, "rejected" if rejected else "valid", findings), summary

    async def _outside_findings(self, summary: FileSummary) -> list[Finding]:
        """What only the store can tell: accounts that are nobody's, a transmission read before in another shape."""
        accounts = Accounts(await everything(self._store, Creditor))
        found = [
            _error(each.line, 25, "Oppdragskonto", "unknown_account", each.account,
                   f"konto {each.account} hører ikke til noen kreditor")
            for each in summary.assignments
            if accounts.find(each.account) is None
        ]  # fmt: skip
        if summary.transmission:
            for other in await self._store.find(BankFile, "transmission", summary.transmission):
                text = f"forsendelsen er lest før med annet innhold: {_when(other)}, {_size(other)}"
                found.append(_error(1, 17, "Forsendelsesnummer", "transmission_changed", summary.transmission, text))
        return found

    async def run(self, path: Path, actor: str, progress: Progress = silent) -> ImportedFile:
        """Read a file onto the cases. A rejected file or one that was read before changes nothing.

        Raises OSError when the file cannot be opened, Refused when it is changed meanwhile, and the store's errors;
        then nothing of it is stored.
        """
        checked, summary = await self._check(path)
        if checked.status != "valid":
            return checked
        accounts = Accounts(await everything(self._store, Creditor))
        rates = await interest_rates(self._store)
        async with self._store.transaction(actor, f"Bankfil {path.name} lest inn") as tx:
            if await tx.get(BankFile, summary.sha256) is not None:
                raise Conflict(f"Filen {path.name} ble lest inn av en annen akkurat nå. Ingenting er lest på nytt.")
            reading = _Reading(tx, summary.sha256, accounts, progress, summary.payments)
            await reading.take_in(path, self._clock.today(), summary.sha256)
            hits = await self._settle(tx, reading, path.name, rates, actor)
            receipt = await keep_bank_receipt(
                tx,
                self._clock,
                actor,
                name=path.name,
                amount=summary.amount,
                hits=hits,
                unplaced=reading.unplaced,
                duplicates=reading.duplicates,
            )
            tx.put(
                BankFile(
                    id=summary.sha256,
                    name=path.name,
                    transmission=summary.transmission or summary.sha256,
                    created=summary.created,
                    imported=self._clock.now(),
                    actor=actor,
                    payments=summary.payments,
                    amount=summary.amount,
                    receipt=receipt.id,
                )
            )
        return msgspec.structs.replace(
            checked,
            status="imported",
            placed=sum(reading.per_case.values()),
            unplaced=len(reading.unplaced),
            duplicates=reading.duplicates,
            closed=tuple(hit.case for hit in hits if hit.closed),
            receipt=receipt.id,
        )

    async def _settle(
        self, tx: Transaction, reading: "_Reading", name: str, rates: InterestRates, actor: str
    ) -> list[CaseHit]:
        """Cover the new payments on their cases, close those under the threshold, and tell the cases' logs."""
        hits: list[CaseHit] = []
        today = self._clock.today()
        for numbers in _batches(sorted(reading.per_case), BATCH):
            before = {}
            for account in await read_accounts(tx, numbers):
                live = tuple(payment for payment in account.payments if payment.bank_file != reading.file)
                earlier = msgspec.structs.replace(account, payments=live)
                before[account.case.id] = earlier.settle(rates, today).balance.total
            lines = [(case, f"{format_amount(reading.sums[case])} innbetalt, lest fra {name}.") for case in numbers]
            await log(tx, self._clock, actor, lines)
            for updated in await update(tx, numbers, rates=rates, clock=self._clock, actor=actor):
                hits.append(_hit(updated, before[updated.case.id], reading))
        return hits


class _Reading:
    """The payments of one file on their way into the store."""

    def __init__(self, tx: Transaction, file: str, accounts: Accounts, progress: Progress, total: int) -> None:
        self._tx = tx
        self._accounts = accounts
        self._progress = progress
        self._total = total
        self.file = file
        self.per_case: dict[str, int] = {}
        self.sums: dict[str, int] = {}
        self.unplaced: list[Payment] = []
        self.duplicates = 0

    async def take_in(self, path: Path, today: date, checked: str) -> None:
        """Store the file's payments, each on its case or among the unplaced, those read before left out.

        Raises Refused when the file is not any more the one that was checked, whose SHA-256 is `checked`.
        """
        prints = Fingerprints()
        done = 0
        with path.open("rb") as source:
            reader = read_ocr(source, today=today)
            payments = iter(reader)
            while batch := await asyncio.to_thread(lambda: list(islice(payments, BATCH))):
                await self._take_batch(batch, [prints.of(payment) for payment in batch])
                done += len(batch)
                self._progress(done, self._total, "innbetalinger lest")
            if reader.summary.sha256 != checked:
                raise _changed()

    async def _take_batch(self, batch: Sequence[BankPayment], prints: Sequence[str]) -> None:
        stored = {each.fingerprint for each in await self._tx.find_many(Payment, "fingerprint", prints)}
        new = [(payment, mark) for payment, mark in zip(batch, prints, strict=True) if mark not in stored]
        self.duplicates += len(batch) - len(new)
        matches = await match_payments(self._tx, [payment for payment, _ in new], self._accounts)
        serials = await self._tx.serials("payments", len(new))
        for serial, (payment, mark), match in zip(serials, new, matches, strict=True):
            owner = self._accounts.find(payment.account)
            if owner is None:
                raise _changed()
            document = self._tx.put(
                Payment(
                    id=payment_id(serial),
                    case=match.case,
                    creditor=owner[0].number,
                    source="ocr",
                    date=payment.date,
                    amount=payment.amount,
                    kid=payment.kid,
                    text=payment.text,
                    bank=_reference(payment),
                    bank_file=self.file,
                    fingerprint=mark,
                    unplaced=match.reason,
                )
            )
            if match.case is None:
                self.unplaced.append(document)
            else:
                self.per_case[match.case] = self.per_case.get(match.case, 0) + 1
                self.sums[match.case] = self.sums.get(match.case, 0) + payment.amount


def payment_id(serial: int) -> str:
    """The id of a payment: P and six digits or more."""
    return f"P{serial:06d}"


def _read_through(path: Path, today: date) -> FileSummary:
    with path.open("rb") as source:
        reading = read_ocr(source, today=today)
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
    )


def _hit(updated: Updated, before: int, reading: _Reading) -> CaseHit:
    case = updated.case.id
    return CaseHit(
        case=case,
        debtor=updated.case.debtor_name,
        paid=reading.sums[case],
        before=before,
        after=updated.total,
        surplus=updated.settlement.balance.surplus,
        closed=updated.closed,
    )


def _reference(payment: BankPayment) -> BankReference:
    return BankReference(
        account=payment.account,
        transaction_type=payment.transaction_type,
        order_date=payment.order_date,
        debit_account=payment.debit_account,
        archive_reference=payment.archive_reference,
        form_number=payment.form_number,
        settlement=payment.settlement,
    )


def _error(line: int, column: int, field: str, code: str, value: str, message: str) -> Finding:
    return Finding(severity="error", line=line, column=column, field=field, code=code, value=value, message=message)


def _changed() -> Refused:
    return Refused(
        "Filen ble endret mens den ble lest. Ingenting er lagret. Vent til den er kommet helt frem, og prøv igjen.",
        code="file_changed",
    )


def _read_before(file: BankFile) -> Finding:
    return Finding(
        severity="warning",
        line=1,
        column=1,
        field="fil",
        code="duplicate_file",
        value=file.name,
        message=f"filen er lest før: {_when(file)}, {_size(file)}. Ingenting er lest på nytt",
    )


def _when(file: BankFile) -> str:
    return f"{format_instant(file.imported)} av {file.actor} som {file.name}"


def _size(file: BankFile) -> str:
    made = f", laget {format_date(file.created)}" if file.created else ""
    return f"{file.payments} innbetalinger, {format_amount(file.amount)}{made}"


def _batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]
