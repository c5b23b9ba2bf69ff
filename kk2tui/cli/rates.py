"""`kk2 admin rates`: the dated rates, and adding to them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from data.documents import InterestRate, NoticeFee
from data.language import _
from kk2tui.cli.context import command
from kk2tui.cli.tables import table
from kk2tui.session import Session
from services.errors import InvalidInput
from services.law import LawBook, fee_amounts, period
from services.rates import Added
from services.rules.dates import format_date
from services.rules.money import format_amount
from services.rules.percent import format_percent


@click.group()
def rates() -> None:
    """Forsinkelsesrente og gebyrsatser."""


@rates.command("list")
@click.pass_obj
@command
def list_rates(session: Session) -> None:
    """List satsene, de nyeste først."""
    book = session.run(lambda services: services.law.read())
    shape = {
        "known_until": book.known_until.isoformat() if book.known_until else None,
        "interest": [_interest(rate) for rate in book.interest],
        "notice_fees": [_fees(row) for row in book.fees],
    }
    session.answer(shape, lambda: list(_lines(book)))


@rates.command("load")
@click.argument("file", metavar="FIL", type=click.Path(path_type=Path))
@click.pass_obj
@command
def load_rates(session: Session, file: Path) -> None:
    """Legg til neste halvårs sats (JSON). Rader som finnes, endres aldri; å lese inn to ganger endrer ingenting."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InvalidInput(
            _("{file} kan ikke åpnes: {strerror}. Ingenting er lagret.").format(file=file, strerror=error.strerror)
        ) from error
    added = session.run(lambda services: services.rates.load(content, services.actor))
    shape = {
        "interest": [_interest(rate) for rate in added.interest],
        "notice_fees": [_fees(row) for row in added.fees],
        "cases": list(added.cases),
    }
    session.answer(shape, lambda: list(_told(added)))


def _interest(rate: InterestRate) -> dict[str, Any]:
    """`basis_points` are hundredths of a per cent a year."""
    return {
        "valid_from": rate.valid_from.isoformat(),
        "valid_to": rate.valid_to.isoformat(),
        "basis_points": rate.basis_points,
        "regulation": rate.regulation,
        "source": rate.source,
        "url": rate.url,
    }


def _fees(row: NoticeFee) -> dict[str, Any]:
    """Øre, null where the inkassosats is not known."""
    reminder, notice, demand = fee_amounts(row) or (None, None, None)
    return {
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        "base": row.base,
        "reminder": reminder,
        "notice": notice,
        "demand": demand,
        "source": row.source,
        "url": row.url,
    }


def _lines(book: LawBook) -> Iterable[str]:
    interest = [(period(each), format_percent(each.basis_points), each.regulation) for each in book.interest]
    yield from table((_("Forsinkelsesrente"), _("Sats"), _("Forskrift")), interest, right=(1,))
    yield ""
    fees = [(period(row), *map(_shown, (row.base, *(fee_amounts(row) or (None,) * 3)))) for row in book.fees]
    yield from table(
        (_("Gebyr"), _("Inkassosats"), _("Purring"), _("Inkassovarsel"), _("Bet.oppf.")), fees, right=(1, 2, 3, 4)
    )
    if book.known_until:
        yield ""
        yield _("Forsinkelsesrenten er kjent til og med {known_until}.").format(
            known_until=format_date(book.known_until)
        )


def _shown(amount: int | None) -> str:
    return "" if amount is None else format_amount(amount)


def _told(added: Added) -> Iterable[str]:
    for rate in added.interest:
        yield _("Lagt til: {rate} {period} ({regulation}).").format(
            rate=format_percent(rate.basis_points), period=period(rate), regulation=rate.regulation
        )
    for row in added.fees:
        yield _("Lagt til: inkassosats {rate} {period}.").format(rate=_shown(row.base), period=period(row))
    if not (added.interest or added.fees):
        yield _("Satsene i filen er lagt inn fra før. Ingen rad er lagt til.")
    if added.cases:
        yield _("{count} saker hadde innbetalinger som ventet på satsen; de er regnet på nytt.").format(
            count=len(added.cases)
        )
