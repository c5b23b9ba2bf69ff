"""The last day of a certificate, read from its file (X.509, RFC 5280 4.1). Python tells it of a server's only."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

_END = "-----END CERTIFICATE-----"
_VERSION, _UTC_TIME = 0xA0, 0x17


def last_moment(pem: str) -> datetime:
    """`notAfter` of the first certificate in a PEM text. Raises ValueError for what is no certificate."""
    begin = pem.find("-----BEGIN CERTIFICATE-----")
    end = pem.find(_END, begin)
    if begin < 0 or end < 0:
        raise ValueError("no certificate")
    try:
        (_, certificate), *_ = _elements(ssl.PEM_cert_to_DER_cert(pem[begin : end + len(_END)]))
        (_, to_be_signed), *_ = _elements(certificate)
        _serial, _algorithm, _issuer, validity, *_ = (part for tag, part in _elements(to_be_signed) if tag != _VERSION)
        _, (tag, written) = _elements(validity)
    except (IndexError, ValueError) as error:
        raise ValueError("not a certificate") from error
    # UTCTime has two digits for the year, and belongs to 1950-2049; GeneralizedTime has four.
    text = written.decode("ascii")
    return datetime.strptime(text, "%y%m%d%H%M%SZ" if tag == _UTC_TIME else "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    """(tag, content) of the elements that stand after each other (DER, X.690 8.1)."""
    at = 0
    while at < len(der):
        tag, length, at = der[at], der[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(der[at : at + size], "big"), at + size
        yield tag, der[at : at + length]
        at += length
