"""What is wrong with a bank file, collected, so that a person sees all of it at once."""

from typing import Literal

import msgspec

from data.language import _

Severity = Literal["error", "warning"]

KEPT = 50
"""How many findings of each severity are kept, unless told otherwise; the rest are counted."""

_LONGEST_VALUE = 80


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong. Lines and columns count from 1. `message` is Norwegian, `code` is for programs.

    An error refuses the whole file; a warning is told and nothing more.
    """

    severity: Severity
    line: int
    column: int
    field: str
    code: str
    message: str
    value: str = ""


class Findings:
    """The findings of one file, in the order they were made."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._kept: list[Finding] = []
        self._first_left_out: dict[Severity, tuple[int, int]] = {}
        self.errors = 0
        self.warnings = 0

    @property
    def ok(self) -> bool:
        return self.errors == 0

    def error(self, line: int, column: int, field: str, code: str, message: str, value: str = "") -> None:
        self.errors += 1
        self._add("error", self.errors, line, column, field, code, message, value)

    def warning(self, line: int, column: int, field: str, code: str, message: str, value: str = "") -> None:
        self.warnings += 1
        self._add("warning", self.warnings, line, column, field, code, message, value)

    def all(self) -> tuple[Finding, ...]:
        """Every finding that was kept, and a last one for each severity that had more."""
        more = self._more("error", self.errors, _("feil")), self._more("warning", self.warnings, _("varsler"))
        return (*self._kept, *(finding for finding in more if finding))

    def _add(
        self, severity: Severity, nth: int, line: int, column: int, field: str, code: str, message: str, value: str
    ) -> None:
        if nth > self._most:
            self._first_left_out.setdefault(severity, (line, column))
            return
        finding = Finding(
            severity=severity,
            line=line,
            column=column,
            field=field,
            code=code,
            message=printable(message),
            value=printable(value[:_LONGEST_VALUE]),
        )
        self._kept.append(finding)

    def _more(self, severity: Severity, total: int, noun: str) -> Finding | None:
        if total <= self._most:
            return None
        line, column = self._first_left_out[severity]
        message = _("… og {total} {noun} til, fra linje {line}.").format(total=total - self._most, noun=noun, line=line)
        return Finding(severity=severity, line=line, column=column, field="", code="more", message=message)


def printable(text: str) -> str:
    """`text` with "�" for whatever would move a terminal's cursor or hide, and a plain space for a hard one."""
    text = text.replace("\xa0", " ")
    return text if text.isprintable() else "".join(char if char.isprintable() else "�" for char in text)
