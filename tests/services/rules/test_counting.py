import pytest

from services.rules.counting import counted, number_text


@pytest.mark.parametrize(("count", "shown"), [(0, "0"), (999, "999"), (1_284, "1 284"), (1_000_000, "1 000 000")])
def test_thousands_are_set_apart(count: int, shown: str) -> None:
    assert number_text(count) == shown


def test_what_is_counted_is_one_or_several() -> None:
    assert [counted(count, "sak", "saker") for count in (0, 1, 2_000)] == ["0 saker", "1 sak", "2 000 saker"]
