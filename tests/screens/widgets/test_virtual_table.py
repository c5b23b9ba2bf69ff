import asyncio

import pytest
from textual.strip import Strip

from screens.widgets.columns import Column, Look, Row
from screens.widgets.row_table import RowTable
from screens.widgets.virtual_table import CACHED_PAGES, PAGE, VirtualTable
from tests.screens.widgets.stage import HOSTILE, LARGE, SMALL, Numbered, Stage, lines, numbered_row, settle, text

COLUMNS = (
    Column("Saksnummer", 14),
    Column("Skyldner"),
    Column("Avd.", 5, from_width=100),
    Column("Saldo", 12, right=True),
)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_hundred_thousand_rows_open_with_two_questions(size: tuple[int, int]) -> None:
    provider = Numbered(100_000)
    table = VirtualTable(COLUMNS, provider)
    app = Stage(table)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        shown = lines(app)
        assert ("Avd." in shown[0]) is (size == LARGE)
        assert shown[1].startswith("› 0221-00000000   Kari Testesen 0 ")
        assert len(shown) == size[1]
        assert all(line.endswith("1 234,50") for line in shown[1:])
    assert provider.counted == 1
    assert provider.asked == [(0, PAGE), (PAGE, PAGE)]


async def test_end_fetches_the_last_page_and_its_neighbour_only() -> None:
    provider = Numbered(100_000)
    table = VirtualTable(COLUMNS, provider)
    app = Stage(table)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("end")
        await settle(pilot)
        assert lines(app)[-1].startswith("› 0221-00099999")
        assert table.cursor_key == "0221-00099999"
    assert provider.asked[2:] == [(99_800, PAGE), (99_600, PAGE)]


async def test_no_more_than_twenty_pages_are_kept() -> None:
    provider = Numbered(100_000)
    table = VirtualTable(COLUMNS, provider)
    async with Stage(table).run_test(size=SMALL) as pilot:
        await settle(pilot)
        for page in range(0, 60, 2):
            table.cursor = page * PAGE + 100
            await settle(pilot)
        assert len(table._pages) == CACHED_PAGES
        assert table.cursor_row == numbered_row(58 * PAGE + 100)


async def test_rows_on_their_way_show_an_ellipsis() -> None:
    class Slow(Numbered):
        gate = asyncio.Event()

        async def rows(self, offset: int, limit: int) -> list[Row]:
            if offset >= PAGE:
                await self.gate.wait()
            return await super().rows(offset, limit)

    table = VirtualTable(COLUMNS, Slow(1000))
    app = Stage(table)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        await pilot.press("end")
        await pilot.pause()
        assert lines(app)[-1] == "› …"
        assert table.cursor_key is None
        Slow.gate.set()
        await settle(pilot)
        assert lines(app)[-1].startswith("› 0221-00000999")
        assert isinstance(app.seen[-1], RowTable.RowHighlighted)
        assert app.seen[-1].key == "0221-00000999"


async def test_a_cursor_move_repaints_two_lines() -> None:
    table = VirtualTable(COLUMNS, Numbered(1000))
    async with Stage(table).run_test(size=SMALL) as pilot:
        await settle(pilot)
        painted: list[int] = []
        original = table.render_line

        def counting(y: int) -> Strip:
            painted.append(y)
            return original(y)

        table.render_line = counting  # type: ignore[method-assign] # it paints as before
        await pilot.press("down")
        await pilot.pause()
    assert painted == [1, 2]


async def test_the_keys_move_the_cursor_and_enter_selects() -> None:
    table = VirtualTable(COLUMNS, Numbered(1000))
    app = Stage(table)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        for key, place in (
            ("down", 1),
            ("pagedown", 23),
            ("pageup", 1),
            ("up", 0),
            ("up", 0),
            ("end", 999),
            ("home", 0),
        ):
            await pilot.press(key)
            await settle(pilot)
            assert table.cursor == place
        await pilot.press("down", "enter")
        await settle(pilot)
        selected = [message for message in app.seen if isinstance(message, RowTable.RowSelected)]
        assert [(message.key, message.index) for message in selected] == [("0221-00000001", 1)]


async def test_the_cursor_stays_on_its_key_when_rows_before_it_are_gone() -> None:
    table = VirtualTable(COLUMNS, Numbered(1000))
    app = Stage(table)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        table.cursor = 50
        table.set_provider(Numbered(1000, skip=range(10)))
        await settle(pilot)
        assert (table.cursor, table.cursor_key) == (40, "0221-00000050")
        assert sum(line.startswith("›") for line in lines(app)) == 1


async def test_many_rows_more_above_the_cursor_leave_its_row_on_the_same_line() -> None:
    table = VirtualTable(COLUMNS, Numbered(2_000, skip=range(700)))
    app = Stage(table)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        table.cursor = 100
        await settle(pilot)
        key = table.cursor_key or ""
        line = next(number for number, shown in enumerate(lines(app)) if key in shown)
        table.set_provider(Numbered(2_000))
        await settle(pilot)
        assert (table.cursor_key, table.cursor) == (key, 800)
        assert key in lines(app)[line]


async def test_reading_the_same_rows_again_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = Numbered(1_000)
    table = VirtualTable(COLUMNS, provider)
    async with Stage(table).run_test(size=SMALL) as pilot:
        await settle(pilot)
        table.cursor = PAGE - 5  # the view reaches into two pages
        await settle(pilot)
        drawn: list[object] = []
        monkeypatch.setattr(VirtualTable, "refresh", lambda _self, *regions, **_options: drawn.append(regions))
        table.reload()
        await settle(pilot)
        assert provider.counted == 2
        assert drawn == []


async def test_a_provider_that_finds_rows_keeps_the_key_over_any_distance() -> None:
    class Finding(Numbered):
        async def position(self, key: str) -> int | None:
            number = int(key[-8:])
            return self.numbers.index(number) if number in self.numbers else None

    table = VirtualTable(COLUMNS, Finding(10_000))
    async with Stage(table).run_test(size=SMALL) as pilot:
        await settle(pilot)
        table.cursor = 9_000
        await settle(pilot)
        table.set_provider(Finding(10_000, skip=range(5_000)))
        await settle(pilot)
        assert table.cursor_key == "0221-00009000"


async def test_a_provider_that_fails_says_so_and_is_asked_again_at_reload() -> None:
    class Failing(Numbered):
        broken = True

        async def count(self) -> int:
            if self.broken:
                raise OSError("borte")
            return await super().count()

    provider = Failing(3)
    app = Stage(table := VirtualTable(COLUMNS, provider))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "Ikke hentet. F5 prøver igjen." in text(app)
        provider.broken = False
        table.reload()
        await settle(pilot)
        assert "0221-00000002" in text(app)


async def test_no_rows_is_said_in_words() -> None:
    app = Stage(VirtualTable(COLUMNS, Numbered(0), empty="Ingen saker med dette filteret."))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert lines(app)[1] == "  Ingen saker med dette filteret."


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_hostile_text_is_shown_as_text(size: tuple[int, int]) -> None:
    class Hostile(Numbered):
        async def rows(self, offset: int, limit: int) -> list[Row]:
            return [Row("x", (HOSTILE, HOSTILE, HOSTILE, "1 234,50"), Look.BAD)]

    app = Stage(VirtualTable(COLUMNS, Hostile(1)))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        line = lines(app)[1]
        assert line.startswith("›×Hansen [/b] […")
        assert line.endswith("1 234,50")
        assert len(line) == size[0]
        assert line.isprintable()
