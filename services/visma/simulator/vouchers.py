"""What the simulated Visma does with vouchers: receive, recognise, refuse, register, post. Pure on the world."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Literal

import msgspec

from services.visma.port import VoucherState
from services.visma.simulator.ledger import Refusal, add_transaction
from services.visma.simulator.world import StoredLine, StoredVoucher, World

REGISTERED_BY = "WS-infe"
_NEXT: dict[VoucherState, tuple[VoucherState, ...]] = {
    "received": ("registered", "approved", "posted", "rejected", "deleted"),
    "registered": ("approved", "posted", "rejected", "deleted"),
    "approved": ("posted", "rejected", "deleted"),
}


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher as it comes in."""

    reference: str
    company: str
    voucher_type: str
    year: int
    period: int
    date: dt.date
    text: str
    approve: bool
    lines: list[StoredLine]

    def hash(self) -> str:
        """SHA-256 of everything but the reference."""
        everything = msgspec.to_builtins(self, str_keys=True)
        del everything["reference"]
        return hashlib.sha256(msgspec.json.encode(everything, order="sorted")).hexdigest()


Outcome = tuple[Literal["OK", "DUPLIKAT", "AVVIST"], StoredVoucher | None, list[str]]


def deliver(world: World, content: Content, now: dt.datetime) -> Outcome:
    """Store a voucher once for each reference, if the rules say that references are recognised.

    The same reference with other content is refused, and so is a voucher that cannot be entered.
    """
    fingerprint = content.hash()
    earlier = next((found for found in world.vouchers if found.reference == content.reference), None)
    if earlier is not None and world.rules.recognises_references:
        if earlier.content_hash == fingerprint:
            return "DUPLIKAT", earlier, []
        return "AVVIST", None, ["Referansen er brukt på et bilag med annet innhold."]
    errors = _errors(world, content)
    if errors:
        return "AVVIST", None, errors
    stored = StoredVoucher(
        visma_id=f"B{len(world.vouchers) + 1:06}",
        reference=content.reference,
        company=content.company,
        voucher_type=content.voucher_type,
        date=content.date,
        text=content.text,
        state="approved" if content.approve else "received",
        content_hash=fingerprint,
        received=now,
        lines=content.lines,
    )
    world.vouchers.append(stored)
    return "OK", stored, []


def _errors(world: World, content: Content) -> list[str]:
    """All that is wrong with a voucher, in Norwegian."""
    rules = world.rules
    balance = sum(line.amount for line in content.lines)
    checks = (
        (content.company not in world.companies, f"Selskap {content.company} finnes ikke."),
        (
            bool(rules.voucher_types) and content.voucher_type not in rules.voucher_types,
            f"Bilagskode {content.voucher_type} finnes ikke.",
        ),
        (balance != 0, "Bilaget er ikke i balanse."),
        (
            f"{content.year}-{content.period:02}" in rules.closed_periods,
            f"Perioden {content.period}/{content.year} er stengt.",
        ),
        (
            any(line.visma_id and line.visma_id not in world.invoices for line in content.lines),
            "Bilaget viser til en faktura som ikke finnes.",
        ),
    )
    return [text for wrong, text in checks if wrong]


def find_vouchers(
    world: World, company: str, references: Sequence[str], visma_ids: Sequence[str]
) -> list[StoredVoucher]:
    """Vouchers of a company, by reference or id; all of them when neither is given."""
    return [
        found
        for found in world.vouchers
        if found.company == company
        and (found.reference in references or found.visma_id in visma_ids or not (references or visma_ids))
    ]


def move(world: World, reference: str, state: VoucherState) -> StoredVoucher:
    """What a person does in Visma: register, approve, post, refuse or delete the newest voucher of a reference.

    Posting enters its lines on the invoices that they name. Raises Refusal when the step does not exist.
    """
    found = next((voucher for voucher in reversed(world.vouchers) if voucher.reference == reference), None)
    if found is None:
        raise Refusal("UKJENT_BILAG", "Bilaget finnes ikke.")
    if state not in _NEXT.get(found.state, ()):
        raise Refusal("UGYLDIG_STATUS", f"Bilaget kan ikke gå fra {found.state} til {state}.")
    found.state = state
    if state in ("registered", "approved", "posted") and not found.number:
        found.number = str(500_000 + int(found.visma_id[1:]))
    if state == "posted":
        _post(world, found)
    return found


def _post(world: World, voucher: StoredVoucher) -> None:
    for line in voucher.lines:
        if line.visma_id:
            add_transaction(
                world,
                visma_id=line.visma_id,
                amount=line.amount,
                date=voucher.date,
                text=line.text,
                reference=voucher.reference,
                voucher_number=voucher.number,
            )
