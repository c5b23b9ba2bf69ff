"""Names sort as Norwegians expect, by bytes alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.documents.order import sort_key

IN_ORDER = (
    ["Aas", "Åse"],
    ["anne", "Bjørn", "Zakarias", "Ærlig", "Ødegård", "Åse"],
    ["Édith", "Eva"],
    ["Ole", "Öberg", "Ås"],
)


@pytest.mark.parametrize("names", IN_ORDER)
def test_ae_o_and_a_come_last_and_accents_and_case_do_not_matter(names: list[str]) -> None:
    assert sorted(set(names), key=sort_key) == names
    assert sorted(set(names), key=lambda name: sort_key(name.upper()).encode()) == names


def test_double_a_is_sorted_with_the_letter_that_it_stands_for() -> None:
    assert sort_key("AASE") == sort_key("Åse") == sort_key("A\u030ase")


@given(st.text())
def test_any_name_has_a_key_that_is_its_own_key(name: str) -> None:
    assert sort_key(sort_key(name)) == sort_key(name)
