"""A real terminal for the program: a pty, and a screen that understands what the program sends."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

from tests.e2e.program import DEADLINE_S

KEYS = {
    "F1": "\x1bOP",
    "F4": "\x1bOS",
    "F5": "\x1b[15~",
    "F10": "\x1b[21~",
    "F12": "\x1b[24~",
    "ESC": "\x1b",
    "Enter": "\r",
    "Tab": "\t",
    "Del": "\x1b[3~",
    "Backspace": "\x7f",
    "End": "\x1b[F",
    "Down": "\x1b[B",
    "Up": "\x1b[A",
    "PageDown": "\x1b[6~",
    "PageUp": "\x1b[5~",
    "Home": "\x1b[H",
    "Left": "\x1b[D",
    "Right": "\x1b[C",
    "Shift+Tab": "\x1b[Z",
    "F3": "\x1bOR",
    "Ctrl+L": "\x0c",
    "Ctrl+Y": "\x19",
}
QUIET_S = 0.4  # with nothing sent for so long, the answer to a key is taken to be over
LEAVES_ALTERNATE_SCREEN = b"\x1b[?1049l"
SHOWS_CURSOR = b"\x1b[?25h"


class Terminal:
    """A program in a terminal of so many columns and lines. `with` starts it, and ends it if it has not ended."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        columns: int,
        lines: int,
        *,
        term: str = "xterm-256color",
    ) -> None:
        self._command = list(command)
        colours = "truecolor" if "256color" in term else ""
        self._environment = {**environment, "TERM": term, "COLORTERM": colours}
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._size = struct.pack("HHHH", lines, columns, 0, 0)
        self._pid = 0
        self._line = -1
        self.status: int | None = None
        self.received = b""
        self.last_byte_at = 0.0  # by the monotonic clock

    def __enter__(self) -> "Terminal":
        self._pid, self._line = pty.fork()
        if self._pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, self._size)  # before the program looks
            signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may have started them with nohup
            os.execvpe(self._command[0], self._command, self._environment)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.status is None:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        if self._line >= 0:
            os.close(self._line)

    @property
    def screen(self) -> pyte.Screen:
        """The cells, with their colours."""
        return self._screen

    @property
    def line(self) -> int:
        """The program's terminal, to ask how it is set."""
        return self._line

    @property
    def text(self) -> str:
        """The screen, line by line."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def line_with(self, text: str) -> str:
        """The first line with a text in it; empty when there is none."""
        return next((line for line in self.text.splitlines() if text in line), "")

    def press(self, *keys: str) -> None:
        """Press keys by their names in KEYS, or type the letters as they are."""
        for key in keys:
            os.write(self._line, KEYS.get(key, key).encode())

    def type_bytes(self, raw: bytes) -> None:
        """Send what no key sends, however much it is."""
        while raw:
            raw = raw[os.write(self._line, raw[:4096]) :]
            self._read(0)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self._pid, number)

    @property
    def is_stopped(self) -> bool:
        """Whether the program is stopped, as a shell's Ctrl+Z does."""
        return ") T " in Path(f"/proc/{self._pid}/stat").read_text(encoding="utf-8")

    def resize(self, columns: int, lines: int) -> None:
        """Make the terminal another size, as when a window is pulled at. Emulators keep or drop what was shown."""
        self._screen.resize(lines, columns)
        fcntl.ioctl(self._line, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def settle(self, seconds: float = QUIET_S) -> None:
        """Read until nothing has come for a while."""
        end = time.monotonic() + seconds
        while self.status is None and time.monotonic() < end:
            before = len(self.received)
            self._read(0.05)
            if len(self.received) != before:
                end = time.monotonic() + seconds

    def answer_to(self, *keys: str, until: str = "") -> bytes:
        """What the program sends when keys are pressed, with `until` on the screen at the end."""
        before = len(self.received)
        self.press(*keys)
        self.wait_for(until)
        self.settle()
        return self.received[before:]

    def wait_for(self, *texts: str) -> None:
        """Wait until all the texts are on the screen."""
        self.wait_until(lambda: all(text in self.text for text in texts), f"{texts}")

    def wait_gone(self, *texts: str) -> None:
        """Wait until none of the texts is on the screen."""
        self.wait_until(lambda: not any(text in self.text for text in texts), f"{texts} to go")

    def wait_for_end(self) -> int:
        """Wait until the program has ended. Its exit status."""
        self.wait_until(lambda: self.status is not None, "the end")
        assert self.status is not None
        return self.status

    def hang_up(self) -> int:
        """Close the line, as a broken connection does, and wait for the program's end. Its exit status."""
        os.close(self._line)
        self._line = -1
        end = time.monotonic() + DEADLINE_S
        while self.status is None:
            assert time.monotonic() < end, "the program outlives its terminal"
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if pid else None
            time.sleep(0.02)
        return self.status

    def wait_until(self, there: Callable[[], bool], what: str = "it") -> None:
        """Read the screen until something is so."""
        end = time.monotonic() + DEADLINE_S
        while not there():
            assert time.monotonic() < end, f"waited in vain for {what}:\n{self.text}"
            assert self.status is None, f"ended while waiting for {what}:\n{self.text}"
            self._read(0.05)

    def _read(self, seconds: float) -> None:
        """Take in what the program has sent, if anything comes in so many seconds. Its end closes the line."""
        if not select.select([self._line], [], [], seconds)[0]:
            return
        try:
            sent = os.read(self._line, 65536)
        except OSError:  # the other end is closed
            self.status = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
            return
        self.received += sent
        self.last_byte_at = time.monotonic()
        self._stream.feed(sent)
