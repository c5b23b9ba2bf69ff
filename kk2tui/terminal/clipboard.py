"""What Ctrl+Y copies to the handler's own clipboard, through the terminal (OSC 52): only what stands on the screen.

A widget or a screen that has something to copy says so with `copyable`: texts, the likeliest first. Pressed again at
the same place, the next of them is taken. Nothing is ever asked of the clipboard.
"""

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from textual.screen import Screen
from textual.widgets import Input

LONGEST = 200  # characters: numbers, names and amounts; not a way to carry a register away


@runtime_checkable
class Copyable(Protocol):
    """Has texts on the screen that are worth copying."""

    def copyable(self) -> Sequence[str]: ...


class Clipboard:
    """Remembers where in a row of texts the last copy was taken."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._next = 0

    def take(self, texts: Sequence[str]) -> tuple[str, str]:
        """The text to copy, and the one that the same key takes next; both empty when there is nothing."""
        cleaned = list(dict.fromkeys(filter(None, map(clean, texts))))
        if cleaned != self._texts:
            self._texts, self._next = cleaned, 0
        if not cleaned:
            return "", ""
        taken = cleaned[self._next]
        self._next = (self._next + 1) % len(cleaned)
        return taken, cleaned[self._next] if len(cleaned) > 1 else ""


def texts_of(screen: Screen[Any]) -> list[str]:
    """What there is to copy: of the field or row with the cursor, then of the screen."""
    texts: list[str] = []
    for part in (screen.focused, screen):
        if isinstance(part, Input):
            texts.append(part.value)
        elif isinstance(part, Copyable):
            texts += part.copyable()
    return texts


def clean(text: str) -> str:
    """One line without control characters: what is pasted into a shell must not press Enter."""
    return "".join(character for character in text if character.isprintable()).strip()[:LONGEST]
