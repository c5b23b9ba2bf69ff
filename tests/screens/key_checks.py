"""How test_every_key.py knows what a key has done, and the screens that it makes to press some of them on."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from data.documents import Claim, Column, Mail, Receipt, Run, Section
from kk2tui.app import Kk2App
from screens.admin.order_pick import OrderPick
from screens.base import Kk2Screen
from screens.dialogs.dialog import Dialog
from screens.receipts import ReceiptScreen
from screens.widgets.columns import Column as TableColumn
from screens.widgets.columns import Row
from screens.widgets.form_input import FormInput
from screens.widgets.list_table import ListTable
from screens.widgets.pick import Pick
from screens.widgets.plain import Plain
from screens.widgets.row_table import RowTable
from screens.widgets.sheet import Sheet
from screens.widgets.text_pane import TextPane
from services.registry import Services
from tests.builders import put
from tests.screens.full_office import FIRM, MORNING
from tests.screens.widgets.stage import text


class Seen:
    """The application as a test looks at it, with what the screen does not show.

    `began` is the screen that was in front, `answers` what dialogs answered, `calls` the methods that were called.
    """

    def __init__(self, app: Kk2App, answers: list[object]) -> None:
        self.app = app
        self.began = app.screen
        self.answers = answers
        self.calls: list[str] = []

    @property
    def screen(self) -> Screen[Any]:
        return self.app.screen

    def listen(self, owner: object, name: str) -> None:
        """Write it down when a method is called."""
        inner = getattr(owner, name)

        def outer(*args: object, **options: object) -> object:
            self.calls.append(name)
            return inner(*args, **options)

        setattr(owner, name, outer)

    def instead_of(self, owner: object, name: str) -> None:
        """Write it down, and do not do it."""
        setattr(owner, name, lambda *_args, **_options: self.calls.append(name))


Check = Callable[[Seen], bool]


class Press(NamedTuple):
    """Press the keys of `id`, `at` a place by its name or on a screen of the test's own, after the keys `first`."""

    id: str
    at: str | Callable[[], Screen[Any]]
    then: Check
    first: Sequence[str] = ()
    only: str = ""
    given: Callable[[Services], Awaitable[None]] | None = None


# --- what is so ---


def front(kind: type[Widget]) -> Check:
    """In front is a screen or dialog of this class, or one that shows a tab or form of it."""

    def holds(seen: Seen) -> bool:
        if issubclass(kind, Screen):
            return type(seen.screen) is kind
        return any(each.is_on_screen for each in seen.screen.query(kind))

    return holds


def gone(kind: type[Widget]) -> Check:
    return lambda seen: not front(kind)(seen)


def says(words: str) -> Check:
    return lambda seen: words in text(seen.app)


def told(words: str) -> Check:
    """It has been said in passing."""
    return lambda seen: any(words in each.message for each in seen.app._notifications)


def asks(kind: type[Widget], words: str) -> Check:
    """A dialog of this class is in front, and has these words."""
    return lambda seen: front(kind)(seen) and words in text(seen.app)


def answered(answer: object) -> Check:
    return lambda seen: seen.answers == [answer]


def called(name: str) -> Check:
    return lambda seen: name in seen.calls


def typed(words: str) -> Check:
    """A field of the form that is open begins with these words."""
    return lambda seen: any(each.value.startswith(words) for each in seen.screen.query(Input) if each.is_on_screen)


def only_called(*names: str) -> Check:
    """Nothing else has been called, and the same screen is in front."""
    return lambda seen: seen.calls == [*names] and seen.screen is seen.began


reloaded = only_called("load")


def focus(selector: str) -> Check:
    return lambda seen: seen.app.focused is seen.screen.query(selector).first()


def row(number: int) -> Check:
    """The first table's cursor is on this row, from 0."""
    return lambda seen: seen.screen.query(RowTable).first().cursor == number


def scrolled(down: bool) -> Check:
    return lambda seen: (seen.screen.query_one(".held").scroll_offset.y > 0) is down


def held(condition: Callable[[Any], bool]) -> Check:
    """Of the widget that a screen of the test's own holds."""
    return lambda seen: condition(seen.screen.query(".held").first())


# --- screens and dialogs of the test's own ---


class Holding(Kk2Screen):
    """Widgets of a class, the first with the cursor in it."""

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self.widgets = widgets
        self.selected: list[str] = []

    def content(self) -> ComposeResult:
        for widget in self.widgets:
            yield widget.add_class("held")

    def on_mount(self) -> None:
        self.widgets[0].focus()

    @on(RowTable.RowSelected)
    def select(self, event: RowTable.RowSelected) -> None:
        self.selected.append(event.key)


class ThreeFields(Dialog[str]):
    def __init__(self) -> None:
        super().__init__("Tre felt")

    def content(self) -> ComposeResult:
        yield from fields()


def fields() -> list[Widget]:
    return [FormInput(id=name) for name in ("first", "second", "third")]


ROWS = [Row(str(number), (f"Rad {number}",)) for number in range(100)]
GROUP = [Row("group", ("Gruppe",), opened=True), Row("line", ("Linje",), indent=1)]
LINES = "\n".join(f"Linje {number}" for number in range(100))


def table(kind: type[ListTable] = ListTable) -> Callable[[], Screen[Any]]:
    return lambda: Holding(kind([TableColumn("")], ROWS).let_mark())


def group() -> Screen[Any]:
    return Holding(ListTable([TableColumn("")], GROUP))


def two(make: Callable[[], Widget]) -> Callable[[], Screen[Any]]:
    return lambda: Holding(make(), make())


def pick() -> Pick:
    return Pick([("a", "A"), ("b", "B"), ("c", "C")])


def order() -> OrderPick:
    return OrderPick([("a", "A"), ("b", "B"), ("c", "C")])


def sheet() -> Screen[Any]:
    return Holding(Sheet(Plain(LINES)))


def pane() -> Screen[Any]:
    return Holding(TextPane(LINES))


# --- what there is to begin with ---


async def queued_mail(services: Services) -> None:
    """An e-mail that waits, and is not sent by itself yet."""
    (mail,) = (await services.store.page(Mail)).items
    await put(services.store, replace(mail, state="queued", not_before=services.clock.now() + timedelta(days=1)))


async def number_not_written_back(services: Services) -> None:
    claims = (await services.store.page(Claim)).items
    await put(services.store, *(replace(each, written_back="pending") for each in claims if each.case == FIRM))


async def run_without_letters(services: Services) -> None:
    await put(
        services.store, Run(id="1/4711", number="4711", company="1", actor="kari", started=MORNING, state="notices")
    )


async def nine_tables(services: Services) -> None:
    if await services.store.get(Receipt, "K000009") is None:
        column = Column(title="Hva")
        sections = tuple(Section(title=f"Del {place}", columns=(column,), rows=(("x",),)) for place in range(1, 10))
        made = Receipt(id="K000009", kind="cases", time=MORNING, actor="kari", title="Ni", sections=sections)
        await put(services.store, made)


async def opened_before(services: Services) -> None:
    services.recents.opened(FIRM)


def nine() -> Screen[Any]:
    return ReceiptScreen("K000009")


def moves(at: Callable[[], Screen[Any]]) -> list[Press]:
    """The keys of a long list."""
    return [
        Press("list.up", at, row(0), ["down"]),
        Press("list.down", at, row(1)),
        Press("list.page_up", at, row(0), ["down"]),
        Press("list.page_down", at, lambda seen: 10 < seen.screen.query(RowTable).first().cursor < 99),
        Press("list.first", at, row(0), ["down", "down"]),
        Press("list.last", at, row(99)),
        Press("list.mark", at, held(lambda rows: rows.marks == ("1",)), ["down"]),
        Press("list.mark_all", at, held(lambda rows: len(rows.marks) == 100)),
        Press("list.unmark", at, held(lambda rows: rows.marks == ()), ["space"]),
    ]
