"""Amounts as the contract has them (kroner with two decimals) and as everything else has them (øre)."""

from decimal import Decimal


def to_kroner(ore: int) -> Decimal:
    """12345 → 123.45, always with two decimals."""
    return Decimal(ore).scaleb(-2)


def to_ore(kroner: Decimal) -> int:
    """123.45 → 12345. Raises ValueError for a fraction of an øre, which the contract does not allow."""
    ore = kroner.scaleb(2)
    if ore != ore.to_integral_value():
        raise ValueError("fraction of an øre")
    return int(ore)
