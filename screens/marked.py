"""How several marked rows are told of."""

from data.language import _
from services.rules.money import format_amount


def marked_text(count: int, total: int | None = None) -> str:
    """`3 merket`, `3 merket, sum 1 500,00`; empty when none is. `total` in øre."""
    if not count:
        return ""
    if total is None:
        return _("{count} merket").format(count=count)
    return _("{count} merket, sum {total}").format(count=count, total=format_amount(total))
