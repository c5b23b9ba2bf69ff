"""The rows of a conversion file, CSV or JSON alike: text by column name, and where it stands. Pure."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from data.language import _
from services.bank.findings import Findings, printable

COLUMNS = (
    "saksnummer",
    "kreditor",
    "radtype",
    "avdeling",
    "saksbehandler",
    "status",
    "opprettet",
    "avsluttet",
    "oppdatert",
    "sakskid",
    "kundenummer",
    "navn",
    "fodselsnummer",
    "orgnummer",
    "adresse",
    "adresse2",
    "postnummer",
    "poststed",
    "epost",
    "mobil",
    "fakturanummer",
    "tekst",
    "kid",
    "fakturadato",
    "forfall",
    "belop",
    "hovedstol",
    "dato",
    "kode",
)
"""What a file may have, each meaning as in docs/konvertering.md. ø, æ and å may be written in the names."""
NEEDED = ("saksnummer", "kreditor", "navn", "fakturanummer", "forfall", "belop")

_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "å": "a", "-": None, "_": None, " ": None})
_BLANK = " \t\r\n"


class Cell(NamedTuple):
    """A value, and where it stands: its line, and which field of the row it is, both from 1 (0: the row has none)."""

    value: str
    line: int
    column: int


class SourceRow(NamedTuple):
    """A row. `places` tells where in `values` a column is."""

    line: int
    values: Sequence[str]
    places: Mapping[str, int]

    def cell(self, name: str) -> Cell:
        place = self.places.get(name)
        if place is None:
            return Cell("", self.line, 0)
        return Cell(self.values[place].strip(), self.line, place + 1)


def read_rows(content: bytes, findings: Findings) -> list[SourceRow]:
    """All rows of a file. What cannot be read is told in `findings`."""
    text = decode(content)
    if text.lstrip(_BLANK)[:1] in ("[", "{"):
        return list(_json_rows(text, findings))
    return list(_csv_rows(text, findings))


def decode(content: bytes) -> str:
    """The text: UTF-8, else the encoding of older Windows programs."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


# --- CSV ----------------------------------------------------------------------------------------------------------


def _csv_rows(text: str, findings: Findings) -> Iterator[SourceRow]:
    heading = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=heading.count), strict=True)
    places: dict[str, int] = {}
    width, line = 0, 1
    try:
        for values in reader:
            here, line = line, reader.line_num + 1
            if not any(value.strip() for value in values):
                continue
            if not width:
                width, places = len(values), _places(values, here, findings)
                _check_needed(places, here, findings)
            elif len(values) == width:
                yield SourceRow(here, values, places)
            else:
                findings.error(
                    here,
                    0,
                    "",
                    "bad_width",
                    _("raden har {count} felt, overskriften har {width}").format(count=len(values), width=width),
                )
    except csv.Error:
        findings.error(line, 0, "", "bad_csv", _("raden kan ikke leses som CSV: se etter anførselstegn uten make"))
    if not width:
        findings.error(1, 0, "", "empty", "filen er tom")


def _check_needed(places: Mapping[str, int], line: int, findings: Findings) -> None:
    for name in NEEDED:
        if name not in places:
            findings.error(line, 0, name, "missing_column", _("kolonnen {name} mangler").format(name=name))


def _places(names: Sequence[str], line: int, findings: Findings) -> dict[str, int]:
    """Where each column is. One that is not known is refused: misspelt, it would be left out in silence."""
    places: dict[str, int] = {}
    for place, written in enumerate(names):
        name = written.strip().casefold().translate(_PLAIN)
        if name not in COLUMNS:
            findings.error(line, place + 1, _shown(written), "unknown_column", _("kolonnen er ikke kjent"))
        elif name in places:
            findings.error(
                line, place + 1, name, "double_column", _("kolonnen {name} står to ganger").format(name=name)
            )
        else:
            places[name] = place
    return places


def _shown(name: str) -> str:
    """A column's name as it may be shown. One with digits is no name: a file without a heading begins with values."""
    return "" if any(map(str.isdigit, name)) else printable(name[:30])


# --- JSON ---------------------------------------------------------------------------------------------------------


def _json_rows(text: str, findings: Findings) -> Iterator[SourceRow]:
    """The objects of a list, read one by one so that each is known by its line. Numbers stay as they are written."""
    decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
    at, line, counted = _skip(text, 0), 1, 0
    if text[at] != "[":
        findings.error(1, 1, "", "bad_json", _("filen skal være en liste av rader: [ {…}, {…} ]"))
        return
    at = _skip(text, at + 1)
    while text[at : at + 1] != "]":
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, end = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError):
            findings.error(line, 0, "", "bad_json", _("raden kan ikke leses som JSON"))
            return
        yield from _json_row(value, line, findings)
        at = _skip(text, end)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "]":
            findings.error(line, 0, "", "bad_json", _("listen er ikke avsluttet etter raden: komma eller ] mangler"))
            return
    if _skip(text, at + 1) < len(text):
        findings.error(line, 0, "", "bad_json", _("det står noe etter listen"))


def _json_row(value: Any, line: int, findings: Findings) -> Iterator[SourceRow]:
    if not isinstance(value, dict):
        findings.error(line, 0, "", "bad_json", _("raden er ikke et objekt"))
        return
    values = []
    for place, (name, each) in enumerate(value.items(), 1):
        if each is not None and not isinstance(each, str):
            findings.error(line, place, _shown(name), "bad_type", _("verdien skal være tekst eller et tall"))
        values.append(each if isinstance(each, str) else "")
    yield SourceRow(line, values, _places(list(value), line, findings))


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at
