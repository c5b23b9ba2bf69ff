"""Rates of interest as people write and read them; inside, hundredths of a per cent (basis points)."""

import re

from data.errors import Kk2Error
from data.language import _

_WRITTEN = re.compile(r"(?P<whole>[0-9]{1,2})(?:[.,](?P<part>[0-9]{1,2}))?[ ]?%?")


class PercentError(Kk2Error):
    """The text is no rate."""

    code = "bad_percent"


def parse_percent(text: str) -> int:
    """`12,25`, `12.25 %` or `12` as 1225 or 1200: under 100, two decimals at most. Raises PercentError."""
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        raise PercentError(_("Skriv satsen i prosent, for eksempel 12,25."))
    return int(match["whole"]) * 100 + int((match["part"] or "").ljust(2, "0"))


def format_percent(basis_points: int) -> str:
    """1225 as `12,25 %`."""
    whole, part = divmod(basis_points, 100)
    return f"{whole},{part:02d} %"
