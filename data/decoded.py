"""Documents out of their JSON."""

import functools
from typing import TypeVar

import msgspec

from data.documents import Document
from data.errors import StoreBroken
from data.language import _

D = TypeVar("D", bound=Document)


@functools.cache
def decoder(kind: type[D]) -> "msgspec.json.Decoder[D]":
    """A type's decoder; making one costs more than using it."""
    return msgspec.json.Decoder(kind)


def readable(kind: type[D], text: str) -> D | None:
    """A stored document, or None: one of an older program, that a migration is about to bring up to date."""
    try:
        doc: D = decoder(kind).decode(text)
    except msgspec.DecodeError:
        return None
    return doc


def decoded(kind: type[D], text: str) -> D:
    """A stored document. Raises StoreBroken when it is not of its kind."""
    try:
        doc: D = decoder(kind).decode(text)
    except msgspec.DecodeError as error:
        raise StoreBroken(
            _(
                "Et dokument i «{table}» kan ikke leses. Ingenting er endret. Be driftsansvarlig "
                "kjøre «kk2 store check»."
            ).format(table=kind.TABLE)
        ) from error
    return doc
