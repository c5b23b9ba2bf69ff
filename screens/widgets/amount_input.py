"""A field for an amount in Norwegian form."""

from typing import Any

from data.language import _
from screens.widgets.value_input import ValueInput
from services.rules.money import format_amount, parse_amount

TYPED_SO_FAR = r"(?i:k|kr\.?)? ?[-−–]? ?[0-9 .\u00a0\u202f\u2009]*(,[0-9]{0,2}|,-)?[ \u00a0]?(?i:k|kr\.?)?"
"""What may become an amount when more is typed, or is one that is pasted: `kr 1 234,50`."""


class AmountInput(ValueInput[int]):
    """Øre, written `1 234,50`. Only what can be part of an amount can be typed."""

    def __init__(self, value: int | None = None, *, required: bool = True, **options: Any) -> None:
        super().__init__(value, required=required, restrict=TYPED_SO_FAR, **options)

    def understand(self, text: str) -> int:
        return parse_amount(text)

    def written(self, value: int) -> str:
        return format_amount(value)

    def explained(self, value: int) -> str:
        told = super().explained(value)
        return told and _("{amount} kr").format(amount=told)
