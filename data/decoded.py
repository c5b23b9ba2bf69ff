"""Documents out of their JSON."""

import functools
from typing import TypeVar

import msgspec

from data.documents import Document
from data.errors import StoreBroken

D = TypeVar("D", bound=Document)


@functools.cache
def decoder(kind: type[D]) -> "msgspec.json.Decoder[D]":
    """A type's decoder; making one costs more than using it."""
    return msgspec.json.Decoder(kind)


def decoded(kind: type[D], text: str) -> D:
    """A stored document. Raises StoreBroken when it is not of its kind."""
    try:
        doc: D = decoder(kind).decode(text)
    except msgspec.DecodeError as error:
        raise StoreBroken(
            f"Et dokument i «{kind.TABLE}» kan ikke leses. Ingenting er endret. "
            "Be driftsansvarlig kjøre «kk2 store check»."
        ) from error
    return doc
