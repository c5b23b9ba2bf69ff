"""Where the simulated Visma keeps what it knows: one JSON file, replaced whole at each change, or memory.

Several processes may share the file; a lock beside it lets one work at a time, and each reads what the others wrote.
"""

import contextlib
import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec

from services.visma.simulator.world import ScenarioSource, World, decode_world, load_world, read_world


class StateFile:
    """The world under `path`; without a file there, the scenario. `path` None: in memory only.

    `scenario` may be what makes it, for one that is not needed when there is a file.
    """

    def __init__(self, path: Path | None, scenario: ScenarioSource) -> None:
        self._path = path
        self._scenario = scenario
        self._mutex = threading.Lock()
        self._world: World | None = None
        self._content = b""
        self._seen: tuple[int, int, int] | None = None

    @contextlib.contextmanager
    def change(self) -> Iterator[World]:
        """The world, to look at and to change. At the end changes are on disk; after an exception nothing is changed.

        Raises ScenarioError when the file cannot be read, OSError when it cannot be written.
        """
        with self._mutex, self._locked():
            world = self._current()
            try:
                yield world
                self._keep(world)
            except BaseException:
                self._world = None
                raise

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        if self._path is None:
            yield
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with open(self._path.with_suffix(".lock"), "ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _current(self) -> World:
        if self._path is not None and self._path.exists():
            seen = _stamp(self._path)
            if self._world is None or seen != self._seen:
                self._world, self._seen = read_world(self._path), seen
                self._content = msgspec.json.encode(self._world)
        elif self._world is None:
            self._world = decode_world(self._content) if self._content else self._first()
        return self._world

    def _first(self) -> World:
        world = load_world(self._scenario() if callable(self._scenario) else self._scenario)
        self._content = msgspec.json.encode(world) if self._path is None else b""
        return world

    def _keep(self, world: World) -> None:
        content = msgspec.json.encode(world)
        if content == self._content:
            return
        if self._path is not None:
            _replace(self._path, content)
            self._seen = _stamp(self._path)
        self._content = content


def _stamp(path: Path) -> tuple[int, int, int]:
    about = path.stat()
    return about.st_ino, about.st_mtime_ns, about.st_size


def _replace(path: Path, content: bytes) -> None:
    """Write beside, flush to disk, rename: after a crash the file is wholly the old one or wholly the new."""
    beside = path.with_suffix(".tmp")
    try:
        with open(beside, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:  # a full disk is not to be filled with half a file
        beside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
