"""What a process said was committed, in the moment after it was: a line in a file of its own.

Each transaction's reason in the audit trail ends with a mark that nobody else uses, so that what was said and what is
there can be held against each other.
"""

import itertools
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from data.documents import Document
from data.store import Store, Transaction
from kk2tui import wiring

_numbers = itertools.count(1)  # of all stores of this process, one after the other


class Acknowledged(msgspec.Struct, frozen=True):
    """A committed transaction: its mark, how long it waited for its turn (ms), and the documents it changed."""

    mark: str
    waited: int
    documents: list[tuple[str, str]]


class AcknowledgingStore:
    """A store that acknowledges each transaction."""

    def __init__(self, inner: Store, path: Path, name: str) -> None:
        self._inner = inner
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @asynccontextmanager
    async def transaction(self, actor: str, reason: str) -> AsyncIterator[Transaction]:
        mark = f"#{self._name}-{next(_numbers)}"
        asked = time.monotonic()
        async with self._inner.transaction(actor, f"{reason} {mark}") as tx:
            waited = round((time.monotonic() - asked) * 1000)
            noted = _NotingTransaction(tx)
            yield noted  # type: ignore[misc]  # all of Transaction, by way of __getattr__
        if noted.documents:
            said = Acknowledged(mark, waited, list(noted.documents))
            os.write(self._file, msgspec.json.encode(said) + b"\n")


class _NotingTransaction:
    """A transaction that knows which documents were changed in it."""

    def __init__(self, inner: Transaction) -> None:
        self._inner = inner
        self.documents: dict[tuple[str, str], None] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def put(self, doc: Document) -> Document:
        self.documents[doc.TABLE, doc.id] = None
        return self._inner.put(doc)

    def delete(self, doc: Document) -> None:
        self.documents[doc.TABLE, doc.id] = None
        self._inner.delete(doc)


def read_acknowledgements(path: Path) -> list[Acknowledged]:
    """All that was said. Half a line at the end was not said: its process was killed while saying it."""
    if not path.exists():
        return []
    *lines, _ = path.read_bytes().split(b"\n")
    return [msgspec.json.decode(line, type=Acknowledged) for line in lines]


def acknowledging(path: Path, name: str) -> None:
    """From now on every store that the wiring of this process opens acknowledges its transactions."""
    open_store: Any = vars(wiring)["open_store"]
    setattr(wiring, "open_store", lambda *given: AcknowledgingStore(open_store(*given), path, name))  # noqa: B010 -- on purpose
