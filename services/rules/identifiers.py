"""Numbers that carry their own check: of persons, organisations, accounts and payments.

National id: folkeregisterforskriften (FOR-2017-07-14-1201) § 2-2-1; D-number: § 2-2-3, the first digit raised by four.
Organisation number: nine digits, modulus 11 (Brønnøysundregistrene). KID and account: services/bank/kid.py.
No message repeats a digit of what was typed.
"""

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date

from data.documents import KidCheck
from data.errors import Kk2Error
from data.language import _
from services.bank.kid import ANY_LENGTH, classify, valid_account

_FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_ORGANISATION = (3, 2, 7, 6, 5, 4, 3, 2, 1)
_D_NUMBER = 40
_MADE_UP_MONTHS = (40, 80)  # raised so in the tax administration's and NAV's test data


class IdentifierError(Kk2Error):
    """The number is not one."""

    code = "bad_identifier"


def parse_national_id(text: str) -> str:
    """Eleven digits of a national id or a D-number, from `010190 12345` or plain. Raises IdentifierError."""
    digits = _digits(text, 11, _("Et fødselsnummer eller D-nummer"))
    if not _is_born(digits):
        raise IdentifierError(_("De seks første sifrene er ingen fødselsdato, heller ikke i et D-nummer."))
    if _remainder(digits[:10], _FIRST) or _remainder(digits, _SECOND):
        raise IdentifierError(
            _("Kontrollsifrene stemmer ikke: ett eller flere siffer er feil, eller to har byttet plass.")
        )
    return digits


def parse_organisation(text: str) -> str:
    """Nine digits from `999 888 777` or plain. Raises IdentifierError."""
    digits = _digits(text, 9, _("Et organisasjonsnummer"))
    if digits[0] not in "89":
        raise IdentifierError(_("Et organisasjonsnummer begynner med 8 eller 9."))
    if _remainder(digits, _ORGANISATION):
        raise IdentifierError(
            _("Kontrollsifferet stemmer ikke: ett eller flere siffer er feil, eller to har byttet plass.")
        )
    return digits


def parse_kid(text: str, lengths: Collection[int] = ANY_LENGTH, check: KidCheck | None = None) -> str:
    """A KID under an agreement; without `check`, by modulus 10 or 11. Raises IdentifierError."""
    kid = re.sub(r"\s", "", text)
    found = {classify(kid, lengths, each) for each in ((check,) if check else ("mod10", "mod11"))}
    if "ok" in found:
        return kid
    raise IdentifierError(_kid_problem(found, lengths))


def doubt(text: str) -> str:
    """What may be wrong with a number that nothing was found by, in a sentence; empty when there is no saying."""
    digits = re.sub(r"[\s.]", "", text)
    if not (digits.isascii() and digits.isdigit()):
        return ""
    if len(digits) == 9:
        return _("Er det et organisasjonsnummer, er et siffer feil.") if _refused(parse_organisation, digits) else ""
    if len(digits) == 11 and not valid_account(digits) and _refused(parse_national_id, digits):
        return _("Er det et fødselsnummer eller D-nummer, er et siffer feil.")
    if 11 < len(digits) in ANY_LENGTH and _refused(parse_kid, digits):
        return _("Er det en KID, er et siffer feil.")
    return ""


def _refused(parse: Callable[[str], str], text: str) -> bool:
    try:
        parse(text)
    except IdentifierError:
        return True
    return False


def _kid_problem(found: Collection[str], lengths: Collection[int]) -> str:
    if "blank" in found:
        return _("KID mangler.")
    if "bad_check" in found:
        return _("Kontrollsifferet i KID stemmer ikke: et siffer er feil, eller to har byttet plass.")
    if "bad_length" in found:
        shown = ", ".join(map(str, lengths)) if len(lengths) < 5 else f"{min(lengths)}–{max(lengths)}"
        return _("KID har {lengths} siffer etter avtalen med banken.").format(lengths=shown)
    return _("KID har bare siffer; siste tegn kan være en bindestrek.")


def _digits(text: str, count: int, what: str) -> str:
    digits = re.sub(r"[\s.]", "", text)
    if not (digits.isascii() and digits.isdigit()) or len(digits) != count:
        raise IdentifierError(_("{what} har {count} siffer.").format(what=what, count=count))
    return digits


def _is_born(digits: str) -> bool:
    day, month, year = (int(digits[place : place + 2]) for place in (0, 2, 4))
    day -= _D_NUMBER if day > _D_NUMBER else 0
    month -= next((raised for raised in reversed(_MADE_UP_MONTHS) if month > raised), 0)
    return any(_is_date(century + year, month, day) for century in (1800, 1900, 2000))


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _remainder(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
