"""What the tabs of a creditor share: something to read, and a form for changing it."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.widget import Widget

from data.documents import Creditor
from data.language import _
from screens.admin.entry_form import EntryForm
from screens.tabs import Tab
from screens.widgets.form import Form
from services.creditors import SettledAnew
from services.rules.creditor_setup import find_problems


class CreditorTab(Tab[Creditor]):
    """`reading` is what is there while the form is closed; with READ_BESIDE, above the form too.

    A form that cannot be saved is kept as it is: the field says what is wrong, and after a conflict the fields that
    were not touched take the values that somebody else has stored.
    """

    UNSAVED: ClassVar[str]
    READ_BESIDE: ClassVar[bool] = True

    def __init__(self, reading: Widget, form: EntryForm, *, id: str) -> None:
        super().__init__(id=id)
        self.reading = reading
        self.form = form
        self.creditor: Creditor | None = None

    # --- what a subclass gives ---

    def read(self, creditor: Creditor) -> None:
        """Show the creditor in `reading`."""
        raise NotImplementedError

    def values(self, creditor: Creditor) -> dict[str, Any]:
        """The values that the form opens on."""
        raise NotImplementedError

    def save(self, creditor: Creditor) -> None:
        """Save what the form says, on the creditor as it was seen."""
        raise NotImplementedError

    # --- what a subclass uses ---

    def open_form(self) -> None:
        if self.creditor is not None:
            self.form.kept_as = (str(self.id), self.creditor.id)
            self.form.open_on(self.values(self.creditor))
            self.reading.display = self.READ_BESIDE
            self.reading.can_focus = False  # Tab in the last field goes on to the first, and stays in the form
            self.frame.refresh_bindings()

    def is_wrong(self, wanted: Creditor, *, within: str = "") -> bool:
        """Whether a field of the form has something wrong in it; then the form says so."""
        return self.form.complain(find_problems(wanted), within=within)

    def on_fresh(self, change: Callable[[Creditor], None]) -> None:
        """Do a change once more, on the creditor as it is now."""
        if self.creditor is not None:
            change(self.creditor)

    def saved(self, result: Creditor | SettledAnew, told: str = "") -> None:
        """The change is stored, if it was one. `told` says what followed from it."""
        from services.undo import undo_of

        self._leave_form()
        changed = result if isinstance(result, Creditor) else result.creditor
        if self.creditor is not None and changed.rev != self.creditor.rev:
            told = told or _("Kreditor {number} er endret").format(number=changed.number)
            self.frame.done(told, undo_of(changed))
        self.frame.load()

    # --- the frame ---

    def compose(self) -> ComposeResult:
        yield self.reading
        yield self.form

    def show(self, creditor: Creditor) -> None:
        self.creditor = creditor
        self.read(creditor)
        if self.form.is_open:
            self.form.follow(self.values(creditor))

    def start(self, field: str | None = None) -> None:
        if not self.form.is_open:
            self.reading.focus()

    def open_again(self, typed: Mapping[str, str]) -> None:
        self.form.resume(typed)
        self.open_form()

    def unsaved(self) -> str:
        return self.UNSAVED if self.form.changed else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While the form is open its letters are text."""
        if self.form.is_open and self.owns(action):
            return False
        return super().check_action(action, parameters)

    @on(Form.Save)
    def save_form(self) -> None:
        if self.creditor is not None:
            self.save(self.creditor)

    @on(Form.Close)
    def close_form(self) -> None:
        if self.form.changed:
            self.frame.confirm(_("Forkaste det du har skrevet?"), [self.UNSAVED], self._leave_form)
        else:
            self._leave_form()

    def _leave_form(self) -> None:
        self.form.close()
        self.reading.display = self.reading.can_focus = True
        self.reading.focus()
        self.frame.refresh_bindings()
