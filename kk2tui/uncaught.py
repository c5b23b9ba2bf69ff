"""What nobody has caught: told in the log, never on the terminal, where it would lie over the screen.

Python, its threads and asyncio print it to where the screens are drawn, with what an exception says of people.
"""

import asyncio
import logging
import sys
import threading
import warnings
from typing import Any

from screens.failures import log_unexpected


def log_what_nobody_catches(loop: asyncio.AbstractEventLoop) -> None:
    """From now on in this process, until it ends."""
    logging.getLogger().addHandler(logging.NullHandler())  # else Python's last resort is the terminal
    warnings.simplefilter("ignore")
    loop.set_exception_handler(lambda _loop, context: _log(context.get("exception")))
    threading.excepthook = lambda told: _log(told.exc_value)
    sys.unraisablehook = lambda told: _log(told.exc_value)


def _log(error: Any) -> None:
    if isinstance(error, Exception):
        log_unexpected(error)
