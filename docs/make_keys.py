"""Makes docs/taster.md, the table of all keys, from the program itself: `make keys`."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from kk2tui.keys import actions, can_be_changed
from screens.widgets.key_line import key_name

PAGE = Path(__file__).parent / "taster.md"
PLACES = {
    "common": "Overalt",
    "form": "Skjema",
    "menu": "Hovedmeny",
    "cases": "Saker",
    "case": "Sak",
    "import": "Import av nye saker",
    "ocr": "Import av OCR",
    "unplaced": "Uplasserte innbetalinger",
    "posting": "Bokføringsforslag",
    "visma": "Betalinger fra Visma",
    "conversion": "Konvertering",
    "receipts": "Kvitteringer",
    "receipt": "Kvittering",
    "outbox": "Utboks",
    "admin": "Administrasjon",
    "creditor": "Kreditor",
    "law": "Lovverk",
    "tab": "Faner",
    "list": "Lister",
    "text": "Tekst",
    "field": "Felt",
    "dialog": "Dialoger",
}
"""What the first word of an id stands for, in the order of the page."""
HEAD = """# Taster

Laget av `make keys`; rettes ikke for hånd.

En tast kan byttes i kk2.toml: navnet fra tabellen til venstre, tasten eller tastene til høyre, med komma mellom.

    [keys]
    "case.payment.new" = "n,F6"
    "posting.post" = "F8"

Det leses når programmet starter. Er det noe galt med et navn eller en tast, sier programmet hvilket, og starter ikke;
`kk2 doctor` sier det samme. Linjen nederst og F1 viser tastene slik de er satt; hjelpetekstene har programmets egne.

- En tast skrives som den vises: en bokstav, et tegn, F1 til F12, eller Ctrl+ og en bokstav. Ctrl+C, H, I, J, M og Z har
  terminalen selv.
- Det som virker mens du skriver i et felt, kan ikke ha en bokstav eller en tast som flytter eller sletter i feltet.
- To ting på samme sted kan ikke ha samme tast. De kan bytte, hvis begge står i [keys].
- De som er merket «fast», er like overalt eller står på skjermen, og kan ikke byttes.
"""


class Line(NamedTuple):
    """A row of the table."""

    place: str
    id: str
    keys: tuple[str, ...]
    does: str


def page() -> str:
    """The whole of docs/taster.md."""
    parts = [HEAD]
    for place, lines in groupby(_lines(), key=lambda line: line.place):
        parts.append(f"\n## {PLACES[place]}\n\n| Navn | Tast | Hva den gjør |\n|---|---|---|\n" + "".join(_rows(lines)))
    return "".join(parts)


def _lines() -> list[Line]:
    """One for each id, in the order of PLACES."""
    found: dict[str, Line] = {}
    for action in actions():
        binding = action.binding
        does = binding.tooltip or binding.description
        line = found.get(action.id) or Line(action.id.split(".")[0], action.id, (), does)
        keys = dict.fromkeys((*line.keys, key_name(binding.with_key(binding.key))))
        found[action.id] = line._replace(keys=tuple(keys))
    order = list(PLACES)
    return sorted(found.values(), key=lambda line: order.index(line.place))


def _rows(lines: Iterable[Line]) -> Iterable[str]:
    for line in lines:
        fixed = "" if can_be_changed(line.id) else ", fast"
        yield f"| `{line.id}` | {', '.join(line.keys)} | {line.does}{fixed} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
