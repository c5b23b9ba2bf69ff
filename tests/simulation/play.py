"""Plays a seed in a folder of its own, in memory where the machine has such a place."""

import asyncio
import atexit
import contextlib
import functools
import os
import shutil
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.inline import no_chance
from tests.simulation.world import Opener, World, make_template, tinydb

_MEMORY = Path("/dev/shm")  # noqa: S108 - folders of our own are made in it


@dataclass(frozen=True)
class Played:
    """What became of a seed. `failure` is empty when all invariants held."""

    seed: int
    failure: str
    trace: list[str]
    crashes: int


def play(seed: int, steps: int | None = None, opener: Opener = tinydb) -> Played:
    """Play a seed from the beginning to its end, or to what broke."""
    with _folder() as folder, no_chance(seed):
        world = World(seed, folder / "world", _template(os.getpid()), steps=steps, opener=opener)
        failure = ""
        try:
            asyncio.run(world.run())
        except AssertionError as error:
            failure = str(error) or "an assertion without words"
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            failure = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
        return Played(seed, failure, world.trace.lines, world.crashes)


@functools.cache
def _template(_process: int) -> Path:
    folder = _new_folder()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "template").mkdir()
    asyncio.run(make_template(folder / "template"))
    return folder / "template"


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    folder = _new_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _new_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="kk2-simulation-", dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None))
