"""What a list is narrowed to: a value of a field, or a range of them."""

from datetime import date

import msgspec

Value = str | int | bool | None


class Range(msgspec.Struct, frozen=True):
    """Values from `least` up to `most`, both included; None: no limit on that side. Dates are ISO text.

    A missing value is in no range.
    """

    least: str | int | None = None
    most: str | int | None = None


Wanted = Value | Range


def fits(value: object, wanted: Wanted) -> bool:
    """Whether a document with this value of a field is among the wanted."""
    plain = value.isoformat() if isinstance(value, date) else value
    if not isinstance(wanted, Range):
        return plain == wanted
    limits = ((wanted.least, 1), (wanted.most, -1))
    return plain is not None and all(limit is None or _order(plain, limit) * way >= 0 for limit, way in limits)


def _order(one: object, other: str | int) -> int:
    """Below zero when one comes before the other, which is of the same kind."""
    if isinstance(one, int) and isinstance(other, int):
        return one - other
    return (str(one) > str(other)) - (str(one) < str(other))
