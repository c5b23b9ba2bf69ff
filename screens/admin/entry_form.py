"""A form made of named fields: filled, read and complained about by their names."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from textual.app import ComposeResult

from data.language import _
from screens.admin.order_pick import OrderPick
from screens.widgets.field import Field
from screens.widgets.form import Form
from screens.widgets.form_field import FormField
from screens.widgets.form_input import FormInput
from screens.widgets.pick import Pick
from screens.widgets.speaking import Label
from screens.widgets.tick import Tick
from screens.widgets.value_input import ValueInput

FormWidget = FormInput | Pick | Tick | OrderPick


class Entry(NamedTuple):
    """A field of a form: its label, what is typed in, and a word under it while nothing is wrong."""

    label: str
    widget: FormWidget
    hint: str = ""


class EntryForm(Form):
    """Opened on values by name. It keeps what was typed until it is closed, whatever becomes of the saving."""

    DEFAULT_CSS = "EntryForm { max-height: 100%; overflow-y: auto; }"

    def __init__(self, title: str, entries: Mapping[str, Entry]) -> None:
        super().__init__()
        self._title = title
        self._entries = entries
        self._fields = {name: Field(entry.label, entry.widget) for name, entry in entries.items()}

    def compose(self) -> ComposeResult:
        if self._title:
            yield Label(self._title, classes="title")
        yield from self._fields.values()

    @property
    def inputs(self) -> Mapping[str, FormField]:
        return {name: entry.widget for name, entry in self._entries.items() if not entry.widget.disabled}

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
        touched = self.touched
        self._fill(values)
        self.opened_on = self.typed
        self.put_back(touched)

    @property
    def values(self) -> dict[str, Any]:
        """What the fields say now; texts without blanks around them."""
        return {name: value_of(entry.widget) for name, entry in self._entries.items()}

    def action_save(self) -> None:
        self.show_hints()
        super().action_save()

    def show_hints(self) -> None:
        """Under each field, its hint."""
        for name, entry in self._entries.items():
            self._fields[name].note(_(entry.hint))

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

    def _fill(self, values: Mapping[str, Any]) -> None:
        for name, entry in self._entries.items():
            fill(entry.widget, values[name])


def value_of(widget: FormWidget) -> Any:
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


def fill(widget: FormWidget, value: Any) -> None:
    """Let a field say `value`."""
    match widget:
        case ValueInput():
            widget.set_value(value)
        case FormInput():
            widget.value = value
        case Pick():
            widget.choose(value)
        case Tick():
            widget.on = value
        case OrderPick():
            widget.set_order(value)
