"""The log of a case: one line for each thing that happened."""

from collections.abc import Sequence

from data.documents import Event
from data.store import Transaction
from services.clock import Clock


async def log(tx: Transaction, clock: Clock, actor: str, lines: Sequence[tuple[str, str]]) -> None:
    """Add lines, as (case, text), to the logs of cases, in the caller's transaction."""
    now = clock.now()
    serials = await tx.serials("events", len(lines))
    for serial, (case, text) in zip(serials, lines, strict=True):
        tx.put(Event(id=f"{serial:09d}", case=case, time=now, actor=actor, text=text))
