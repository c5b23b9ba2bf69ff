"""A receipt's sections as table columns and rows. Pure functions."""

import re
from collections.abc import Sequence
from datetime import date

from data.documents import Column as ReceiptColumn
from data.documents import Section
from data.language import _
from screens.widgets.columns import Column, Row
from services.rules.dates import format_date
from services.rules.money import format_amount

WIDEST = 40
CASE_NUMBER = re.compile(r"\d{4}-\d{8}")
Value = str | int | None


def section_rows(section: Section) -> list[Row]:
    """The rows, keyed by their place: a case may stand in several of them."""
    return [
        Row(str(place), [written(value, column.kind) for value, column in zip(row, section.columns, strict=False)])
        for place, row in enumerate(section.rows)
    ]


def section_columns(section: Section, rows: Sequence[Row]) -> list[Column]:
    """Columns as wide as their content. Names and reasons, the ones with words, may be cut; the widest of them is."""
    widths = [_width(column.title, rows, place) for place, column in enumerate(section.columns)]
    wordy = [place for place, column in enumerate(section.columns) if column.kind == "text" and _has_words(rows, place)]
    flexible = max(wordy, key=lambda place: widths[place], default=None)
    return [
        Column(column.title, None if place == flexible else width, right=column.kind in ("amount", "number"))
        for place, (column, width) in enumerate(zip(section.columns, widths, strict=True))
    ]


def case_in_row(section: Section, place: int) -> str | None:
    """The case that a row is about."""
    for column, value in zip(section.columns, section.rows[place], strict=False):
        if column.kind == "case" and value:
            return str(value)
    return None


def has_cases(section: Section) -> bool:
    return any(column.kind == "case" for column in section.columns)


def warnings_section(warnings: Sequence[str]) -> Section:
    """The warnings as a section, for when there are too many to stand above the tables."""
    return Section(
        title=_("Merknader"),
        columns=(ReceiptColumn(title=_("Sak"), kind="case"), ReceiptColumn(title=_("Merknad"))),
        rows=tuple(_case_and_remark(warning) for warning in warnings),
    )


def _case_and_remark(warning: str) -> tuple[str | None, str]:
    """`0221-00000412: 150,00 til gode` in two; a warning about no case stays whole."""
    case, colon, remark = warning.partition(": ")
    return (case, remark) if colon and CASE_NUMBER.fullmatch(case) else (None, warning)


def written(value: Value, kind: str) -> str:
    """A cell as a person reads it."""
    if value is None:
        return ""
    if kind == "amount" and isinstance(value, int):
        return format_amount(value)
    if kind == "date" and isinstance(value, str) and value:
        return format_date(date.fromisoformat(value))
    return str(value)


def _width(title: str, rows: Sequence[Row], place: int) -> int:
    widest = max((len(_text(row, place)) for row in rows), default=0)
    return max(len(title), min(widest, WIDEST))


def _has_words(rows: Sequence[Row], place: int) -> bool:
    return any(" " in _text(row, place) for row in rows)


def _text(row: Row, place: int) -> str:
    return str(row.cells[place]) if place < len(row.cells) else ""
