"""How long work tells how far it has come."""

from collections.abc import Callable

Progress = Callable[[int, int, str], None]
"""Called with (done, total, what). `total` is 0 while it is not known."""


def silent(done: int, total: int, what: str) -> None:
    """For those who do not watch."""
