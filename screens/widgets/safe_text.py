"""Text from a bank file or a register, made harmless to a terminal."""

import unicodedata

HIDDEN = "·"
ELLIPSIS = "…"


def safe(value: object) -> str:
    """`value` as one line of visible text.

    Escape sequences, other control characters and bidirectional overrides show as `·`, so a name can neither
    steer the terminal nor reorder an amount; line breaks and odd blanks become a blank; the rest is NFC.
    """
    text = str(value)
    if text.isascii() and text.isprintable():
        return text
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return text if text.isprintable() else "".join(map(_visible, text))


def safe_lines(value: object) -> str:
    """Like `safe`, but for text of several lines: line breaks are kept."""
    return "\n".join(map(safe, str(value).splitlines()))


def _visible(char: str) -> str:
    if char.isprintable():
        return char
    return " " if char.isspace() else HIDDEN
