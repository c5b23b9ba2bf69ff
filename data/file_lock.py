"""A lock that one process holds at a time, for jobs that must not run twice at once. Its death frees it."""

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def file_lock(path: Path, name: str) -> Iterator[bool]:
    """Hold `<path>.<name>.lock`; yields False at once when somebody has it. The file stays: removing it would race."""
    if not re.fullmatch(r"[a-z0-9_-]+", name):
        raise ValueError(f"not a name for a lock: {name!r}")
    handle = os.open(path.with_name(f"{path.name}.{name}.lock"), os.O_RDWR | os.O_CREAT, 0o660)
    try:
        yield _taken(handle)
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
