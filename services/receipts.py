"""Receipts: what each import and each posting did, kept and readable again."""

from collections.abc import Sequence
from typing import Literal

from data.documents import Receipt, Section
from data.errors import NotFound
from data.language import _
from data.store import Page, Store, Transaction
from services.clock import Clock

Kind = Literal["cases", "payments", "posting", "retention"]


async def keep_receipt(
    tx: Transaction,
    clock: Clock,
    actor: str,
    *,
    kind: Kind,
    title: str,
    summary: Sequence[str] = (),
    warnings: Sequence[str] = (),
    sections: Sequence[Section] = (),
) -> Receipt:
    """Store a receipt in the caller's transaction, under the next number."""
    return tx.put(
        Receipt(
            id=f"K{await tx.serial('receipts'):06d}",
            kind=kind,
            time=clock.now(),
            actor=actor,
            title=title,
            summary=tuple(summary),
            warnings=tuple(warnings),
            sections=tuple(sections),
        )
    )


class ReceiptService:
    """Reads receipts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def newest(self, *, offset: int = 0, limit: int = 200) -> Page[Receipt]:
        """Receipts, the newest first."""
        return await self._store.page(Receipt, descending=True, offset=offset, limit=limit)

    async def count(self) -> int:
        return await self._store.count(Receipt)

    async def get(self, number: str) -> Receipt:
        """Raises NotFound."""
        receipt = await self._store.get(Receipt, number)
        if receipt is None:
            raise NotFound(_("Kvittering {number} finnes ikke. Se kk2 receipts list.").format(number=number))
        return receipt
