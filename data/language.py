"""The language of the screen: bokmål is in the code, English and nynorsk in catalogues.

A text is its own name: `_("Lagret sak {number}").format(number=...)`. Bokmål therefore needs no catalogue, and costs
nothing to start. `N_` marks a text that is made before the language is known (a class's title, a key's description);
who shows it calls `_`. What is stored, and what a debtor receives, is never translated.

Nothing translated is ever stored: a text in another language carries its bokmål along, and the stores write that
(`untranslated`, their encoders' hook). So an error told to one handler in English is kept for the others in bokmål.

A process serves one handler, so the language belongs to the process.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gettext import NullTranslations

BOKMAAL = "nb"
LANGUAGES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
PSEUDO = "pseudo"  # bokmål with accents, a third longer: shows what will not fit, and what was never marked

_FOLDER = Path(__file__).parent / "languages"
_language = BOKMAAL
_catalogue: "NullTranslations | None" = None


def use(language: str) -> None:
    """Show texts in `language`: "nb", "nn" or "en" ("pseudo" in tests). Anything else is a ValueError."""
    global _language, _catalogue
    if language == BOKMAAL:
        _catalogue = None
    elif language in LANGUAGES:
        import gettext  # only who reads another language pays for it

        _catalogue = gettext.translation("kk2", _FOLDER, [language])
    elif language == PSEUDO:
        from data.pseudo_language import PseudoTranslations

        _catalogue = PseudoTranslations()
    else:
        raise ValueError(f"unknown language: {language}")
    _language = language


def language() -> str:
    """The language in use, "nb" until another is chosen."""
    return _language


class Translated(str):
    """A text in another language, with what it says in bokmål."""

    bokmaal: str

    def __new__(cls, text: str, bokmaal: str) -> "Translated":
        made = super().__new__(cls, text)
        made.bokmaal = bokmaal
        return made

    def format(self, *args: object, **values: object) -> "Translated":
        plain = {name: in_bokmaal(value) for name, value in values.items()}
        return Translated(super().format(*args, **values), self.bokmaal.format(*map(in_bokmaal, args), **plain))


def _(text: str) -> str:
    """`text` (bokmål) in the language in use; bokmål where a translation is missing."""
    if _catalogue is None or not text or isinstance(text, Translated):
        return text
    return Translated(_catalogue.gettext(text), text)


def N_(text: str) -> str:
    """Mark `text` for translation by whoever shows it."""
    return text


def n_(one: str, many: str, count: int) -> str:
    """`one` when `count` is 1, else `many`. The caller fills in `{count}` by `.format`, if they have it."""
    bokmaal = one if count == 1 else many
    return bokmaal if _catalogue is None else Translated(_catalogue.ngettext(one, many, count), bokmaal)


def in_bokmaal(value: object) -> object:
    """What a translated text says in bokmål; anything else as it is."""
    return value.bokmaal if isinstance(value, Translated) else value


def untranslated(value: object) -> str:
    """The hook of an encoder of what is stored. Raises NotImplementedError for all but translated texts."""
    if isinstance(value, Translated):
        return value.bokmaal
    raise NotImplementedError(f"{type(value).__name__} cannot be stored")
