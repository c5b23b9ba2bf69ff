"""Lovverk: the laws and the dated rates, to be read and searched."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

import msgspec

from data.documents import InterestRate, NoticeFee
from data.rates import Law as Law
from data.rates import shipped_rates
from data.store import Store
from services.rates import interest_rates, notice_fees
from services.rules.dates import format_date
from services.rules.fees import Notice, notice_fee
from services.rules.money import format_amount
from services.rules.percent import format_percent
from services.rules.rates import NoticeFees

Entry = TypeVar("Entry")

NOTICES: tuple[Notice, ...] = ("reminder", "notice", "demand")


class LawBook(msgspec.Struct, frozen=True, kw_only=True):
    """The laws in the program's order; the rates with the newest first. `known_until`: the last day with a rate."""

    laws: tuple[Law, ...]
    interest: tuple[InterestRate, ...]
    fees: tuple[NoticeFee, ...]
    known_until: date | None

    def having(self, text: str) -> "LawBook":
        """Only what has every word of `text` somewhere in it: title, number, purpose; days, rate, amount, source."""
        return msgspec.structs.replace(
            self,
            laws=_having(text, self.laws, _law_words),
            interest=_having(text, self.interest, _interest_words),
            fees=_having(text, self.fees, _fee_words),
        )


class LawService:
    """Reads the laws and rates."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def read(self) -> LawBook:
        """All of it."""
        rates, fees = await interest_rates(self._store), await notice_fees(self._store)
        return LawBook(
            laws=shipped_rates().laws,
            interest=rates.rows[::-1],
            fees=fees.rows[::-1],
            known_until=rates.known_until,
        )


def fee_amounts(row: NoticeFee) -> tuple[int, int, int] | None:
    """Øre for reminder, collection notice and own demand on claims of the row's own time; None without inkassosats."""
    if row.base is None:
        return None
    reminder, notice, demand = (notice_fee(kind, row.valid_from, row.valid_from, NoticeFees([row])) for kind in NOTICES)
    return reminder, notice, demand


def period(row: InterestRate | NoticeFee) -> str:
    """`01.07.2026 – 31.12.2026`; a row without an end goes on."""
    return f"{format_date(row.valid_from)} – {format_date(row.valid_to) if row.valid_to else ''}".rstrip()


def _having(text: str, entries: Sequence[Entry], words_of: Callable[[Entry], Iterable[str]]) -> tuple[Entry, ...]:
    wanted = text.casefold().split()
    return tuple(each for each in entries if _matches(wanted, " ".join(words_of(each)).casefold()))


def _matches(wanted: Sequence[str], words: str) -> bool:
    return all(word in words for word in wanted)


def _law_words(law: Law) -> Iterable[str]:
    return law.title, law.number, law.purpose


def _interest_words(rate: InterestRate) -> Iterable[str]:
    return "rente", period(rate), format_percent(rate.basis_points), rate.regulation, rate.source


def _fee_words(row: NoticeFee) -> Iterable[str]:
    amounts = [] if row.base is None else [row.base, *(fee_amounts(row) or ())]
    return "gebyr", period(row), *map(format_amount, amounts), row.source
