"""The command palette (Ctrl+P): everything that can be done from here, found by typing."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from data.errors import Kk2Error
from data.language import N_, _
from screens.dialogs.choose_case_dialog import Search
from screens.dialogs.dialog import Dialog
from screens.widgets.columns import Column, Row
from screens.widgets.form_input import FormInput
from screens.widgets.key_line import key_name
from screens.widgets.list_table import ListTable

PAUSE = 0.2
MOST_CASES = 5
PROMPT = N_("Skriv hva du vil gjøre, eller et saksnummer.")
# By their names, for the keys may be others: what moves in a list, a text or between fields, and the palette itself.
_MOVES = ("list.", "text.", "field.", "dialog.")
_MARKING = {"list.mark", "list.mark_all", "list.unmark"}
_NOT_COMMANDS = {"common.next", "common.previous", "common.commands"}


def screen_commands(screen: Screen[Any]) -> list[Row]:
    """What the keys of a screen do now, as rows keyed `key <key>`; the keys of single fields are left out."""
    commands = []
    for key, active in screen.active_bindings.items():
        binding = active.binding
        of_a_field = isinstance(active.node, (Input, ListTable)) or not binding.description
        if of_a_field or not active.enabled or binding.system or not _is_command(binding.id or ""):
            continue
        commands.append(Row(f"key {key}", (_(str(binding.tooltip or binding.description)), key_name(binding))))
    return list({row.cells[0]: row for row in reversed(commands)}.values())[::-1]


def _is_command(binding_id: str) -> bool:
    moves = binding_id.startswith(_MOVES) and binding_id not in _MARKING
    return not moves and binding_id not in _NOT_COMMANDS


class CommandDialog(Dialog[str]):
    """Answers `key <key>`, `place <module:name>` or `case <number>`, or None."""

    class CasesFound(Message):
        """The cases that `text` finds."""

        def __init__(self, text: str, cases: Sequence[tuple[str, str]]) -> None:
            super().__init__()
            self.text = text
            self.cases = cases

    KEYS = N_("Enter Utfør   ↑↓ Flytt   ESC Lukk")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Opp", show=False, id="dialog.up"),
        Binding("down", "move(1)", "Ned", show=False, id="dialog.down"),
    ]
    DEFAULT_CSS = "CommandDialog ListTable { height: 14; }"

    def __init__(self, commands: Sequence[Row], places: Mapping[str, str], search: Search) -> None:
        super().__init__(_("Kommandoer"))
        known = {row.cells[0] for row in commands}
        others = [Row(f"place {place}", (name, "")) for place, name in places.items() if name not in known]
        self._commands = [*commands, *others]
        self._search = search
        self._input = FormInput(placeholder=_(PROMPT))
        self._table = ListTable([Column(""), Column("", 12)], self._commands, empty=N_("Ingen treff."))

    def content(self) -> ComposeResult:
        yield self._input
        yield self._table

    def on_mount(self) -> None:
        self._table.can_focus = False
        self._input.focus()

    def action_move(self, rows: int) -> None:
        self._table.action_move(rows)

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        self._table.set_rows(self._matching(event.value))
        self._table.action_first()
        if any(map(str.isdigit, event.value)):
            self.run_worker(self._find(event.value), group="cases", exclusive=True, exit_on_error=False)

    @on(CasesFound)
    def show_cases(self, message: CasesFound) -> None:
        if message.text == self._input.value:
            cases = [
                Row(f"case {number}", (_("Sak {line}").format(line=line), ""))
                for number, line in message.cases[:MOST_CASES]
            ]
            self._table.set_rows([*self._matching(message.text), *cases])

    @on(Input.Submitted)
    def choose(self) -> None:
        if self._table.cursor_key:
            self.dismiss(self._table.cursor_key)

    def _matching(self, text: str) -> list[Row]:
        words = text.casefold().split()
        return [row for row in self._commands if all(word in str(row.cells[0]).casefold() for word in words)]

    async def _find(self, text: str) -> None:
        try:
            cases = await self._search(text)
        except Kk2Error:
            return  # the commands are still there; searching with / tells what is wrong
        self.post_message(self.CasesFound(text, cases))
