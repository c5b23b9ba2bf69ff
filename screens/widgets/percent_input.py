"""A field for a rate of interest in Norwegian form."""

from typing import Any

from screens.widgets.value_input import ValueInput
from services.rules.percent import format_percent, parse_percent


class PercentInput(ValueInput[int]):
    """Basis points, written `12,25 %`."""

    def __init__(self, value: int | None = None, *, required: bool = True, **options: Any) -> None:
        super().__init__(value, required=required, restrict=r"[0-9]{0,2}([.,][0-9]{0,2})? ?%?", **options)

    def understand(self, text: str) -> int:
        return parse_percent(text)

    def written(self, value: int) -> str:
        return format_percent(value)
