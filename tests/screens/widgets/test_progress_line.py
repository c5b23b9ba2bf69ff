from screens.widgets.progress_line import ProgressLine, bar, progress_text
from tests.screens.widgets.stage import SMALL, Stage, settle, text


def test_the_line_tells_count_and_sum() -> None:
    assert progress_text("Leser inn", 53, 106, 17_300_00) == "Leser inn  ▇▇▇▇▇▇▇▇▇▇░░░░░░░░░░  53 av 106  17 300,00"


def test_without_a_total_there_is_no_bar() -> None:
    assert progress_text("Henter", 1200, None, None) == "Henter  1 200"


def test_the_bar_is_never_longer_than_itself() -> None:
    assert [len(bar(done, 10)) for done in (0, 5, 10, 25)] == [20] * 4


async def test_ten_thousand_steps_in_one_moment_are_painted_twice() -> None:
    line = ProgressLine(clock=lambda: 100.0)
    painted: list[str] = []
    async with Stage(line).run_test(size=SMALL) as pilot:
        line.show = painted.append  # type: ignore[method-assign,assignment] # what it would paint
        for done in range(1, 10_001):
            line.tell("Leser inn", done, 10_000)
        await settle(pilot)
    assert [words.split("  ")[2] for words in painted] == ["1 av 10 000", "10 000 av 10 000"]


async def test_what_was_told_last_is_shown() -> None:
    app = Stage(line := ProgressLine())
    async with app.run_test(size=SMALL) as pilot:
        line.tell("Leser inn", 10, 10, 5_00)
        await settle(pilot)
        assert "10 av 10  5,00" in text(app)
