"""E-mail addresses, as far as a typing mistake can be told from one."""

import re

EMAIL_ADVICE = "E-postadressen skal se ut som navn@eksempel.no."
_ADDRESS = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+")


def is_email(text: str) -> bool:
    """Whether `text` is one address: something on either side of one @, and nothing that parts addresses."""
    return _ADDRESS.fullmatch(text) is not None
