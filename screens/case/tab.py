"""What a tab of the case screen is."""

from functools import cached_property
from typing import ClassVar, cast

from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll

from screens.base import Kk2Screen
from services.cases import CaseView
from services.registry import Services


class CaseTab(Vertical):
    """A tab. It is shown a view of the case, and asks its screen to read and write; the screen shows it again then.

    Its keys work while something in it has focus; they are off while a change is under way.
    """

    NAME: ClassVar[str]
    HELP: ClassVar[str] = ""
    DEFAULT_CSS = """
    CaseTab { height: 1fr; }
    CaseTab .note { height: auto; padding: 0 2; color: $secondary; }
    """

    def show(self, view: CaseView) -> None:
        """Show the case as it is now."""
        raise NotImplementedError

    def start(self, field: str | None = None) -> None:
        """The tab has come to the front: put the cursor in it, in the field with this name if given."""
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
        own = any(binding.action == action for binding in Binding.make_bindings(type(self).BINDINGS))
        return None if own and self.frame.writing else super().check_action(action, parameters)


class Sheet(VerticalScroll, inherit_bindings=False):
    """Text to be read, scrolled with the arrows when it is long."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", "Opp", show=False),
        Binding("down", "scroll_down", "Ned", show=False),
        Binding("pageup", "page_up", "Forrige side", show=False),
        Binding("pagedown", "page_down", "Neste side", show=False),
    ]
    DEFAULT_CSS = "Sheet { height: 1fr; padding: 0 2; scrollbar-size: 1 1; }"
