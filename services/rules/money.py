"""Amounts as people write them, and as they read them. Inside the program an amount is whole øre, an int."""

import re

from data.errors import Kk2Error
from data.language import _
from services.rules.counting import number_text

MINUS = "\N{MINUS SIGN}"

# A comma and nothing else is the decimal mark. Thousands may be set apart with spaces, or with dots when øre follow,
# since a lone dot could be either.
_AMOUNT = re.compile(
    r"""(?P<sign>-?)[ ]*
        (?P<kroner>[0-9]+ | [0-9]{1,3}(?:[ ][0-9]{3})+ | [0-9]{1,3}(?:\.[0-9]{3})+(?=,))
        (?:,(?P<ore>[0-9]{1,2}|-))?""",
    re.VERBOSE,
)
_WITH_DOT = re.compile(r"-?[ ]*(?P<whole>[0-9]{1,6})\.(?P<rest>[0-9]{1,3})")  # never a national id, however set apart
_CURRENCY = re.compile(r"^kr\.?[ ]*|[ ]*kr\.?$", re.IGNORECASE)
_PLAIN = str.maketrans(
    {
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
        "\N{THIN SPACE}": " ",
        "\N{FIGURE SPACE}": " ",
        MINUS: "-",
        "\N{EN DASH}": "-",
    }
)
_MOST_DIGITS = 9  # a milliard kroner is a slip of the finger, or a KID in the wrong field


class AmountError(Kk2Error):
    """The text is not an amount."""

    code = "bad_amount"


def parse_amount(text: str) -> int:
    """Øre from `1234,5`, `1 234,50`, `1.234,50`, `−3` or `kr 3,-`.

    The text is never repeated in the error: it may be a national id in the wrong field.

    Raises AmountError.
    """
    plain = _CURRENCY.sub("", text.translate(_PLAIN).strip())
    match = _AMOUNT.fullmatch(plain)
    if match is None:
        raise AmountError(_advice(plain))
    kroner = re.sub(r"[ .]", "", match["kroner"])
    if len(kroner.lstrip("0")) > _MOST_DIGITS:
        raise AmountError(_("Beløpet er for stort. Se etter om det er skrevet i riktig felt."))
    ore = 0 if match["ore"] in (None, "-") else int(match["ore"].ljust(2, "0"))
    amount = int(kroner) * 100 + ore
    return -amount if match["sign"] else amount


def format_amount(amount: int) -> str:
    """`123450` (øre) as `1 234,50`; a negative amount gets a true minus sign."""
    kroner, ore = divmod(abs(amount), 100)
    sign = MINUS if amount < 0 else ""
    return f"{sign}{number_text(kroner)},{ore:02d}"


def _advice(plain: str) -> str:
    if not plain:
        return _("Beløpet mangler. Skriv kroner og øre med komma, for eksempel 1234,50.")
    if (match := _WITH_DOT.fullmatch(plain)) and len(match["whole"]) <= _MOST_DIGITS - 3:
        return _two_readings(match["whole"], match["rest"])
    if "." in plain:
        return _("Et punktum i beløpet kan leses på to måter. Skriv øre etter komma, for eksempel 1234,50.")
    return _("Beløpet kan ikke leses. Skriv kroner og øre med komma, for eksempel 1234,50.")


def _two_readings(whole: str, rest: str) -> str:
    """What a lone dot may mean: thousands, or øre. Three digits behind it can be either, one or two only øre."""
    kroner = int(whole)
    if len(rest) < 3:
        return _("Øre skrives etter komma. Mente du {amount}?").format(amount=f"{kroner},{rest}")
    return _("Et punktum kan leses på to måter: {thousands} eller {decimals}. Skriv øre etter komma.").format(
        thousands=format_amount(int(whole + rest) * 100), decimals=f"{kroner},{rest}"
    )
