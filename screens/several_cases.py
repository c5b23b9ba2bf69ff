"""Setting one thing on several cases: what, to which value, and how many it concerns."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from data.documents import Case
from data.language import N_, _, n_
from screens.base import Kk2Screen
from screens.dialogs.choice_dialog import ChoiceDialog
from services.rules.counting import counted
from services.rules.money import format_amount

FIELDS = {"handler": N_("Saksbehandler"), "department": N_("Avdeling"), "status": N_("Status")}
Choices = Callable[[str], Coroutine[Any, Any, Sequence[tuple[str, str]]]]


class SeveralCases:
    """Asks, on `screen`, what to set on the cases `numbers`, whose balance is `total` øre, and sets it.

    `choices` answers which values a field can have, as (value, name); `done` is called when they are changed.
    """

    def __init__(
        self, screen: Kk2Screen, numbers: Sequence[str], total: int, choices: Choices, done: Callable[[], None]
    ) -> None:
        self._screen = screen
        self._numbers = tuple(numbers)
        self._total = total
        self._choices = choices
        self._done = done

    def ask(self) -> None:
        fields = [(field, _(name)) for field, name in FIELDS.items()]
        dialog = ChoiceDialog(_("Endre {cases}").format(cases=self._told), fields)
        self._screen.app.push_screen(dialog, self._ask_value)

    @property
    def _told(self) -> str:
        """`sak 0221-00000412`, `3 saker`."""
        if len(self._numbers) == 1:
            return _("sak {number}").format(number=self._numbers[0])
        return counted(len(self._numbers), N_("sak"), N_("saker"))

    def _ask_value(self, field: str | None) -> None:
        if field:
            self._screen.run_service(self._choices(field), lambda choices: self._pick(field, choices), group="several")

    def _pick(self, field: str, choices: Sequence[tuple[str, str]]) -> None:
        names = {value: _(name) for value, name in choices}
        dialog = ChoiceDialog(_(FIELDS[field]), list(names.items()))
        self._screen.app.push_screen(dialog, lambda value: self._picked(field, value, names) if value else None)

    def _picked(self, field: str, value: str, names: dict[str, str]) -> None:
        if field == "department":
            count = self._screen.services.cases.without_ledger(self._numbers, value)
            self._screen.run_service(
                count, lambda without: self._confirm(field, value, names, without), group="several"
            )
        else:
            self._confirm(field, value, names)

    def _confirm(self, field: str, value: str, names: dict[str, str], without_ledger: int = 0) -> None:
        told = f"{_(FIELDS[field])}: {names[value]}"
        effect = [
            _("{cases}, saldo {total} i alt.").format(cases=self._told, total=format_amount(self._total)),
            _("De som har det fra før, røres ikke. Endres ikke alle, endres ingen."),
        ]
        if without_ledger:
            told_of = n_(
                "! På {count} sak har kreditor ingen reskontro {name}: innbetalinger på den kan ikke bokføres.",
                "! På {count} saker har kreditor ingen reskontro {name}: innbetalinger på dem kan ikke bokføres.",
                without_ledger,
            )
            effect.insert(0, told_of.format(count=without_ledger, name=names[value]))
        question = _("Sette {what} på {cases}?").format(what=told, cases=self._told)
        self._screen.confirm(question, effect, lambda: self._change(field, value, told))

    def _change(self, field: str, value: str, told: str) -> None:
        services = self._screen.services
        wanted: dict[str, Any] = {field: value}
        work = services.cases.set_several(self._numbers, services.actor, **wanted)
        self._screen.run_write(
            work,
            lambda changed: self._changed(changed, told),
            action="change_cases",
            failed=self._screen.load,
            again=lambda: self._change(field, value, told),
        )

    def _changed(self, changed: Sequence[Case], told: str) -> None:
        from services.undo import undo_of

        cases = counted(len(changed), N_("sak"), N_("saker"))
        undo = undo_of(changed[0]) if changed else None  # one transaction: the trail knows the others
        self._screen.done(_("{cases} endret: {what}").format(cases=cases, what=told), undo)
        self._done()
