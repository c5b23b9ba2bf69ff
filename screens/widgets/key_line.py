"""The keys of the moment, in one plain line at the bottom. What there is no room for stands in the help (F1)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import ActiveBinding, Binding, BindingType
from textual.geometry import Region
from textual.keys import key_to_character
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from data.language import N_, _
from screens.widgets.columns import fit
from screens.widgets.safe_text import safe

MOST_KEYS = 8
GAP = "   "
KEY_NAMES = {
    "escape": "ESC",
    "enter": "Enter",
    "space": N_("Mellomrom"),
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
    "backspace": N_("Rettetast"),
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
    if binding.key in KEY_NAMES:
        return _(KEY_NAMES[binding.key])
    *modifiers, key = binding.key.split("+")
    if (character := key_to_character(key)) is not None and character.isprintable():
        key = character
    return "+".join([*(modifier.capitalize() for modifier in modifiers), _(KEY_NAMES.get(key, key.upper()))])


def screen_keys(screen: Screen[Any], *, hidden: bool = False) -> list[Key]:
    """The keys that work now: those of the focused part, the screen's own, those common to all screens.

    The screen's own word for a key wins over the focused widget's (Enter in a table). With `hidden`, also those
    that are not for the bottom line.
    """
    changed = getattr(screen.app, "changed_keys", {})
    active = in_order(screen.active_bindings) if changed else screen.active_bindings
    own = list(_as_changed(type(screen).BINDINGS, changed))
    declared = {binding.key for binding in own}
    rest = [found for key, found in active.items() if key not in declared]
    parts = [found.binding for found in rest if found.node not in (screen, screen.app)]
    common = [found.binding for found in rest if found.node in (screen, screen.app)]
    # The widgets' silent keys (arrows, typing) are the dullest: they go last where all keys are told.
    loud, silent = [part for part in parts if part.show], [part for part in parts if not part.show]
    keys = [(binding, False) for binding in (*loud, *own)] + [(binding, True) for binding in (*common, *silent)]
    shown = [(binding, last) for binding, last in keys if _works(binding, active) and (hidden or binding.show)]
    return [Key(key_name(binding), _(binding.description), last) for binding, last in _one_per_action(shown)]


def in_order(active: dict[str, ActiveBinding]) -> dict[str, ActiveBinding]:
    """The bindings of each node as they are declared: Textual puts those with a changed key last."""
    nodes = list(dict.fromkeys(found.node for found in active.values()))
    declared = {node: [binding.id for _key, binding in node._bindings] for node in nodes}

    def place(entry: tuple[str, ActiveBinding]) -> tuple[int, int]:
        node, binding, *_rest = entry[1]
        return nodes.index(node), declared[node].index(binding.id)

    return dict(sorted(active.items(), key=place))


def _as_changed(bindings: Iterable[BindingType], changed: Mapping[str, str]) -> Iterator[Binding]:
    """Each key of the bindings, with those that kk2.toml gives in place of the program's own."""
    for binding in Binding.make_bindings(bindings):
        keys = changed.get(binding.id or "") if changed else None
        yield from (binding.with_key(key) for key in keys.split(",")) if keys else (binding,)


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


def name_of_action(screen: Screen[Any], action: str) -> str:
    """The key of one of the screen's actions, as a person reads it, wherever the focus is; empty when it has none."""
    changed = getattr(screen.app, "changed_keys", {})
    by_key: dict[str, Binding] = {}
    for kind in reversed(type(screen).__mro__):  # a screen's own use of a key wins over the common one
        by_key |= {binding.key: binding for binding in _as_changed(vars(kind).get("BINDINGS", ()), changed)}
    return next((key_name(binding) for binding in by_key.values() if binding.action == action), "")


class KeyLine(Widget):
    """A rule and the line of keys. Follows focus and disabled actions, and repaints only when its text changes.

    What was done stands in the rule, where it covers nothing and no clock has to take it away.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-line--told"}
    DEFAULT_CSS = """
    KeyLine {
        dock: bottom; height: 2; width: 100%; color: $secondary; background: $background;
        & > .key-line--told { color: $foreground; text-style: bold; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._told = self._told_while_typing = self._shown = ""

    def tell(self, text: str, while_typing: str | None = None) -> None:
        """Say something in the rule; empty: a plain rule. `while_typing` is said instead where letters are text."""
        self._told = safe(text)
        self._told_while_typing = self._told if while_typing is None else safe(while_typing)
        self._show_told()

    def _show_told(self) -> None:
        focused = self.screen.focused if self.is_attached else None
        typing = focused is not None and focused.check_consume_key("a", "a")
        told = self._told_while_typing if typing else self._told
        if told != self._shown:
            self._shown = told
            self.refresh(Region(0, 0, self.size.width, 1))

    @property
    def text(self) -> str:
        """The keys as shown."""
        return self._text

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.show_keys())
        self.call_after_refresh(self.show_keys)

    def on_resize(self) -> None:
        self.show_keys()

    def speak(self) -> None:
        self.show_keys()

    def show_keys(self) -> None:
        text = key_text(screen_keys(self.screen), max(self.size.width, 1) - 2)
        if text != self._text:
            self._text = text
            self.refresh()
        self._show_told()

    def render_line(self, y: int) -> Strip:
        width, style = self.size.width, self.rich_style
        segments = [Segment(" " + fit(self._text, width - 1), style)] if y else self._rule(width, style)
        return Strip(segments).adjust_cell_length(width, style)

    def _rule(self, width: int, style: Style) -> list[Segment]:
        if not self._shown:
            return [Segment("─" * width, style)]
        told = fit(self._shown, min(cell_len(self._shown), max(width - 4, 0)))
        rest = "─" * (width - cell_len(told) - 3)
        return [
            Segment("─ ", style),
            Segment(told, self.get_component_rich_style("key-line--told")),
            Segment(f" {rest}", style),
        ]
