"""A range of amounts as people write it: `1000-5000`, `fra 1 000`, `under 500`."""

import re

from data.language import _
from data.wanted import Range
from services.rules.money import MINUS, AmountError, format_amount, parse_amount

_FROM = re.compile(r"(?:fra|over|minst|>=?)\s*", re.IGNORECASE)
_TO = re.compile(r"(?:til|under|høyst|inntil|<=?)\s*", re.IGNORECASE)
_BETWEEN = re.compile(rf"\s*(?:\btil\b|\bog\b|-|\N{{EN DASH}}|{MINUS})\s*", re.IGNORECASE)


def parse_amount_range(text: str) -> Range:
    """From and up to in øre, both included. One amount alone is the least. Raises AmountError."""
    plain = text.strip()
    if match := _TO.match(plain):
        return Range(None, parse_amount(plain[match.end() :]))
    match = _FROM.match(plain)
    parts = _BETWEEN.split(plain[match.end() :] if match else plain)
    if len(parts) > 2:
        raise AmountError(_("Skriv to beløp med strek imellom, som 1000-5000."))
    least, most = (parse_amount(part) if part else None for part in (*parts, "")[:2])
    if least is None and most is None:
        raise AmountError(_("Skriv et beløp, eller to med strek imellom, som 1000-5000."))
    if least is not None and most is not None and least > most:
        raise AmountError(_("Det første beløpet må være det minste."))
    return Range(least, most)


def range_text(amounts: Range) -> str:
    """`1 000,00 til 5 000,00`, `fra 1 000,00`, `til 500,00`."""
    least, most = (format_amount(each) if isinstance(each, int) else "" for each in (amounts.least, amounts.most))
    if least and most:
        return _("{least} til {most}").format(least=least, most=most)
    return _("fra {least}").format(least=least) if least else _("til {most}").format(most=most)
