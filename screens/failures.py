"""What becomes of an error that nobody foresaw: a reference for the person, a scrubbed traceback for the log."""

import logging
import re
import traceback

_LOG = logging.getLogger("kk2")
_ELEVEN_DIGITS = re.compile(r"(?<!\d)\d{6}[ .-]?\d{5}(?!\d)")


def log_unexpected(error: BaseException) -> str:
    """Log where `error` arose, without local variables or anything like a national id. Returns its reference."""
    import secrets  # and with it the library for keys

    reference = secrets.token_hex(4).upper()
    lines = "".join(traceback.format_exception(error))
    _LOG.error("unexpected error %s\n%s", reference, _ELEVEN_DIGITS.sub("***********", lines))
    return reference
