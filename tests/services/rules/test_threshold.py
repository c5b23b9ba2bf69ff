import pytest

from services.rules.threshold import should_close


@pytest.mark.parametrize(
    ("total", "own", "creditor", "closes"),
    [
        (209_99, None, 210_00, True),
        (210_00, None, 210_00, False),
        (210_01, None, 210_00, False),
        (150_00, 100_00, 210_00, False),
        (250_00, 300_00, 210_00, True),
        (0, 0, 210_00, True),
        (-1, 0, 210_00, True),
    ],
)
def test_a_case_is_closed_when_it_owes_less_than_its_own_threshold_or_else_the_creditors(
    total: int, own: int | None, creditor: int, closes: bool
) -> None:
    assert should_close(total, own, creditor) is closes
