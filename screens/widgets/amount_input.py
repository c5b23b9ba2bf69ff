"""A field for an amount in Norwegian form."""

from data.language import _
from screens.widgets.value_input import ValueInput
from services.rules.money import format_amount, parse_amount


class AmountInput(ValueInput[int]):
    """Øre, written `1 234,50`. What cannot be an amount can be typed, and stands there with what is wrong with it:
    `12,345` without the key that did nothing would be another amount.
    """

    def understand(self, text: str) -> int:
        return parse_amount(text)

    def written(self, value: int) -> str:
        return format_amount(value)

    def explained(self, value: int) -> str:
        told = super().explained(value)
        return told and _("{amount} kr").format(amount=told)
