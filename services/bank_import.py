"""Import av OCR: read the bank's payment files, OCR giro or camt.054, onto the cases.

A file is first read through and checked, then read again into one transaction: it is either wholly in or not at all.
Nothing is dropped: a payment that cannot be placed waits among the unplaced, with the reason.
"""

from pathlib import Path

import msgspec

from data.documents import BankFile, Creditor
from data.errors import Conflict
from data.language import _
from data.store import Store, Transaction
from services.bank.payments import FileSummary
from services.bank_check import BankFileCheck, ImportedFile
from services.bank_receipt import CaseHit, keep_bank_receipt
from services.batches import batches
from services.case_account import Updated, read_accounts, update
from services.clock import Clock
from services.events import log
from services.listing import everything
from services.payment_intake import BATCH, PaymentIntake, claim_accounts
from services.payment_matching import Accounts
from services.progress import Progress, silent
from services.rates import interest_rates
from services.rules.money import format_amount
from services.rules.rates import InterestRates


class BankImport:
    """Checks bank files and reads them in."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._file_check = BankFileCheck(store, clock)

    async def check(self, path: Path) -> ImportedFile:
        """Read a file with every check, and store nothing. Raises OSError when it cannot be opened."""
        checked, _ = await self._file_check.run(path)
        return checked

    async def was_read(self, checked: ImportedFile) -> bool:
        """Whether a file that was checked earlier has been read in."""
        return await self._store.get(BankFile, checked.sha256) is not None

    async def run(self, path: Path, actor: str, progress: Progress = silent) -> ImportedFile:
        """Read a file onto the cases. A rejected file or one that was read before changes nothing.

        Raises OSError when the file cannot be opened, Refused when it is changed meanwhile, and the store's errors;
        then nothing of it is stored.
        """
        checked, summary = await self._file_check.run(path)
        if checked.status != "valid":
            return checked
        accounts = Accounts(await everything(self._store, Creditor))
        rates = await interest_rates(self._store)
        async with self._store.transaction(actor, f"Bankfil {path.name} lest inn") as tx:
            if await tx.get(BankFile, summary.sha256) is not None:
                raise Conflict(
                    _("Filen {name} ble lest inn av en annen akkurat nå. Ingenting er lest på nytt.").format(
                        name=path.name
                    )
                )
            await claim_accounts(tx, summary)
            intake = PaymentIntake(tx, summary, accounts, progress)
            await intake.take_in(path, self._clock.today())
            hits = await self._settle(tx, intake, path.name, rates, actor)
            receipt = await keep_bank_receipt(
                tx,
                self._clock,
                actor,
                name=path.name,
                amount=summary.amount,
                hits=hits,
                unplaced=intake.unplaced,
                duplicates=intake.duplicates,
            )
            tx.put(self._bank_file(path.name, summary, receipt.id, actor))
        return msgspec.structs.replace(
            checked,
            status="imported",
            placed=sum(intake.per_case.values()),
            unplaced=len(intake.unplaced),
            duplicates=intake.duplicates,
            closed=tuple(hit.case for hit in hits if hit.closed),
            receipt=receipt.id,
        )

    def _bank_file(self, name: str, summary: FileSummary, receipt: str, actor: str) -> BankFile:
        return BankFile(
            id=summary.sha256,
            name=name,
            transmission=summary.transmission or summary.sha256,
            created=summary.created,
            imported=self._clock.now(),
            actor=actor,
            payments=summary.payments,
            amount=summary.amount,
            receipt=receipt,
        )

    async def _settle(
        self, tx: Transaction, intake: PaymentIntake, name: str, rates: InterestRates, actor: str
    ) -> list[CaseHit]:
        """Cover the new payments on their cases, close those under the threshold, and tell the cases' logs."""
        hits: list[CaseHit] = []
        today = self._clock.today()
        for numbers in batches(sorted(intake.per_case), BATCH):
            before = {}
            for account in await read_accounts(tx, numbers):
                live = tuple(payment for payment in account.payments if payment.bank_file != intake.file)
                earlier = msgspec.structs.replace(account, payments=live)
                before[account.case.id] = earlier.settle(rates, today).balance.total
            lines = [(case, f"{format_amount(intake.sums[case])} innbetalt, lest fra {name}.") for case in numbers]
            await log(tx, self._clock, actor, lines)
            for updated in await update(tx, numbers, rates=rates, clock=self._clock, actor=actor):
                hits.append(_hit(updated, before[updated.case.id], intake))
        return hits


def _hit(updated: Updated, before: int, intake: PaymentIntake) -> CaseHit:
    case = updated.case.id
    return CaseHit(
        case=case,
        debtor=updated.case.debtor_name,
        paid=intake.sums[case],
        before=before,
        after=updated.total,
        surplus=updated.settlement.balance.surplus,
        closed=updated.closed,
    )
