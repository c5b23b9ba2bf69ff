"""A receipt as CSV that Norwegian Excel opens with a double click.

`;` between cells, UTF-8 with a byte order mark, amounts as `-1234,50`, dates as ISO (`2026-11-20`: they sort, and no
locale swaps day and month). First what the receipt is, a name and a value a line; then each table, under a blank line
and a line with its title. A text that a spreadsheet would take for a formula gets an apostrophe before it.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from data.documents import Receipt, Section
from services.letters.notice import plain
from services.oslo import OSLO

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_FORMULA = tuple("=+-@\t\r＝＋－＠")  # the wide ones count too in East Asian settings

Value = str | int | None


def receipt_csv(receipt: Receipt) -> bytes:
    """The whole receipt. Each amount is the receipt's own, to the øre."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(_lines(receipt))
    return (BOM + text.getvalue()).encode()


def _lines(receipt: Receipt) -> Iterable[Sequence[str]]:
    yield "Kvittering", _text(receipt.id)
    yield "Gjelder", _text(receipt.title)
    yield "Tid", f"{receipt.time.astimezone(OSLO):%Y-%m-%d %H:%M}"
    yield "Av", _text(receipt.actor)
    yield from (("Sammendrag", _text(line)) for line in receipt.summary)
    yield from (("Merknad", _text(warning)) for warning in receipt.warnings)
    for section in receipt.sections:
        yield ()
        yield from _table(section)


def _table(section: Section) -> Iterable[Sequence[str]]:
    yield (_text(section.title),)
    yield [_text(column.title) for column in section.columns]
    for row in section.rows:
        yield [_cell(value, column.kind) for value, column in zip(row, section.columns, strict=True)]


def _cell(value: Value, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return amount_cell(value) if kind == "amount" else str(value)
    return _text(value)


def amount_cell(amount: int) -> str:
    """Øre as a number that a spreadsheet in Norwegian reads: `-1234,50`."""
    kroner, ore = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}{kroner},{ore:02d}"


def _text(value: str) -> str:
    """One line without control characters, that no spreadsheet runs."""
    text = plain(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
