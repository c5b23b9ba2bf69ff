"""What a creditor may charge for its own notices (inkassoforskriften §§ 1-1 to 1-3).

A notice fee is a share of the inkassosats. The inkassosats is that of the day the letter is sent; the share is that of
the claim's due date, since the reform of 1 October 2020 left older claims as they were.
"""

from datetime import date, timedelta
from typing import Literal

from data.language import _
from services.rules.dates import format_date
from services.rules.rates import NoRateError, NoticeFees

Notice = Literal["reminder", "notice", "demand"]

RESPITE = timedelta(days=14)
_SECTIONS = {"PUR": "§ 1-2", "IKV": "§ 1-2", "BOF": "§ 1-3"}  # inkassoforskriften, by the code of the letter


def may_charge(sent: date, due: date) -> bool:
    """Whether a letter may carry a fee at all: sent 14 days after the due date, or later."""
    return sent >= due + RESPITE


def section(code: str) -> str:
    """The section of inkassoforskriften that the fee of a letter is charged by, empty for what is no such letter."""
    return _SECTIONS.get(code, "")


def notice_fee(kind: Notice, sent: date, due: date, fees: NoticeFees) -> int:
    """Øre for a reminder (purring), notice (inkassovarsel) or demand (betalingsoppfordring): whole kroner, half up.

    Raises NoRateError when the inkassosats or the share is not known.
    """
    row = fees.on(sent)
    if row is None or row.base is None:
        raise _unknown(sent)
    numerator, denominator = _share(kind, due, fees)
    kroner = (2 * row.base * numerator + 100 * denominator) // (2 * 100 * denominator)
    return kroner * 100


def _share(kind: Notice, due: date, fees: NoticeFees) -> tuple[int, int]:
    """The share for claims due on the day; claims older than every row have that of the first."""
    row = fees.on(max(due, fees.rows[0].valid_from))
    if row is None:
        raise _unknown(due)
    match kind:
        case "reminder":
            return row.reminder_factor
        case "notice":
            return row.notice_factor
        case "demand":
            return row.demand_factor


def _unknown(day: date) -> NoRateError:
    return NoRateError(
        _(
            "Gebyrsatsen for {day} er ikke kjent, så gebyret kan ikke regnes ut. Ingenting er "
            "lagret. Be en administrator legge inn satsen."
        ).format(day=format_date(day))
    )
