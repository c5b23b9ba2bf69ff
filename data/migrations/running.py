"""Bringing a store's documents up to date with the program, when it is behind.

The store keeps the number of the last migration it has been through, in the one document of Schema. A document goes
through all migrations that are left in one step, from its JSON to today's type, by ordinary transactions: the audit
trail tells of it, and a document that somebody changes at the same moment is taken again. The number is raised last, so
that what was interrupted goes on where it stopped.
"""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import msgspec

from data.documents import ALL_DOCUMENTS, Document, Schema
from data.errors import Conflict, Kk2Error, StoreBroken, StoreBusy
from data.language import _
from data.migrations import MIGRATIONS, version
from data.migrations.migration import Migration
from data.store import Store, StoredDocument

Tell = Callable[[int, str], None]  # (documents changed so far, table)
_decode = msgspec.json.Decoder(dict[str, Any]).decode


async def bring_up_to_date(
    store: Store,
    *,
    migrations: Sequence[Migration] = MIGRATIONS,
    kinds: Sequence[type[Document]] = ALL_DOCUMENTS,
    tell: Tell = lambda done, table: None,
) -> int:
    """Run the migrations that the store has not been through. Returns how many documents were changed.

    One get when there is nothing to do. Raises StoreBroken, `newer_store` (it has been through migrations that are not
    known here) or `migration_failed`, and StoreBusy, `migrating`, when another session is at it.
    """
    latest = migrations[-1].number if migrations else 0
    if await version(store) == latest:
        return 0
    async with store.lock("migrations") as mine:
        if not mine:
            raise StoreBusy(
                _(
                    "En annen økt gjør registeret klart for denne utgaven av kk2. Ingenting er endret av deg. "
                    "Vent til den er ferdig, og prøv på nytt."
                ),
                code="migrating",
            )
        found = await version(store)  # another session may have done it before we got the lock
        if found > latest:
            raise _newer(found, latest)
        left = [migration for migration in migrations if migration.number > found]
        return await _run(store, left, {kind.TABLE: kind for kind in kinds}, tell)


async def _run(store: Store, migrations: Sequence[Migration], kinds: dict[str, type[Document]], tell: Tell) -> int:
    reason = _reason(migrations)
    done = 0
    by_table = sorted(migrations, key=lambda migration: (migration.table, migration.number))
    for table, steps in groupby(by_table, key=lambda migration: migration.table):
        done += await _Table(store, kinds[table], list(steps), reason, tell).bring_up_to_date(done)
    if migrations:
        async with store.transaction("kk2", reason) as tx:
            schema = await tx.get(Schema, Schema.ID) or Schema(id=Schema.ID)
            tx.put(msgspec.structs.replace(schema, version=migrations[-1].number))
    return done


class _Table:
    """The documents of one table on their way through the migrations that are about it."""

    def __init__(self, store: Store, kind: type[Document], steps: Sequence[Migration], reason: str, tell: Tell) -> None:
        self._store = store
        self._kind = kind
        self._steps = steps
        self._reason = reason
        self._tell = tell
        self._done = 0

    async def bring_up_to_date(self, before: int) -> int:
        """Look through the table until nothing is left."""
        while not await self._pass(before):
            pass
        return self._done

    async def _pass(self, before: int) -> bool:
        """Whether everything is in order now; else somebody has changed a document meanwhile."""
        whole = True
        async with self._store.snapshot() as snapshot:
            if self._kind.TABLE not in await snapshot.tables():
                return True
            async for stretch in snapshot.documents(self._kind.TABLE):
                changed = [doc for stored in stretch if (doc := self._changed(stored))]
                whole = await self._put(changed) and whole
                self._tell(before + self._done, self._kind.TABLE)
        return whole

    async def _put(self, changed: Sequence[Document]) -> bool:
        """Store a stretch; False when one of it has been changed since it was read. Raises any other Conflict."""
        if changed:
            try:
                async with self._store.transaction("kk2", self._reason) as tx:
                    for document in changed:
                        tx.put(document)
            except Conflict as error:
                if any("rev" in detail for detail in error.details):
                    return False
                raise
            self._done += len(changed)
        return True

    def _changed(self, stored: StoredDocument) -> Document | None:
        """The document as it shall be, None when it is so already."""
        try:
            before = after = _decode(stored.doc)
            for step in self._steps:
                after = step.change(dict(after))
            if after == before:
                return None
            return msgspec.convert(after | {"id": stored.id, "rev": stored.rev}, self._kind)
        except Exception as error:  # whatever a migration was not prepared for
            raise _failed(self._steps, stored) from error


def _reason(migrations: Sequence[Migration]) -> str:
    return "; ".join(f"Migrering {migration.number:04d}: {migration.name}" for migration in migrations)


def _newer(version: int, latest: int) -> StoreBroken:
    return StoreBroken(
        _(
            "Registeret er brukt av en nyere utgave av kk2 (dokumenter av versjon {version}, "
            "denne kjenner {latest}). Ingenting er endret. Oppgrader kk2 og åpne det på nytt."
        ).format(version=version, latest=latest),
        code="newer_store",
    )


def _failed(steps: Sequence[Migration], stored: StoredDocument) -> Kk2Error:
    return StoreBroken(
        _(
            "{reason}: dokumentet {id} i «{table}» er ikke slik det skal være, så registeret er "
            "ikke gjort klart for denne utgaven av kk2. Det som var gjort ferdig, er lagret; "
            "resten er som før. Bruk sikkerhetskopien fra før oppgraderingen med den forrige "
            "utgaven, og meld fra til den som drifter kk2."
        ).format(reason=_reason(steps), id=stored.id, table=stored.table),
        code="migration_failed",
        details=[{"table": stored.table, "id": stored.id}],
    )
