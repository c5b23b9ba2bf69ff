"""A screen of tabs that show one thing: its number keys, and who is in front."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import ContentSwitcher

from screens.base import Kk2Screen
from screens.dialogs.help_dialog import HelpDialog
from screens.widgets.key_line import screen_keys
from screens.widgets.tab_line import TabLine
from services.registry import Services

T = TypeVar("T")


class Tab(Vertical, Generic[T]):
    """A tab. It is shown a T, and asks its screen to read and write; the screen shows it again then.

    Its keys work while something in it has focus; they are off while a change is under way.
    """

    NAME: ClassVar[str]
    HELP: ClassVar[str] = ""
    DEFAULT_CSS = """
    Tab { height: 1fr; }
    Tab .note { height: auto; padding: 0 2; color: $secondary; }
    """

    def show(self, thing: T) -> None:
        """Show the thing as it is now."""
        raise NotImplementedError

    def start(self, field: str | None = None) -> None:
        """The tab has come to the front: put the cursor in it, in the field with this name if given."""
        raise NotImplementedError

    def open_again(self, typed: Mapping[str, str]) -> None:
        """Open the tab's form with what was typed in it in another session."""
        raise NotImplementedError

    def unsaved(self) -> str:
        """As Kk2Screen.unsaved."""
        return ""

    @cached_property
    def frame(self) -> Kk2Screen:
        """The screen that the tab is on; known also when a change ends while the screen is being taken down."""
        return cast(Kk2Screen, self.screen)

    @property
    def services(self) -> Services:
        return self.frame.services

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is begun while a change is under way."""
        return None if self.owns(action) and self.frame.writing else super().check_action(action, parameters)

    def owns(self, action: str) -> bool:
        """Whether the action is one of the tab's own."""
        return any(binding.action == action for binding in Binding.make_bindings(type(self).BINDINGS))


def tab_keys(tabs: tuple[type[Tab[Any]], ...]) -> list[BindingType]:
    """The number keys of these tabs, for BINDINGS."""
    return [
        Binding(str(index + 1), f"tab({index})", tab.NAME, show=False, id=f"tab.{index + 1}")
        for index, tab in enumerate(tabs)
    ]


class TabScreen(Kk2Screen, Generic[T]):
    """Shows a T on its TABS, opened on `tab` (its name) with the cursor in `field`.

    A subclass loads the thing and calls `show`. Tabs are filled when they come in front.
    """

    TABS: ClassVar[tuple[type[Tab[Any]], ...]] = ()
    DEFAULT_CSS = """
    TabScreen ContentSwitcher { height: 1fr; }
    """

    def __init__(self, tab: str | None = None, field: str | None = None) -> None:
        super().__init__()
        self.thing: T | None = None
        self._first = (tab, field)
        self._tabs: list[Tab[T]] = [tab() for tab in self.TABS]
        self._tab_line = TabLine([tab.NAME for tab in self.TABS])
        self._current = 0
        self._filled: set[int] = set()

    def content(self) -> ComposeResult:
        yield self._tab_line
        with ContentSwitcher(initial=self._tabs[0].id):
            yield from self._tabs

    def on_mount(self) -> None:
        self.go_to(*self._first)

    def on_screen_resume(self) -> None:
        """Back from a dialog or another screen: what others have done meanwhile is to be seen."""
        if self.thing is not None and not self.could_not_load:
            self.load()

    def show(self, thing: T) -> None:
        """Show the thing as it is now."""
        self.thing = thing
        self._filled.clear()
        self._fill()

    def go_to(self, tab: str | None, field: str | None) -> None:
        """Bring the tab with this name to the front, and put the cursor in a field of it."""
        names = [each.NAME for each in self._tabs]
        self._bring(names.index(tab) if tab in names else self._current, field)

    def own_place(self) -> str:
        return self._tabs[self._current].NAME

    def return_to(self, own_place: str) -> None:
        self.go_to(own_place, None)

    def open_again(self, typed: Mapping[str, str]) -> None:
        self._tabs[self._current].open_again(typed)

    def action_tab(self, index: int) -> None:
        self._bring(index, None)

    def _bring(self, index: int, field: str | None) -> None:
        self._current = self._tab_line.current = index
        tab = self._tabs[index]
        self.query_one(ContentSwitcher).current = tab.id
        self._fill()
        tab.start(field)

    def _fill(self) -> None:
        """Show the thing on the tab in front, unless it is there already."""
        if self.thing is not None and self._current not in self._filled:
            self._filled.add(self._current)
            self._tabs[self._current].show(self.thing)

    def unsaved(self) -> str:
        if self.writing:
            return ""  # it is being saved now, and leaving waits for that
        return " ".join(filter(None, (tab.unsaved() for tab in self._tabs)))

    def action_help(self) -> None:
        keys = [(key.name, key.label) for key in screen_keys(self, hidden=True)]
        self.app.push_screen(HelpDialog(self._tabs[self._current].HELP, keys))
