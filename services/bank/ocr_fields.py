"""Takes records apart, and tells which field is wrong when one is."""

from datetime import date, timedelta

from data.language import _
from services.bank.findings import Findings, printable
from services.bank.ocr_records import LENGTH, Field, Layout
from services.rules.dates import format_date

_NO_DATE = "000000"


class FieldReader:
    """Reads the fields and dates of one file. Dates have two digits for the year, always 20YY."""

    def __init__(self, findings: Findings, today: date) -> None:
        self._findings = findings
        self._latest = today + timedelta(days=1)
        self.settlement_days: dict[str, date] = {}
        self.order_days: dict[str, date | None] = {_NO_DATE: None}

    def read(self, layout: Layout, line: int, record: str) -> tuple[str, ...] | None:
        """The kept fields of `record`; None, with findings, when one of them cannot be trusted."""
        match = layout.match(record)
        if match is not None:
            return match.groups()
        if len(record) != LENGTH:
            self.tell_length(line, record)
            return None
        errors = self._findings.errors
        for field, value in layout.complaints(record):
            self._tell(line, field, value)
        return tuple(map(printable, layout.values(record))) if self._findings.errors == errors else None

    def settlement_day(self, line: int, text: str) -> date | None:
        """A settlement date that is real and not later than tomorrow; remembered in `settlement_days`."""
        day = self._real_day(line, 16, _("Oppgjørsdato"), text)
        if day is not None and day > self._latest:
            message = _("Oppgjørsdatoen {day} er ikke kommet ennå.").format(day=format_date(day))
            self._findings.error(line, 16, _("Oppgjørsdato"), "future_date", message, text)
            return None
        if day is not None:
            self.settlement_days[text] = day
        return day

    def order_day(self, line: int, text: str) -> date | None:
        """The day that the payer's order reached the bank; remembered in `order_days`."""
        day = self._real_day(line, 42, _("Oppdragsdato"), text)
        if day is not None:
            self.order_days[text] = day
        return day

    def end_day(self, line: int, column: int, name: str, text: str) -> date | None:
        """A date of an end record; zeros say that there is none."""
        return None if text == _NO_DATE else self._real_day(line, column, name, text)

    def tell_length(self, line: int, record: str) -> None:
        message = _("Linjen har {count} tegn, og skal ha {length}.").format(count=len(record), length=LENGTH)
        column = min(len(record), LENGTH) + 1
        self._findings.error(line, column, _("Record"), "record_length", message, record[:8])

    def _tell(self, line: int, field: Field, value: str) -> None:
        tell = self._findings.error if field.severity == "error" else self._findings.warning
        told, value = (_(field.name), "") if field.private else (f"{_(field.name)} «{value}»", value)
        tell(line, field.first, _(field.name), field.code, f"{told} {_(field.complaint)}.", value)

    def _real_day(self, line: int, column: int, name: str, text: str) -> date | None:
        try:
            return date(2000 + int(text[4:]), int(text[2:4]), int(text[:2]))
        except ValueError:
            message = _("{name} «{text}» er ingen dato (DDMMÅÅ).").format(name=name, text=text)
            self._findings.error(line, column, name, "bad_date", message, text)
            return None
