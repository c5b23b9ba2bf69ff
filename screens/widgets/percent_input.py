"""A field for a rate of interest in Norwegian form."""

from screens.widgets.value_input import ValueInput
from services.rules.percent import format_percent, parse_percent


class PercentInput(ValueInput[int]):
    """Basis points, written `12,25 %`."""

    def understand(self, text: str) -> int:
        return parse_percent(text)

    def written(self, value: int) -> str:
        return format_percent(value)
