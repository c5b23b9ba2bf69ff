"""What is used of Textual's inside is there, and means what it meant."""

import inspect
import pkgutil
from collections.abc import Iterable
from importlib.metadata import version

import pytest
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.geometry import Region
from textual.strip import Strip

from kk2tui.terminal.cells import Cell, Look
from kk2tui.terminal.textual_seam import INSIDE, INSIDE_THE_APP, look_of, pieces

PINNED = "8.2.8"


def test_textual_is_the_version_that_the_seam_was_written_for() -> None:
    assert version("textual") == PINNED, "read kk2tui/terminal/textual_seam.py against the new version first"


@pytest.mark.parametrize("place", INSIDE)
def test_textual_has_what_the_seam_uses(place: str) -> None:
    try:
        found = pkgutil.resolve_name(place)
    except AttributeError:
        pytest.fail(f"Textual has no {place} any more: change kk2tui/terminal/textual_seam.py, or pin Textual back")
    parameters = tuple(inspect.signature(found).parameters)
    assert parameters == INSIDE[place], f"{place} takes other arguments now"


@pytest.mark.parametrize("name", INSIDE_THE_APP)
def test_an_application_has_what_the_seam_uses(name: str) -> None:
    assert hasattr(App(), name), f"App has no {name} any more"


RED, BLUE = Style.parse("red on #102030"), Style.parse("bold blue")


def drawn(update: CompositorUpdate) -> str:
    """The texts of an update where they stand, on a screen of 8x2."""
    rows = [["."] * 8, ["."] * 8]
    for x, y, cells in pieces(update, "truecolor"):
        rows[y][x : x + len(cells)] = [cell.text for cell in cells]
    return "/".join("".join(row) for row in rows)


def test_a_layout_update_is_drawn_where_its_region_is() -> None:
    strips: list[Iterable[Strip]] = [
        [Strip([Segment("ab", RED), Segment("c", BLUE)]), Strip([Segment("d")])],
        [Strip([Segment("efgh")])],
    ]
    assert drawn(LayoutUpdate(strips, Region(2, 0, 4, 2))) == "..abcd../..efgh.."


def test_of_a_chops_update_only_the_spans_are_drawn() -> None:
    chops: list[dict[int, Strip | None]] = [
        {0: Strip([Segment("abcd")]), 4: Strip([Segment("efgh")])},
        {0: None, 4: Strip([Segment("ijkl")])},
    ]
    ends = [[4, 8], [4, 8]]
    assert drawn(ChopsUpdate(chops, [(0, 4, 8), (1, 0, 8)], ends)) == "....efgh/....ijkl"
    assert drawn(ChopsUpdate(chops, [(0, 0, 6)], ends)) == "abcdef../........"


def test_a_style_becomes_the_colours_that_the_terminal_has() -> None:
    assert look_of(RED, "truecolor") == Look("31", "48;2;16;32;48")
    assert look_of(Style.parse("#ff0000"), "256") == Look("38;5;196")
    assert look_of(BLUE, "standard") == Look("34", attributes=(1,))
    assert look_of(None, "truecolor") == Look()


def test_a_blank_keeps_only_what_is_seen_of_it() -> None:
    [(_, _, cells)] = pieces(LayoutUpdate([[Strip([Segment(" ", RED)])]], Region(0, 0, 1, 1)), "truecolor")
    assert cells == (Cell(" ", Look(background="48;2;16;32;48")),)
