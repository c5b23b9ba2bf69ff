"""`kk2 receipts`: what imports and postings did, read again."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from data.documents import Receipt
from data.language import _
from kk2tui.cli import shapes
from kk2tui.cli.context import command
from kk2tui.cli.tables import table
from kk2tui.session import Session
from services.registry import Services
from services.rules.dates import format_date, format_instant
from services.rules.money import format_amount

if TYPE_CHECKING:
    from services.receipt_files.service import Format


@click.group()
def receipts() -> None:
    """Kvitteringer fra importer og bokføringer."""


@receipts.command("list")
@click.pass_obj
@command
def list_receipts(session: Session) -> None:
    """List kvitteringer, den nyeste først."""
    found = session.run(_all)
    rows = [(each.id, format_instant(each.time), each.actor, each.title) for each in found]
    session.answer(
        {"receipts": [shapes.receipt_row(each) for each in found]},
        lambda: table((_("Nr."), _("Tid"), _("Av"), _("Kvittering")), rows),
    )


async def _all(services: Services) -> list[Receipt]:
    found: list[Receipt] = []
    while page := (await services.receipts.newest(offset=len(found))).items:
        found += page
    return found


@receipts.command()
@click.argument("number", metavar="NR")
@click.option("--pdf", is_flag=False, flag_value="", metavar="[FIL]", help=_("Lagre som PDF, i outbox/ eller i FIL."))
@click.option("--csv", is_flag=False, flag_value="", metavar="[FIL]", help=_("Lagre som CSV, i outbox/ eller i FIL."))
@click.pass_obj
@command
def show(session: Session, number: str, pdf: str | None, csv: str | None) -> None:
    """Vis en kvittering, eller lagre den. En fil som finnes, blir aldri overskrevet."""
    asked: dict[Format, str | None] = {"pdf": pdf, "csv": csv}
    places = {form: Path(file).absolute() if file else None for form, file in asked.items() if file is not None}
    receipt, saved = session.run(lambda services: _read_and_save(services, number, places))
    files = {form: str(path) for form, path in saved.items()}
    session.answer(
        shapes.receipt_view(receipt) | ({"files": files} if files else {}),
        lambda: [*files.values()] if files else receipt_lines(receipt),
    )


async def _read_and_save(
    services: Services, number: str, places: "Mapping[Format, Path | None]"
) -> "tuple[Receipt, Mapping[Format, Path]]":
    """The receipt, and where its files lie. `places` says for each form which file, None for one in the outbox."""
    receipt = await services.receipts.get(number)
    return receipt, {form: await services.receipt_files.save(number, form, place) for form, place in places.items()}


def receipt_lines(receipt: Receipt) -> list[str]:
    """A receipt as plain text."""
    lines = [
        _("Kvittering {id}: {title}").format(id=receipt.id, title=receipt.title),
        f"{format_instant(receipt.time)} av {receipt.actor}",
        *receipt.summary,
        *(f"! {warning}" for warning in receipt.warnings),
    ]
    for section in receipt.sections:
        kinds = [column.kind for column in section.columns]
        rows = [[_cell(kind, value) for kind, value in zip(kinds, row, strict=True)] for row in section.rows]
        right = [index for index, kind in enumerate(kinds) if kind in ("amount", "number")]
        lines += ["", section.title, *table([column.title for column in section.columns], rows, right=right)]
    return lines


def _cell(kind: str, value: str | int | None) -> str:
    if value is None or value == "":
        return ""
    if kind == "amount" and isinstance(value, int):
        return format_amount(value)
    if kind == "date" and isinstance(value, str):
        from datetime import date

        return format_date(date.fromisoformat(value))
    return str(value)
