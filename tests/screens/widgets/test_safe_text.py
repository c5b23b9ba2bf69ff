import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from screens.widgets.safe_text import safe, safe_lines

anything = st.text(st.characters())


@given(anything)
def test_what_comes_out_is_printable_whatever_went_in(text: str) -> None:
    assert safe(text).isprintable()


@given(anything)
def test_what_comes_out_is_composed_and_stays_as_it_is(text: str) -> None:
    once = safe(text)
    assert unicodedata.is_normalized("NFC", once)
    assert safe(once) == once


def test_escape_sequences_and_bidi_overrides_are_dots() -> None:
    assert safe("\x1b[31mrød\x07 \u202e123\u2066") == "·[31mrød· ·123·"


def test_line_breaks_tabs_and_odd_blanks_are_blanks() -> None:
    assert safe("a\r\nb\tc\u00a0d\u2028e") == "a b c d e"


def test_norwegian_letters_are_composed() -> None:
    assert safe("A\u030ase") == "Åse"


def test_lines_stay_lines_where_they_are_wanted() -> None:
    assert safe_lines("en\x1b\nto") == "en·\nto"


def test_other_values_are_written_out() -> None:
    assert safe(12) == "12"
