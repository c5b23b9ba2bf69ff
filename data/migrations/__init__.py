"""How stored documents become what this version of the program reads. How to write one: docs/development.md.

A module each, `m0001_….py`, with a `MIGRATION`. They are listed here by number, without gaps; one that is released is
never changed or removed. There is none yet: every document that a release has stored can be read as it is.
"""

from typing import TYPE_CHECKING

from data.documents import Schema
from data.store import Store

if TYPE_CHECKING:
    from data.migrations.migration import Migration

MIGRATIONS: "tuple[Migration, ...]" = ()


async def is_up_to_date(store: Store) -> bool:
    """Whether the store has been through all migrations and no others: one get."""
    return await version(store) == (MIGRATIONS[-1].number if MIGRATIONS else 0)


async def version(store: Store) -> int:
    """The number of the last migration that the store has been through, 0 for none."""
    schema = await store.get(Schema, Schema.ID)
    return schema.version if schema else 0
