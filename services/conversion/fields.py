"""The fields of a row, or of several that tell of the same case, read as what they mean. Errors are collected. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar

from data.errors import Kk2Error
from data.language import _
from services.bank.findings import Findings, printable
from services.conversion.source_rows import Cell, SourceRow
from services.rules.dates import format_date, parse_date
from services.rules.money import parse_amount

T = TypeVar("T")

LONGEST = 200
_DATE = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_POINT = re.compile(r"(-?[0-9]+)\.([0-9]{1,2})")  # two digits at most: no thousands


class Fields:
    """Values by column. Of several rows the first that has a value counts; the others say the same, or nothing."""

    def __init__(self, rows: Sequence[SourceRow], findings: Findings) -> None:
        self._rows = rows
        self._findings = findings
        self.line = rows[0].line

    def cell(self, name: str) -> Cell:
        found = self._rows[0].cell(name)
        for row in self._rows[1:]:
            other = row.cell(name)
            if not found.value:
                found = other if other.value else found
            elif other.value not in ("", found.value):
                self.error(
                    other,
                    name,
                    "differs",
                    _("{name} er en annen enn på linje {line}, på samme sak").format(name=name, line=found.line),
                )
        return found

    def text(self, name: str, *, needed: bool = False) -> str:
        cell = self.cell(name)
        if needed and not cell.value:
            self.error(cell, name, "missing", f"{name} mangler")
        if len(cell.value) > LONGEST:
            self.error(
                cell,
                name,
                "too_long",
                _("{name} har {count} tegn; {longest} er det meste").format(
                    name=name, count=len(cell.value), longest=LONGEST
                ),
            )
        return printable(cell.value)

    def amount(self, name: str, default: int | None = None, *, least: int | None = 1) -> int:
        """Øre. Missing without a `default` is an error, as is less than `least`; without one, only nothing is."""
        cell = self.cell(name)
        if not cell.value and default is not None:
            return default
        try:
            amount = parse_amount(_POINT.sub(r"\1,\2", cell.value) if _POINT.fullmatch(cell.value) else cell.value)
        except Kk2Error as error:
            self.error(cell, name, "bad_amount" if cell.value else "missing", f"{name}: {_lower(error.message)}")
            return 0
        if amount < least if least is not None else not amount:
            self.error(
                cell,
                name,
                "bad_amount",
                _("{name} kan ikke være {lite}").format(name=name, lite=_("så lite") if amount else _("null")),
            )
        return amount

    def date(self, name: str, default: date | None = None, *, latest: date | None = None) -> date:
        """Missing without a `default` is an error, as is a day after `latest`."""
        cell = self.cell(name)
        if not cell.value and default is not None:
            return default
        try:
            if not _DATE.fullmatch(cell.value):
                raise Kk2Error(_("skriv datoen som 20.11.2026 eller 2026-11-20"))
            day = parse_date(cell.value, date.min)
        except Kk2Error as error:
            self.error(cell, name, "bad_date" if cell.value else "missing", f"{name}: {_lower(error.message)}")
            return default or date.min
        if latest is not None and day > latest:
            self.error(
                cell,
                name,
                "late_date",
                _("{name} {day} er etter {latest}").format(name=name, day=format_date(day), latest=format_date(latest)),
            )
        return day

    def choice(self, name: str, choices: Mapping[str, T], default: T) -> T:
        """One of a few words."""
        cell = self.cell(name)
        word = cell.value.casefold()
        if word and word not in choices:
            self.error(
                cell,
                name,
                "bad_choice",
                _("{name} skal være en av: {choices}").format(name=name, choices=", ".join(choices)),
            )
        return choices.get(word, default)

    def error(self, cell: Cell, name: str, code: str, message: str) -> None:
        self._findings.error(cell.line, cell.column, name, code, message)

    def warn(self, name: str, code: str, message: str) -> None:
        cell = self.cell(name)
        self._findings.warning(cell.line, cell.column, name, code, message)


def _lower(text: str) -> str:
    return (text[:1].lower() + text[1:]).rstrip(".")
