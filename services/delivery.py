"""Sending vouchers into Visma, each exactly once (design.md 7).

`sending` is on disk before the network is touched, so whatever is found in `sending` when nobody is sending is
unknown. An unknown voucher is asked for by its reference, after a quarantine longer than Visma can still be working on
it, and is sent again, under the same reference, only when Visma says that it recognises references. Else a person
decides. One process sends at a time. A round ends with its receipt; what a round that broke off has sent stands in the
next one's, or in one of its own that is kept at the next start. What each state is, and what it means for the payments:
services/outbox.py.
"""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from data.documents import DeliveryState, Voucher
from data.language import _
from data.store import Store
from services.clock import Clock
from services.delivery_receipt import keep_delivery_receipt
from services.errors import Refused
from services.outbox import ARRIVED, STATE_NAMES, UNDER_WAY, Answer, Outbox, Outcome, VoucherRow
from services.progress import Progress, silent
from services.rules.posting import KINDS
from services.visma.port import (
    Capabilities,
    VismaAccess,
    VismaError,
    VismaPort,
    VismaRefused,
    VismaUnreachable,
    VoucherReceipt,
    VoucherState,
    VoucherStatus,
)

__all__ = ["ARRIVED", "STATE_NAMES", "UNDER_WAY", "DeliveryService", "Sent", "VoucherRow"]

FROM_VISMA: dict[VoucherState, DeliveryState] = {
    "received": "delivered",
    "registered": "registered",
    "approved": "registered",
    "posted": "posted",
    "rejected": "rejected",
    "deleted": "deleted",
}
_BROKEN_OFF = "Programmet ble avbrutt før kvitteringen var skrevet."
_NOT_FOUND_SEND_AGAIN = Outcome("ready", "Ikke funnet i Visma; sendes på nytt.")
_NOT_FOUND_ASK = Outcome(
    "unknown",
    "Ikke funnet i Visma, som ikke kjenner igjen referanser. Se etter bilaget under WS-infe i Visma, "
    "og velg «finnes» eller «send på nytt».",
    needs_decision=True,
)


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What a round of sending did. `stopped` says why it broke off, if it did; no `receipt` when nothing changed."""

    rows: tuple[VoucherRow, ...]
    receipt: str = ""
    stopped: str = ""


class DeliveryService:
    """Sends vouchers and follows them."""

    def __init__(self, store: Store, visma: VismaPort, clock: Clock, *, quarantine_s: float = 300) -> None:
        self._store = store
        self._visma = visma
        self._clock = clock
        self._quarantine = timedelta(seconds=quarantine_s)
        self._outbox = Outbox(store, clock)

    async def ping(self) -> Capabilities:
        """Whether Visma answers, and what it can. Raises VismaError; nothing is sent."""
        return await self._visma.ping()

    async def require_open(self) -> None:
        """Before anything is frozen: Visma answers and takes vouchers. Raises VismaError, Refused("file_route")."""
        if not (await self._visma.ping()).takes_vouchers:
            raise Refused(
                _(
                    "Bilagene går til Visma som fil, ikke over webtjenesten. Ingenting er bokført. "
                    "Skriv filene med: kk2 posting export MAPPE"
                ),
                code="file_route",
            )

    async def rows(self, states: Sequence[DeliveryState] = UNDER_WAY) -> list[VoucherRow]:
        """Vouchers in these states, by reference."""
        return await self._outbox.in_state(states)

    async def recover(self, actor: str) -> None:
        """At start: what is found in `sending` while nobody sends was left by a process that died, and is unknown.

        What the dead one has sent gets its receipt.
        """
        async with self._store.lock("outbox") as mine:
            if mine:
                await self._outbox.recover(actor)
                await self._receipt(await self._outbox.untold(), _BROKEN_OFF, actor)

    async def send(self, actor: str, progress: Progress = silent) -> Sent:
        """Settle what is unknown and past its quarantine, then send all that is ready. Safe to run again at any time.

        Raises Refused("sending") while another process sends, and VismaError when Visma does not answer at all.
        """
        async with self._store.lock("outbox") as mine:
            if not mine:
                raise Refused(_("En annen sender bilag akkurat nå. Prøv igjen om litt."), code="sending")
            await self._outbox.recover(actor)
            before = await self._outbox.in_state(("ready", "unknown"))
            stopped = await self._round(before, actor, progress) if before else ""
            return await self._receipt([*before, *await self._outbox.untold()], stopped, actor)

    async def _round(self, before: Sequence[VoucherRow], actor: str, progress: Progress) -> str:
        """Settle and send. Returns why it stopped early, or an empty text."""
        await self._settle_unknown(before, await self._visma.ping(), actor)
        ready = sorted(await self._outbox.in_state(("ready",)), key=_turn)
        return await self._send_all([row.voucher.reference for row in ready], actor, progress)

    async def _send_all(self, references: Sequence[str], actor: str, progress: Progress) -> str:
        """Send one after the other. Returns why it stopped early, or an empty text."""
        for done, reference in enumerate(references, 1):
            voucher = await self._outbox.begin(reference, actor)
            if voucher is not None:
                outcome, stopped = await self._deliver(voucher)
                await self._outbox.enter({reference: outcome}, actor)
                if outcome.state == "unknown":
                    stopped = await self._why_no_answer()
                if stopped:
                    return stopped
            progress(done, len(references), reference)
        return ""

    async def _deliver(self, voucher: Voucher) -> tuple[Outcome, str]:
        """Hand a voucher to Visma, once. Returns what became of it, and why to stop sending, if so."""
        try:
            return _receipt_outcome(await self._visma.deliver_voucher(voucher)), ""
        except (VismaUnreachable, VismaAccess) as error:
            return Outcome("ready", error.message), error.message
        except VismaRefused as error:  # a fault of the service's own: by its word nothing was stored
            return Outcome("ready" if error.retryable else "rejected", error.message), ""
        except VismaError as error:
            return Outcome("unknown", error.message), ""

    async def _why_no_answer(self) -> str:
        """After a lost answer: why to stop, if so. More vouchers are not risked on a service that does not answer."""
        try:
            await self._visma.ping()
        except VismaError as error:
            return error.message
        return ""

    async def _settle_unknown(self, rows: Sequence[VoucherRow], capabilities: Capabilities, actor: str) -> None:
        """Ask Visma for the unknown vouchers that are past their quarantine."""
        due = [row.voucher for row in rows if row.delivery.state == "unknown" and self._is_past_quarantine(row)]
        found = await self._find(due)
        missing = _NOT_FOUND_SEND_AGAIN if capabilities.recognises_references else _NOT_FOUND_ASK
        outcomes = {each.reference: missing for each in due}
        outcomes |= {reference: _status_outcome(status) for reference, status in found.items()}
        await self._outbox.enter(outcomes, actor)

    def _is_past_quarantine(self, row: VoucherRow) -> bool:
        last = row.delivery.last_attempt
        return last is None or self._clock.now() >= last + self._quarantine

    async def _find(self, vouchers: Sequence[Voucher]) -> dict[str, VoucherStatus]:
        found: dict[str, VoucherStatus] = {}
        for company in sorted({voucher.company for voucher in vouchers}):
            references = [voucher.reference for voucher in vouchers if voucher.company == company]
            answers = await self._visma.find_vouchers(company, references)
            found |= {status.reference: status for status in answers if status.reference in references}
        return found

    async def refresh(self, actor: str) -> list[VoucherRow]:
        """Ask Visma how far the delivered vouchers have come, and keep what it says. Raises VismaError."""
        rows = await self._outbox.in_state(("delivered", "registered"))
        found = await self._find([row.voucher for row in rows])
        outcomes = {row.voucher.reference: _followed(row, found.get(row.voucher.reference)) for row in rows}
        await self._outbox.enter(outcomes, actor)
        return await self._outbox.rows([row.voucher.reference for row in rows])

    async def resolve(self, reference: str, answer: Answer, actor: str) -> VoucherRow:
        """A person's answer for a voucher that needs one.

        "found": it is in Visma. "resend": it is not. An unknown one, or a rejected one whose sister vouchers have
        arrived, is sent again under the same reference; the payments of one deleted in Visma are free for a new
        voucher. Raises NotFound and Refused.
        """
        await self._outbox.resolve(reference, answer, self._quarantine, actor)
        return (await self._outbox.rows([reference]))[0]

    async def _receipt(self, looked_at: Sequence[VoucherRow], stopped: str, actor: str) -> Sent:
        """Keep the receipt of these vouchers, unless there is nothing to tell of any. Only for the one who sends."""
        references = [row.voucher.reference for row in sorted(looked_at, key=_turn)]
        rows = await self._outbox.rows(list(dict.fromkeys(references)))
        if not any(row.delivery.untold for row in rows):
            return Sent(rows=tuple(rows), stopped=stopped)
        async with self._store.transaction(actor, "Bokføring sendt") as tx:
            rows = await self._outbox.tell(tx, [row.voucher.reference for row in rows])
            receipt = await keep_delivery_receipt(tx, self._clock, actor, rows, stopped)
        return Sent(rows=tuple(rows), receipt=receipt.id, stopped=stopped)


def _turn(row: VoucherRow) -> tuple[str, int]:
    """Ledger vouchers first: most can be wrong with them, and then their sisters need not be sent."""
    return row.voucher.reference.rpartition("-")[0], KINDS.index(row.voucher.kind)


def _receipt_outcome(receipt: VoucherReceipt) -> Outcome:
    if receipt.outcome == "rejected":
        return Outcome("rejected", "; ".join(receipt.errors) or "Avvist av Visma.")
    return _seen_in_visma(receipt.state or "received", receipt.visma_id)


def _status_outcome(status: VoucherStatus) -> Outcome:
    return _seen_in_visma(status.state, status.visma_id, status.number)


def _seen_in_visma(state: VoucherState, visma_id: str, number: str = "") -> Outcome:
    became = FROM_VISMA[state]
    if became == "deleted":
        text = "Bilaget er slettet i Visma. Avklar med regnskap."
        return Outcome(became, text, visma_id, number, needs_decision=True)
    return Outcome(became, "Avvist i Visma." if became == "rejected" else "", visma_id, number)


def _followed(row: VoucherRow, status: VoucherStatus | None) -> Outcome:
    """What is known of a delivered voucher now. One that a person has found keeps that note when Visma has it not."""
    if status is not None:
        return _status_outcome(status)
    text = row.delivery.message or "Visma finner ikke bilaget igjen. Se etter det under WS-infe."
    return Outcome(row.delivery.state, text)
