"""What every field of a form can: be read and filled as text, and take keys in the order they were typed."""

from collections.abc import Container, Iterable, Mapping
from typing import ClassVar, Protocol, cast

from textual import events
from textual.binding import Binding, BindingType
from textual.widget import Widget

_of_any_field: set[str] = set()


class GoesOn(Protocol):
    """What a field is in, and asks where Enter leads."""

    def go_on(self, field: Widget) -> None: ...


class FormField:
    """Makes a widget a field. `form` is what it is in; without one, Enter is not its own affair.

    Over a slow line keys arrive in bursts, a whole form in one read. Textual sends them to the widget that has focus
    when they arrive; what was typed behind an Enter belongs to the field that the Enter leads to, and is passed on.
    """

    TYPED: ClassVar[str]
    """Name of the reactive attribute that becomes another when something is typed."""

    KEYS: ClassVar[Mapping[str, str]] = {}
    """The field's own keys, and what each does: see `keys_of`."""

    form: GoesOn | None = None

    @property
    def typed(self) -> str:
        """What stands in the field, understood or not."""
        raise NotImplementedError

    def put_back(self, text: str) -> None:
        """Let the field say what `typed` said."""
        raise NotImplementedError

    async def on_key(self, event: events.Key) -> None:
        """Here and now: Textual sends keys of bindings round by the application, after letters typed behind them."""
        here = cast(Widget, self)
        focused = here.screen.focused
        if self.form is not None and focused is not None and focused is not here:
            focused._forward_event(events.Key(event.key, event.character))  # past the application, which has seen it
        elif self.form is not None and event.key == "enter":
            self.form.go_on(here)
        elif event.key in self.KEYS:
            await here.run_action(self.KEYS[event.key])
        elif self.form is None or event.key not in _of_any_field or event.is_printable:
            return  # else it goes nowhere: the application would find the field that has focus by then
        event.stop()
        event.prevent_default()


def keys_of(bindings: Iterable[BindingType], *, but: Container[str] = ("submit", "app.focus_next")) -> dict[str, str]:
    """The actions of a field's bindings, by key; without those that lead out of it."""
    keys = {
        key.strip(): binding.action
        for binding in Binding.make_bindings(bindings)
        if binding.action not in but
        for key in binding.key.split(",")
    }
    _of_any_field.update(keys)
    return keys
