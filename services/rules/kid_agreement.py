"""A bank account and its KID agreement as people write them."""

import re

from data.errors import Kk2Error
from data.language import _
from services.bank.kid import ANY_LENGTH, valid_account

ACCOUNT_DIGITS = 11


class AgreementError(Kk2Error):
    """The text is not an account number, or not a list of KID lengths."""

    code = "bad_agreement"


def parse_account(text: str) -> str:
    """Eleven digits from `1234.56.78903`, `1234 56 78903` or plain. Raises AgreementError.

    The text is never repeated in the error: it may be a national id, which has eleven digits too.
    """
    digits = re.sub(r"[.\s]", "", text)
    if not digits:
        raise AgreementError(_("Kontonummeret mangler."))
    if not (digits.isascii() and digits.isdigit()):
        raise AgreementError(_("Et kontonummer har bare siffer."))
    if len(digits) != ACCOUNT_DIGITS:
        raise AgreementError(
            _("Et kontonummer har {account_digits} siffer, ikke {count}.").format(
                account_digits=ACCOUNT_DIGITS, count=len(digits)
            )
        )
    if not valid_account(digits):
        raise AgreementError(_("Kontrollsifferet stemmer ikke: et siffer er feil."))
    return digits


def parse_kid_lengths(text: str) -> tuple[int, ...]:
    """Lengths from `13` or `8, 13`, the check digit counted, in order. Raises AgreementError."""
    words = re.split(r"[,;\s]+", text.strip(" ,;"))
    if words == [""]:
        raise AgreementError(_("KID-lengden mangler. Skriv for eksempel 13."))
    if not all(word.isascii() and word.isdigit() and len(word) < 3 and int(word) in ANY_LENGTH for word in words):
        raise AgreementError(_("Skriv tall fra 2 til 25, med komma mellom: 8, 13."))
    return tuple(sorted({int(word) for word in words}))


def format_kid_lengths(lengths: tuple[int, ...]) -> str:
    """`(8, 13)` as `8, 13`."""
    return ", ".join(map(str, lengths))
