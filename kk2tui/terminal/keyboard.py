"""What comes from a terminal, as Textual's messages: keys that were pressed, and nothing that merely looks like keys.

Textual's parser makes keys of the letters of a sequence that it does not know: an answer that a terminal gives unasked,
or a key of a newer keyboard, would then pick items of the menu. Here such a sequence is nothing.
"""

from collections.abc import Iterable, Iterator

from textual import events
from textual._xterm_parser import XTermParser
from textual.message import Message

INTRODUCERS = "[]"  # after ESC, of what a terminal sends by itself; after others it is a key with Alt
_ESC = "\x1b"


class Keyboard:
    """A parser that outlives what it cannot read: then the rest of what came with it is dropped."""

    def __init__(self, debug: bool = False) -> None:
        self._debug = debug
        self._parser = _Parser(debug)

    def feed(self, text: str) -> Iterator[Message]:
        """The messages in a text that is not empty."""
        yield from self._survive(self._parser.feed(text))

    def tick(self) -> Iterator[Message]:
        """The messages that only waited for more to come."""
        yield from self._survive(self._parser.tick())

    def _survive(self, messages: Iterable[Message]) -> Iterator[Message]:
        try:
            yield from messages
        except (ArithmeticError, LookupError, ValueError):  # a code point beyond Unicode, a window of no width
            self._parser = _Parser(self._debug)


class _Parser(XTermParser):
    """Textual's, where a sequence that nobody knows is dropped and not typed."""

    _is_unknown: bool | None = None  # whether the letters that come again are a sequence's; None before the first

    def _sequence_to_key_events(self, sequence: str, alt: bool | None = None) -> Iterable[events.Key]:
        """Textual says whether there was an ESC (`alt`) only for the letters of a sequence that it does not know."""
        if alt is None:
            return super()._sequence_to_key_events(sequence)
        if sequence == _ESC:
            self._is_unknown = None
            return ()
        if alt or self._is_unknown is None:
            self._is_unknown = sequence in INTRODUCERS
        return () if self._is_unknown else super()._sequence_to_key_events(sequence, alt)
