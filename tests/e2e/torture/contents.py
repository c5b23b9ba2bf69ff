"""All that a home holds and its Visma knows, without what is never twice the same: to compare one run with another."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec

from data.documents import ALL_DOCUMENTS
from kk2tui import wiring
from services.listing import everything

Contents = dict[str, list[Any]]

# Times, what is made at random, and what grows by each attempt.
_VOLATILE = frozenset(
    ("rev", "time", "created", "imported", "started", "fetched", "read", "received", "sent_at", "last_attempt")
) | {"attempts", "message", "message_id", "receipt"}
_LEFT_OVERS = re.compile(r"^\.writing-|^\.kk2\.db\.|\.tmp$")


async def contents(home: Path) -> Contents:
    """Every document but the receipts (each attempt has its own), and what Visma has.

    Events of a case are compared as a set of texts: an attempt that was undone leaves none behind, one that was done
    in two goes may say the same in another order.
    """
    found: Contents = {}
    async with wiring.opened_store(home) as store:
        await store.verify()
        for kind in ALL_DOCUMENTS:
            documents = [_steady(msgspec.to_builtins(each)) for each in await everything(store, kind)]
            found[kind.__name__] = documents
    found["Event"] = sorted({f"{each['case']} {each['text']}" for each in found["Event"]})
    found["Receipt"] = sorted({each["kind"] for each in found["Receipt"]})
    state = home / wiring.SIMULATOR_STATE
    world = json.loads(state.read_bytes()) if state.exists() else {"invoices": {}}
    found["Visma's vouchers"] = sorted([each["reference"], each["lines"]] for each in world.get("vouchers", ()))
    found["Visma's case numbers"] = sorted([key, each.get("case_number")] for key, each in world["invoices"].items())
    return found


def left_overs(home: Path) -> list[str]:
    """Files left lying by halves."""
    return [f"left lying: {each.name}" for each in home.rglob("*") if _LEFT_OVERS.search(each.name)]


def differences(wanted: Contents, found: Contents) -> list[str]:
    """What is not as it should be, in few words."""
    texts = []
    for kind, there in found.items():
        if wanted[kind] != there:
            missing = [each for each in wanted[kind] if each not in there]
            extra = [each for each in there if each not in wanted[kind]]
            count = f"{len(there)} instead of {len(wanted[kind])}"
            texts.append(f"{kind}: {count}, should be {missing[:1]}, is {extra[:1]}")
    return texts


def _steady(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _steady(part) for name, part in value.items() if name not in _VOLATILE}
    return [_steady(part) for part in value] if isinstance(value, list) else value
