"""[keys] of kk2.toml: other keys for what the screens can do, checked before the first of them is shown.

Every binding has a stable id (`case.payment.new`); docs/taster.md lists them. This module imports every screen, so it
is itself imported only when something stands in [keys].
"""

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.keys import key_to_character
from textual.widgets import Input

import screens
from data.language import _
from kk2tui.app import Kk2App
from kk2tui.settings import SettingsError
from screens.base import Kk2Screen
from screens.tabs import TabScreen
from screens.widgets.form import Form
from screens.widgets.key_line import KEY_NAMES, key_name

FIXED = ("dialog.", "list.", "text.", "field.", "tab.", "menu.", "receipt.table.")
FIXED_ONES = frozenset({"common.back", "common.next", "common.previous", "form.close"})
WHILE_TYPING = ("common.", "form.", "case.payment.fetch_deleted")
"""What must work with the cursor in a field too."""
OF_LISTS_AND_FIELDS = frozenset(
    {"up", "down", "left", "right", "pageup", "pagedown", "home", "end", "enter", "space"}
    | {"tab", "shift+tab", "escape", "backspace"}
)
OF_EDITING = frozenset(binding.key for binding in Binding.make_bindings(Input.BINDINGS))
OF_THE_TERMINAL = frozenset(f"ctrl+{letter}" for letter in "chijmz")  # Backspace, Tab, Enter, or a signal
_WRITTEN = {shown.lower(): key for key, shown in KEY_NAMES.items()}


class Action(NamedTuple):
    """What a key does. `owner` is the class that has it."""

    binding: Binding
    owner: type[DOMNode]

    @property
    def id(self) -> str:
        return self.binding.id or ""


def actions() -> list[Action]:
    """All that is bound to a key in the application, in the order of the modules. One key, one Action."""
    for module in pkgutil.walk_packages(screens.__path__, "screens."):
        importlib.import_module(module.name)
    return [Action(binding, owner) for owner in _owners() for binding in Binding.make_bindings(vars(owner)["BINDINGS"])]


def can_be_changed(key_id: str) -> bool:
    """Not what is drawn where it is pressed (tabs, the menu), nor what moves, opens and closes the same everywhere."""
    return key_id not in FIXED_ONES and not key_id.startswith(FIXED)


def keymap(wanted: Mapping[str, str], path: Path) -> dict[str, str]:
    """The [keys] of the settings file `path` as Textual wants them. Raises SettingsError naming the id and the key."""
    usual = defaultdict(set)
    for action in actions():
        usual[action.id].add(action.binding.key)
    found = {key_id: _keys(key_id, text, usual, path) for key_id, text in wanted.items()}
    for key, one, other in sorted(_shared(found) - _shared({})):
        told = _("{path}: [keys] «{one}» og «{other}» kan ikke ha samme tast, {key}: de virker på samme sted.")
        raise SettingsError(told.format(path=path, one=one, other=other, key=_shown(key)))
    return {key_id: ",".join(keys) for key_id, keys in found.items()}


def _keys(key_id: str, text: str, usual: Mapping[str, set[str]], path: Path) -> tuple[str, ...]:
    if key_id not in usual:
        told = _("{path}: [keys] «{id}» finnes ikke. Navnene står i docs/taster.md.")
        raise SettingsError(told.format(path=path, id=key_id))
    if not can_be_changed(key_id):
        told = _("{path}: [keys] «{id}» kan ikke endres: tasten er den samme overalt, eller står på skjermen.")
        raise SettingsError(told.format(path=path, id=key_id))
    keys = []
    for written in text.split(","):
        key = understood(written)
        if key is None:
            told = _(
                "{path}: [keys] «{id}»: «{key}» er ikke en tast som kan brukes. "
                "Skriv en bokstav, et tegn, F1 til F12, Ctrl+ og en bokstav, eller flere med komma mellom."
            )
            raise SettingsError(told.format(path=path, id=key_id, key=written.strip()))
        if key not in usual[key_id] and _is_needed(key, key_id, usual[key_id]):
            told = _("{path}: [keys] «{id}» kan ikke ha tasten {key}: den trengs til å skrive eller flytte med.")
            raise SettingsError(told.format(path=path, id=key_id, key=_shown(key)))
        keys.append(key)
    return tuple(keys)


def understood(written: str) -> str | None:
    """A key as a person writes it (`N`, `f6`, `Ctrl+S`, `/`, `PgUp`), by Textual's name; None: it cannot be used."""
    name = _WRITTEN.get(written.strip().lower(), written.strip().lower())
    if len(name) == 1 and name.isprintable():
        (binding,) = Binding.make_bindings([Binding(name, "")])
        return binding.key
    modifier, _plus, letter = name.rpartition("+")
    as_ctrl = modifier == "ctrl" and len(letter) == 1 and letter.isascii() and letter.isalpha()
    as_function = name in {f"f{number}" for number in range(1, 13)}
    as_named = name in KEY_NAMES
    return name if (as_ctrl and name not in OF_THE_TERMINAL) or as_function or as_named else None


def _is_needed(key: str, key_id: str, usual: Iterable[str]) -> bool:
    """By lists and fields; or for typing, when the action works with the cursor in a field today."""
    in_fields = key_id.startswith(WHILE_TYPING) and not any(_is_typed(each) for each in usual)
    return key in OF_LISTS_AND_FIELDS or (in_fields and _is_typed(key))


def _is_typed(key: str) -> bool:
    return key in ("slash", "space") or key_to_character(key) is not None or key in OF_EDITING


def _shared(changed: Mapping[str, Iterable[str]]) -> set[tuple[str, str, str]]:
    """(key, id, other id) for each two actions that one key would have somewhere."""
    found = set()
    for together in _places():
        ids = defaultdict(set)
        for bindings in together:
            for key, bound in bindings.key_to_bindings.items():
                for binding in bound:
                    for each in changed.get(binding.id or "", (key,)):
                        ids[each].add(binding.id or "")
        found |= {(key, *pair) for key, here in ids.items() for pair in combinations(sorted(here), 2)}
    return found


def _places() -> Iterator[list[BindingsMap]]:
    """The bindings that work together: the application's, a screen's, those of one of its tabs, and a form's."""
    forms = [_bindings(form) for form in (Form, *_below(Form))]
    for screen in _below(Kk2Screen):
        tabs = screen.TABS if issubclass(screen, TabScreen) else ()
        for tab in tabs or (None,):
            yield [_bindings(Kk2App), _bindings(screen), *([_bindings(tab)] if tab else []), *forms]


def _bindings(owner: type[DOMNode]) -> BindingsMap:
    """With those of the classes above it, as Textual has put them together."""
    return owner._merged_bindings or BindingsMap()


def _owners() -> list[type[DOMNode]]:
    ours = [each for each in _below(DOMNode) if each.__module__.startswith("screens.")]
    return [Kk2App, *sorted((each for each in ours if vars(each).get("BINDINGS")), key=_place)]


def _place(owner: type) -> tuple[str, str]:
    return owner.__module__, owner.__qualname__


def _below(parent: type[DOMNode]) -> list[type]:
    return [each for child in parent.__subclasses__() for each in (child, *_below(child))]


def _shown(key: str) -> str:
    return key_name(Binding(key, ""))
