"""Textual's driver for a terminal at the other end of a line: the line may break, and may carry anything."""

import asyncio
import os
import select
import signal
from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import Any, TextIO, cast

from textual import constants
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.message import Message

from kk2tui.terminal.keyboard import Keyboard
from kk2tui.terminal.paste import LIMIT, PasteBound
from kk2tui.terminal.textual_seam import TerminalApp

POLL_S = 0.1
AT_ONCE = 4096
USUAL, WIDEST, HIGHEST = (80, 24), 1_000, 400
POINTER_SHAPE = "\x1b]22;"
CUT = "Det innlimte var for langt. De første {limit} tegnene er tatt med, {cut} er utelatt."


def usable(width: int, height: int) -> tuple[int, int]:
    """A size that can be drawn: a client may tell of none, or of one that would fill the server's memory."""
    return min(width, WIDEST) or USUAL[0], min(height, HIGHEST) or USUAL[1]


class RemoteDriver(LinuxDriver):
    """What stock Textual does not survive: a byte that is no UTF-8, a lost connection, an enormous paste.

    A lost connection and SIGTERM end the application through its `hang_up`. A lone ESC is answered after ESCDELAY.
    """

    def __init__(
        self, app: App[None], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._terminal_app = app if isinstance(app, TerminalApp) else None
        self._event_loop: asyncio.AbstractEventLoop | None = None
        if self._file is not None:
            self._file = cast(Any, _Line(self._file, self._lost))  # all of a file that the writing thread uses

    def start_application_mode(self) -> None:
        again = self._event_loop is not None
        self._event_loop = asyncio.get_running_loop()
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual says no types here
        if self._terminal_app is not None and self._terminal_app.shows_cursor:
            self.write("\x1b[?25h")
        for number in (signal.SIGHUP, signal.SIGTERM):
            self._event_loop.add_signal_handler(number, self._hang_up, number)
        if again and self._terminal_app is not None:
            self._event_loop.call_soon_threadsafe(self._terminal_app.action_repaint)

    def stop_application_mode(self) -> None:
        self.write("\x1b[m")  # the pen keeps its colours between frames
        super().stop_application_mode()

    def _get_terminal_size(self) -> tuple[int, int]:
        """The terminal's own answer: COLUMNS and LINES, which Textual asks first, are not there to be kept true."""
        try:
            return usable(*os.get_terminal_size(self.fileno))
        except OSError:
            return usable(*super()._get_terminal_size())

    def process_message(self, message: Message) -> None:
        if isinstance(message, Resize):  # a terminal that tells its size by itself may say anything
            size = usable(*message.size)
            message = message if message.size == size else Resize.from_dimensions(size, None)
        super().process_message(message)

    def write(self, data: str) -> None:
        if self._mouse or not data.startswith(POINTER_SHAPE):  # nobody sees a pointer's shape without a mouse
            super().write(data)

    def _lost(self) -> None:
        """The line is gone; told from the reading and the writing thread."""
        if self._event_loop is not None and not self._event_loop.is_closed():
            self._event_loop.call_soon_threadsafe(self._hang_up, signal.SIGHUP)

    def _hang_up(self, number: int) -> None:
        if self._terminal_app is not None:
            self._terminal_app.hang_up(128 + number)

    def _run_input_thread(self) -> None:
        """Textual's own tells what went wrong in the terminal, as a traceback."""
        try:
            self.run_input_thread()
        except Exception as error:
            if self._event_loop is not None and not self._event_loop.is_closed():
                self._event_loop.call_soon_threadsafe(self._app._handle_exception, error)

    def run_input_thread(self) -> None:
        parser = Keyboard(self._debug)
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        paste = PasteBound()
        wait = POLL_S
        while not self.exit_event.is_set():
            if select.select([self.fileno], [], [], wait)[0]:
                data = self._read()
                if not data:
                    self._lost()
                    return
                wait = constants.ESCAPE_DELAY / 4 if data.endswith(b"\x1b") else POLL_S
                if text := paste.pass_on(decode(data)):  # to the parser, nothing is the end of everything
                    for message in parser.feed(text):
                        self.process_message(message)
                self._tell_of(paste.cut)
            for message in parser.tick():
                wait = POLL_S
                self.process_message(message)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, AT_ONCE)
        except OSError:
            return b""

    def _tell_of(self, cut: int) -> None:
        if cut and self._terminal_app is not None:
            text = CUT.format(limit=LIMIT, cut=cut)
            self._terminal_app.call_later(self._terminal_app.notify, text, severity="warning", markup=False)


class _Line:
    """The file that the writing thread writes to. When the other end is gone the rest is dropped: the thread must
    live on, or the application waits for it forever."""

    def __init__(self, file: TextIO, lost: Callable[[], None]) -> None:
        self._file = file
        self._tell = lost
        self._is_lost = False

    def write(self, text: str) -> int:
        if not self._is_lost:
            try:
                return self._file.write(text)
            except (OSError, ValueError):  # gone, closed, or not to be written in its character set
                self._break()
        return len(text)

    def flush(self) -> None:
        if not self._is_lost:
            try:
                self._file.flush()
            except (OSError, ValueError):
                self._break()

    def fileno(self) -> int:
        return self._file.fileno()

    def _break(self) -> None:
        self._is_lost = True
        self._tell()
