"""The keys of the moment, in one plain line at the bottom. What there is no room for stands in the help (F1)."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import ActiveBinding, Binding
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from screens.widgets.columns import fit

MOST_KEYS = 8
GAP = "   "
_NAMES = {
    "escape": "ESC",
    "enter": "Enter",
    "space": "Mellomrom",
    "slash": "/",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "delete": "Del",
}


class Key(NamedTuple):
    """A key as a person reads it, and what it does. `common` keys are the same everywhere and go last."""

    name: str
    label: str
    common: bool = False

    @property
    def text(self) -> str:
        return f"{self.name} {self.label}"


def key_name(binding: Binding) -> str:
    """`f1` → F1, `ctrl+s` → Ctrl+S, `escape` → ESC, `n` → N."""
    if binding.key_display:
        return binding.key_display
    if binding.key in _NAMES:
        return _NAMES[binding.key]
    *modifiers, key = binding.key.split("+")
    return "+".join([*(modifier.capitalize() for modifier in modifiers), _NAMES.get(key, key.upper())])


def screen_keys(screen: Screen[Any], *, hidden: bool = False) -> list[Key]:
    """The keys that work now: those of the focused part, the screen's own, those common to all screens.

    The screen's own word for a key wins over the focused widget's (Enter in a table). With `hidden`, also those
    that are not for the bottom line.
    """
    active = screen.active_bindings
    own = list(Binding.make_bindings(type(screen).BINDINGS))
    declared = {binding.key for binding in own}
    rest = [found for key, found in active.items() if key not in declared]
    parts = [found.binding for found in rest if found.node not in (screen, screen.app)]
    common = [found.binding for found in rest if found.node in (screen, screen.app)]
    # The widgets' silent keys (arrows, typing) are the dullest: they go last where all keys are told.
    loud, silent = [part for part in parts if part.show], [part for part in parts if not part.show]
    keys = [(binding, False) for binding in (*loud, *own)] + [(binding, True) for binding in (*common, *silent)]
    shown = [(binding, last) for binding, last in keys if _works(binding, active) and (hidden or binding.show)]
    return [Key(key_name(binding), binding.description, last) for binding, last in _one_per_action(shown)]


def _works(binding: Binding, active: dict[str, ActiveBinding]) -> bool:
    found = active.get(binding.key)
    return bool(binding.description) and found is not None and found.enabled and not binding.system


def _one_per_action(keys: Iterable[tuple[Binding, bool]]) -> list[tuple[Binding, bool]]:
    firsts: dict[str, tuple[Binding, bool]] = {}
    for binding, last in keys:
        firsts.setdefault(binding.action, (binding, last))
    return list(firsts.values())


def key_text(keys: Sequence[Key], width: int) -> str:
    """At most eight keys in `width` cells; the screen's own are dropped from the last one, the common ones stay."""
    own = [key for key in keys if not key.common]
    common = [key for key in keys if key.common]
    while own and (len(own) + len(common) > MOST_KEYS or _width([*own, *common]) > width):
        own.pop()
    return GAP.join(key.text for key in (*own, *common))


def _width(keys: Sequence[Key]) -> int:
    return cell_len(GAP.join(key.text for key in keys))


class KeyLine(Widget):
    """A rule and the line of keys. Follows focus and disabled actions, and repaints only when its text changes."""

    DEFAULT_CSS = """
    KeyLine { dock: bottom; height: 2; width: 100%; color: $secondary; background: $background; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._text = ""

    @property
    def text(self) -> str:
        """The keys as shown."""
        return self._text

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.show_keys())
        self.call_after_refresh(self.show_keys)

    def on_resize(self) -> None:
        self.show_keys()

    def show_keys(self) -> None:
        text = key_text(screen_keys(self.screen), max(self.size.width, 1) - 2)
        if text != self._text:
            self._text = text
            self.refresh()

    def render_line(self, y: int) -> Strip:
        text = " " + fit(self._text, self.size.width - 1) if y else "─" * self.size.width
        return Strip([Segment(text, self.rich_style)]).adjust_cell_length(self.size.width, self.rich_style)
