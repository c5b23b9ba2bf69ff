"""Keys in a form: Enter goes on, and a burst of keys comes in the order it was typed."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from textual import on
from textual._xterm_parser import XTermParser
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

from screens.widgets.amount_input import AmountInput
from screens.widgets.date_input import DateInput
from screens.widgets.field import Field
from screens.widgets.form import Form
from screens.widgets.form_input import FormInput
from screens.widgets.pick import Pick
from screens.widgets.tick import Tick
from tests.screens.stand_in import TODAY
from tests.screens.widgets.stage import Stage, settle

LEFT, RIGHT, HOME, ENTER = "\x1b[D", "\x1b[C", "\x1b[H", "\r"


class AllKinds(Form):
    """A field of each kind, between two for text."""

    def __init__(self) -> None:
        super().__init__()
        self.saved: list[dict[str, str]] = []
        self._inputs: dict[str, Any] = {  # each both a Widget and a FormField: no type says that
            "name": FormInput(),
            "amount": AmountInput(),
            "kind": Pick([("a", "A"), ("b", "B"), ("c", "C")]),
            "yes": Tick("ja"),
            "date": DateInput(TODAY),
            "text": FormInput(),
        }

    @property
    def inputs(self) -> Mapping[str, Any]:
        return self._inputs

    def compose(self) -> ComposeResult:
        for name, field in self._inputs.items():
            assert isinstance(field, Widget)
            yield Field(name, field)

    @on(Form.Save)
    def remember(self) -> None:
        self.saved.append(self.typed)


async def read(pilot: Pilot[Any], text: str) -> None:
    """All of `text` as one read from the terminal."""
    for event in XTermParser().feed(text):
        pilot.app.post_message(event)
    await settle(pilot)


def focused_in(form: AllKinds) -> str | None:
    return next((name for name, field in form.inputs.items() if field is form.app.focused), None)


async def opened(pilot: Pilot[Any]) -> AllKinds:
    form = pilot.app.query_one(AllKinds)
    form.open()
    form.query(FormInput).first().focus()
    await settle(pilot)
    return form


async def test_a_whole_form_may_be_typed_in_one_read() -> None:
    async with Stage(AllKinds()).run_test() as pilot:
        form = await opened(pilot)
        await read(pilot, "Kari\r120,5\r" + RIGHT + RIGHT + ENTER + " \r-3\rtakk\r")
        expected = {"name": "Kari", "amount": "120,50", "kind": "c", "yes": "x", "date": "21.11.2026", "text": "takk"}
        assert form.saved == [expected]


async def test_an_arrow_behind_an_enter_is_the_next_fields() -> None:
    async with Stage(AllKinds()).run_test() as pilot:
        form = await opened(pilot)
        await read(pilot, "Kari\r25" + LEFT + "1" + HOME + "-")
        assert form.typed["name"] == "Kari"
        assert form.typed["amount"] == "-215"
        await read(pilot, "\r" + RIGHT + "\r" + LEFT + " ")
        assert (form.typed["kind"], form.typed["yes"]) == ("b", "x")


async def test_enter_in_the_last_field_saves_and_a_field_that_cannot_be_read_is_gone_to_first() -> None:
    async with Stage(AllKinds()).run_test() as pilot:
        form = await opened(pilot)
        await read(pilot, "Kari\r12\r\r\r1.2.26\r\r")
        assert [saved["amount"] for saved in form.saved] == ["12,00"]
        await read(pilot, "\x1b[Z" * 5)
        form.inputs["amount"].put_back("")
        await read(pilot, "\r\r\r\r\r\r")
        assert len(form.saved) == 1
        assert pilot.app.focused is form.inputs["amount"]


async def test_shift_tab_goes_back() -> None:
    async with Stage(AllKinds()).run_test() as pilot:
        form = await opened(pilot)
        await pilot.press("enter", "shift+tab")
        assert pilot.app.focused is form.inputs["name"]


TEXTS = st.text("abc 123", min_size=1, max_size=6)
EDITS = st.sampled_from([LEFT, RIGHT, HOME])


@settings(max_examples=15, deadline=None)
@given(st.lists(st.one_of(TEXTS, EDITS, st.just(ENTER)), max_size=25))
async def test_one_read_does_what_the_same_keys_do_one_by_one(keys: list[str]) -> None:
    said = []
    for reads in (["".join(keys)], keys):
        async with Stage(AllKinds()).run_test() as pilot:
            form = await opened(pilot)
            for each in reads:
                await read(pilot, each)
            said.append((form.typed, len(form.saved), focused_in(form)))
    assert said[0] == said[1]
