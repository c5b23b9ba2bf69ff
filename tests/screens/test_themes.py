"""The themes, on all screens as they are drawn: everything can be read, and nothing is said by colour alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from rich.color import Color
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.app import App
from textual.containers import VerticalScroll
from textual.widget import Widget

from kk2tui.terminal.textual_seam import spot
from kk2tui.theme import THEMES, use_theme
from screens.admin.order_pick import OrderPick
from screens.dialogs.confirm_dialog import YesNo
from screens.widgets.amount_input import AmountInput
from screens.widgets.columns import Column, Look, Row
from screens.widgets.field import Field
from screens.widgets.form_input import FormInput
from screens.widgets.list_table import ListTable
from screens.widgets.pick import Pick
from screens.widgets.row_table import RowTable
from screens.widgets.sheet import Sheet
from screens.widgets.text_pane import TextPane
from screens.widgets.tick import Tick
from tests.screens.driving import press, write
from tests.screens.every_screen import PLACES, home, running
from tests.screens.full_office import full_office
from tests.screens.widgets.stage import SMALL, Stage, lines, text

LEAST = {"kk2": 4.5, "kk2-lys": 4.5, "kk2-kontrast": 7.0, "kk2-kontrast-lys": 7.0, "16-farger": 4.5}
# The colours of the Linux console, the darkest blue and red that terminals commonly have.
DIM = [(0, 0, 0), (170, 0, 0), (0, 170, 0), (170, 85, 0), (0, 0, 170), (170, 0, 170), (0, 170, 170), (170, 170, 170)]
BRIGHT = [(85 + 170 * (n & 1), 85 + 170 * (n >> 1 & 1), 85 + 170 * (n >> 2)) for n in range(8)]
CONSOLE = TerminalTheme((0, 0, 0), (170, 170, 170), DIM, BRIGHT)
LINES = "─│╭╮╰╯▏▎▍▌▋▊▉█▇▆▅▄▃▂▁▐ "


class Drawn(NamedTuple):
    """A stretch of text on the screen, where it begins, and how it looks."""

    x: int
    y: int
    text: str
    style: Style


def drawn(app: App[Any]) -> Iterator[Drawn]:
    """All text that is not blank."""
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        x = 0
        for segment in strip:
            if segment.text.strip():
                yield Drawn(x, y, segment.text, segment.style or Style.null())
            x += segment.cell_length


def contrast(style: Style) -> float:
    """The contrast of text to its ground, 1 to 21 (WCAG 2.2)."""
    front = style.color.get_truecolor(CONSOLE) if style.color else CONSOLE.foreground_color
    ground = style.bgcolor.get_truecolor(CONSOLE, foreground=False) if style.bgcolor else CONSOLE.background_color
    lighter, darker = sorted((luminance(front), luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: tuple[int, int, int]) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_contrast_is_reckoned_as_the_standard_says() -> None:
    assert contrast(Style.parse("#000000 on #ffffff")) == pytest.approx(21)
    assert contrast(Style.parse("#777777 on #ffffff")) == pytest.approx(4.48, abs=0.01)


async def test_all_text_on_all_screens_can_be_read_in_the_colours_that_there_are(tmp_path: Path) -> None:
    """The other themes are looked at where the first shows a pair of colours for the first time."""
    found: set[str] = set()
    pairs: set[tuple[Color | None, Color | None, bool | None]] = set()
    async with full_office(tmp_path) as services, running(services, tmp_path) as (app, pilot):
        for place in PLACES:
            await place.open(pilot)
            here = {(each.style.color, each.style.bgcolor, each.style.reverse) for each in drawn(app)}
            for theme in THEMES if here - pairs else ["kk2"]:
                use_theme(app, theme)
                await pilot.pause()
                found |= {f"{theme}, {place}: {each} {why}" for each in drawn(app) for why in faults(theme, each)}
            pairs |= here
            use_theme(app, "kk2")
            await home(pilot)
    assert len(pairs) > 8
    assert not found, "\n".join(sorted(found))


def faults(theme: str, drawn: Drawn) -> Iterator[str]:
    """What is wrong with a stretch of text."""
    colours = [colour for colour in (drawn.style.color, drawn.style.bgcolor) if colour and not colour.is_default]
    if theme == "16-farger" and not all(colour.is_system_defined and (colour.number or 0) < 16 for colour in colours):
        yield "is none of the sixteen"
    if theme == "uten-farge" and colours:
        yield "has a colour"
    elif theme in LEAST and drawn.text.strip(LINES) and (measured := contrast(drawn.style)) < LEAST[theme]:
        yield f"has a contrast of {measured:.1f}"


async def test_a_theme_is_chosen_while_running_and_remembered(tmp_path: Path) -> None:
    async with full_office(tmp_path) as services, running(services, tmp_path) as (app, pilot):
        await press(pilot, "ctrl+p")
        await write(pilot, "utseende")
        await press(pilot, "enter", "end", "enter")
        assert app.theme == "uten-farge"
        assert (await services.handlers.require("kari")).theme == "uten-farge"


async def test_only_the_theme_in_use_is_known_when_the_menu_is_shown(tmp_path: Path) -> None:
    async with full_office(tmp_path) as services, running(services, tmp_path) as (app, _pilot):
        assert set(THEMES) & set(app.available_themes) == {"kk2"}


async def test_without_colours_the_selection_and_the_fields_are_seen_all_the_same(tmp_path: Path) -> None:
    async with full_office(tmp_path) as services, running(services, tmp_path, theme="uten-farge") as (app, pilot):
        kinds = set()
        for place in PLACES:
            await place.open(pilot)
            focused = app.screen.focused
            if isinstance(focused, RowTable) and focused.total:
                x, y = spot(app.screen)
                row = [each for each in drawn(app) if each.y == y and each.x >= x]
                assert row[0].text.startswith("›"), (place, row)
                assert all(each.style.reverse for each in row if focused.region.contains(each.x, y)), (place, row)
            elif isinstance(focused, FormInput):
                assert looks(app, focused) >= {"underline"}, place
            elif isinstance(focused, YesNo | Tick | Pick | OrderPick):
                assert looks(app, focused) & {"reverse"} or "›" in text(app), place
            else:
                assert isinstance(focused, Sheet | TextPane | VerticalScroll | RowTable | None), (place, focused)
            kinds.add(type(focused))
            await home(pilot)
        assert {FormInput, YesNo} < kinds


def looks(app: App[Any], widget: Widget) -> set[str]:
    """The attributes with which a widget is drawn, blanks too."""
    found = set()
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        if y in widget.region.line_range:
            for segment in strip.crop(widget.region.x, widget.region.right):
                style = segment.style or Style.null()
                found |= {name for name in ("bold", "underline", "reverse") if getattr(style, name)}
    return found


@pytest.mark.parametrize("widget", [Tick("Skal ikke bokføres"), Pick([("1", "åpen")]), OrderPick([("1", "renter")])])
async def test_without_colours_the_part_with_the_focus_is_reversed(widget: Widget) -> None:
    stage = Stage(FormInput("her er jeg"), widget)
    use_theme(stage, "uten-farge")
    async with stage.run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert "reverse" not in looks(stage, widget)
        widget.focus()
        await pilot.pause()
        assert "reverse" in looks(stage, widget)


@pytest.mark.parametrize(("look", "mark"), [(Look.ATTENTION, "!"), (Look.BAD, "×")])
async def test_without_colours_what_needs_somebody_has_a_mark(look: Look, mark: str) -> None:
    stage = Stage(ListTable([Column("")], [Row("1", ("en",)), Row("2", ("to",), look)]))
    use_theme(stage, "uten-farge")
    async with stage.run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert mark in next(line for line in lines(stage) if "to" in line)
        assert mark not in next(line for line in lines(stage) if "en" in line)


async def test_without_colours_what_is_wrong_in_a_field_is_marked() -> None:
    field = Field("Beløp", AmountInput())
    stage = Stage(field)
    use_theme(stage, "uten-farge")
    async with stage.run_test(size=SMALL) as pilot:
        field.field.check()  # type: ignore[attr-defined]  # an AmountInput
        await pilot.pause()
        assert any(line.strip().startswith("!") for line in lines(stage))
