"""Files that are whole or not there, and are still there after a power cut."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


def write_durably(path: Path, content: bytes, *, mode: int = 0o660) -> None:
    """A whole file, or none: written beside, synced, and moved into place. The folder is the caller's to sync."""
    if path.exists() and path.read_bytes() == content:
        return
    with _written_beside(path, content, mode) as beside:
        os.replace(beside, path)


def write_new(path: Path, content: bytes) -> bool:
    """A whole file where there is none, its folder synced. False when something else lies there: it is not touched.

    What lies there already with the same content is as good as written.
    """
    with _written_beside(path, content, 0o660) as beside:
        try:
            os.link(beside, path)  # unlike a move, this never takes another file's place
        except FileExistsError:
            return path.is_file() and path.read_bytes() == content
    sync_folder(path.parent)
    return True


@contextlib.contextmanager
def _written_beside(path: Path, content: bytes, mode: int) -> Iterator[str]:
    """A synced file in the same folder, under a name of its own; gone at the end unless it was moved."""
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, mode)
        yield beside
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside)


def sync_folder(folder: Path) -> None:
    """Make the names of new files survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
