"""Looking a person up by a whole national id: a use of personal data, told in the program's log.

Whoever types an id learns by a hit that the person has a case. Who did it, when, and how many cases there were stand in
the log; the id itself never does (personvernforordningen art. 5 nr. 1 f and art. 32).
"""

import logging

from data.sealed_words import is_sealed
from data.search_index import spellings

_LOG = logging.getLogger("kk2")


def national_ids(text: str) -> frozenset[str]:
    """The whole national ids in what is searched for, sealed: any eleven digits may be one."""
    return frozenset(word for each in spellings(text) for word in each if is_sealed(word))


class Lookups:
    """What one handler has looked up in this session."""

    def __init__(self, actor: str) -> None:
        self._actor = actor
        self._told: frozenset[str] = frozenset()

    def searched(self, text: str, cases: int) -> None:
        """Leave a line in the log if the search was by a national id. A list that is read again is the same search."""
        asked = national_ids(text)
        if asked and asked != self._told:
            _LOG.info("search by a whole national id by %s: %d cases found", self._actor, cases)
        self._told = asked
