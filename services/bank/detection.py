"""What kind of file it is, told from its first bytes; names differ from bank to bank."""

import re
from typing import BinaryIO, Literal

FileKind = Literal["ocr", "camt.054", "outgoing", "unknown"]

HEAD = 4096
"""How many bytes are enough to tell."""

CLEARING_HOUSE = (
    b"00008080"  # Nets, now Mastercard Payment Services: sender of what comes in, recipient of what goes out
)

_BLANK = b"\xef\xbb\xbf \t\r\n"
_CLAIMS = re.compile(rb"NY21(?:00|36)")  # AvtaleGiro claims and their cancellation
_RECORD = re.compile(rb"NY[0-9]{6}")


def detect(head: bytes) -> FileKind:
    """The kind of the file that begins with `head`. An "outgoing" file is a claim on its way to the bank."""
    text = head[:HEAD].replace(b"\0", b"").lstrip(_BLANK)  # UTF-16 is XML's only; without its zeros it reads as ASCII
    if b"camt.054" in text and b"<" in text:
        return "camt.054"
    if not _RECORD.match(text):
        return "unknown"
    second = text[80:].lstrip(_BLANK)
    outgoing = text.startswith(b"NY000010") and text[23:31] == CLEARING_HOUSE
    return "outgoing" if outgoing or _CLAIMS.match(text) or _CLAIMS.match(second) else "ocr"


def detect_file(source: BinaryIO) -> FileKind:
    """The same for an open file, which is left where it stood."""
    start = source.tell()
    head = source.read(HEAD)
    source.seek(start)
    return detect(head)
