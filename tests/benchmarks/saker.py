"""Bytes to the terminal for each key in Saker, in a real pseudo-terminal of 120x40, with 100 000 cases."""

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.large_home import LOGIN, make_large_home

CASES = 100_000
ROWS, COLUMNS = 40, 120
QUIET_S = 0.35
DOWN, PAGE_DOWN, ENTER, ESCAPE, LEAVE = b"\x1b[B", b"\x1b[6~", b"\r", b"\x1b", b"\x1b[21~"


def run() -> list[str]:
    """The lines to print."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        make_large_home(home, CASES)
        return _measure(home)


def _measure(home: Path) -> list[str]:
    terminal = RecordedTerminal([sys.executable, "-m", "kk2tui", "--home", str(home), "--handler", LOGIN])
    lines = [f"Saker with {CASES} cases, {COLUMNS}x{ROWS}, bytes to the terminal (median)"]
    try:
        started = terminal.quiet("åpne".encode())
        lines.append(f"  start to menu      {started:>7}")
        lines.append(f"  open Saker         {terminal.press(b'1', until=b'Saldo'):>7}")
        for name, keys in (
            ("move in view", [DOWN] * 15),
            ("page", [PAGE_DOWN] * 10),
            ("scroll", [DOWN] * 15),
        ):
            lines.append(f"  {name:<18} {statistics.median(terminal.press(key) for key in keys):>7.0f}")
        opened = [(terminal.press(ENTER), terminal.press(ESCAPE)) for _ in range(3)]
        lines.append(f"  open a case        {statistics.median(each[0] for each in opened):>7.0f}")
        lines.append(f"  back               {statistics.median(each[1] for each in opened):>7.0f}")
        lines.append(f"  idle for 2 s       {terminal.idle(2.0):>7}")
        lines.append(f"  memory resident    {terminal.resident_mb():>7.0f} MB")
    finally:
        terminal.close()
    return lines


class RecordedTerminal:
    """A program in a pseudo-terminal, its output counted."""

    def __init__(self, command: Sequence[str]) -> None:
        self.process, self._file = pty.fork()
        if self.process == 0:
            environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
            os.execvpe(command[0], list(command), environment)
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def press(self, key: bytes, until: bytes = b"") -> int:
        """Send a key; the bytes that came until the program was quiet again."""
        os.write(self._file, key)
        return self.quiet(until)

    def quiet(self, until: bytes = b"", limit_s: float = 60) -> int:
        """Read until the program has been quiet for a while, and `until` was seen. How many bytes came."""
        seen = b""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            ready, _, _ = select.select([self._file], [], [], QUIET_S)
            if ready:
                seen += os.read(self._file, 1 << 16)
            elif until in seen:
                return len(seen)
        raise TimeoutError(f"{until!r} was not shown within {limit_s} s")

    def seen(self, text: bytes, limit_s: float = 60) -> None:
        """Read until the text has come."""
        output = b""
        end = time.monotonic() + limit_s
        while text not in output:
            if time.monotonic() > end:
                raise TimeoutError(f"{text!r} was not shown within {limit_s} s")
            if select.select([self._file], [], [], 1)[0]:
                output += os.read(self._file, 1 << 16)

    def idle(self, seconds: float) -> int:
        """Bytes that come while nothing is pressed."""
        count = 0
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self._file], [], [], left)[0]:
                count += len(os.read(self._file, 1 << 16))
        return count

    def resident_mb(self) -> float:
        status = Path(f"/proc/{self.process}/status").read_text(encoding="ascii")
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def close(self) -> None:
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self._file)
