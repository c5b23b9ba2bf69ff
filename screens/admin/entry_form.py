"""A form made of named fields: filled, read and complained about by their names."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Input

from screens.admin.order_pick import OrderPick
from screens.widgets.field import Field
from screens.widgets.form import Form
from screens.widgets.form_input import FormInput
from screens.widgets.pick import Pick
from screens.widgets.plain import Plain
from screens.widgets.tick import Tick
from screens.widgets.value_input import ValueInput


class Entry(NamedTuple):
    """A field of a form: its label, what is typed in, and a word under it while nothing is wrong."""

    label: str
    widget: Widget
    hint: str = ""


class EntryForm(Form):
    """Opened on values by name. It keeps what was typed until it is closed, whatever becomes of the saving."""

    DEFAULT_CSS = "EntryForm { max-height: 100%; overflow-y: auto; }"

    def __init__(self, title: str, entries: Mapping[str, Entry]) -> None:
        super().__init__()
        self._title = title
        self._entries = entries
        self._fields = {name: Field(entry.label, entry.widget) for name, entry in entries.items()}
        self._before: dict[str, Any] = {}

    def compose(self) -> ComposeResult:
        if self._title:
            yield Plain(self._title, classes="title")
        yield from self._fields.values()

    @property
    def fields(self) -> Mapping[str, Field]:
        return self._fields | {f"accounting.{name}": field for name, field in self._fields.items()}

    def open_on(self, values: Mapping[str, Any]) -> None:
        """Open the form on these values, with the cursor in its first field."""
        self._fill(values)
        self.show_hints()
        self.open()
        next(entry.widget for entry in self._entries.values() if not entry.widget.disabled).focus()

    def follow(self, values: Mapping[str, Any]) -> None:
        """What the form is about has been read again: fields not touched take its values, the others keep theirs."""
        typed = {name: now for name, now in self._typed.items() if now != self._before.get(name)}
        self._fill(values)
        for name, now in typed.items():
            type_in(self._entries[name].widget, now)

    def close(self) -> None:
        super().close()
        self._before = {}

    @property
    def values(self) -> dict[str, Any]:
        """What the fields say now; texts without blanks around them."""
        return {name: value_of(entry.widget) for name, entry in self._entries.items()}

    @property
    def changed(self) -> bool:
        return self.is_open and self._typed != self._before

    def action_save(self) -> None:
        self.show_hints()
        super().action_save()

    def show_hints(self) -> None:
        """Under each field, its hint."""
        for name, entry in self._entries.items():
            self._fields[name].note(entry.hint)

    def complain(self, problems: Iterable[Mapping[str, object]], *, within: str = "") -> bool:
        """Say what is wrong under the fields that are named, and go to the first. True when one was.

        A problem names its field; one in `within` its `part`.
        """
        told: dict[str, str] = {}
        for problem in problems:
            name = problem.get("part") if problem["field"] == within else problem["field"]
            if name in self._fields:
                told.setdefault(str(name), str(problem["message"]))
        # After what the fields themselves have to say, which is on its way to the same lines.
        self.call_after_refresh(self._tell, told)
        first = next((entry.widget for name, entry in self._entries.items() if name in told), None)
        if first is not None:
            first.focus()
        return first is not None

    def _tell(self, told: Mapping[str, str]) -> None:
        for name, message in told.items():
            self._fields[name].note(f"! {message}", bad=True)

    @property
    def _typed(self) -> dict[str, Any]:
        """What stands in the fields, understood or not."""
        widgets = {name: entry.widget for name, entry in self._entries.items()}
        return {name: each.value if isinstance(each, Input) else value_of(each) for name, each in widgets.items()}

    def _fill(self, values: Mapping[str, Any]) -> None:
        for name, entry in self._entries.items():
            fill(entry.widget, values[name])
        self._before = self._typed


def value_of(widget: Widget) -> Any:
    """What a field says: None where it is empty or cannot be read."""
    match widget:
        case ValueInput():
            return widget.value_or_none
        case FormInput():
            return widget.value.strip()
        case Pick():
            return widget.value
        case Tick():
            return widget.on
        case OrderPick():
            return widget.order
    raise TypeError(f"no value in {widget!r}")


def fill(widget: Widget, value: Any) -> None:
    """Let a field say `value`."""
    match widget:
        case ValueInput():
            widget.set_value(value)
        case FormInput():
            widget.value = value
        case _:
            type_in(widget, value)


def type_in(widget: Widget, typed: Any) -> None:
    """Put back what stood in a field."""
    match widget:
        case Input():
            widget.value = typed
        case Pick():
            widget.choose(typed)
        case Tick():
            widget.on = typed
        case OrderPick():
            widget.set_order(typed)
        case _:
            raise TypeError(f"nothing can be put in {widget!r}")
