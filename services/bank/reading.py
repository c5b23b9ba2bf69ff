"""Reads a file from the bank, whichever format it is in."""

from datetime import date
from typing import BinaryIO

from services.bank.detection import HEAD, detect
from services.bank.ocr_giro import read_ocr
from services.bank.payments import BankReading

_BLANK = b"\xef\xbb\xbf\xff\xfe \t\r\n\0"


def read_bank_file(source: BinaryIO, *, today: date) -> BankReading:
    """Start reading a file, open for bytes and seekable. Nothing is read until it is iterated; nothing is raised then.

    XML is left to the camt.054 reader even when it is something else, since that tells what it is instead.
    """
    start = source.tell()
    head = source.read(HEAD)
    source.seek(start)
    xml = detect(head) == "camt.054" or head.lstrip(_BLANK).startswith(b"<")
    if not xml:
        return read_ocr(source, today=today)
    from services.bank.camt054 import read_camt054  # and lxml, which most sessions can do without

    return read_camt054(source, today=today)
