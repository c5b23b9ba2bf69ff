"""The outbox: vouchers on their way into Visma, each exactly once (design.md 7).

    ready → sending → delivered → registered → posted
              ├→ rejected   Visma said no: its payments are free again
              └→ unknown    the answer was lost

`sending` is on disk before the network is touched, so whatever is found in `sending` when nobody is sending is
unknown. An unknown voucher is asked for by its reference, after a quarantine longer than Visma can still be working on
it, and is sent again, under the same reference, only when Visma says that it recognises references. Else a person
decides. One process sends at a time.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

import msgspec
from msgspec.structs import replace

from data.documents import Column, Delivery, DeliveryState, Payment, Section, Voucher
from data.errors import NotFound
from data.store import Store, Transaction
from services.clock import Clock
from services.errors import Refused
from services.events import log
from services.progress import Progress, silent
from services.receipts import keep_receipt
from services.rules.money import format_amount
from services.rules.posting import KIND_NAMES
from services.visma.port import (
    Capabilities,
    VismaAccess,
    VismaError,
    VismaPort,
    VismaRefused,
    VismaUncertain,
    VismaUnreachable,
    VoucherReceipt,
    VoucherState,
    VoucherStatus,
)

STATE_NAMES: dict[DeliveryState, str] = {
    "ready": "klar",
    "sending": "sendes",
    "delivered": "levert",
    "registered": "registrert",
    "posted": "postert",
    "rejected": "avvist",
    "unknown": "ukjent utfall",
    "deleted": "slettet i Visma",
}
FROM_VISMA: dict[VoucherState, DeliveryState] = {
    "received": "delivered",
    "registered": "registered",
    "approved": "registered",
    "posted": "posted",
    "rejected": "rejected",
    "deleted": "deleted",
}
ARRIVED: tuple[DeliveryState, ...] = ("delivered", "registered", "posted")
UNDER_WAY: tuple[DeliveryState, ...] = ("ready", "sending", "unknown", "delivered", "registered")


class VoucherRow(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher with how far it has come."""

    voucher: Voucher
    delivery: Delivery


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What a round of sending did. `stopped` says why it broke off, if it did."""

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

    async def ping(self) -> Capabilities:
        """Whether Visma answers, and what it can. Raises VismaError; nothing is sent."""
        return await self._visma.ping()

    async def rows(self, states: Sequence[DeliveryState] = UNDER_WAY) -> list[VoucherRow]:
        """Vouchers in these states, by reference."""
        deliveries = await self._store.find_many(Delivery, "state", states)
        return await self._rows([delivery.id for delivery in deliveries])

    async def _rows(self, references: Sequence[str]) -> list[VoucherRow]:
        deliveries = await self._store.get_many(Delivery, references)
        vouchers = await self._store.get_many(Voucher, references)
        return [VoucherRow(voucher=vouchers[each], delivery=deliveries[each]) for each in references]

    async def send(self, actor: str, progress: Progress = silent) -> Sent:
        """Settle what is unknown and past its quarantine, then send all that is ready. Safe to run again at any time.

        Raises Refused("sending") while another process sends, and VismaError when Visma does not answer at all.
        """
        async with self._store.lock("outbox") as mine:
            if not mine:
                raise Refused("En annen sender bilag akkurat nå. Prøv igjen om litt.", code="sending")
            await self._recover(actor)
            waiting = await self._store.find_many(Delivery, "state", ("ready", "unknown"))
            if not waiting:
                return Sent(rows=())
            capabilities = await self._visma.ping()
            unknown = [each.id for each in waiting if each.state == "unknown"]
            await self._settle_unknown(unknown, capabilities, actor)
            ready = await self._store.find(Delivery, "state", "ready")
            stopped = await self._send_all([each.id for each in ready], actor, progress)
            rows = await self._rows([each.id for each in waiting])
            receipt = await self._receipt(rows, stopped, actor)
        return Sent(rows=tuple(rows), receipt=receipt, stopped=stopped)

    async def recover(self, actor: str) -> None:
        """At start: what is found in `sending` while nobody sends was left by a process that died, and is unknown."""
        async with self._store.lock("outbox") as mine:
            if mine:
                await self._recover(actor)

    async def _recover(self, actor: str) -> None:
        stale = await self._store.find(Delivery, "state", "sending")
        if not stale:
            return
        async with self._store.transaction(actor, "Avbrutt sending funnet") as tx:
            for delivery in stale:
                tx.put(replace(delivery, state="unknown", message="Sendingen ble avbrutt; utfallet er ikke kjent."))

    async def _send_all(self, references: Sequence[str], actor: str, progress: Progress) -> str:
        """Send one after the other. Returns why it stopped early, or an empty text."""
        for done, reference in enumerate(references, 1):
            voucher = await self._mark_sending(reference, actor)
            try:
                receipt = await self._visma.deliver_voucher(voucher)
            except VismaUncertain as error:
                await self._become(reference, actor, "unknown", error.message)
                if stopped := await self._unavailable():
                    return stopped
            except (VismaUnreachable, VismaAccess) as error:
                await self._become(reference, actor, "ready", error.message)
                return error.message
            except VismaRefused as error:
                await self._refused(reference, actor, error)
            else:
                await self._answered(reference, actor, receipt)
            progress(done, len(references), reference)
        return ""

    async def _unavailable(self) -> str:
        """After a lost answer: whether to go on. More vouchers are not risked on a service that does not answer."""
        try:
            await self._visma.ping()
        except VismaError as error:
            return error.message
        return ""

    async def _mark_sending(self, reference: str, actor: str) -> Voucher:
        async with self._store.transaction(actor, f"Bilag {reference} sendes") as tx:
            delivery = await _delivery(tx, reference)
            now = self._clock.now()
            tx.put(replace(delivery, state="sending", attempts=delivery.attempts + 1, last_attempt=now, message=""))
            voucher = await tx.get(Voucher, reference)
        if voucher is None:
            raise NotFound(f"Bilag {reference} finnes ikke.")
        return voucher

    async def _answered(self, reference: str, actor: str, receipt: VoucherReceipt) -> None:
        if receipt.outcome == "rejected":
            await self._become(reference, actor, "rejected", "; ".join(receipt.errors) or "Avvist av Visma.")
        else:
            state = FROM_VISMA[receipt.state] if receipt.state else "delivered"
            await self._become(reference, actor, state, "", visma_id=receipt.visma_id)

    async def _refused(self, reference: str, actor: str, error: VismaRefused) -> None:
        """A fault of the service's own: by its word nothing was stored."""
        state: DeliveryState = "ready" if error.retryable else "rejected"
        await self._become(reference, actor, state, error.message)

    async def _settle_unknown(self, references: Sequence[str], capabilities: Capabilities, actor: str) -> None:
        """Ask Visma for the unknown vouchers that are past their quarantine."""
        due = []
        for row in await self._rows(references):
            last = row.delivery.last_attempt
            if last is None or self._clock.now() >= last + self._quarantine:
                due.append(row.voucher)
        found = await self._find(due)
        for voucher in due:
            status = found.get(voucher.reference)
            if status is not None:
                await self._observe(voucher.reference, status, actor)
            elif capabilities.recognises_references:
                await self._become(voucher.reference, actor, "ready", "Ikke funnet i Visma; sendes på nytt.")
            else:
                await self._become(
                    voucher.reference,
                    actor,
                    "unknown",
                    "Ikke funnet i Visma, som ikke kjenner igjen referanser. Se etter bilaget under WS-infe i Visma, "
                    "og velg «finnes» eller «send på nytt».",
                    needs_decision=True,
                )

    async def _find(self, vouchers: Sequence[Voucher]) -> dict[str, VoucherStatus]:
        found: dict[str, VoucherStatus] = {}
        for company in sorted({voucher.company for voucher in vouchers}):
            references = [voucher.reference for voucher in vouchers if voucher.company == company]
            for status in await self._visma.find_vouchers(company, references):
                found[status.reference] = status
        return found

    async def refresh(self, actor: str) -> list[VoucherRow]:
        """Ask Visma how far the delivered vouchers have come, and keep what it says. Raises VismaError."""
        rows = await self.rows(("delivered", "registered"))
        found = await self._find([row.voucher for row in rows])
        for row in rows:
            status = found.get(row.voucher.reference)
            if status is not None:
                await self._observe(row.voucher.reference, status, actor)
            elif row.delivery.message == "":
                text = "Visma finner ikke bilaget igjen. Se etter det under WS-infe."
                await self._become(row.voucher.reference, actor, row.delivery.state, text)
        return await self._rows([row.voucher.reference for row in rows])

    async def _observe(self, reference: str, status: VoucherStatus, actor: str) -> None:
        state = FROM_VISMA[status.state]
        text = "Bilaget er slettet i Visma. Avklar med regnskap." if state == "deleted" else ""
        await self._become(
            reference,
            actor,
            state,
            text,
            visma_id=status.visma_id,
            number=status.number,
            needs_decision=state == "deleted",
        )

    async def resolve(self, reference: str, answer: Literal["found", "resend"], actor: str) -> VoucherRow:
        """A person's answer for a voucher that needs one.

        "found": it is in Visma. "resend": it is not. An unknown one, or a rejected one whose sister vouchers have
        arrived, is sent again under the same reference; the payments of one deleted in Visma are free for a new
        voucher. Raises NotFound and Refused.
        """
        delivery = await self._store.get(Delivery, reference)
        if delivery is None:
            raise NotFound(f"Bilag {reference} finnes ikke. Se kk2 posting status.")
        if delivery.state not in ("unknown", "deleted") and not delivery.needs_decision:
            raise Refused(f"Bilag {reference} er {STATE_NAMES[delivery.state]}; det er ikke noe å avgjøre.")
        last = delivery.last_attempt
        if answer == "resend" and last is not None and self._clock.now() < last + self._quarantine:
            raise Refused(
                f"Visma kan ennå arbeide med bilag {reference}. Vent til karantenen er over. Ingenting er sendt.",
                code="quarantine",
            )
        if answer == "found":
            await self._become(reference, actor, "delivered", "Funnet i Visma av saksbehandler.")
        elif delivery.state == "deleted":
            await self._become(reference, actor, "rejected", "Slettet i Visma; bokføres på nytt.")
        else:
            await self._become(reference, actor, "ready", "Sendes på nytt etter avgjørelse.")
        return (await self._rows([reference]))[0]

    async def _become(
        self,
        reference: str,
        actor: str,
        state: DeliveryState,
        message: str,
        *,
        visma_id: str = "",
        number: str = "",
        needs_decision: bool = False,
    ) -> None:
        """Put a voucher into a state, and its payments with it, in one transaction."""
        async with self._store.transaction(actor, f"Bilag {reference}: {STATE_NAMES[state]}") as tx:
            before = await _delivery(tx, reference)
            after = replace(
                before,
                state=state,
                message=message,
                visma_id=visma_id or before.visma_id,
                voucher_number=number or before.voucher_number,
                needs_decision=needs_decision,
            )
            if after != before:
                tx.put(after)
            if state in ARRIVED and before.state not in ARRIVED:
                await self._payments_posted(tx, reference, actor)
            if state == "rejected" and before.state != "rejected":
                await self._payments_free(tx, reference, actor)

    async def _payments_posted(self, tx: Transaction, reference: str, actor: str) -> None:
        """A payment is posted when all its vouchers have arrived."""
        lines = []
        for payment in await _payments(tx, reference):
            states = await tx.get_many(Delivery, payment.vouchers)
            if payment.posting == "frozen" and all(each.state in ARRIVED for each in states.values()):
                tx.put(replace(payment, posting="posted"))
                lines.append((payment.case or "", f"Innbetaling {payment.id} er bokført i Visma, bilag {reference}."))
        await log(tx, self._clock, actor, lines)

    async def _payments_free(self, tx: Transaction, reference: str, actor: str) -> None:
        """A payment is free again when no voucher of its has gone, or may have gone, into Visma."""
        lines, stuck = [], False
        for payment in await _payments(tx, reference):
            states = await tx.get_many(Delivery, payment.vouchers)
            if all(each.state == "rejected" for each in states.values()):
                tx.put(replace(payment, posting="pending", vouchers=()))
                lines.append((payment.case or "", f"Bilag {reference} er avvist av Visma; innbetalingen er fri igjen."))
            else:
                stuck = True
        if stuck:
            tx.put(replace(await _delivery(tx, reference), needs_decision=True))
        await log(tx, self._clock, actor, lines)

    async def _receipt(self, rows: Sequence[VoucherRow], stopped: str, actor: str) -> str:
        arrived = [row for row in rows if row.delivery.state in ARRIVED]
        total = sum(row.voucher.amount for row in arrived)
        advice = ("Finn bilagene på brukeren WS-infe i Visma og registrer dem.",) if arrived else ()
        async with self._store.transaction(actor, "Bokføring sendt") as tx:
            receipt = await keep_receipt(
                tx,
                self._clock,
                actor,
                kind="posting",
                title="Bokføring i Visma",
                summary=(f"{len(arrived)} av {len(rows)} bilag levert, sum {format_amount(total)}", *advice),
                warnings=_warnings(rows, stopped),
                sections=(_voucher_section(rows),),
            )
        return receipt.id


def _warnings(rows: Sequence[VoucherRow], stopped: str) -> list[str]:
    found = [
        f"{row.voucher.reference} {STATE_NAMES[row.delivery.state]}: {row.delivery.message}"
        for row in rows
        if row.delivery.state not in ARRIVED
    ]
    return [*([f"Sendingen stanset: {stopped}"] if stopped else []), *found]


def _voucher_section(rows: Sequence[VoucherRow]) -> Section:
    return Section(
        title="Bilag",
        columns=(
            Column(title="Referanse"),
            Column(title="Dato", kind="date"),
            Column(title="Art"),
            Column(title="Beløp", kind="amount"),
            Column(title="Status"),
            Column(title="Visma"),
        ),
        rows=tuple(
            (
                row.voucher.reference,
                row.voucher.date.isoformat(),
                KIND_NAMES[row.voucher.kind],
                row.voucher.amount,
                STATE_NAMES[row.delivery.state],
                row.delivery.visma_id,
            )
            for row in rows
        ),
    )


async def _delivery(tx: Transaction, reference: str) -> Delivery:
    delivery = await tx.get(Delivery, reference)
    if delivery is None:
        raise NotFound(f"Bilag {reference} finnes ikke.")
    return delivery


async def _payments(tx: Transaction, reference: str) -> list[Payment]:
    voucher = await tx.get(Voucher, reference)
    if voucher is None:
        raise NotFound(f"Bilag {reference} finnes ikke.")
    return list((await tx.get_many(Payment, voucher.payments)).values())
