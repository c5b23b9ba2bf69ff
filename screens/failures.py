"""What becomes of an error: a dialog; of one that nobody foresaw, a reference and a scrubbed traceback in the log."""

import logging
import re
import traceback
from typing import TYPE_CHECKING

from data.errors import Kk2Error

if TYPE_CHECKING:
    from screens.dialogs.error_dialog import ErrorDialog

_LOG = logging.getLogger("kk2")
_ELEVEN_DIGITS = re.compile(r"(?<!\d)\d{6}[ .-]?\d{5}(?!\d)")


def log_unexpected(error: BaseException) -> str:
    """Log where `error` arose, without local variables or anything like a national id. Returns its reference."""
    import secrets  # and with it the library for keys

    reference = secrets.token_hex(4).upper()
    lines = "".join(traceback.format_exception(error))
    _LOG.error("unexpected error %s\n%s", reference, _ELEVEN_DIGITS.sub("***********", lines))
    return reference


def error_dialog(error: Exception) -> "ErrorDialog":
    """Any error, to be read. What is not a Kk2Error is logged, and told by its reference only."""
    from screens.dialogs.error_dialog import ErrorDialog

    if isinstance(error, Kk2Error):
        return ErrorDialog(error.message, code=error.code, details=error.details)
    return ErrorDialog.unexpected(log_unexpected(error))
