"""The payments of a bank file on their way into the store, in the importer's transaction."""

import asyncio
from collections.abc import Sequence
from datetime import date
from itertools import islice
from pathlib import Path

from data.documents import BankReference, BankSource, Payment
from data.language import _
from data.store import Transaction
from services.bank.fingerprints import Fingerprints
from services.bank.payments import BankPayment, FileSummary
from services.errors import Refused
from services.payment_matching import Accounts, match_payments
from services.progress import Progress

BATCH = 250  # payments, and cases: some 20 ms of work between two looks at the keyboard


class PaymentIntake:
    """Takes one file's payments in, and remembers what became of them."""

    def __init__(self, tx: Transaction, checked: FileSummary, accounts: Accounts, progress: Progress) -> None:
        self._tx = tx
        self._accounts = accounts
        self._progress = progress
        self._checked = checked
        self.file = checked.sha256
        self.per_case: dict[str, int] = {}
        self.sums: dict[str, int] = {}
        self.unplaced: list[Payment] = []
        self.duplicates = 0

    async def take_in(self, path: Path, today: date) -> None:
        """Store the file's payments, each on its case or among the unplaced, those read before left out.

        Raises Refused when the file is not any more the one that was checked.
        """
        from services.bank.reading import read_bank_file

        prints = Fingerprints()
        done = 0
        with path.open("rb") as source:
            reader = read_bank_file(source, today=today)
            payments = iter(reader)
            while batch := await asyncio.to_thread(lambda: list(islice(payments, BATCH))):
                await self._take_batch(batch, [prints.of(payment) for payment in batch])
                done += len(batch)
                self._progress(done, self._checked.payments, _("innbetalinger lest"))
            if reader.summary.sha256 != self.file:
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
                    source=self._checked.format,
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


async def claim_accounts(tx: Transaction, summary: FileSummary) -> None:
    """The first file of an account decides which format it is read from: both formats may carry the same payments."""
    accounts = dict.fromkeys(each.account for each in summary.assignments)
    known = await tx.get_many(BankSource, list(accounts))
    for account in accounts:
        if account not in known:
            tx.put(BankSource(id=account, format=summary.format))


def payment_id(serial: int) -> str:
    """The id of a payment: P and six digits or more."""
    return f"P{serial:06d}"


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


def _changed() -> Refused:
    return Refused(
        _("Filen ble endret mens den ble lest. Ingenting er lagret. Vent til den er kommet helt frem, og prøv igjen."),
        code="file_changed",
    )
