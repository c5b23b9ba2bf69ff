"""Work in a process of its own, and what it tells: the error, and the transactions it acknowledged."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from tests.e2e.torture import forks
from tests.e2e.torture.acknowledgement import Acknowledged, acknowledging

_MARK = b'{"mark"'


class Heard(msgspec.Struct, frozen=True):
    """A process that has ended: its status, what it told last, and the transactions it acknowledged."""

    status: int
    told: Mapping[str, Any]
    said: list[Acknowledged]

    @property
    def error(self) -> Mapping[str, object]:
        """What was refused, with `code` and `message`; empty when nothing was."""
        error: Mapping[str, object] = self.told.get("error", {})
        return error


def hear(work: Callable[[], object], name: str = "job") -> Heard:
    """Do work, which tells JSON, to its end."""
    return listen(work, name)()


def listen(work: Callable[[], object], name: str = "job") -> Callable[[], Heard]:
    """Start work. Returns how to wait for its end. What it tells must fit in a pipe until then: 64 kB."""
    reading, writing = os.pipe()

    def tell() -> None:
        os.dup2(writing, 1)
        acknowledging(Path("/proc/self/fd/1"), name)
        work()

    child = forks.start(tell)
    os.close(writing)

    def wait() -> Heard:
        with os.fdopen(reading, "rb") as pipe:
            lines = pipe.read().splitlines()
        said = [msgspec.json.decode(line, type=Acknowledged) for line in lines if line.startswith(_MARK)]
        told = [line for line in lines if not line.startswith(_MARK)]
        return Heard(forks.end(child), msgspec.json.decode(told[-1]) if told else {}, said)

    return wait
