"""What a migration is."""

from collections.abc import Callable
from typing import Any, NamedTuple

Change = Callable[[dict[str, Any]], dict[str, Any]]


class Migration(NamedTuple):
    """One change of the documents of one table, made once in every store.

    `change` takes a document as its JSON says, whatever version it is from, and returns it as it shall be; one that is
    so already, it returns as it is. It does no more: no look at other documents, no clock. `name` is Norwegian, and
    stands in the audit trail.
    """

    number: int
    name: str
    table: str
    change: Change
