"""Dates as people write them, and dates and instants as they read them."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from unicodedata import normalize

from data.errors import Kk2Error
from data.language import N_, _
from services.oslo import OSLO

_WORDS = {"i forgårs": -2, "i går": -1, "i dag": 0, "i morgen": 1, "i overmorgen": 2}
_DAYS = {word.replace(" ", ""): days for word, days in _WORDS.items()} | {"forgårs": -2, "overmorgen": 2, "går": -1}
_WEEKDAYS = (N_("mandag"), N_("tirsdag"), N_("onsdag"), N_("torsdag"), N_("fredag"), N_("lørdag"), N_("søndag"))
_RELATIVE = re.compile(r"([+\-−])[ ]?([0-9]{1,4})")
_WRITTEN = (
    re.compile(r"(?P<day>[0-9]{1,2})[.][ ]?(?P<month>[0-9]{1,2})[.][ ]?(?P<year>[0-9]{4}|[0-9]{2})"),
    re.compile(r"(?P<day>[0-9]{2})(?P<month>[0-9]{2})(?P<year>[0-9]{4}|[0-9]{2})"),
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"),
)
_WITHOUT_YEAR = re.compile(r"[0-9]{1,2}[.][ ]?[0-9]{1,2}[.]?|[0-9]{4}")
_AMERICAN = re.compile(r"[0-9]{1,4}/[0-9]{1,2}(/[0-9]{1,4})?")


class DateError(Kk2Error):
    """The text is not a date, or is a day that no calendar has."""

    code = "bad_date"


def parse_date(text: str, today: date) -> date:
    """The date in `010226`, `1.2.26`, `01.02.2026`, `2026-02-01`, `i dag`, `i går`, `+14` or `-3` (days from today).

    A year of two digits is in this century. The text is never repeated in the error. Raises DateError.
    """
    plain = " ".join(normalize("NFC", text).lower().split())  # å may come as two characters from a Mac
    days = _days_from_today(plain)
    try:
        if days is not None:
            return today + timedelta(days)
        for match in _matches(plain):
            year = int(match["year"])
            return date(year if len(match["year"]) == 4 else 2000 + year, int(match["month"]), int(match["day"]))
    except (ValueError, OverflowError):
        raise DateError(
            _("Datoen finnes ikke i kalenderen. Skriv dag, måned og år, for eksempel 20.11.2026.")
        ) from None
    raise DateError(_advice(plain))


def format_date(day: date) -> str:
    """`20.11.2026`."""
    return f"{day.day:02d}.{day.month:02d}.{day.year:04d}"


def format_weekday(day: date) -> str:
    """`tirsdag 24.11.2026`."""
    return f"{_(_WEEKDAYS[day.weekday()])} {format_date(day)}"


def format_instant(instant: datetime) -> str:
    """An aware instant as Norwegian clocks show it: `24.11.2026 08:12`."""
    local = instant.astimezone(OSLO)
    return f"{format_date(local)} {local:%H:%M}"


def format_clock(instant: datetime) -> str:
    """An aware instant as Norwegian clocks show it, without its day: `08:12`."""
    return f"{instant.astimezone(OSLO):%H:%M}"


def _advice(plain: str) -> str:
    if not plain:
        return _("Datoen mangler. Skriv dag, måned og år, for eksempel 20.11.2026, eller i dag.")
    if _WITHOUT_YEAR.fullmatch(plain):
        return _("Året mangler. Skriv dag, måned og år, for eksempel 20.11.2026.")
    if _AMERICAN.fullmatch(plain):
        return _("Skråstrek leses ulikt: dag eller måned først? Skriv med punktum, for eksempel 20.11.2026.")
    return _("Datoen kan ikke leses. Skriv dag, måned og år, for eksempel 20.11.2026.")


def _days_from_today(plain: str) -> int | None:
    if (word := plain.replace(" ", "")) in _DAYS:
        return _DAYS[word]
    match = _RELATIVE.fullmatch(plain)
    if match is None:
        return None
    days = int(match[2])
    return days if match[1] == "+" else -days


def _matches(plain: str) -> Iterator[re.Match[str]]:
    return (match for pattern in _WRITTEN if (match := pattern.fullmatch(plain)))
