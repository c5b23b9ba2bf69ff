"""The messages that the handlers' documentation explains, and which tests have made them happen."""

import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import NamedTuple, ParamSpec

P = ParamSpec("P")

HANDBOOK = Path(__file__).parents[2] / "docs" / "saksbehandler.md"
MESSAGE_COLUMNS = ("melding", "årsak")  # what the first column of a table of messages is called
PROVOKED: set[str] = set()


class Row(NamedTuple):
    """A message, what causes it, and what the handler does. "…" stands for what differs from time to time."""

    message: str
    cause: str
    remedy: str


def message_rows() -> list[Row]:
    """All rows of the tables of messages, in their order."""
    rows, inside = [], False
    for line in HANDBOOK.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[0] in MESSAGE_COLUMNS:
            inside = True
        elif inside and not line.startswith("|---"):
            rows.append(Row(*cells))
    return rows


def provokes(*messages: str) -> Callable[[Callable[P, str]], Callable[P, None]]:
    """The test returns what a person saw, and these messages must be in it."""
    PROVOKED.update(messages)

    def decorate(test: Callable[P, str]) -> Callable[P, None]:
        @wraps(test)
        def run(*args: P.args, **kwargs: P.kwargs) -> None:
            seen = " ".join(test(*args, **kwargs).split())
            missing = [message for message in messages if not re.search(_pattern(message), seen)]
            assert not missing, f"{missing} not in: {seen}"

        return run

    return decorate


def _pattern(message: str) -> str:
    return ".+".join(re.escape(part.strip()) for part in message.split("…"))
