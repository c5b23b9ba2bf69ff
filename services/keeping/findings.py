"""What a check of the store has found wrong."""

from collections import Counter

import msgspec

MOST_LISTED = 1_000  # all are counted; more would tell nobody anything


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is wrong with a document. `message` is Norwegian, and names nobody."""

    code: str
    table: str
    id: str
    message: str


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """A whole check. `documents` counts by table, `counts` the findings by code; the first ones are `findings`.

    `lines` is the length of the audit trail, `newest` the hash of its newest line ("" in an empty store).
    """

    lines: int
    newest: str
    documents: dict[str, int]
    findings: tuple[Finding, ...]
    counts: dict[str, int]

    @property
    def found(self) -> int:
        return sum(self.counts.values())

    @property
    def in_order(self) -> bool:
        return not self.counts


class Findings:
    """Collects findings: counts all, keeps the first."""

    def __init__(self) -> None:
        self.kept: list[Finding] = []
        self.counts: Counter[str] = Counter()

    def add(self, found: list[Finding]) -> None:
        self.counts.update(finding.code for finding in found)
        self.kept += found[: MOST_LISTED - len(self.kept)]
