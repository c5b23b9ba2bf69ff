"""The side of the simulator that plays the people at Visma: JSON over /simulator/…, and the same as functions.

GET  /simulator/faults                                              planned faults
POST /simulator/faults       {"operation", "fault", "times"}        plan one
GET  /simulator/vouchers                                            every voucher stored
POST /simulator/vouchers     {"reference", "state"}                 register, approve, post, refuse or delete
GET  /simulator/proposals                                           run, status and number of invoices
POST /simulator/proposals    {"run", "status"}                      approve (or spoil) a proposal
POST /simulator/transactions {"visma_id", "amount", "date", …}      a payment to the ordinary account
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

import msgspec

from services.visma.port import ProposalStatus, VoucherState
from services.visma.simulator import faults, vouchers
from services.visma.simulator.faults import Reply
from services.visma.simulator.ledger import PAYMENT, Refusal, add_transaction
from services.visma.simulator.world import Fault, World

PREFIX = "/simulator/"


class _Request(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a POST carries."""


class _Voucher(_Request, kw_only=True):
    reference: str
    state: VoucherState


class _Proposal(_Request, kw_only=True):
    run: int
    status: ProposalStatus = "approved"


class _Transaction(_Request, kw_only=True):
    visma_id: str
    amount: int
    date: dt.date
    type: str = PAYMENT
    category: int = 0
    text: str = ""


def reply(world: World, method: str, path: str, body: bytes) -> Reply:
    """Answer one administrative call: 200 with JSON, 400 for a bad one, 404 for an unknown path."""
    action = _ACTIONS.get((method, path.removeprefix(PREFIX).rstrip("/")))
    if action is None:
        return _json(404, {"error": "Ukjent kall."})
    try:
        return _json(200, action(world, body))
    except Refusal as refusal:
        return _json(400, {"error": refusal.message, "code": refusal.code})
    except msgspec.MsgspecError as error:
        return _json(400, {"error": f"Ugyldig JSON: {error}"})


def plan_fault(world: World, planned: Fault) -> None:
    """Raises Refusal for a fault that does not exist."""
    world.faults.append(faults.check(planned))


def set_proposal(world: World, run: int, status: ProposalStatus = "approved") -> None:
    """Raises Refusal for an unknown run."""
    found = next((proposal for proposal in world.proposals if proposal.run == run), None)
    if found is None:
        raise Refusal("UKJENT_FORSLAG", "Forslaget finnes ikke.")
    found.status = status


def _post_fault(world: World, body: bytes) -> object:
    plan_fault(world, msgspec.json.decode(body, type=Fault))
    return world.faults


def _post_voucher(world: World, body: bytes) -> object:
    asked = msgspec.json.decode(body, type=_Voucher)
    return vouchers.move(world, asked.reference, asked.state)


def _post_proposal(world: World, body: bytes) -> object:
    asked = msgspec.json.decode(body, type=_Proposal)
    set_proposal(world, asked.run, asked.status)
    return _proposals(world, b"")


def _post_transaction(world: World, body: bytes) -> object:
    asked = msgspec.json.decode(body, type=_Transaction)
    return add_transaction(world, **msgspec.structs.asdict(asked))


def _proposals(world: World, body: bytes) -> object:
    return [
        {"run": found.run, "company": found.company, "status": found.status, "invoices": len(found.invoices)}
        for found in world.proposals
    ]


def _json(status: int, value: object) -> Reply:
    return Reply(status=status, media_type="application/json", content=msgspec.json.encode(value))


_ACTIONS: dict[tuple[str, str], Callable[[World, bytes], Any]] = {
    ("GET", "faults"): lambda world, body: world.faults,
    ("POST", "faults"): _post_fault,
    ("GET", "vouchers"): lambda world, body: world.vouchers,
    ("POST", "vouchers"): _post_voucher,
    ("GET", "proposals"): _proposals,
    ("POST", "proposals"): _post_proposal,
    ("POST", "transactions"): _post_transaction,
}
