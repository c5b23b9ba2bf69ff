"""The figures of the main menu, and the plot beside them."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from screens.menu_figures import BLOCKS, bars, best_month, figures, plot
from services.overview import MonthPaid
from services.rules.months import last_months
from tests.builders import TODAY
from tests.screens.test_menu import an_overview

AMOUNTS = st.lists(st.integers(-(10**9), 10**11), min_size=1, max_size=12)
MOST = 99_999_999_99


def months(amounts: Sequence[int]) -> list[MonthPaid]:
    return [
        MonthPaid(year, month, amount)
        for (year, month), amount in zip(last_months(TODAY, len(amounts)), amounts, strict=True)
    ]


def height(upper: str, lower: str) -> int:
    """In eighths."""
    return 0 if lower == "−" else BLOCKS.index(lower) + BLOCKS.index(upper)


def heights(amounts: Sequence[int]) -> list[int]:
    return [height(*pair) for pair in zip(*bars(amounts), strict=True)]


@given(AMOUNTS)
def test_more_is_never_drawn_lower_and_only_nothing_is_not_drawn(amounts: list[int]) -> None:
    pairs = sorted(zip(amounts, heights(amounts), strict=True))
    drawn = [height for _, height in pairs]
    assert drawn == sorted(drawn)
    assert all((height > 0) == (amount > 0) for amount, height in pairs)


@given(AMOUNTS)
def test_the_largest_is_two_blocks_high_and_the_others_in_proportion(amounts: list[int]) -> None:
    most = max(amounts)
    for amount, height in zip(amounts, heights(amounts), strict=True):
        if amount > 0:
            assert height == 16 if amount == most else abs(height * most - 16 * amount) <= most


@given(AMOUNTS)
def test_a_minus_stands_where_more_went_out_than_came_in(amounts: list[int]) -> None:
    _, lower = bars(amounts)
    assert [block == "−" for block in lower] == [amount < 0 for amount in amounts]


def test_the_months_and_the_amounts_are_named() -> None:
    paid = months([0, 0, 10_00, 0, 0, 0, 0, 0, 0, 0, 512_350_00, 12_350_05])
    assert plot(paid, 47) == [
        "                                        ███",
        "        ▁▁▁                             ███ ▁▁▁".rstrip(),
        "des jan feb mar apr mai jun jul aug sep okt nov",
        "Mest i oktober 512 350,00",
    ]
    assert plot(paid, 46)[2] == "d j f m a m j j a s o n"
    told = figures(an_overview(outstanding=8_412_330_50), paid, 74, wide=False)
    assert [line[:40] for line in told.splitlines()] == [
        "Utestående på åpne saker    8 412 330,50",
        "Løsningsgrad                         0 %",
        "Innbetalt siste 12 måneder    524 710,05",
        "Innbetalt i november           12 350,05",
    ]


def test_without_payments_there_is_no_best_month() -> None:
    assert best_month(months([0, -5])) == ""


def test_everything_fits_the_screen_beside_the_menu() -> None:
    paid = months([MOST] * 12)
    for width, wide in ((74, False), (43, True), (47, True)):
        told = figures(an_overview(outstanding=MOST), paid, width, wide=wide)
        assert max(map(len, told.splitlines())) <= width
        assert "Mest i " in told
    assert "Mest i " not in figures(an_overview(), paid, 54, wide=False)
