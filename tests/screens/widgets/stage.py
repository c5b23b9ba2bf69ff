"""A small application to put a screen, a widget or a dialog on, and what tests read from it."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import WorkerCancelled

from kk2tui.theme import use_theme
from screens.places import Place
from screens.widgets.columns import Row

SMALL, LARGE = (80, 24), (120, 40)
HOSTILE = "Hansen [/b] [as] \x1b[2Jslett\u202e123\n" + "lang " * 60


class Stage(App[None]):
    """`widgets` stand on its first screen; `services` are whatever a test gives."""

    CSS_PATH = "../../../kk2tui/kk2.tcss"

    def __init__(self, *widgets: Widget, services: object = None) -> None:
        super().__init__()
        self.widgets = widgets
        self.services = services
        self.seen: list[object] = []
        self.places: dict[str, Place] = {}
        use_theme(self)

    def compose(self) -> ComposeResult:
        yield from self.widgets

    def on_row_table_row_selected(self, message: object) -> None:
        self.seen.append(message)

    def on_row_table_row_highlighted(self, message: object) -> None:
        self.seen.append(message)


def in_front(app: App[Any]) -> Screen[Any]:
    """The screen that is shown now: mypy takes `app.screen` to be for ever what was once asserted of it."""
    return app.screen


def lines(app: App[Any]) -> list[str]:
    """What is on the screen, as plain text."""
    shown = app.screen._compositor.render_strips()
    return [strip.text.rstrip() for strip in shown]


def text(app: App[Any]) -> str:
    return "\n".join(lines(app))


async def settle(pilot: Pilot[Any]) -> None:
    """Let workers end and what they posted be handled."""
    await pilot.pause()
    for worker in list(pilot.app.workers):
        with suppress(WorkerCancelled):
            await worker.wait()
    await pilot.pause()
    await pilot.pause()


class Numbered:
    """A provider of made-up cases that remembers what it was asked for."""

    def __init__(self, total: int, *, skip: Iterable[int] = ()) -> None:
        self.numbers: Sequence[int] = range(total)
        if skip:
            left_out = set(skip)
            self.numbers = [number for number in range(total) if number not in left_out]
        self.asked: list[tuple[int, int]] = []
        self.counted = 0

    async def count(self) -> int:
        self.counted += 1
        return len(self.numbers)

    async def rows(self, offset: int, limit: int) -> list[Row]:
        self.asked.append((offset, limit))
        return [numbered_row(number) for number in self.numbers[offset : offset + limit]]


def numbered_row(number: int) -> Row:
    return Row(f"0221-{number:08}", (f"0221-{number:08}", f"Kari Testesen {number}", "K010", "1 234,50"))
