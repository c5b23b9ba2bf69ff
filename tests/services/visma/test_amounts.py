"""Øre and kroner."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.visma.amounts import to_kroner, to_ore


@given(st.integers(min_value=-(10**13), max_value=10**13))
def test_øre_survive_the_way_to_kroner_and_back(ore: int) -> None:
    kroner = to_kroner(ore)
    assert to_ore(kroner) == ore
    assert f"{kroner:f}".partition(".")[2].isdigit()
    assert len(f"{kroner:f}".partition(".")[2]) == 2


def test_a_fraction_of_an_øre_is_refused() -> None:
    with pytest.raises(ValueError, match="fraction"):
        to_ore(Decimal("1.005"))


def test_kroner_without_decimals_are_whole_kroner() -> None:
    assert to_ore(Decimal("12")) == 1200
