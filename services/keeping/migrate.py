"""Moving a store to another backend, and proving that all of it came over.

Both sides are read and reckoned alike: documents, sums of øre, series, the newest hash of the trail, and for each table
a hash over every document in canonical JSON, so that a single changed letter shows whatever way a backend spaces JSON.
"""

import hashlib
from typing import Any

import msgspec

from data.errors import StoreBroken
from data.language import _
from data.store import Snapshot, Store, StoredDocument
from services.errors import Refused
from services.keeping.contents import Contents, contents
from services.progress import Progress, silent

AMOUNTS: dict[str, tuple[str, ...]] = {
    "bank_files": ("amount",),
    "cases": ("outstanding",),
    "claims": ("amount", "unpaid"),
    "fees": ("amount",),
    "letters": ("total", "costs", "fees", "surplus"),
    "payments": ("amount", "waiting"),
    "vouchers": ("amount",),
}
_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder(order="sorted").encode


class TableProof(msgspec.Struct, frozen=True, kw_only=True):
    """A table: how many documents, the sum of each amount (øre), and a hash over all of them, ordered by id."""

    table: str
    documents: int
    sums: dict[str, int]
    digest: str


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """All that a store holds, in a form that is equal for equal stores. Tables without documents are left out."""

    tables: tuple[TableProof, ...]
    serials: dict[str, int]
    contents: Contents


async def migrate(source: Store, target: Store, progress: Progress = silent) -> Proof:
    """Copy all of `source` into `target`, which must be empty, and prove it.

    Raises Conflict "not_empty"; StoreBroken "not_equal" when the proof fails; Refused "moved_on" when somebody worked
    meanwhile: the copy is whole, but of an earlier moment.
    """
    async with source.snapshot() as snapshot:
        progress(0, 0, _("kopierer registeret"))
        await target.fill(snapshot)
        progress(0, 0, _("regner over kilden"))
        before = await prove(snapshot, progress)
    async with target.snapshot() as copy:
        progress(0, 0, _("regner over kopien"))
        after = await prove(copy, progress)
    if before != after:
        raise _not_equal(before, after)
    progress(0, 0, _("kontrollerer endringsloggen i kopien"))
    await target.verify()
    if await source.last_change() != before.contents.lines:
        raise _moved_on(before.contents)
    return before


async def prove(snapshot: Snapshot, progress: Progress = silent) -> Proof:
    """Reckon over everything in a snapshot."""
    tables = []
    for table in await snapshot.tables():
        reckoned = _Table(table)
        async for stretch in snapshot.documents(table):
            for stored in stretch:
                reckoned.add(stored)
            progress(reckoned.documents, 0, table)
        if reckoned.documents:
            tables.append(reckoned.proof())
    return Proof(tables=tuple(tables), serials=await snapshot.serials(), contents=await contents(snapshot))


class _Table:
    """The reckoning of one table under way."""

    def __init__(self, table: str) -> None:
        self.documents = 0
        self._table = table
        self._sums = dict.fromkeys(AMOUNTS.get(table, ()), 0)
        self._digest = hashlib.blake2b(digest_size=32)

    def add(self, stored: StoredDocument) -> None:
        document = _decode(stored.doc)
        self.documents += 1
        for field in self._sums:
            self._sums[field] += document[field]
        self._digest.update(_encode((stored.id, stored.rev, document)))

    def proof(self) -> TableProof:
        return TableProof(table=self._table, documents=self.documents, sums=self._sums, digest=self._digest.hexdigest())


def _not_equal(before: Proof, after: Proof) -> StoreBroken:
    ours, theirs = ({each.table: each for each in proof.tables} for proof in (before, after))
    differing = [table for table in sorted(ours.keys() | theirs.keys()) if ours.get(table) != theirs.get(table)]
    differing += [] if before.serials == after.serials else ["nummerserier"]
    differing += [] if before.contents == after.contents else ["endringsloggen"]
    return StoreBroken(
        _(
            "Kopien er ikke lik registeret: {differing}. Registeret er uendret; bruk det videre. "
            "Slett kopien, og meld fra om feilen."
        ).format(differing=", ".join(differing)),
        code="not_equal",
    )


def _moved_on(copied: Contents) -> Refused:
    return Refused(
        _(
            "Noen har arbeidet mens registeret ble kopiert: kopien slutter ved linje {lines} i "
            "endringsloggen ({time}), og er hel, men ikke ny nok. Registeret er uendret. Få alle "
            "ut av kk2, slett kopien, og flytt på nytt."
        ).format(lines=copied.lines, time=copied.time),
        code="moved_on",
    )
