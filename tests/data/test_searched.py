"""What documents are found by: SEARCHED names the fields that `search_entry` reads; others may change freely."""

from typing import Any

import pytest

from data.documents import ALL_DOCUMENTS, Case, Claim, Document
from tests.builders import case, claim


class Watched:
    """A document that takes down which of its fields are read."""

    def __init__(self, doc: Document) -> None:
        self._doc = doc
        self.fields: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.fields.add(name)
        return getattr(self._doc, name)


@pytest.mark.parametrize("doc", [case(1), claim(case(1))], ids=["case", "claim"])
def test_the_fields_that_a_document_is_found_by_are_those_it_names(doc: Case | Claim) -> None:
    watched = Watched(doc)
    assert type(doc).search_entry(watched) == doc.search_entry()  # type: ignore[arg-type] # reads as the document does
    assert watched.fields - {"id"} == set(doc.SEARCHED)


def test_a_document_that_can_be_found_by_words_names_their_fields_and_no_other_does() -> None:
    with_words = [kind for kind in ALL_DOCUMENTS if kind.search_entry is not Document.search_entry]
    assert with_words == [kind for kind in ALL_DOCUMENTS if kind.SEARCHED]
    assert with_words == [Case, Claim]
