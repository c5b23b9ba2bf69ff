"""How stored documents become what this version of the program reads. How to write one: docs/development.md.

A module each, `m0001_….py`, with a `MIGRATION`. They are listed here by number, without gaps; one that is released is
never changed or removed. There is none yet: every document that a release has stored can be read as it is.
"""

from data.migrations.migration import Migration

MIGRATIONS: tuple[Migration, ...] = ()
