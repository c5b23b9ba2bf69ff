"""Marks on rows: by a sign and not by colour, kept by key, gone with the row."""

from collections.abc import Sequence

import pytest
from textual.strip import Strip

from screens.widgets.columns import Column, Look, Row
from screens.widgets.list_table import ListTable
from screens.widgets.row_table import MOST_MARKS, RowTable
from screens.widgets.virtual_table import VirtualTable
from tests.screens.widgets.stage import SMALL, Numbered, Stage, lines, settle

COLUMNS = (Column("Navn"), Column("Saldo", 12, right=True))


class Counting(Stage):
    """Counts how often the marks have changed."""

    changed = 0

    def on_row_table_marks_changed(self, _message: RowTable.MarksChanged) -> None:
        self.changed += 1


def rows(*keys: str, look: Look = Look.NORMAL) -> list[Row]:
    return [Row(key, (f"Navn {key}", "1,00"), look) for key in keys]


async def test_space_marks_the_row_under_the_cursor_and_takes_the_mark_away() -> None:
    table = ListTable(COLUMNS, rows("a", "b", "c")).let_mark()
    app = Counting(table)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("space", "down", "down", "space")
        await settle(pilot)
        assert list(table.marks) == ["a", "c"]
        assert [line[:3] for line in lines(app)[1:4]] == ["* N", "  N", "›*N"]
        await pilot.press("space")
        await settle(pilot)
        assert list(table.marks) == ["a"]
        assert app.changed == 3


async def test_a_marked_row_that_needs_attention_still_says_so() -> None:
    table = ListTable(COLUMNS, rows("a", "b", look=Look.ATTENTION)).let_mark()
    app = Stage(table)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+a")
        await settle(pilot)
        assert [line[:3] for line in lines(app)[1:3]] == ["›*N", "*!N"]


async def test_a_table_where_nothing_can_be_done_with_several_has_no_marks() -> None:
    table = ListTable(COLUMNS, rows("a", "b"))
    async with Stage(table).run_test(size=SMALL) as pilot:
        await pilot.press("space", "ctrl+a")
        await settle(pilot)
        assert table.marks == ()


async def test_a_mark_stays_with_its_row_and_goes_with_it() -> None:
    table = ListTable(COLUMNS, rows("a", "b", "c")).let_mark()
    app = Stage(table)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("down", "space", "down", "space")
        table.set_rows(rows("x", "c", "a"))
        await settle(pilot)
        assert table.marks == ("c",)
        assert [line[1] for line in lines(app)[1:4]].count("*") + [line[0] for line in lines(app)[1:4]].count("*") == 1


async def test_groups_are_not_marked_with_all_the_others() -> None:
    table = ListTable(COLUMNS, [Row("g", ("Gruppe", ""), opened=True), Row("a", ("A", "1,00"), indent=1)]).let_mark()
    async with Stage(table).run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+a")
        await settle(pilot)
        assert table.marks == ("a",)


async def test_all_of_a_long_list_is_as_many_as_a_person_can_answer_for() -> None:
    table = VirtualTable(COLUMNS, Numbered(100_000)).let_mark()
    async with Stage(table).run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+a")
        await settle(pilot)
        assert len(table.marks) == MOST_MARKS
        await pilot.press("end", "space")
        await settle(pilot)
        assert len(table.marks) == MOST_MARKS
        await pilot.press("escape")
        assert table.marks == ()


class Fewer(Numbered):
    """Knows which rows are there."""

    async def among(self, keys: Sequence[str]) -> list[str]:
        here = {row.key for row in await self.rows(0, len(self.numbers))}
        return [key for key in keys if key in here]


async def test_marks_survive_a_reload_of_a_long_list_but_for_rows_that_are_gone() -> None:
    provider = Fewer(1_000)
    table = VirtualTable(COLUMNS, provider).let_mark()
    async with Stage(table).run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("space", "down", "space", "end", "space")
        first, second, last = table.marks
        provider.numbers = range(1, 1_000)
        table.reload()
        await settle(pilot)
        assert table.marks == (second, last)
        assert first not in table.marks


async def test_to_mark_a_row_draws_that_row_only(monkeypatch: pytest.MonkeyPatch) -> None:
    table = ListTable(COLUMNS, rows(*"abcdefgh")).let_mark()
    async with Stage(table).run_test(size=SMALL) as pilot:
        await settle(pilot)
        drawn: list[int] = []
        render = table.render_line

        def counted(y: int) -> Strip:
            drawn.append(y)
            return render(y)

        monkeypatch.setattr(table, "render_line", counted)
        await pilot.press("space")
        await settle(pilot)
        assert drawn == [1]
