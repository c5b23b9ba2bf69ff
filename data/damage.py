"""What is wrong with a store, as its check tells it. Any backend finds its own, and tells them alike."""

from collections.abc import Mapping, Sequence

from data.errors import StoreBroken
from data.language import _

MOST_TOLD = 100
Problem = Mapping[str, object]  # table, id, message


def problem(table: str, key: str, message: str) -> Problem:
    """One thing that is wrong; without a table and an id when it is about the whole."""
    return {"table": table, "id": key, "message": message}


def damaged(problems: Sequence[Problem]) -> StoreBroken:
    """The first problem in words, and all of them as details."""
    first = problems[0]
    place = f"{first['id']} i «{first['table']}»: " if first["table"] else ""
    return StoreBroken(
        _(
            "Registeret er skadet, eller endret utenom kk2: {place}{first}. Ingenting er gjort "
            "med det. Ta vare på det slik det er, og be driftsansvarlig sammenligne med siste "
            "sikkerhetskopi."
        ).format(place=place, first=first["message"]),
        details=problems,
    )
