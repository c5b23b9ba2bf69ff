"""How many, as people read it. Pure functions."""

from data.language import n_


def number_text(count: int) -> str:
    """`1 284`."""
    return f"{count:,}".replace(",", " ")


def counted(count: int, one: str, many: str) -> str:
    """`1 sak`, `1 284 saker`."""
    return f"{number_text(count)} {n_(one, many, count)}"
