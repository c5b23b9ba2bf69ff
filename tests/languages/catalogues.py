"""The catalogues beside data/language.py: brought up to date with the code, and compiled."""

import io
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.languages.texts import ROOT, Text, texts

FOLDER = ROOT / "data" / "languages"
TRANSLATED = ("en", "nn")
MADE = datetime(2026, 11, 24, tzinfo=UTC)  # always the same: a file changes when a text does


def path_of(language: str, kind: str) -> Path:
    """Where a language's catalogue is: `po` is what people edit, `mo` what the program reads."""
    return FOLDER / language / "LC_MESSAGES" / f"kk2.{kind}"


def read(language: str) -> Catalog:
    with path_of(language, "po").open("rb") as file:
        return read_po(file, locale=language)


def distinct(found: list[Text]) -> list[Text]:
    """Each text once. One that also counts something keeps its plural; gettext finds its singular by itself."""
    unique: dict[str, Text] = {}
    for text in found:
        if text.text not in unique or (text.plural and not unique[text.text].plural):
            unique[text.text] = text
    return list(unique.values())


def brought_up_to_date(language: str) -> Catalog:
    """The catalogue with the texts of today, in the order of the code: old translations kept, new ones empty."""
    old = read(language)
    new = Catalog(
        locale=language,
        project="kk2",
        charset="utf-8",
        fuzzy=False,
        header_comment="",
        creation_date=MADE,
        revision_date=MADE,
    )
    for text in distinct(texts()):
        known = old.get(text.text)
        new.add((text.text, text.plural) if text.plural else text.text, _kept(known, text), locations=[_file(text)])
    return new


def _kept(known: Message | None, text: Text) -> str | tuple[str, ...]:
    said = known.string if known else ""
    if isinstance(said, str):
        return (said, "") if text.plural else said
    assert said is not None  # babel has "" for what is not translated
    return tuple(said) if text.plural else said[0]


def _file(text: Text) -> tuple[str, int]:
    """Only the file: line numbers would change with every edit."""
    return text.place.partition(":")[0], 0


def po_bytes(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalog, width=110, omit_header=False, include_lineno=False)
    return out.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def update(language: str) -> int:
    """Write both files anew. Returns how many texts still lack a translation."""
    catalog = brought_up_to_date(language)
    path_of(language, "po").write_bytes(po_bytes(catalog))
    path_of(language, "mo").write_bytes(mo_bytes(read(language)))
    return len(untranslated(catalog))


def untranslated(catalog: Catalog) -> list[str]:
    """The texts without a translation, or with only one of two forms."""
    return [_id(each) for each in catalog if each.id and not all(_forms(each))]


def _forms(message: Message) -> tuple[str, ...]:
    assert message.string is not None  # as above
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def _id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]
