"""A receipt as PDF, laid out by the Typst template beside this. The same receipt gives the same bytes.

It is PDF/A-2b, made to be archived, unless it has letters that the font lacks.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from importlib import resources
from typing import Any, Literal

from data.documents import Receipt, Section
from data.language import _
from services.errors import Refused
from services.letters.notice import plain
from services.letters.rendering import breakable, forget
from services.rules.dates import format_date, format_instant
from services.rules.money import format_amount

MOST_ROWS = 2_000  # 300 MB of memory and a second: Typst lays out a table as a whole
FEW_ROWS = 200  # of more than this Typst is not to keep what it has laid out
_TO_THE_RIGHT = ("amount", "number")

Value = str | int | None


def receipt_pdf(receipt: Receipt) -> bytes:
    """A second of work for a thousand rows: call it in a thread. Raises Refused("receipt_too_long")."""
    import typst  # 80 MB of code

    rows = sum(len(section.rows) for section in receipt.sections)
    if rows > MOST_ROWS:
        raise Refused(
            _(
                "Kvittering {number} har {rows} linjer, og PDF lages av høyst {most}. Ingen fil er laget. "
                "Lagre den som CSV i stedet."
            ).format(number=receipt.id, rows=rows, most=MOST_ROWS),
            code="receipt_too_long",
        )
    text = (resources.files("services.receipt_files") / "templates" / "kvittering.typ").read_bytes()
    inputs = {"receipt": json.dumps(values(receipt))}
    time = receipt.time.replace(microsecond=0)
    try:
        pdf = _compiled(text, inputs, time, "a-2b")
    except typst.TypstError:  # PDF/A refuses a letter that the font does not have, such as a Chinese one
        pdf = _compiled(text, inputs, time, "1.7")
    if rows > FEW_ROWS:
        forget()
    return pdf


def _compiled(template: bytes, inputs: dict[str, str], time: datetime, standard: Literal["a-2b", "1.7"]) -> bytes:
    import typst

    return typst.compile(
        template,
        format="pdf",
        sys_inputs=inputs,
        ignore_system_fonts=True,
        pdf_standards=standard,
        timestamp=time,
    )


def values(receipt: Receipt) -> Mapping[str, Any]:
    """What the template is given: text ready to print."""
    return {
        "number": receipt.id,
        "title": _text(receipt.title),
        "done": f"{format_instant(receipt.time)} av {_text(receipt.actor)}",
        "summary": [_text(line) for line in receipt.summary],
        "warnings": [_text(warning) for warning in receipt.warnings],
        "sections": [_section(section) for section in receipt.sections],
    }


def _section(section: Section) -> Mapping[str, Any]:
    kinds = [column.kind for column in section.columns]
    return {
        "title": _text(section.title),
        "columns": [_text(column.title) for column in section.columns],
        "right": [kind in _TO_THE_RIGHT for kind in kinds],
        "flexible": [kind == "text" for kind in kinds],
        "rows": [[cell(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in section.rows],
    }


def cell(value: Value, kind: str) -> str:
    """A cell as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, int):
        return format_amount(value) if kind == "amount" else str(value)
    return format_date(date.fromisoformat(value)) if kind == "date" and value else _text(value)


def _text(value: str) -> str:
    return breakable(plain(value))
