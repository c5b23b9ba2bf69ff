"""KID, the customer id on a Norwegian payment, and bank account numbers.

The check digit is modulus 10 or modulus 11, fixed for each agreement with the bank ("System specification OCR giro",
KID). Both are text: leading zeros count, and a modulus 11 KID may end in "-".
"""

from collections.abc import Collection
from typing import Literal

from data.documents import KidCheck

KidClass = Literal["ok", "blank", "bad_chars", "bad_length", "bad_check"]

ANY_LENGTH = range(2, 26)
_WEIGHTS = (2, 3, 4, 5, 6, 7)


def mod10(digits: str) -> str:
    """The Luhn check digit of `digits`: weights 2, 1, 2, 1 … from the right, the digits of the products added."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        product = int(digit) * (2 - position % 2)
        total += product // 10 + product % 10
    return str(-total % 10)


def mod11(digits: str) -> str:
    """The modulus 11 check digit of `digits`: weights 2 to 7 from the right, "-" where it would be 10."""
    total = sum(int(digit) * _WEIGHTS[position % 6] for position, digit in enumerate(reversed(digits)))
    rest = -total % 11
    return "-" if rest == 10 else str(rest)


def check_digit(digits: str, check: KidCheck) -> str:
    """The digit (or "-") that ends a KID that begins with `digits`."""
    return mod10(digits) if check == "mod10" else mod11(digits)


def make_kid(creditor: str, serial: int, check: KidCheck = "mod10") -> str:
    """A case's own KID: creditor number (4), case serial (8) and check digit.

    Raises ValueError for a creditor that is not four digits or a serial that needs more than eight.
    """
    digits = f"{creditor}{serial:08d}"
    if not _is_digits(digits) or len(creditor) != 4 or len(digits) != 12:
        raise ValueError(f"no KID for creditor {creditor!r} and serial {serial}")
    return digits + check_digit(digits, check)


def classify(kid: str, lengths: Collection[int] = ANY_LENGTH, check: KidCheck = "mod10") -> KidClass:
    """What is wrong with a KID under an agreement, or "ok". `lengths` count the check digit."""
    if not kid.strip():
        return "blank"
    body, last = kid[:-1], kid[-1]
    if not (_is_digits(last) or (last == "-" and check == "mod11")) or not (_is_digits(body) or not body):
        return "bad_chars"
    if len(kid) not in lengths:
        return "bad_length"
    return "ok" if check_digit(body, check) == last else "bad_check"


def valid_account(account: str) -> bool:
    """Whether `account` is eleven digits with a right check digit (modulus 11)."""
    return len(account) == 11 and _is_digits(account) and mod11(account[:-1]) == account[-1]


def format_account(account: str) -> str:
    """`12345678903` as `1234.56.78903`; anything else as it is."""
    if len(account) != 11 or not _is_digits(account):
        return account
    return f"{account[:4]}.{account[4:6]}.{account[6:]}"


def _is_digits(text: str) -> bool:
    # isdigit alone also accepts ² and the digits of other scripts
    return text.isascii() and text.isdigit()
