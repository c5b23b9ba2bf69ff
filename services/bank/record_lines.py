"""A bank file's bytes as numbered records: line ends, encoding, blank lines and size.

Only the free text of a payment holds letters, so a wrong guess of the encoding harms a name, never an amount. Lines are
cut as bytes: `str.splitlines` also cuts at 0x85, which is "à" in CP850.
"""

import os
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO

from data.language import _
from services.bank.findings import Findings
from services.bank.ocr_records import LENGTH

MAX_BYTES = 50 * 1024 * 1024
MAX_RECORDS = 500_000

_BLOCK = 64 * 1024
_BOM = b"\xef\xbb\xbf"
_PADDING = " \t\x00\x1a"  # what pads a line or a file, CTRL-Z among them
_CP850_LETTERS = re.compile(rb"[\x80-\x9f]")  # control characters in ISO-8859-1


class RecordLines:
    """Iterate it once for (line number, record); then `sha256` is of all records, each ended by a line feed.

    `source` must be seekable; it is read twice from where it stands, first to find its encoding. A record is mostly 80
    characters; one of another length comes as it is, for the reader to refuse. `complete` is False when the file was
    too large to be read.
    """

    def __init__(self, source: BinaryIO, findings: Findings) -> None:
        self._source = source
        self._findings = findings
        self._hash = sha256()
        self._blank = range(0)  # the latest run of blank lines
        self.encoding = "ascii"
        self.complete = True
        self.last_line = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def __iter__(self) -> Iterator[tuple[int, str]]:
        start = self._source.tell()
        if not self._small_enough(self._source.seek(0, os.SEEK_END) - start, 0):
            return
        self._source.seek(start)
        self.encoding = find_encoding(_blocks(self._source))
        self._source.seek(start)
        number = 0
        for block in _blocks(self._source):
            lines = block.decode(self.encoding, "replace").split("\n")
            lines.pop()  # what follows the last line feed: nothing
            if not self._small_enough(0, number + len(lines)):
                return
            tidy = True
            for line in lines:
                number += 1
                if len(line) == LENGTH and line[0] == "N":
                    yield number, line
                else:
                    tidy = False
                    if record := self._odd_line(number, line):
                        yield number, record
            self._hash.update(block if tidy else self._records_of(lines))
            self.last_line = number
        self._tell_end(start)

    def _small_enough(self, size: int, records: int) -> bool:
        self.complete = size <= MAX_BYTES and records <= MAX_RECORDS
        if not self.complete:
            message = _(
                "Filen er for stor: over {max_bytes} MiB eller {max_records} linjer. Be banken dele den."
            ).format(max_bytes=MAX_BYTES >> 20, max_records=MAX_RECORDS)
            self._findings.error(self.last_line + 1, 1, _("Fil"), "too_large", message)
        return self.complete

    def _odd_line(self, number: int, line: str) -> str:
        """The record in a line that is not simply 80 characters, "" when the line is blank."""
        if line.strip(_PADDING):
            return _trimmed(line)
        if number != self._blank.stop:
            self._tell_blank()
            self._blank = range(number, number)
        self._blank = range(self._blank.start, number + 1)
        return ""

    def _records_of(self, lines: list[str]) -> bytes:
        kept = (_trimmed(line) + "\n" for line in lines if line.strip(_PADDING))
        return "".join(kept).encode(self.encoding, "replace")

    def _tell_blank(self) -> None:
        for line in self._blank[:1]:
            message = _("{count} tomme linjer fra linje {line} er hoppet over.").format(
                count=len(self._blank), line=line
            )
            self._findings.warning(line, 1, _("Linje"), "blank_line", message)

    def _tell_end(self, start: int) -> None:
        if self._blank.stop != self.last_line + 1:  # blank lines at the end are nothing to tell
            self._tell_blank()
        self._source.seek(start)
        head = self._source.read(_BLOCK)
        if len(head.rstrip(_PADDING.encode())) > LENGTH and _is_unbroken(head):
            message = _("Filen er uten linjeskift, og er lest som records på 80 tegn.")
            self._findings.warning(1, LENGTH + 1, _("Linje"), "no_line_breaks", message)
        if self.encoding == "utf-8":
            self._findings.warning(
                1, 1, _("Fil"), "utf8", _("Filen er lagret på nytt som UTF-8 etter at den kom fra banken.")
            )


def find_encoding(blocks: Iterator[bytes]) -> str:
    """The encoding of a file's lines: UTF-8 where that makes records of 80 characters, else CP850 or ISO-8859-1."""
    ascii_only, utf8, cp850 = True, True, False
    for block in blocks:
        if block.isascii():
            continue
        ascii_only = False
        cp850 = cp850 or _CP850_LETTERS.search(block) is not None
        utf8 = utf8 and all(_is_utf8_record(line) for line in block.split(b"\n") if not line.isascii())
    if ascii_only:
        return "ascii"
    if utf8:
        return "utf-8"
    return "cp850" if cp850 else "iso-8859-1"


def _is_utf8_record(line: bytes) -> bool:
    try:
        return len(line) > LENGTH and len(line.decode("utf-8")) == LENGTH
    except UnicodeDecodeError:
        return False


def _trimmed(line: str) -> str:
    return line.rstrip(_PADDING) if len(line) > LENGTH else line


def _is_unbroken(head: bytes) -> bool:
    return b"\n" not in head and b"\r" not in head


def _blocks(source: BinaryIO) -> Iterator[bytes]:
    """Blocks of whole lines, each line ended by a line feed only. A file without line ends is cut in 80s."""
    head = source.read(_BLOCK).removeprefix(_BOM)
    if _is_unbroken(head):
        yield from _cut(source, head)
        return
    rest = b""
    while head:
        text = rest + head
        # a CR that ends the text may belong to a LF that is not read yet
        whole = text[:-1] if text.endswith(b"\r") else text
        lines = whole.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in whole else whole
        end = lines.rfind(b"\n") + 1
        if end:
            yield lines[:end]
        elif len(lines) > _BLOCK:  # no record at all; let go of it before it fills the memory
            yield lines + b"\n"
            end = len(lines)
        rest = lines[end:] + text[len(whole) :]
        head = source.read(_BLOCK)
    if rest:
        yield rest.removesuffix(b"\r") + b"\n"


def _cut(source: BinaryIO, head: bytes) -> Iterator[bytes]:
    while head:
        while len(head) % LENGTH and (more := source.read(LENGTH - len(head) % LENGTH)):
            head += more
        yield b"".join(head[at : at + LENGTH] + b"\n" for at in range(0, len(head), LENGTH))
        head = source.read(_BLOCK)
