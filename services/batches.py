"""Many things a few at a time, so that the screens stay awake however many there are."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """`items` in order, `size` of them at a time; the last may be fewer."""
    return (items[begin : begin + size] for begin in range(0, len(items), size))
