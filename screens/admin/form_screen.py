"""A screen that is one form."""

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult

from screens.admin.entry_form import EntryForm
from screens.base import Kk2Screen
from screens.widgets.form import Form


class FormScreen(Kk2Screen):
    """F12 saves, ESC leaves. A subclass opens the form, and says how it is saved."""

    UNSAVED: ClassVar[str]
    DEFAULT_CSS = "FormScreen EntryForm { border-top: none; }"

    def __init__(self, form: EntryForm) -> None:
        super().__init__()
        self.form = form

    def save(self) -> None:
        """Save what the form says; complain in the form when that cannot be."""
        raise NotImplementedError

    def content(self) -> ComposeResult:
        yield self.form

    def take_up(self, typed: Mapping[str, str]) -> None:
        """The form opens by itself."""
        self.form.resume(typed)

    def unsaved(self) -> str:
        return self.UNSAVED if self.form.changed and not self.writing else ""

    @on(Form.Save)
    def save_form(self) -> None:
        self.save()

    @on(Form.Close)
    def close_form(self) -> None:
        self.action_back()

    def leave(self, _result: object = None) -> None:
        """What was typed is stored: nothing holds the screen any more."""
        self.form.close()
        self._leave()
