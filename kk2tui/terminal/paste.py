"""A bound on what is pasted at once: ten megabytes from the clipboard must neither stop nor fill the program.

What is pasted is text. Textual's parser takes an escape sequence in it for keys, and a text from a web page could so
answer a question with yes: control characters are left out, but for the ends of lines and tabs.
"""

import re

LIMIT = 20_000  # characters: more than any note, less than a blink
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
START, END = "\x1b[200~", "\x1b[201~"


class PasteBound:
    """Passes terminal input on, and drops what a bracketed paste has beyond the limit."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._left: int | None = None  # characters that still fit; None outside a paste
        self._held = ""  # the last of what came, where a marker may have begun
        self._dropped = 0
        self.cut = 0  # characters dropped from the last paste that has ended

    def pass_on(self, text: str) -> str:
        """What of the text goes on to the parser. `cut` is set when a paste that was too long has ended."""
        self.cut = 0
        passed = []
        while text:
            part, text = self._outside(text) if self._left is None else self._inside(text)
            passed.append(part)
        return "".join(passed)

    def _outside(self, text: str) -> tuple[str, str]:
        """Typed keys: passed on at once, and remembered as far as a marker may have begun in them."""
        seen = self._held + text
        begins = seen.find(START)
        if begins < 0:
            self._held = seen[1 - len(START) :]
            return text, ""
        after = begins + len(START) - len(self._held)
        self._left, self._dropped, self._held = self._limit, 0, ""
        return text[:after], text[after:]

    def _inside(self, text: str) -> tuple[str, str]:
        """A paste: as much as fits, and its end. What may be the beginning of the marker waits for the rest."""
        text, self._held = self._held + text, ""
        before, found, after = text.partition(END)
        if found:
            passed = self._within_limit(before) + END
            self._left, self.cut = None, self._dropped
            return passed, after
        before, self._held = _without_half_a(END, before)
        return self._within_limit(before), ""

    def _within_limit(self, text: str) -> str:
        text = CONTROL.sub("", text)
        fits = text[: self._left]
        self._left = (self._left or 0) - len(fits)
        self._dropped += len(text) - len(fits)
        return fits


def _without_half_a(marker: str, text: str) -> tuple[str, str]:
    """The text, and an ending of it that may be a marker's beginning."""
    half = next((size for size in range(len(marker) - 1, 0, -1) if text.endswith(marker[:size])), 0)
    return text[: len(text) - half], text[len(text) - half :]
