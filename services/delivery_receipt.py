"""The receipt of a round of sending: each voucher with what became of it."""

from collections.abc import Sequence

from data.documents import Column, Receipt, Section
from data.store import Transaction
from services.clock import Clock
from services.outbox import ARRIVED, STATE_NAMES, VoucherRow
from services.receipts import keep_receipt
from services.rules.money import format_amount
from services.rules.posting import KIND_NAMES

ADVICE = "Finn bilagene på brukeren WS-infe i Visma og registrer dem."


async def keep_delivery_receipt(
    tx: Transaction, clock: Clock, actor: str, rows: Sequence[VoucherRow], stopped: str
) -> Receipt:
    """Store the receipt in the caller's transaction. `stopped` says why the sending broke off, if it did."""
    arrived = [row for row in rows if row.delivery.state in ARRIVED]
    total = format_amount(sum(row.voucher.amount for row in arrived))
    return await keep_receipt(
        tx,
        clock,
        actor,
        kind="posting",
        title="Bokføring i Visma",
        summary=(f"{len(arrived)} av {len(rows)} bilag levert, sum {total}", *_advice(arrived)),
        warnings=_warnings(rows, stopped),
        sections=(_section(rows),),
    )


def _advice(arrived: Sequence[VoucherRow]) -> tuple[str, ...]:
    """What is in a file for Visma has no id there, and is not WS-infe's."""
    return (ADVICE,) if any(row.delivery.visma_id for row in arrived) else ()


def _warnings(rows: Sequence[VoucherRow], stopped: str) -> list[str]:
    found = [
        f"{row.voucher.reference} {STATE_NAMES[row.delivery.state]}: {row.delivery.message}"
        for row in rows
        if row.delivery.state not in ARRIVED
    ]
    return [*([f"Sendingen stanset: {stopped}"] if stopped else []), *found]


def _section(rows: Sequence[VoucherRow]) -> Section:
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
                row.delivery.visma_id or (row.delivery.message if row.delivery.state in ARRIVED else ""),
            )
            for row in rows
        ),
    )
