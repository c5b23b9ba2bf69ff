"""The one place that reaches into Textual past what it documents: between its compositor and the driver.

Textual is pinned to the version in pyproject.toml. What is used of its inside stands in INSIDE, and a test fails by
name when a new version has it no longer.
"""

import asyncio
from collections.abc import Iterator
from functools import lru_cache
from math import inf
from time import monotonic
from typing import Any

from rich.color import Color
from rich.console import COLOR_SYSTEMS, RenderableType
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.driver import Driver
from textual.geometry import Offset
from textual.screen import Screen

from kk2tui.terminal.cells import DEFAULT_BACKGROUND, DEFAULT_FOREGROUND, Frame, Look, Row, cells_of, laid_over
from kk2tui.terminal.frame_diff import Shown, diff, nothing_known
from kk2tui.terminal.typeahead import TypeAhead, Typed

INSIDE = {
    "textual.app:App.on_event": ("self", "event"),
    "textual.app:App._display": ("self", "screen", "renderable"),
    "textual.app:App._begin_update": ("self",),
    "textual.app:App._end_update": ("self",),
    "textual.app:App._fatal_error": ("self",),
    "textual.app:App._handle_exception": ("self", "error"),
    "textual.widget:Widget._forward_event": ("self", "event"),  # screens/widgets/form_field.py
    "textual._compositor:LayoutUpdate.__init__": ("self", "strips", "region"),
    "textual._compositor:ChopsUpdate.__init__": ("self", "chops", "spans", "chop_ends"),
    "textual._xterm_parser:XTermParser.feed": ("self", "data"),
    "textual._xterm_parser:XTermParser._sequence_to_key_events": ("self", "sequence", "alt"),
    "textual._xterm_parser:XTermParser.tick": ("self",),
    "textual.drivers.linux_driver:LinuxDriver.start_application_mode": ("self",),
    "textual.drivers.linux_driver:LinuxDriver.stop_application_mode": ("self",),
    "textual.drivers.linux_driver:LinuxDriver._run_input_thread": ("self",),
    "textual.drivers.linux_driver:LinuxDriver.run_input_thread": ("self",),
    "textual.drivers.linux_driver:LinuxDriver._get_terminal_size": ("self",),
}
INSIDE_THE_APP = ("_parent", "_batch_count", "_running", "_closed", "_driver", "_sync_available")

TEXTUALS = "textual-"  # how the ids of the widgets begin that Textual puts on every screen
HANGUP_S = 5.0
SYNC_FROM = 1024  # characters: below, a frame arrives in one piece anyhow, and the brackets cost 16 bytes
_ATTRIBUTES = (
    ("bold", 1),
    ("dim", 2),
    ("italic", 3),
    ("underline", 4),
    ("blink", 5),
    ("blink2", 6),
    ("reverse", 7),
    ("conceal", 8),
    ("strike", 9),
    ("underline2", 21),
    ("frame", 51),
    ("encircle", 52),
    ("overline", 53),
)


class TerminalApp(App[None], inherit_bindings=False):
    """An application that sends its terminal only what differs from what the terminal shows.

    `frame_diff` False leaves everything to Textual. The terminal's cursor stands where the selection is, for screen
    readers, braille displays and magnifiers; `shows_cursor` lets the eye see it too.
    """

    def __init__(self, driver_class: type[Driver] | None = None, *, frame_diff: bool = True) -> None:
        super().__init__(driver_class=driver_class)
        self.frame_diff = frame_diff
        self.erases_in_colour = True
        self.shows_cursor = False
        self._wanted: Frame = ()
        self._shown = Shown(())
        self._hanging_up = False
        self._in_front: Screen[Any] | None = None
        self._in_front_since = 0.0
        self._typeahead = TypeAhead(self, self._hand_on, self._caught_up)

    async def on_event(self, event: events.Event) -> None:
        """Keys and what is pasted go to the widgets one at a time, in the order they were read."""
        if isinstance(event, Typed) and not event.is_forwarded:
            await self._typeahead.take(event)
        else:
            await super().on_event(event)

    async def _hand_on(self, event: Typed) -> None:
        """A dialog with TYPED_AHEAD False is not answered by what was read before it was on the screen."""
        unseen = self.screen is not self._in_front or event.time < self._in_front_since
        if not unseen or getattr(self.screen, "TYPED_AHEAD", True):
            await super().on_event(event)

    def _caught_up(self) -> None:
        """Send what was not sent while keys were waiting."""
        if self._in_front_since == inf:
            self._in_front_since = monotonic()
        if self.frame_diff and self._wanted and not self._batch_count and self._shows_frames:
            self._send()

    def action_repaint(self) -> None:
        """Send the whole screen again: something else has written to the terminal."""
        if self.frame_diff and self._wanted:
            self._shown = nothing_known(len(self._wanted[0]), len(self._wanted))
            self._send()
        else:
            self.refresh(layout=True)

    async def on_hangup(self) -> None:
        """The terminal is gone: the last chance to keep what is not saved. It is given HANGUP_S."""

    def hang_up(self, status: int) -> None:
        """The terminal is gone, or the process is asked to end: end with this exit status, once and soon."""
        if not self._hanging_up:
            self._hanging_up = True
            self.run_worker(self._end(status), exit_on_error=False)

    async def _end(self, status: int) -> None:
        try:
            async with asyncio.timeout(HANGUP_S):
                await self.on_hangup()
        finally:
            self.exit(return_code=status)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        self.cursor_position = spot(screen)
        if screen is not self._in_front:
            self._in_front, self._in_front_since = screen, inf if self._typeahead.is_behind else monotonic()
        if not self.frame_diff or not isinstance(renderable, LayoutUpdate | ChopsUpdate | None):
            self._wanted = ()  # what this leaves on the terminal is not known here
            super()._display(screen, renderable)
            return
        try:
            if renderable is not None and not self._batch_count and self._shows_frames:
                self._take_in(renderable)
                if not self._typeahead.is_behind:
                    self._send()
        except Exception as error:
            self._handle_exception(error)
        finally:
            self.post_display_hook()

    @property
    def _shows_frames(self) -> bool:
        return self._running and not self._closed and not self.is_headless and self._driver is not None

    def _take_in(self, update: CompositorUpdate) -> None:
        """Lay an update over the frame that is wanted; a terminal of another size begins anew."""
        width, height = self.size
        if (height, width) != (len(self._wanted), len(self._wanted[0]) if self._wanted else 0):
            self._wanted = (cells_of(" " * width, Look()),) * height
            self._shown = nothing_known(width, height)
        rows = list(self._wanted)
        for x, y, cells in pieces(update, self.console.color_system or "truecolor"):
            if 0 <= y < height:
                rows[y] = laid_over(rows[y], x, cells)
        self._wanted = tuple(rows)

    def _send(self) -> None:
        x, y = self.screen.outer_size.clamp_offset(self.cursor_position)
        text, self._shown = diff(self._shown, self._wanted, (x, y), erases_in_colour=self.erases_in_colour)
        if self._driver is None or not text:
            return
        if len(text) < SYNC_FROM:
            self._driver.write(text)
        else:
            self._begin_update()
            self._driver.write(text)
            self._end_update()
        self._driver.flush()


def spot(screen: Screen[Any]) -> Offset:
    """Where the selection is; the beginning of the screen, or of the dialog, when nothing has the focus.

    A widget that has more than one place for it says so with `spot`: column and row from its top left corner.
    """
    focused = screen.focused
    if focused is None or not focused.is_attached:
        own = (child for child in screen.children if not (child.id or "").startswith(TEXTUALS))
        first = next(own, None)
        return first.content_region.offset if first else Offset(0, 0)
    x, y = getattr(focused, "spot", (0, 0))
    return focused.content_region.offset + Offset(x, y)


def pieces(update: CompositorUpdate, color_system: str) -> Iterator[tuple[int, int, Row]]:
    """Column, row and cells of all that a compositor's update draws."""
    for x, y, segments in _strips(update):
        for text, style, control in segments:
            if not control:
                cells = cells_of(text, look_of(style, color_system))
                yield x, y, cells
                x += len(cells)


def _strips(update: CompositorUpdate) -> Iterator[tuple[int, int, list[Segment]]]:
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            yield update.region.x, y, [segment for strip in line for segment in strip]
    elif isinstance(update, ChopsUpdate):
        for y, first, last in update.spans:
            for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
                if strip is not None and x <= last and end > first:
                    yield x, y, list(strip.crop(0, min(end, last) - x))


@lru_cache(maxsize=4096)
def look_of(style: Style | None, color_system: str) -> Look:
    """How a Rich style looks on a terminal with so many colours."""
    if style is None:
        return Look()
    return Look(
        _colour(style.color, color_system) or DEFAULT_FOREGROUND,
        _colour(style.bgcolor, color_system, foreground=False) or DEFAULT_BACKGROUND,
        tuple(number for name, number in _ATTRIBUTES if getattr(style, name)),
    )


def _colour(colour: Color | None, color_system: str, foreground: bool = True) -> str:
    if colour is None:
        return ""
    return ";".join(colour.downgrade(COLOR_SYSTEMS[color_system]).get_ansi_codes(foreground=foreground))
