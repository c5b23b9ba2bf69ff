"""The log of what went wrong: one file in the home folder, for the one who runs the installation."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

LOGGER = "kk2"
FORM = "%(asctime)s %(levelname)s %(message)s"


class _Quiet(logging.FileHandler):
    """A full disk is no reason to write a traceback over the screen, which is what logging does by itself, and a file
    that is gone none to stop what is told of."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        pass


@contextmanager
def log_to(path: Path) -> Iterator[None]:
    """Write the program's log to `path`, which only its owner can read, for as long as the block runs."""
    path.touch(mode=0o600, exist_ok=True)
    handler = _Quiet(path, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter(FORM))
    logger = logging.getLogger(LOGGER)
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()


@contextmanager
def log_if_possible(path: Path) -> Iterator[None]:
    """As `log_to`; where there is no home to log in, or the disk is full, the block runs all the same."""
    with ExitStack() as log:
        with suppress(OSError):
            log.enter_context(log_to(path))
        yield
