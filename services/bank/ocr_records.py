"""The records of an OCR giro file, field by field, as "System specification OCR giro" (v2.0, v4.0) draws them.

Positions are the specification's own: from 1, both ends included. Each layout becomes one regular expression, which
takes a right record apart in one go; only a record that does not fit is looked at field by field.
"""

import re
from collections.abc import Iterator

import msgspec

from data.language import N_
from services.bank.findings import Severity

LENGTH = 80

REVERSALS = frozenset({"18", "20"})
"""Transaction types that take money back out, though their amounts are written without a sign."""

CARD = frozenset({"18", "19", "20", "21"})
"""Transaction types of cards and online payments; the others are giro."""

WITH_TEXT = frozenset({"20", "21"})
"""Transaction types with free text in an item 3, and mostly without KID."""

_ASCII = "[ -~]"
_LETTERS = r"[^\x00-\x1f\x7f-\x9f]"


class Field(msgspec.Struct, frozen=True):
    """A stretch of a record, what it may hold, and what to say when it holds something else.

    A `private` field is what the payer wrote, national ids included: it is not repeated in a finding.
    """

    name: str
    first: int
    last: int
    pattern: str
    complaint: str
    code: str
    severity: Severity = "error"
    kept: bool = True
    private: bool = False

    def of(self, record: str) -> str:
        return record[self.first - 1 : self.last]


def _digits(name: str, first: int, last: int) -> Field:
    return Field(name, first, last, f"[0-9]{{{last - first + 1}}}", N_("skal bare ha sifre"), "not_digits")


def _reference(name: str, first: int, last: int) -> Field:
    """Digits by the specification, but nothing depends on it."""
    pattern = f"[0-9]{{{last - first + 1}}}"
    return Field(name, first, last, pattern, N_("skulle bare hatt sifre"), "reference_not_digits", "warning")


def _text(name: str, first: int, last: int, allowed: str) -> Field:
    pattern = f"{allowed}{{{last - first + 1}}}"
    complaint = N_("har tegn som ikke hører hjemme der")
    return Field(name, first, last, pattern, complaint, "bad_characters", "warning", private=True)


def _choice(name: str, first: int, last: int, pattern: str, complaint: str, severity: Severity = "error") -> Field:
    return Field(name, first, last, pattern, complaint, "bad_value", severity)


def _fixed(name: str, first: int, last: int, value: str) -> Field:
    return Field(name, first, last, value, f"skal være {value}", "bad_value", kept=False)


def _zeros(first: int, last: int) -> Field:
    return Field(
        "Filler", first, last, "0" * (last - first + 1), N_("skulle vært nuller"), "filler", "warning", kept=False
    )


def _anything(first: int, last: int) -> Field:
    return Field("Filler", first, last, f".{{{last - first + 1}}}", "", "filler", "warning", kept=False)


class Layout:
    """A kind of record. `match` takes a record that is right in every field; its groups are the kept ones."""

    def __init__(self, name: str, *fields: Field) -> None:
        self.name = name
        self.fields = fields
        parts = (f"({field.pattern})" if field.kept else f"(?:{field.pattern})" for field in fields)
        self.match = re.compile("".join(parts), re.DOTALL).fullmatch

    def complaints(self, record: str) -> Iterator[tuple[Field, str]]:
        """The fields of an 80 character record that are not right, with what they hold."""
        for field in self.fields:
            value = field.of(record)
            if not re.fullmatch(field.pattern, value, re.DOTALL):
                yield field, value

    def values(self, record: str) -> tuple[str, ...]:
        """The kept fields, right or not, in the order of the groups of `match`."""
        return tuple(field.of(record) for field in self.fields if field.kept)


_TYPE = _choice(N_("Transaksjonstype"), 5, 6, "1[0-9]|2[01]", N_("er ikke en transaksjonstype (10–21)"))
_SERIAL = _digits(N_("Transaksjonsnummer"), 9, 15)
_END_COUNTS = (_digits(N_("Antall transaksjoner"), 9, 16), _digits(N_("Antall records"), 17, 24))

START_TRANSMISSION = Layout(
    N_("startrecord for forsendelse"),
    _fixed("Record", 1, 8, "NY000010"),
    _digits(N_("Dataavsender"), 9, 16),
    _digits(N_("Forsendelsesnummer"), 17, 23),
    _digits(N_("Datamottaker"), 24, 31),
    _zeros(32, 80),
)
START_ASSIGNMENT = Layout(
    N_("startrecord for oppdrag"),
    _fixed("Record", 1, 8, "NY090020"),
    _digits(N_("Avtale-ID"), 9, 17),
    _digits(N_("Oppdragsnummer"), 18, 24),
    _digits(N_("Oppdragskonto"), 25, 35),
    _zeros(36, 80),
)
ITEM_1 = Layout(
    N_("beløpspost 1"),
    _fixed("Record", 1, 4, "NY09"),
    _TYPE,
    _fixed("Recordtype", 7, 8, "30"),
    _SERIAL,
    _digits(N_("Oppgjørsdato"), 16, 21),
    _digits(N_("Sentral-ID, dagkode, delavregning og løpenummer"), 22, 31),
    _choice(N_("Fortegn"), 32, 32, "[-0]", N_("skal være - eller 0")),
    _digits(N_("Beløp"), 33, 49),
    _text("KID", 50, 74, _ASCII),
    _reference(N_("Kortutsteder"), 75, 76),
    _zeros(77, 80),
)
ITEM_2 = Layout(
    N_("beløpspost 2"),
    _fixed("Record", 1, 4, "NY09"),
    _TYPE,
    _fixed("Recordtype", 7, 8, "31"),
    _SERIAL,
    _reference(N_("Blankettnummer"), 16, 25),
    _reference(N_("Arkivreferanse"), 26, 34),
    _anything(35, 41),  # zeros by the text of the specification, something else in its own example
    _digits(N_("Oppdragsdato"), 42, 47),
    _digits(N_("Debetkonto"), 48, 58),
    _zeros(59, 80),
)
ITEM_3 = Layout(
    N_("beløpspost 3"),
    _fixed("Record", 1, 4, "NY09"),
    _TYPE,
    _fixed("Recordtype", 7, 8, "32"),
    _SERIAL,
    _text(N_("Fritekst"), 16, 55, _LETTERS),
    _zeros(56, 80),
)
END_ASSIGNMENT = Layout(
    N_("sluttrecord for oppdrag"),
    _fixed("Record", 1, 8, "NY090088"),
    *_END_COUNTS,
    _digits(N_("Sum"), 25, 41),
    _digits(N_("Dato"), 42, 47),
    _digits(N_("Første oppgjørsdato"), 48, 53),
    _digits(N_("Siste oppgjørsdato"), 54, 59),
    _zeros(60, 80),
)
END_TRANSMISSION = Layout(
    N_("sluttrecord for forsendelse"),
    _fixed("Record", 1, 8, "NY000089"),
    *_END_COUNTS,
    _digits(N_("Sum"), 25, 41),
    _digits(N_("Dato"), 42, 47),
    _zeros(48, 80),
)

# AvtaleGiro mandates in the same file ("AvtaleGiro systemspesifikasjon" v3.3, chapter 3)
START_MANDATES = Layout(
    N_("startrecord for faste betalingsoppdrag"),
    _fixed("Record", 1, 8, "NY212420"),
    _zeros(9, 17),
    _digits(N_("Oppdragsnummer"), 18, 24),
    _digits(N_("Oppdragskonto"), 25, 35),
    _zeros(36, 80),
)
MANDATE = Layout(
    N_("fast betalingsoppdrag"),
    _fixed("Record", 1, 8, "NY219470"),
    _digits(N_("Løpenummer"), 9, 15),
    _choice(N_("Registreringstype"), 16, 16, "[012]", N_("skulle vært 0, 1 eller 2"), "warning"),
    _text("KID", 17, 41, _ASCII),
    _choice(N_("Skriftlig varsel"), 42, 42, "[JN]", N_("skulle vært J eller N"), "warning"),
    _zeros(43, 80),
)
END_MANDATES = Layout(
    N_("sluttrecord for faste betalingsoppdrag"),
    _fixed("Record", 1, 8, "NY212488"),
    *_END_COUNTS,
    _zeros(25, 80),
)
