"""A national id where not everybody is to see it. Pure functions."""

HIDDEN_DIGITS = 5
LENGTH = 11


def masked(national_id: str) -> str:
    """`010190 *****`: the date of birth, by which a caller is told apart from a namesake; no more of it.

    What is not eleven digits is hidden altogether: it may be anything, in the wrong field.
    """
    if len(national_id) != LENGTH or not national_id.isdecimal():
        return "*" * len(national_id)
    return f"{national_id[:-HIDDEN_DIGITS]} {'*' * HIDDEN_DIGITS}"


def hidden(national_id: str) -> str:
    """All its digits hidden, but that there is one: for files, other programs and the audit trail."""
    return "•" * len(national_id)


def spaced(national_id: str) -> str:
    """`010190 12345`, as it is read aloud."""
    return f"{national_id[:-HIDDEN_DIGITS]} {national_id[-HIDDEN_DIGITS:]}".strip()
