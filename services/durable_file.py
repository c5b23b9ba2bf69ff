"""Files that are whole or not there, and are still there after a power cut."""

import os
import tempfile
from pathlib import Path


def write_durably(path: Path, content: bytes) -> None:
    """A whole file, or none: written beside, synced, and moved into place. The folder is the caller's to sync."""
    if path.exists() and path.read_bytes() == content:
        return
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, 0o660)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def sync_folder(folder: Path) -> None:
    """Make the names of new files survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
