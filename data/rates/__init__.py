"""Dated rates and the laws behind them, as the program is shipped with them.

`rates.json` has, each row with its source,
- `late_interest`: per cent a year for each half-year (forsinkelsesrenteloven § 3),
- `notice_fees`: the inkassosats in kroner, null where it is not known, and the share of it that a creditor may charge
  for its own notices (inkassoforskriften §§ 1-1 to 1-3),
- `laws`: what applies to municipal debt collection.

A new half-year is not added here but in the store, by an administrator, from a file of the same shape.
"""

from datetime import date
from functools import cache
from importlib import resources
from typing import Annotated

import msgspec

from data.documents import InterestRate, NoticeFee
from data.errors import Kk2Error
from data.language import _

# Per cents as the law writes them, `12.25`: two decimals at most, so that basis points are whole.
_Percent = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,2}([.,][0-9]{1,2})?$")]
_Share = Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{0,2}/[1-9][0-9]{0,2}$")]
_Kroner = Annotated[int, msgspec.Meta(ge=1, le=100_000)]


class RatesFileError(Kk2Error):
    """A file of rates that is not as this module says."""

    code = "bad_rates_file"


class Law(msgspec.Struct, frozen=True, kw_only=True):
    """A law or regulation: its number at Lovdata, and what it is about."""

    title: str
    number: str
    purpose: str
    source_url: str = ""


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """All that a file of rates holds, as documents, in the file's order."""

    interest: tuple[InterestRate, ...]
    notice_fees: tuple[NoticeFee, ...]
    laws: tuple[Law, ...]


class _InterestRow(msgspec.Struct, frozen=True, kw_only=True):
    valid_from: date
    valid_to: date
    rate_percent: _Percent
    regulation: str
    source: str
    source_url: str = ""

    def document(self) -> InterestRate:
        return InterestRate(
            id=self.valid_from.isoformat(),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            basis_points=_basis_points(self.rate_percent),
            regulation=self.regulation,
            source=self.source,
            url=self.source_url,
        )


class _FeeRow(msgspec.Struct, frozen=True, kw_only=True):
    valid_from: date
    valid_to: date | None = None
    inkassosats_nok: _Kroner | None = None
    factor_purring: _Share
    factor_inkassovarsel: _Share
    factor_betalingsoppfordring_egen: _Share
    source: str
    source_url: str = ""

    def document(self) -> NoticeFee:
        return NoticeFee(
            id=self.valid_from.isoformat(),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            base=None if self.inkassosats_nok is None else self.inkassosats_nok * 100,
            reminder_factor=_fraction(self.factor_purring),
            notice_factor=_fraction(self.factor_inkassovarsel),
            demand_factor=_fraction(self.factor_betalingsoppfordring_egen),
            source=self.source,
            url=self.source_url,
        )


class _File(msgspec.Struct, frozen=True, kw_only=True):
    late_interest: tuple[_InterestRow, ...] = ()
    notice_fees: tuple[_FeeRow, ...] = ()
    laws: tuple[Law, ...] = ()


def read_rates(content: bytes) -> Rates:
    """The rows of a file of rates. Whether they fit together is for services.rules.rates to say.

    Raises RatesFileError, which names the row and the field.
    """
    try:
        file = msgspec.json.decode(content, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RatesFileError(
            _("Filen med satser kan ikke leses. Ingenting er lagret. Rett filen og prøv igjen. ({error})").format(
                error=error
            )
        ) from None
    return Rates(
        interest=tuple(row.document() for row in file.late_interest),
        notice_fees=tuple(row.document() for row in file.notice_fees),
        laws=file.laws,
    )


@cache
def shipped_rates() -> Rates:
    """The rates and laws that the program is shipped with."""
    return read_rates(resources.files(__package__).joinpath("rates.json").read_bytes())


def _basis_points(percent: str) -> int:
    whole, _, part = percent.replace(",", ".").partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0"))


def _fraction(text: str) -> tuple[int, int]:
    numerator, _, denominator = text.partition("/")
    return int(numerator), int(denominator)
