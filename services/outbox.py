"""The outbox as it lies in the store: how far each voucher has come, and what each step means for its payments.

    ready → sending → delivered → registered → posted
              ├→ rejected   Visma said no
              └→ unknown    the answer was lost

A payment is posted when all its vouchers have arrived. Vouchers that share payments are sisters: their payments are
free again when every one of them is rejected, and not before, since a voucher is sent again whole or not at all. So
sisters that were never sent are withdrawn with a rejected one; where one has gone, or may have gone, a person decides.

From when its sending begins until a receipt has it, a voucher is `untold`: no receipt is lost with a process that dies.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Literal

import msgspec
from msgspec.structs import replace

from data.documents import Delivery, DeliveryState, Payment, Voucher
from data.errors import NotFound
from data.language import N_, _
from data.store import Reader, Store, Transaction
from services.case_account import update
from services.clock import Clock
from services.errors import Refused
from services.events import log
from services.rates import interest_rates

STATE_NAMES: Mapping[DeliveryState, str] = {
    "ready": N_("klar"),
    "sending": N_("sendes"),
    "delivered": N_("levert"),
    "registered": N_("registrert"),
    "posted": N_("postert"),
    "rejected": N_("avvist"),
    "unknown": N_("ukjent utfall"),
    "deleted": N_("slettet i Visma"),
}
ARRIVED: tuple[DeliveryState, ...] = ("delivered", "registered", "posted")
UNDER_WAY: tuple[DeliveryState, ...] = ("ready", "sending", "unknown", "delivered", "registered")
_KNOWN: tuple[DeliveryState, ...] = (*ARRIVED, "rejected", "deleted")
STEPS: Mapping[DeliveryState, tuple[DeliveryState, ...]] = {
    "ready": ("sending", "rejected"),
    "sending": (*_KNOWN, "ready", "unknown"),
    "unknown": (*_KNOWN, "ready", "unknown"),
    "delivered": _KNOWN,
    "registered": _KNOWN,
    "posted": (),
    "rejected": ("ready", "posted"),
    "deleted": ("rejected", "posted"),
}

Answer = Literal["found", "resend"]


class VoucherRow(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher with how far it has come."""

    voucher: Voucher
    delivery: Delivery


class Outcome(msgspec.Struct, frozen=True):
    """What became of a voucher. `visma_id` and `number` are kept from before when empty."""

    state: DeliveryState
    message: str = ""
    visma_id: str = ""
    number: str = ""
    needs_decision: bool = False


class Outbox:
    """Vouchers and their deliveries. Knows nothing of the network."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def in_state(self, states: Sequence[DeliveryState]) -> list[VoucherRow]:
        """Vouchers in these states, by reference."""
        return await self.rows([each.id for each in await self._store.find_many(Delivery, "state", states)])

    async def rows(self, references: Sequence[str]) -> list[VoucherRow]:
        """These vouchers, in the order given."""
        return await _rows(self._store, references)

    async def untold(self) -> list[VoucherRow]:
        """Vouchers that a receipt is to tell of, by reference."""
        return await self.rows([each.id for each in await self._store.find(Delivery, "untold", True)])

    async def tell(self, tx: Transaction, references: Sequence[str]) -> list[VoucherRow]:
        """These vouchers for a receipt, which the caller keeps in the same transaction: then they are told."""
        rows = await _rows(tx, references)
        for row in rows:
            if row.delivery.untold:
                tx.put(replace(row.delivery, untold=False))
        return rows

    async def recover(self, actor: str) -> None:
        """Make unknown what is `sending`. Only for the one who holds the sender's lock: then nobody is sending it."""
        stale = await self._store.find(Delivery, "state", "sending")
        if not stale:
            return
        async with self._store.transaction(actor, "Avbrutt sending funnet") as tx:
            for delivery in stale:
                text = "Sendingen ble avbrutt; utfallet er ikke kjent."
                tx.put(replace(delivery, state="unknown", message=text, untold=True))

    async def begin(self, reference: str, actor: str) -> Voucher | None:
        """Note that a ready voucher is being sent. None when it is not ready any more: it must not be sent."""
        async with self._store.transaction(actor, f"Bilag {reference} sendes") as tx:
            delivery, voucher = await _delivery(tx, reference), await _voucher(tx, reference)
            if delivery.state != "ready":
                return None
            now = self._clock.now()
            attempts = delivery.attempts + 1
            tx.put(replace(delivery, state="sending", attempts=attempts, last_attempt=now, message="", untold=True))
        return voucher

    async def enter(self, outcomes: Mapping[str, Outcome], actor: str) -> None:
        """Take outcomes in, by reference, and let the payments follow, in one transaction.

        One that is no step from where its voucher is now is left out: somebody else has settled it meanwhile.
        """
        if not outcomes:
            return
        names = ", ".join(f"{reference}: {STATE_NAMES[each.state]}" for reference, each in outcomes.items())
        async with self._store.transaction(actor, f"Bilag {names}") as tx:
            for reference, outcome in outcomes.items():
                await self._step(tx, reference, outcome, actor)

    async def resolve(self, reference: str, answer: Answer, quarantine: timedelta, actor: str) -> None:
        """A person's answer for a voucher that needs one. See DeliveryService.resolve."""
        async with self._store.transaction(actor, f"Bilag {reference} avgjort") as tx:
            delivery = await _delivery(tx, reference)
            if delivery.state not in ("unknown", "deleted") and not delivery.needs_decision:
                raise Refused(
                    _("Bilag {reference} er {state}; det er ikke noe å avgjøre.").format(
                        reference=reference, state=_(STATE_NAMES[delivery.state])
                    )
                )
            last = delivery.last_attempt
            if answer == "resend" and last is not None and self._clock.now() < last + quarantine:
                raise Refused(
                    _(
                        "Visma kan ennå arbeide med bilag {reference}. Vent til karantenen er over. Ingenting er sendt."
                    ).format(reference=reference),
                    code="quarantine",
                )
            await self._step(tx, reference, _answered(delivery.state, answer), actor, by_hand=True)

    async def _step(
        self, tx: Transaction, reference: str, outcome: Outcome, actor: str, *, by_hand: bool = False
    ) -> None:
        before = await _delivery(tx, reference)
        if outcome.state not in STEPS[before.state]:
            return
        after = replace(
            before,
            state=outcome.state,
            message=outcome.message,
            visma_id=outcome.visma_id or before.visma_id,
            voucher_number=outcome.number or before.voucher_number,
            needs_decision=outcome.needs_decision,
        )
        if after != before:
            found_out = before.state == "unknown" and not by_hand
            tx.put(replace(after, untold=before.untold or found_out))
        if after.state in ARRIVED and before.state not in ARRIVED:
            await self._payments_posted(tx, reference, actor)
        if after.state == "rejected":
            await self._rejected(tx, reference, actor)

    async def _payments_posted(self, tx: Transaction, reference: str, actor: str) -> None:
        voucher = await _voucher(tx, reference)
        payments = await tx.get_many(Payment, voucher.payments)
        carriers = {carrier for payment in payments.values() for carrier in payment.vouchers}
        deliveries = await tx.get_many(Delivery, sorted(carriers))
        lines = []
        for payment in payments.values():
            arrived = all(deliveries[each].state in ARRIVED for each in payment.vouchers)
            if payment.posting == "frozen" and arrived:
                tx.put(replace(payment, posting="posted"))
                lines.append((payment.case or "", f"Innbetaling {payment.id} er bokført i Visma, bilag {reference}."))
        await log(tx, self._clock, actor, lines)

    async def _rejected(self, tx: Transaction, reference: str, actor: str) -> None:
        """Free the payments, with the sisters that were never sent withdrawn; or ask a person when one has gone."""
        sisters, payments = await _sisters(tx, reference)
        if any(sister.state != "rejected" and not _never_sent(sister) for sister in sisters.values()):
            rejected = sisters[reference]
            text = f"{rejected.message} Andre bilag for de samme innbetalingene er sendt; avklar med regnskap.".lstrip()
            tx.put(replace(rejected, needs_decision=True, message=text))
            return
        for sister in sisters.values():
            if sister.state == "ready":
                text = f"Ikke sendt, siden bilag {reference} er avvist."
                tx.put(replace(sister, state="rejected", message=text, untold=sisters[reference].untold))
            elif sister.needs_decision:
                tx.put(replace(sister, needs_decision=False))
        await self._free(tx, payments, reference, actor)

    async def _free(self, tx: Transaction, payments: Collection[Payment], reference: str, actor: str) -> None:
        """The payments are in no voucher any more. One moved after it was posted is to be posted from where it is."""
        lines = []
        for payment in payments:
            tx.put(replace(payment, posting="pending", vouchers=()))
            live = await _where_it_is_now(tx, payment)
            if live.id != payment.id and live.deleted is None and live.posting == "excluded":
                tx.put(replace(live, posting="pending"))
            text = f"Bilag {reference} ble ikke bokført; innbetaling {live.id} er fri til å bokføres igjen."
            if live.deleted is None:
                lines.append((live.case or "", text))
        await log(tx, self._clock, actor, lines)
        cases = sorted({payment.case for payment in payments if payment.case})
        await update(tx, cases, rates=await interest_rates(self._store), clock=self._clock, actor=actor)


def _answered(state: DeliveryState, answer: Answer) -> Outcome:
    if answer == "found":
        # What Visma itself calls rejected or deleted is in its books in another way: it is not followed any more.
        return Outcome("delivered" if state == "unknown" else "posted", "Funnet i Visma av saksbehandler.")
    if state == "deleted":
        return Outcome("rejected", "Slettet i Visma; bokføres på nytt.")
    return Outcome("ready", "Sendes på nytt etter avgjørelse.")


def _never_sent(delivery: Delivery) -> bool:
    return delivery.state == "ready" and not delivery.attempts


async def _sisters(tx: Transaction, reference: str) -> tuple[dict[str, Delivery], list[Payment]]:
    """The voucher and all that share payments with it, directly or through others, and the payments of them all."""
    payments: dict[str, Payment] = {}
    found: set[str] = set()
    new = {reference}
    while new:
        found |= new
        vouchers = await tx.get_many(Voucher, sorted(new))
        keys = {key for voucher in vouchers.values() for key in voucher.payments} - payments.keys()
        tied = await tx.get_many(Payment, sorted(keys))
        payments |= {key: payment for key, payment in tied.items() if found & set(payment.vouchers)}
        new = {carrier for payment in payments.values() for carrier in payment.vouchers} - found
    return await tx.get_many(Delivery, sorted(found)), list(payments.values())


async def _where_it_is_now(tx: Transaction, payment: Payment) -> Payment:
    """The end of a payment's chain of moves."""
    while payment.moved_to is not None:
        following = await tx.get(Payment, payment.moved_to)
        if following is None:
            return payment
        payment = following
    return payment


async def _rows(reader: Reader, references: Sequence[str]) -> list[VoucherRow]:
    deliveries = await reader.get_many(Delivery, references)
    vouchers = await reader.get_many(Voucher, references)
    return [VoucherRow(voucher=vouchers[each], delivery=deliveries[each]) for each in references]


async def _delivery(reader: Reader, reference: str) -> Delivery:
    delivery = await reader.get(Delivery, reference)
    if delivery is None:
        raise NotFound(_("Bilag {reference} finnes ikke. Se kk2 posting status.").format(reference=reference))
    return delivery


async def _voucher(reader: Reader, reference: str) -> Voucher:
    voucher = await reader.get(Voucher, reference)
    if voucher is None:
        raise NotFound(_("Bilag {reference} finnes ikke. Se kk2 posting status.").format(reference=reference))
    return voucher
