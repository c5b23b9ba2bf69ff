"""Errors that reach a person: a stable code for programs, a Norwegian sentence for people.

Kk2Error
├── Conflict        somebody else changed the document, or a unique value is taken
├── NotFound        the document does not exist
├── StoreBusy       others have held the store for longer than we wait; nothing of the change was saved
├── StoreFull       the disk is full; nothing of the change was saved
└── StoreBroken     the store cannot be read or trusted

A message says what happened, what was saved, and what to do. Never a national id in it.
"""

from collections.abc import Mapping, Sequence


class Kk2Error(Exception):
    """Anything that is refused, with `code`, `message` and `details` (JSON-able mappings)."""

    code = "error"

    def __init__(self, message: str, *, details: Sequence[Mapping[str, object]] = (), code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)
        if code is not None:
            self.code = code


class Conflict(Kk2Error):
    """The document is not as it was when it was read, or a value that must be unique is in use."""

    code = "conflict"


class NotFound(Kk2Error):
    """There is no such document."""

    code = "not_found"


class StoreBusy(Kk2Error):
    """Others have held the store for longer than we wait."""

    code = "store_busy"


class StoreFull(Kk2Error):
    """No room on the disk: the whole transaction is undone."""

    code = "store_full"


class StoreBroken(Kk2Error):
    """The store's file cannot be opened, or its audit chain does not hold."""

    code = "store_broken"
