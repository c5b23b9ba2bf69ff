"""A field for an amount in Norwegian form."""

from typing import Any

from screens.widgets.value_input import ValueInput
from services.rules.money import format_amount, parse_amount


class AmountInput(ValueInput[int]):
    """Øre, written `1 234,50`. Only what can be part of an amount can be typed."""

    def __init__(self, value: int | None = None, *, required: bool = True, **options: Any) -> None:
        super().__init__(value, required=required, restrict=r"[-−–]?[0-9 .\u00a0\u202f]*(,[0-9]{0,2}|,-)?", **options)

    def understand(self, text: str) -> int:
        return parse_amount(text)

    def written(self, value: int) -> str:
        return format_amount(value)
