"""A field for a date, written as people write dates: `010226`, `1.2.26`, `i dag`, `+14`."""

from datetime import date
from typing import Any

from screens.widgets.value_input import ValueInput
from services.rules.dates import format_date, format_weekday, parse_date


class DateInput(ValueInput[date]):
    """A date, written out as `20.11.2026` when the field is left. `today` is the clock's."""

    def __init__(self, today: date, value: date | None = None, *, required: bool = True, **options: Any) -> None:
        self._today = today
        super().__init__(value, required=required, **options)

    def understand(self, text: str) -> date:
        return parse_date(text, self._today)

    def written(self, value: date) -> str:
        return format_date(value)

    def explained(self, value: date) -> str:
        """Always: a date on a Sunday is seen at once."""
        return format_weekday(value)
