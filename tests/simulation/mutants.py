"""Bugs put in on purpose, to see that the simulation finds them. Each has a seed that fails with it and not without.

A bug is a patch of the program's own code while a seed is played; the program's files are not touched.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from msgspec.structs import replace

from data.audit import AuditLine
from data.documents import Cursor, Delivery, Mail, Voucher
from services.mail.outbox import MailOutbox
from services.outbox import Outbox, VoucherRow
from services.rules.coverage import Settlement, _Ledger, settle  # the ledger is the seam of the bug
from services.undo import UndoService
from services.visma.soap import SoapVisma
from services.visma_payments import _Fetch  # the seam of the bug


@contextlib.contextmanager
def one_ore_off() -> Iterator[None]:
    """A fee is covered with one øre too little."""
    right = _Ledger._put

    def wrong(self: Any, debt: Any, amount: int, parts: Any) -> int:
        return right(self, debt, amount - (debt.target[0] == "fees" and amount > 1), parts)

    with patch.object(_Ledger, "_put", wrong):
        yield


@contextlib.contextmanager
def new_reference() -> Iterator[None]:
    """A voucher that is sent again gets a new reference."""
    right, sent = SoapVisma.deliver_voucher, set[str]()

    async def wrong(self: SoapVisma, voucher: Voucher) -> Any:
        again = voucher.id in sent
        sent.add(voucher.id)
        return await right(self, replace(voucher, id=f"{voucher.id[:-5]}9{voucher.id[-4:]}") if again else voucher)

    with patch.object(SoapVisma, "deliver_voucher", wrong):
        yield


@contextlib.contextmanager
def cursor_first() -> Iterator[None]:
    """How far Visma has been read is stored before what was read, in a transaction of its own."""
    right = _Fetch.store_page

    async def wrong(self: Any, company: str, page: Any) -> None:
        async with self._store.transaction(self._actor, "Lest til") as tx:
            before = await tx.get(Cursor, company)
            serial = max(page.last_serial, before.serial if before else 0)
            new = Cursor(id=company, serial=serial, fetched=self._clock.now(), actor=self._actor, receipt="")
            tx.put(replace(new, rev=before.rev, receipt=before.receipt) if before else new)
        await right(self, company, page)

    with patch.object(_Fetch, "store_page", wrong):
        yield


@contextlib.contextmanager
def no_audit_of_events() -> Iterator[None]:
    """What is written in a case's log is not in the audit trail."""
    right = AuditLine.add

    def wrong(self: AuditLine, part: Any, *more: Any) -> None:
        if "events" not in (part, part[0]):
            right(self, part, *more)

    with patch.object(AuditLine, "add", wrong):
        yield


@contextlib.contextmanager
def sending_afterwards() -> Iterator[None]:
    """That a voucher is being sent is stored only when the answer is there."""
    right = Outbox.enter

    async def begin(self: Any, reference: str, actor: str) -> Voucher | None:
        delivery = await self._store.get(Delivery, reference)
        return await self._store.get(Voucher, reference) if delivery.state == "ready" else None

    async def enter(self: Any, outcomes: Any, actor: str) -> None:
        async with self._store.transaction(actor, "Sendes") as tx:
            for delivery in (await tx.get_many(Delivery, list(outcomes))).values():
                if delivery.state == "ready":
                    now = self._clock.now()
                    attempts = delivery.attempts + 1
                    tx.put(replace(delivery, state="sending", attempts=attempts, last_attempt=now, untold=True))
        await right(self, outcomes, actor)

    with patch.object(Outbox, "begin", begin), patch.object(Outbox, "enter", enter):
        yield


@contextlib.contextmanager
def fingerprints_ignored() -> Iterator[None]:
    """A payment that was read before is not recognised in another file."""
    seen = iter(range(10**9))
    with patch("services.bank.fingerprints.Fingerprints.of", lambda self, payment: f"new {next(seen)}"):
        yield


@contextlib.contextmanager
def threshold_forgotten() -> Iterator[None]:
    """A case is closed when it owes nothing, not when it owes less than its threshold."""
    with patch("services.case_account.should_close", lambda total, own, creditors: total <= 0):
        yield


@contextlib.contextmanager
def mail_again() -> Iterator[None]:
    """An e-mail whose sending broke off is sent again, as if nobody could have got it."""

    async def wrong(self: Any, actor: str) -> None:
        stale = await self._store.find(Mail, "state", "sending")
        async with self._store.transaction(actor, "På nytt") as tx:
            for mail in stale:
                tx.put(replace(mail, state="queued"))

    with patch.object(MailOutbox, "recover", wrong):
        yield


@contextlib.contextmanager
def receipt_lost() -> Iterator[None]:
    """What a sending that was broken off has delivered is in no receipt."""

    async def wrong(self: Any) -> list[VoucherRow]:
        return []

    with patch.object(Outbox, "untold", wrong):
        yield


@contextlib.contextmanager
def told_again() -> Iterator[None]:
    """That a voucher stands in a receipt is not noted."""

    async def wrong(self: Outbox, _tx: Any, references: Any) -> list[VoucherRow]:
        return await self.rows(references)

    with patch.object(Outbox, "tell", wrong):
        yield


@contextlib.contextmanager
def undone_by_half() -> Iterator[None]:
    """A payment that came with an action that is taken back goes on counting."""
    right = UndoService._as_before

    def wrong(self: Any, change: Any, actor: str) -> Any:
        return change.after if change.before is None else right(self, change, actor)

    with patch.object(UndoService, "_as_before", wrong):
        yield


@contextlib.contextmanager
def undone_as_it_was() -> Iterator[None]:
    """Cases are left as they were before the action, whatever has come onto them since."""

    async def wrong(self: Any, *_given: Any) -> list[str]:
        return []

    with patch.object(UndoService, "_unsettled", wrong):
        yield


@contextlib.contextmanager
def old_case_again() -> Iterator[None]:
    """A case that was in an earlier file is made anew."""
    with patch("services.conversion.file_reader._new", lambda cases, known: list(cases)):
        yield


@contextlib.contextmanager
def any_invoice() -> Iterator[None]:
    """An old claim is tied to the only invoice of its customer's, whatever its sum."""
    with patch("services.conversion.matching._agrees", lambda claim, invoice, by: True):
        yield


# --- what the simulation found in earnest, put back -------------------------------------------------------------------


@contextlib.contextmanager
def stale_rates() -> Iterator[None]:
    """A case is settled with the rates that were read before the transaction began."""

    async def wrong(tx: Any, known: Any) -> Any:
        return known

    with patch("services.case_account.with_later", wrong):
        yield


@contextlib.contextmanager
def interest_ahead() -> Iterator[None]:
    """Interest that a voucher carries before it has run is surplus, until it has."""

    def wrong(*given: Any, **more: Any) -> Settlement:
        settled = settle(*given, **more)
        left = sum(each.unpaid for each in settled.claims) + sum(each.unpaid for each in settled.fees)
        return replace(settled, outstanding=left - settled.balance.surplus)

    with patch("services.case_account.settle", wrong):
        yield


@dataclass(frozen=True)
class Mutant:
    """A bug, a seed that meets it, and a part of what the failure says."""

    bug: Callable[[], contextlib.AbstractContextManager[None]]
    seed: int
    says: str


MUTANTS = {
    mutant.bug.__name__: mutant
    for mutant in (
        Mutant(one_ore_off, 0, "the model says"),
        Mutant(new_reference, 68, "that nobody knows"),
        Mutant(cursor_first, 52, "in Visma is 0 times here"),
        Mutant(no_audit_of_events, 0, "«events» er ikke slik endringsloggen sier"),
        Mutant(sending_afterwards, 52, "is 2 times in Visma"),
        Mutant(fingerprints_ignored, 11, "of the bank's is stored 2 times, not 1"),
        Mutant(threshold_forgotten, 7, "and is open, not closed"),
        Mutant(mail_again, 30, "an e-mail came 2 times"),
        Mutant(receipt_lost, 1, "times, and is in 0 receipts"),
        Mutant(told_again, 0, "arrived 1 times, and is in"),
        Mutant(undone_by_half, 2, "was taken back, and counts"),
        Mutant(undone_as_it_was, 423, "the model says"),
        Mutant(old_case_again, 4, "is 2 times here"),
        Mutant(any_invoice, 1, "is on invoice"),
        Mutant(stale_rates, 72, "waits; the model says"),
        Mutant(interest_ahead, 64, "outstanding, the model says"),
    )
}
