"""No text is without its translation, and no translation without its text."""

import ast
import re
from collections.abc import Sequence

import pytest

from tests.languages.catalogues import TRANSLATED, brought_up_to_date, distinct, mo_bytes, path_of, read, untranslated
from tests.languages.texts import called, sources, texts
from tests.languages.unmarked import unmarked

PLACEHOLDER = re.compile(r"\{[^{}]*\}")
TO_TRANSLATE = "run `make messages`, and write what is empty in {}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    assert untranslated(brought_up_to_date(language)) == [], TO_TRANSLATE.format(path_of(language, "po"))


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_left_of_a_text_that_is_gone(language: str) -> None:
    here = {each.text for each in texts()}
    kept = {each.id if isinstance(each.id, str) else each.id[0] for each in read(language) if each.id}
    assert kept - here == set(), "run `make messages`"


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_the_program_reads_is_made_of_what_people_write(language: str) -> None:
    assert path_of(language, "mo").read_bytes() == mo_bytes(read(language)), "run `make messages`"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_same_placeholders(language: str) -> None:
    pairs = [
        pair for each in read(language) if each.id for pair in zip(forms(each.id), forms(each.string), strict=True)
    ]
    wrong = [said for text, said in pairs if set(PLACEHOLDER.findall(said)) != set(PLACEHOLDER.findall(text))]
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_begins_and_ends_with_the_same_blanks(language: str) -> None:
    pairs = [(each.id, forms(each.string)) for each in read(language) if each.id and isinstance(each.id, str)]
    assert [said for text, (said,) in pairs if around(said) != around(text)] == []


def forms(text: str | Sequence[str] | None) -> Sequence[str]:
    """The one form of a text, or the two of one that counts."""
    assert text is not None  # babel has "" for what is not translated
    return (text,) if isinstance(text, str) else text


def around(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def test_a_text_is_marked_whole_and_filled_in_afterwards() -> None:
    """`_(f"…")` would look up a text that is in no catalogue."""
    calls = [
        (path, node)
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and called(node) in ("_", "N_")
    ]
    wrong = [f"{path}:{call.lineno}" for path, call in calls if isinstance(call.args[0], ast.JoinedStr | ast.BinOp)]
    assert wrong == []


def test_nothing_that_is_read_on_the_screen_is_unmarked() -> None:
    assert unmarked() == []


def test_the_same_text_is_never_both_alone_and_with_two_plurals() -> None:
    plurals: dict[str, set[str]] = {}
    for text in texts():
        if text.plural:
            plurals.setdefault(text.text, set()).add(text.plural)
    assert {one: many for one, many in plurals.items() if len(many) > 1} == {}
    assert len(distinct(texts())) == len({text.text for text in texts()})
