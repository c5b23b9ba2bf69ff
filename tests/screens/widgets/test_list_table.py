import pytest

from screens.widgets.columns import Cell, Column, Look, Row
from screens.widgets.list_table import ListTable
from screens.widgets.row_table import RowTable
from tests.screens.widgets.stage import LARGE, SMALL, Stage, lines, settle

COLUMNS = (Column("Bilag"), Column("Beløp", 12, right=True))
PROPOSAL = (
    Row("R19", ("19.11.2026 Reskontro", "61 200,00"), Look.STRONG, opened=True),
    Row("R19/1", ("Bank", "61 200,00"), indent=1),
    Row("R19/2", ("Kari Testesen", "−61 200,00"), indent=1),
    Row("R20", ("20.11.2026 Reskontro", "33 100,00"), Look.STRONG, opened=False),
    Row("R20/1", ("Bank", "33 100,00"), indent=1),
    Row("N19", ("Renter", "811,50"), Look.ATTENTION),
)


def first_words(table_lines: list[str]) -> list[str]:
    return [" ".join(line.split()[:3]) for line in table_lines[1:] if line.strip()]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_groups_start_as_given_and_fold_and_unfold(size: tuple[int, int]) -> None:
    table = ListTable(COLUMNS, PROPOSAL)
    app = Stage(table)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert [row[:2] for row in lines(app)[1:6]] == ["› ", "  ", "  ", "  ", "! "]
        assert table.total == 5
        await pilot.press("down", "left")
        await settle(pilot)
        assert (table.total, table.cursor_key) == (3, "R19")
        assert lines(app)[1].startswith("› ▸ 19.11.2026")
        await pilot.press("down", "right")
        await settle(pilot)
        assert (table.total, table.cursor_key) == (4, "R20")
        table.toggle_group()
        assert table.total == 3


async def test_new_rows_keep_the_key_and_what_was_folded() -> None:
    table = ListTable(COLUMNS, PROPOSAL)
    app = Stage(table)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("left", "end")
        await settle(pilot)
        table.set_rows((Row("M18", ("18.11.2026", "1,00")), *PROPOSAL))
        await settle(pilot)
        assert (table.cursor, table.cursor_key) == (3, "N19")
        assert table.total == 4
        table.set_rows(PROPOSAL[:2])
        await settle(pilot)
        assert table.cursor_key == "R19"
        table.set_rows(())
        await settle(pilot)
        assert lines(app)[1] == "  Ingen rader."
        assert table.cursor_key is None


async def test_a_row_of_sums_stays_in_view_under_a_rule() -> None:
    table = ListTable(COLUMNS, [Row(str(number), (f"Bilag {number}", "1,00")) for number in range(100)])
    table.summary = Row("sum", ("Sum", "100,00"), Look.STRONG)
    app = Stage(table)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("end")
        await settle(pilot)
        shown = lines(app)
        assert shown[-1].split() == ["Sum", "100,00"]
        assert shown[-2] == "─" * 80
        assert shown[-3].startswith("› Bilag 99")
        await pilot.press("home")
        await settle(pilot)
        assert lines(app)[1].startswith("› Bilag 0")
        assert lines(app)[-1].split() == ["Sum", "100,00"]


async def test_a_table_of_automatic_height_is_as_high_as_its_rows() -> None:
    table = ListTable(COLUMNS, PROPOSAL[-1:])
    table.styles.height = "auto"
    app = Stage(table)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert table.size.height == 2
        table.set_rows(PROPOSAL[:3])
        await settle(pilot)
        assert table.size.height == 4


async def test_the_highlighted_row_is_told_once() -> None:
    table = ListTable(COLUMNS, PROPOSAL)
    app = Stage(table)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        table.set_rows(PROPOSAL)
        await pilot.press("down", "up", "up")
        await settle(pilot)
        told = [message.key for message in app.seen if isinstance(message, RowTable.RowHighlighted)]
        assert told == ["R19", "R19/1", "R19"]


async def test_fitting_again_after_a_new_size() -> None:
    columns = (*COLUMNS, Column("Steg", 8, from_width=100))
    app = Stage(ListTable(columns, [Row("1", ("Kari", "1,00", "IKV"))]))
    async with app.run_test(size=LARGE) as pilot:
        await settle(pilot)
        assert lines(app)[1].endswith("1,00  IKV")
        await pilot.resize_terminal(*SMALL)
        await settle(pilot)
        assert lines(app)[1].endswith("1,00")
        assert len(lines(app)[1]) == 80


async def test_without_titles_there_is_no_header() -> None:
    app = Stage(ListTable([Column("")], [Row("1", ("Kari Testesen",)), Row("2", ("Ola Testesen",))]))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("down")
        await settle(pilot)
        assert lines(app)[:2] == ["  Kari Testesen", "› Ola Testesen"]


async def test_the_cursor_row_has_one_background_and_each_look_its_colour() -> None:
    row = Row("1", (Cell("Kari", Look.QUIET), Cell("1,00", Look.BAD)), Look.ATTENTION)
    app = Stage(table := ListTable(COLUMNS, [row]))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        styles = {text.strip(): style for text, style, _ in table.render_line(1) if style is not None}
        grounds = {style.bgcolor.name for style in styles.values() if style.bgcolor}
        colours = {text: style.color.name for text, style in styles.items() if style.color}
        named = {name: colour.lower() for name, colour in app.theme_variables.items()}
        assert grounds == {named["panel"]}
        assert colours["›"] == named["accent"]
        assert colours["!"] == named["warning"]
        assert colours["Kari"] == named["secondary"]
        assert colours["1,00"] == named["error"]
