"""The receipt of a bank file: cases hit with old and new balance, closed cases, unplaced payments with the reason."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from data.documents import Column, Payment, Receipt, Section, UnplacedReason
from data.language import N_
from data.store import Transaction
from services.clock import Clock
from services.receipts import keep_receipt
from services.rules.money import format_amount

REASONS: Mapping[UnplacedReason, str] = {
    "unknown_kid": N_("ingen sak har denne KID"),
    "ambiguous_kid": N_("flere saker har denne KID"),
    "blank_kid": N_("uten KID"),
    "bad_chars": N_("KID har ugyldige tegn"),
    "bad_length": N_("KID har feil lengde"),
    "bad_check": N_("KID har feil kontrollsiffer"),
    "closed_case": N_("saken er avsluttet"),
    "negative": N_("negativ innbetaling (tilbakeføring)"),
    "card": N_("kortbetaling, må vurderes"),
    "visma_invoice": N_("feilføring i Visma: 20-UTG. FAKTURA"),
    "visma_voucher": N_("kk2-bilag endret i Visma, eller ukjent her"),
    "unlinked": N_("fakturaen har saksnummeret, men er ikke på saken"),
    "before_case": N_("kan være med i det saken begynte med"),
}


class CaseHit(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A case that got payments. Amounts are øre, `before` and `after` today's total balance."""

    case: str
    debtor: str
    paid: int
    before: int
    after: int
    surplus: int
    closed: bool


async def keep_bank_receipt(
    tx: Transaction,
    clock: Clock,
    actor: str,
    *,
    name: str,
    amount: int,
    hits: Sequence[CaseHit],
    unplaced: Sequence[Payment],
    duplicates: int,
) -> Receipt:
    """Store the receipt of a file in the caller's transaction."""
    # Told in a thread: of 100 000 cases it takes a tenth of a second, and screens are open meanwhile.
    told = await asyncio.to_thread(_tell, amount, hits, unplaced, duplicates)
    return await keep_receipt(
        tx,
        clock,
        actor,
        kind="payments",
        title=f"Import av OCR, {name}",
        summary=told.summary,
        warnings=told.surplus,
        sections=told.sections,
    )


class _Told(NamedTuple):
    summary: Sequence[str]
    surplus: Sequence[str]
    sections: Sequence[Section]


def _tell(amount: int, hits: Sequence[CaseHit], unplaced: Sequence[Payment], duplicates: int) -> _Told:
    placed = sum(hit.paid for hit in hits)
    closed = sum(hit.closed for hit in hits)
    summary = [
        f"Sum i filen {format_amount(amount)}",
        f"{len(hits)} saker fikk {format_amount(placed)}; {closed} saker ble avsluttet",
        f"Uplassert: {len(unplaced)} med sum {format_amount(sum(each.amount for each in unplaced))}",
    ]
    if duplicates:
        summary.append(f"{duplicates} innbetalinger var lest før og er ikke lest på nytt")
    surplus = [f"{hit.case}: {format_amount(hit.surplus)} til gode" for hit in hits if hit.surplus > 0]
    return _Told(summary, surplus, [_hit_section(hits), *([_unplaced_section(unplaced)] if unplaced else [])])


def _hit_section(hits: Sequence[CaseHit]) -> Section:
    return Section(
        title="Saker",
        columns=(
            Column(title="Saksnummer", kind="case"),
            Column(title="Skyldner"),
            Column(title="Innbetalt", kind="amount"),
            Column(title="Saldo før", kind="amount"),
            Column(title="Saldo nå", kind="amount"),
            Column(title="Status"),
        ),
        rows=tuple(
            (hit.case, hit.debtor, hit.paid, hit.before, hit.after, "avsluttet" if hit.closed else "") for hit in hits
        ),
    )


def _unplaced_section(payments: Sequence[Payment]) -> Section:
    return Section(
        title="Uplasserte innbetalinger",
        columns=(
            Column(title="Nr."),
            Column(title="Dato", kind="date"),
            Column(title="Beløp", kind="amount"),
            Column(title="KID"),
            Column(title="Årsak"),
        ),
        rows=tuple(
            (each.id, each.date.isoformat(), each.amount, each.kid, REASONS[each.unplaced] if each.unplaced else "")
            for each in payments
        ),
    )
