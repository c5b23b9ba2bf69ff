"""The log of what went wrong: one file in the home folder, for the one who runs the installation."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOGGER = "kk2"
FORM = "%(asctime)s %(levelname)s %(message)s"


@contextmanager
def log_to(path: Path) -> Iterator[None]:
    """Write the program's log to `path`, which only its owner can read, for as long as the block runs."""
    path.touch(mode=0o600, exist_ok=True)
    handler = logging.FileHandler(path, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter(FORM))
    logger = logging.getLogger(LOGGER)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()
