"""A camt.054 file's bytes, block by block, with what no bank file has kept from the XML parser.

A DOCTYPE is how XML files reach for other files and swell to fill the memory; no camt.054 has one, so the block that
holds one is never handed out. Encodings are those that banks use: with others a DOCTYPE could be spelled out of sight.
"""

import os
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO

from data.language import N_, _

MAX_BYTES = 256 * 1024 * 1024
"""XML takes some 1 500 bytes to say what OCR giro says in 160."""

BLOCK = 32 * 1024

DOCTYPE_FOUND = N_("Filen har en DOCTYPE. Det har ingen fil fra banken. Den er ikke lest.")

_ENCODINGS = frozenset({"utf-8", "utf-16", "utf-16le", "utf-16be", "iso-8859-1", "latin1", "us-ascii", "ascii"})
_DECLARATION = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([^"'>]{0,40})""")
_FORBIDDEN = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_OVERLAP = len(b"<!DOCTYPE") - 1
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_UTF32 = (b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"<\0\0\0", b"\0\0\0<")


class UnreadableXml(Exception):
    """The rest of the file is not read. `code` and `message` are a finding's, and `line` is where it stopped."""

    def __init__(self, code: str, message: str, *, line: int = 1, column: int = 1) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.line = line
        self.column = column


class GuardedBytes:
    """Iterate it once for the blocks; then `sha256` is of all of them, with carriage returns left out.

    Iterating raises UnreadableXml for a file that is too large, has a DOCTYPE, or is in an encoding that is not used.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._hash = sha256()
        self._lines = 1
        self.encoding = "utf-8"

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def __iter__(self) -> Iterator[bytes]:
        start = self._source.tell()
        size = self._source.seek(0, os.SEEK_END) - start
        self._source.seek(start)
        if size > MAX_BYTES:
            message = f"Filen er for stor: over {MAX_BYTES >> 20} MiB. Be banken dele den."
            raise UnreadableXml("too_large", message)
        end = b""
        while block := self._source.read(BLOCK):
            if not end:
                self.encoding = find_encoding(block)
            self._hash.update(block.replace(b"\r", b""))
            end = self._look_through(end, block)
            yield block

    def _look_through(self, end: bytes, block: bytes) -> bytes:
        """Refuse a DOCTYPE in `block`, or one that began in `end`. Returns the end of this block."""
        plain = end + block.replace(b"\0", b"")  # UTF-16 without its zeros reads as ASCII
        found = _FORBIDDEN.search(plain)
        if found is not None:
            line = self._lines + plain.count(b"\n", len(end), found.start())
            raise UnreadableXml("doctype", _(DOCTYPE_FOUND), line=line)
        self._lines += block.count(b"\n")
        return plain[-_OVERLAP:]


def find_encoding(head: bytes) -> str:
    """The encoding that a file which begins with `head` says it has. Raises UnreadableXml for one that is not used."""
    declared = _DECLARATION.search(head.replace(b"\0", b""))
    name = declared[1].decode("ascii", "replace").lower() if declared else ""
    if head.startswith(_UTF32) or (name and name not in _ENCODINGS):
        told = name if name.isprintable() and name else "utf-32"
        raise UnreadableXml(
            "encoding", _("Tegnkodingen {told} brukes ikke i camt.054. Den skal være UTF-8.").format(told=told)
        )
    if head.startswith(_UTF16):
        return "utf-16"
    return "iso-8859-1" if name in ("iso-8859-1", "latin1") else "utf-8"
