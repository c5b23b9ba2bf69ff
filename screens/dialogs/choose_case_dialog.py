"""Finds a case by number, KID, invoice, name or national id, as one types."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input
from textual.worker import Worker

from data.errors import Kk2Error
from data.language import N_, _
from screens.dialogs.dialog import Dialog
from screens.failures import log_unexpected
from screens.widgets.columns import Column, Row
from screens.widgets.form_input import FormInput
from screens.widgets.list_table import ListTable
from screens.widgets.plain import Plain

Search = Callable[[str], Awaitable[Sequence[tuple[str, str]]]]
Question = Callable[[], Awaitable[Sequence[tuple[str, str]]]]

PAUSE = 0.1  # seconds without a key before the search starts
FEWEST_LETTERS = 2
PROMPT = N_("Saksnummer, KID, faktura, navn, fødselsnummer, telefon, bilag, beløp")


class ChooseCaseDialog(Dialog[str]):
    """Answers with the chosen key. `search` gives (key, text) for what is typed; Enter picks the line marked.

    `recent` gives what stands there while nothing is typed.
    """

    class Found(Message):
        """The answer to a search for `text`; `error` is what to say when it failed."""

        def __init__(self, text: str, rows: Sequence[tuple[str, str]], error: str = "") -> None:
            super().__init__()
            self.text = text
            self.rows = rows
            self.error = error

    KEYS = N_("Enter Velg   ↑↓ Flytt   ESC Avbryt")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Opp", show=False, id="dialog.up"),
        Binding("down", "move(1)", "Ned", show=False, id="dialog.down"),
        Binding("pageup", "page(-1)", "Forrige side", show=False, id="dialog.page_up"),
        Binding("pagedown", "page(1)", "Neste side", show=False, id="dialog.page_down"),
    ]
    DEFAULT_CSS = """
    ChooseCaseDialog > #box { width: 96; }
    ChooseCaseDialog ListTable { height: 12; }
    """

    def __init__(
        self, search: Search, *, heading: str = N_("Finn sak"), text: str = "", recent: Question | None = None
    ) -> None:
        super().__init__(heading)
        self._search = search
        self._recent = recent
        self._input = FormInput(text, placeholder=_(PROMPT))
        self._table = ListTable([Column("")], empty="")
        self._note = Plain(classes="quiet")
        self._pause: Timer | None = None
        self._found_for = ""
        self._pick_first = False

    def content(self) -> ComposeResult:
        yield self._input
        yield self._table
        yield self._note

    def on_mount(self) -> None:
        self._table.can_focus = False
        self._input.focus()
        if self._input.value or self._recent:
            self._look_up()

    @on(Input.Changed)
    def wait_for_a_pause(self) -> None:
        self._pick_first = False
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self._look_up)

    @on(Input.Submitted)
    def pick(self) -> None:
        """Pick the line under the cursor; when it answers an older text, search at once and pick the only hit."""
        if self._found_for == self._wanted and self._table.cursor_key:
            self.dismiss(self._table.cursor_key)
        elif self._found_for != self._wanted:
            self._pick_first = True
            self._look_up()

    def action_move(self, rows: int) -> None:
        self._table.action_move(rows)

    def action_page(self, pages: int) -> None:
        self._table.action_page(pages)

    @property
    def _wanted(self) -> str:
        return self._input.value.strip()

    def _look_up(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        if not self._wanted and self._recent:
            self._start(self._recent)
            return
        if len(self._wanted) < FEWEST_LETTERS:
            self.post_message(self.Found(self._wanted, ()))
            return
        self._note.show(_("Søker …"))
        self._start(partial(self._search, self._wanted))

    def _start(self, question: Question) -> Worker[None]:
        ask = partial(self._ask, self._wanted, question)
        return self.run_worker(ask, group="search", exclusive=True, exit_on_error=False)

    async def _ask(self, text: str, question: Question) -> None:
        try:
            self.post_message(self.Found(text, await question()))
        except Kk2Error as error:
            self.post_message(self.Found(text, (), error.message))
        except Exception as error:
            told = _("Søket gikk galt. Referanse {reference}.").format(reference=log_unexpected(error))
            self.post_message(self.Found(text, (), told))

    @on(Found)
    def show_found(self, message: Found) -> None:
        if message.text != self._wanted:
            return
        self._found_for = message.text
        self._table.set_rows([Row(key, (text,)) for key, text in message.rows])
        self._table.action_first()
        self._note.show(message.error or _told(message))
        if self._pick_first and len(message.rows) == 1:
            self.dismiss(message.rows[0][0])


def _told(message: ChooseCaseDialog.Found) -> str:
    if not message.text and message.rows:
        return _("Sist åpnet. Skriv for å søke.")
    if len(message.text) < FEWEST_LETTERS:
        return ""
    if message.rows:
        return _("{count} treff").format(count=len(message.rows))
    from services.rules.identifiers import doubt  # who finds what they look for does without

    return " ".join(filter(None, (_("Ingen treff."), doubt(message.text))))
