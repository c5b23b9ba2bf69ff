"""The language of the screen: bokmål is in the code, English and nynorsk in catalogues.

A text is its own name: `_("Lagret sak {number}").format(number=...)`. Bokmål therefore needs no catalogue, and costs
nothing to start. `N_` marks a text that is made before the language is known (a class's title, a key's description);
who shows it calls `_`. What is stored, and what a debtor receives, is never translated.

A process serves one handler, so the language belongs to the process.
"""

import os
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


def _(text: str) -> str:
    """`text` (bokmål) in the language in use; bokmål where a translation is missing."""
    return text if _catalogue is None or not text else _catalogue.gettext(text)


def N_(text: str) -> str:  # gettext's own name
    """Mark `text` for translation by whoever shows it."""
    return text


def n_(one: str, many: str, count: int) -> str:
    """`one` when `count` is 1, else `many`; both with `{count}`, which the caller fills by `.format`."""
    if _catalogue is None:
        return one if count == 1 else many
    return _catalogue.ngettext(one, many, count)


if os.environ.get("KK2_LANG") == PSEUDO:  # to look at the screens by hand
    use(PSEUDO)
