"""Bokføringsforslag: the proposal, always derived anew from the payments, and freezing it into vouchers.

Freezing reads the payments again inside its transaction: what is frozen is what is there, never what was on the
screen. The same transaction makes the vouchers, puts them in the outbox and ties the payments to them.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec.structs import replace

from data.documents import Case, Claim, Creditor, Delivery, Document, Payment, Voucher
from data.errors import Conflict
from data.language import _
from data.store import Reader, Store, Transaction
from services.batches import batches
from services.case_account import update
from services.clock import Clock
from services.events import log
from services.rates import interest_rates
from services.rules.dates import format_date
from services.rules.posting import KIND_NAMES, Books, Proposal, ProposedVoucher, propose

BATCH = 250  # cases settled between two looks at the keyboard
READ = 2_000

D = TypeVar("D", bound=Document)


class PostingService:
    """Shows the posting proposal and freezes it."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def proposal(self) -> Proposal:
        """What waits for posting, as of now."""
        return await _derive(self._store)

    async def freeze(self, actor: str, seen: Proposal | None = None) -> list[Voucher]:
        """Make vouchers of all that is ready, and hand them to the outbox. Blocked ones stay.

        `seen` is the proposal that the handler said yes to: Conflict when it is not the proposal any more.
        """
        rates = await interest_rates(self._store)
        async with self._store.transaction(actor, "Bokføringsforslaget er bokført") as tx:
            proposal = await _derive(tx)
            if seen is not None and seen != proposal:
                raise Conflict(
                    _(
                        "Forslaget er endret siden du åpnet det. Ingenting er bokført. "
                        "Se over det nye forslaget og prøv igjen."
                    )
                )
            vouchers = await self._make(tx, proposal.ready, actor)
            cases = await self._tie(tx, vouchers, actor)
            # What is fixed now leaves less room for what is still pending on the same cases.
            for numbers in batches(cases, BATCH):
                await update(tx, numbers, rates=rates, clock=self._clock, actor=actor)
        return vouchers

    async def _make(self, tx: Transaction, ready: Sequence[ProposedVoucher], actor: str) -> list[Voucher]:
        serials: dict[str, int] = {}
        made = []
        for proposed in ready:
            group = f"{proposed.creditor}-{proposed.date:%Y%m%d}"
            if group not in serials:
                serials[group] = await tx.serial(f"vouchers/{group}")
            reference = f"KK2-{group}-{serials[group]:03d}-{proposed.kind}"
            tx.put(Delivery(id=reference))
            made.append(tx.put(_voucher(proposed, reference, actor, self._clock)))
        return made

    async def _tie(self, tx: Transaction, vouchers: Sequence[Voucher], actor: str) -> list[str]:
        """Freeze the payments: each remembers the vouchers that carry it. Returns their cases."""
        carriers: dict[str, list[str]] = {}
        for voucher in vouchers:
            for key in voucher.payments:
                carriers.setdefault(key, []).append(voucher.reference)
        payments = await tx.get_many(Payment, list(carriers))
        for key, payment in payments.items():
            tx.put(replace(payment, posting="frozen", vouchers=(*payment.vouchers, *carriers[key])))
        await log(
            tx,
            self._clock,
            actor,
            [
                (payment.case, f"Innbetaling {key} er lagt i bilag {', '.join(carriers[key])}.")
                for key, payment in payments.items()
                if payment.case is not None
            ],
        )
        return sorted({payment.case for payment in payments.values() if payment.case is not None})


def _voucher(proposed: ProposedVoucher, reference: str, actor: str, clock: Clock) -> Voucher:
    return Voucher(
        id=reference,
        creditor=proposed.creditor,
        date=proposed.date,
        kind=proposed.kind,
        company=proposed.company,
        voucher_type=proposed.voucher_type,
        approve=proposed.approve,
        text=f"KK2 {KIND_NAMES[proposed.kind].lower()} {format_date(proposed.date)} {reference}",
        amount=proposed.amount,
        lines=proposed.lines,
        payments=proposed.payments,
        created=clock.now(),
        actor=actor,
    )


async def _derive(reader: Reader) -> Proposal:
    payments = await asyncio.to_thread(_placed, await reader.find(Payment, "posting", "pending"))
    cases = await _read(reader, Case, (payment.case for payment in payments if payment.case))
    claims = await _read(reader, Claim, _claims_of(payments))
    creditors = await _read(reader, Creditor, (payment.creditor for payment in payments))
    return await asyncio.to_thread(propose, payments, Books(creditors=creditors, cases=cases, claims=claims))


def _placed(payments: Iterable[Payment]) -> list[Payment]:
    return [payment for payment in payments if payment.case is not None and payment.deleted is None]


async def _read(reader: Reader, kind: type[D], keys: Iterable[str]) -> dict[str, D]:
    """The documents by id, some of them at a time, so that the screens stay awake however many there are."""
    wanted = list(dict.fromkeys(keys))
    found: dict[str, D] = {}
    for some in batches(wanted, READ):
        found |= await reader.get_many(kind, some)
    return found


def _claims_of(payments: Iterable[Payment]) -> Iterable[str]:
    for payment in payments:
        for part in payment.coverage:
            if part.component == "principal" and part.target is not None:
                yield part.target
