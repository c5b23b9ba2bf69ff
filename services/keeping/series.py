"""Which series a document's id is numbered by."""

import re

_IDS = {
    "payments": re.compile(r"P(?P<number>\d+)", re.ASCII),
    "receipts": re.compile(r"K(?P<number>\d+)", re.ASCII),
    "mails": re.compile(r"M(?P<number>\d+)", re.ASCII),
    "events": re.compile(r"(?P<number>\d+)", re.ASCII),
    "cases": re.compile(r"(?P<group>\d{4})-(?P<number>\d{8})", re.ASCII),
    "vouchers": re.compile(r"KK2-(?P<group>\d{4}-\d{8})-(?P<number>\d+)-[RNG]", re.ASCII),
}


def series_of(table: str, key: str) -> tuple[str, int] | None:
    """The series and the number in it: ("cases/0221", 38) of case 0221-00000038. None: the id is no number."""
    match = _IDS[table].fullmatch(key) if table in _IDS else None
    if match is None:
        return None
    group = match.groupdict().get("group")
    return (f"{table}/{group}" if group else table), int(match["number"])


class Highest:
    """The highest number of each series among the documents that have gone by."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def see(self, table: str, key: str) -> None:
        if found := series_of(table, key):
            series, number = found
            if number > self.numbers.get(series, 0):
                self.numbers[series] = number
