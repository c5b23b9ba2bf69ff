"""A small form, such as the one under what it changes: F12 or Ctrl+S saves, ESC closes."""

from collections.abc import Mapping
from typing import ClassVar, cast

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from screens.widgets.field import Field
from screens.widgets.form_field import FormField
from screens.widgets.value_input import ValueInput


class Form(Vertical):
    """Hidden until it is opened. It keeps what was typed until it is closed, whatever becomes of the saving."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f12,ctrl+s", "save", "Lagre", id="form.save"),
        Binding("escape", "close", "Avbryt", id="form.close"),
    ]
    DEFAULT_CSS = """
    Form { height: auto; display: none; border-top: solid $panel; padding: 0 2; }
    Form.-open { display: block; }
    Form .title { height: 1; }
    """

    class Save(Message):
        """The fields can be read, and are to be saved."""

        def __init__(self, form: "Form") -> None:
            super().__init__()
            self.form = form

        @property
        def control(self) -> "Form":
            return self.form

    class Close(Message):
        """The form is to be closed; what was typed is to be forgotten."""

    class Closed(Message):
        """The form has been closed: the screen may show what it has kept back for its sake."""

        def __init__(self, form: "Form") -> None:
            super().__init__()
            self.form = form

    class Paused(Message):
        """Something has been typed, and then nothing for a while."""

        def __init__(self, form: "Form") -> None:
            super().__init__()
            self.form = form

    PAUSE_S: ClassVar[float] = 3.0
    kept_as: tuple[str, str] | None = None
    """What a draft of the form is kept as, (the form's own name, what it is about); None: no draft is kept."""
    kept: tuple[str, str] | None = None
    """What a draft has been kept as, and is to be forgotten when the form is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.opened_on: dict[str, str] = {}
        self._left_over: Mapping[str, str] | None = None
        self._pause: Timer | None = None

    # --- what a subclass gives ---

    @property
    def inputs(self) -> Mapping[str, FormField]:
        """The fields that are typed in, by name, in their order."""
        raise NotImplementedError

    @property
    def fields(self) -> Mapping[str, Field]:
        """The fields that stand for one of a document, by its name there; of part a's field b, `a.b`."""
        return {}

    # --- open and closed ---

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    def open(self) -> None:
        """Show the form, which has been filled in; with what was left over from another session, if there is any."""
        self.opened_on = self.typed
        self.add_class("-open")
        if self._left_over is not None:
            self.put_back(self._left_over)
            self._left_over, self.kept = None, self.kept_as

    def close(self) -> None:
        if self.is_open:
            self.remove_class("-open")
            self._stop_pause()
            self.call_later(self._tell_closed)

    def _tell_closed(self) -> None:
        """In the form's own turn: a message made in its parent's turn would be stopped there."""
        self.post_message(self.Closed(self))

    def resume(self, typed: Mapping[str, str]) -> None:
        """The next time the form is opened, these texts stand in it as if they had just been typed."""
        self._left_over = typed

    # --- what is typed ---

    @property
    def typed(self) -> dict[str, str]:
        """What stands in the fields, understood or not."""
        return {name: field.typed for name, field in self.inputs.items()}

    def put_back(self, typed: Mapping[str, str]) -> None:
        """Let fields say what `typed` said."""
        for name, field in self.inputs.items():
            if name in typed:
                field.put_back(typed[name])

    @property
    def changed(self) -> bool:
        """Whether something has been typed that is not saved."""
        return self.is_open and bool(self.touched)

    @property
    def touched(self) -> dict[str, str]:
        """What stands in the fields that are not as they were when the form was opened."""
        return {name: text for name, text in self.typed.items() if text != self.opened_on.get(name)}

    def on_mount(self) -> None:
        for field in self.inputs.values():
            field.form = self
            self.watch(cast(Widget, field), field.TYPED, self._begin_pause, init=False)

    def _begin_pause(self) -> None:
        self._stop_pause()
        if self.is_open:
            self._pause = self.set_timer(self.PAUSE_S, self._tell_paused)

    def _tell_paused(self) -> None:
        self._pause = None
        self.post_message(self.Paused(self))

    def _stop_pause(self) -> None:
        if self._pause is not None:
            self._pause.stop()
            self._pause = None

    def go_on(self, field: Widget) -> None:
        """Enter: on to the next field; after the last one, save."""
        chain = [each for each in self.screen.focus_chain if self in each.ancestors]
        later = chain[chain.index(field) + 1 :] if field in chain else []
        if later:
            self.screen.set_focus(later[0])
        else:
            self.action_save()

    # --- the screen's side ---

    def point_out(self, told: Mapping[str, str]) -> None:
        """Say something under the fields that are named."""
        for name, field in self.fields.items():
            if name in told:
                # After what the field itself has to say, which is on its way to the same line.
                self.call_after_refresh(field.note, told[name])

    @on(Key)
    def keep_characters(self, event: Key) -> None:
        """What is typed on a yes-or-no goes nowhere: to the screen, a digit would be another tab, and N a new form."""
        if event.is_printable and event.key != "space":
            event.stop()

    def action_close(self) -> None:
        self.post_message(self.Close())

    def action_save(self) -> None:
        """Post Save, unless a field cannot be read: then the cursor goes there."""
        inputs = [field.field for field in self.query(Field) if isinstance(field.field, ValueInput)]
        for value_input in inputs:
            value_input.check()
        wrong = [value_input for value_input in inputs if value_input.error]
        if wrong:
            self.screen.set_focus(wrong[0])  # now: keys behind an Enter are for that field
        else:
            self.post_message(self.Save(self))
