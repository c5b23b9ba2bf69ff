"""Bokmål is in the code, other languages in catalogues, and what is stored in bokmål whatever is shown."""

import subprocess
import sys
from collections.abc import Iterator

import msgspec
import pytest

from data.language import BOKMAAL, N_, PSEUDO, Translated, _, in_bokmaal, language, n_, untranslated, use


@pytest.fixture(autouse=True)
def in_bokmaal_afterwards() -> Iterator[None]:
    yield
    use(BOKMAAL)


def test_bokmaal_is_what_stands_in_the_code() -> None:
    assert language() == "nb"
    assert _("Lagre") == "Lagre"
    assert type(_("Lagre")) is str


def test_bokmaal_loads_no_catalogue() -> None:
    """Who starts the program waits for nothing that is not needed."""
    code = "import sys, data.language; sys.exit('gettext' in sys.modules or 'locale' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(("chosen", "word"), [("en", "Save"), ("nn", "Lagre"), ("nb", "Lagre")])
def test_a_text_is_shown_in_the_language_in_use(chosen: str, word: str) -> None:
    use(chosen)
    assert _("Lagre") == word


def test_a_text_without_a_translation_is_shown_in_bokmaal() -> None:
    use("en")
    assert _("Dette står ikke i noen katalog") == "Dette står ikke i noen katalog"


def test_a_text_that_is_translated_is_not_translated_once_more() -> None:
    use("en")
    once = _("Lagre")
    assert _(once) is once


def test_a_marked_text_is_translated_by_whoever_shows_it() -> None:
    title = N_("Saker")
    use("en")
    assert title == "Saker"
    assert _(title) == "Cases"


@pytest.mark.parametrize(("count", "told"), [(0, "claims"), (1, "claim"), (2, "claims")])
def test_a_number_of_things_has_its_own_form(count: int, told: str) -> None:
    use("en")
    assert n_("fordring", "fordringer", count) == told


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="tlh"):
        use("tlh")
    assert language() == "nb"


def test_what_is_filled_in_is_in_both_languages() -> None:
    use("en")
    text = _("Kreditor {number} · {name}").format(number="0221", name=_("Saker"))
    assert text == "Creditor 0221 · Cases"
    assert in_bokmaal(text) == "Kreditor 0221 · Saker"


def test_a_translated_text_is_stored_in_bokmaal() -> None:
    use("en")
    encode = msgspec.json.Encoder(enc_hook=untranslated).encode
    assert encode({"note": _("Saken er avsluttet.")}) == b'{"note":"Saken er avsluttet."}'


def test_nothing_else_that_cannot_be_stored_is_let_through() -> None:
    with pytest.raises(NotImplementedError):
        untranslated(object())


def test_the_pseudo_language_is_longer_and_keeps_placeholders_and_blanks() -> None:
    use(PSEUDO)
    text = _(" {count} saker er regnet på nytt.")
    assert isinstance(text, Translated)
    assert text.startswith(" {count} ")
    assert len(text) > 1.25 * len(" {count} saker er regnet på nytt.")
    assert text.format(count=3).startswith(" 3 ")
