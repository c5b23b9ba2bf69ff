"""Lovverk as rows of tables and lines of text. Pure functions."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from data.documents import InterestRate, NoticeFee
from data.language import N_, _
from screens.widgets.columns import Column, Row
from services.law import Law, LawBook, fee_amounts, period
from services.rules.dates import format_date
from services.rules.money import format_amount
from services.rules.percent import format_percent

LAWS, INTEREST, FEES = range(3)
NAMES = (N_("Lover og forskrifter"), N_("Forsinkelsesrente"), N_("Gebyrsatser"))
COLUMNS = (
    (Column("Lov eller forskrift", 30), Column("Hva den gjelder"), Column("Nummer", 18)),
    (Column("Gjelder", 23), Column("Sats", 8, right=True), Column("Forskrift", 20), Column("Kilde", from_width=100)),
    (
        Column("Gjelder", 23),
        Column("Inkassosats", 11, right=True),
        Column("Purring", 9, right=True),
        Column("Inkassovarsel", 13, right=True),
        Column("Bet.oppf.", 9, right=True),
        Column("Kilde", from_width=100),
    ),
)


class Source(NamedTuple):
    """What Enter tells of an entry."""

    heading: str
    lines: Sequence[str]


def rows_of(book: LawBook, tab: int) -> list[Row]:
    """The entries of one tab."""
    if tab == LAWS:
        return [Row(law.number, (law.title, law.purpose, law.number)) for law in book.laws]
    if tab == INTEREST:
        return [_interest_row(rate) for rate in book.interest]
    return [_fee_row(row) for row in book.fees]


def counts(book: LawBook) -> tuple[int, int, int]:
    """How many entries each tab has."""
    return len(book.laws), len(book.interest), len(book.fees)


def key_of_day(book: LawBook, tab: int, day: date) -> str:
    """The row that holds on a day; empty when none does."""
    rows: Sequence[InterestRate | NoticeFee] = book.interest if tab == INTEREST else book.fees
    return next((row.id for row in rows if row.valid_from <= day <= (row.valid_to or date.max)), "")


def source_of(book: LawBook, tab: int, key: str) -> Source | None:
    """Where an entry is from, with its address."""
    if tab == LAWS:
        return next((_law_source(law) for law in book.laws if law.number == key), None)
    if tab == INTEREST:
        return next((_interest_source(rate) for rate in book.interest if rate.id == key), None)
    return next((_fee_source(row) for row in book.fees if row.id == key), None)


def rate_line(rate: InterestRate) -> str:
    """`12,25 % 01.07.2026 – 31.12.2026, FOR-2026-06-25-1372`."""
    return f"{format_percent(rate.basis_points)} {period(rate)}, {rate.regulation}"


def rates_end(book: LawBook) -> str:
    """What happens when the rates end."""
    if book.known_until is None:
        return _("! Ingen rentesats er lagt inn: rente regnes ikke.")
    return _(
        "Kjent til og med {known_until}. Senere dager regnes uten rente til satsen er lagt "
        "inn; innbetalinger som ville dekket slik rente, venter. Finansdepartementet "
        "fastsetter satsen hvert halvår."
    ).format(known_until=format_date(book.known_until))


def _interest_row(rate: InterestRate) -> Row:
    return Row(rate.id, (period(rate), format_percent(rate.basis_points), rate.regulation, rate.source))


def _fee_row(row: NoticeFee) -> Row:
    base = _("ikke kjent") if row.base is None else format_amount(row.base)
    amounts = map(format_amount, fee_amounts(row) or ())
    return Row(row.id, (period(row), base, *(tuple(amounts) or ("",) * 3), row.source))


def _law_source(law: Law) -> Source:
    return Source(law.title, _lines(law.purpose, law.number, "", law.source_url))


def _interest_source(rate: InterestRate) -> Source:
    heading = _("Forsinkelsesrente {rate}").format(rate=format_percent(rate.basis_points))
    return Source(
        heading, _lines(_("Gjelder {period}").format(period=period(rate)), rate.regulation, rate.source, rate.url)
    )


def _fee_source(row: NoticeFee) -> Source:
    shares = (row.reminder_factor, row.notice_factor, row.demand_factor)
    reminder, notice, demand = (f"{over}/{under}" for over, under in shares)
    told = _(
        "Purring {reminder}, inkassovarsel {notice} og egen betalingsoppfordring {demand} av inkassosatsen."
    ).format(reminder=reminder, notice=notice, demand=demand)
    respite = _("Brevet må være sendt minst 14 dager etter forfall for å kunne ha gebyr.")
    return Source(_("Gebyrsatser {period}").format(period=period(row)), _lines(told, respite, row.source, row.url))


def _lines(what: str, number: str, source: str, address: str) -> list[str]:
    known = (("", what), ("", number), (_("Kilde: "), source), (_("Adresse: "), address))
    return [f"{label}{text}" for label, text in known if text]
