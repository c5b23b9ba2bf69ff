"""What a handler may set on a case: Avdeling, Saksbehandler, Behandlingsterskel and Status."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

from textual.app import ComposeResult

from data.documents import Case, CaseStatus, Creditor, Handler
from data.language import N_, _
from screens.widgets.amount_input import AmountInput
from screens.widgets.field import Field
from screens.widgets.form import Form
from screens.widgets.form_field import FormField
from screens.widgets.form_input import FormInput
from screens.widgets.pick import Pick
from screens.widgets.speaking import Label
from services.cases import STATUS_NAMES, CaseService
from services.rules.money import format_amount

V = TypeVar("V")


class Settings(NamedTuple):
    """What the form sets; `threshold` in øre, None for the creditor's."""

    department: str
    handler: str
    threshold: int | None
    status: str

    @classmethod
    def of(cls, case: Case) -> "Settings":
        return cls(case.department, case.handler, case.threshold, case.status)


class GeneralForm(Form):
    """Opened on a case; fields that were not touched follow the case when it is read again."""

    def __init__(self) -> None:
        super().__init__()
        self._before: Settings | None = None
        self._ledgers: Sequence[str] = ()
        self._department = FormInput(id="avdeling", max_length=20)
        self._handler = Pick((), id="saksbehandler")
        self._threshold = AmountInput(required=False, id="terskel", placeholder=N_("kreditors"))
        self._status = Pick([(status, name) for status, name in STATUS_NAMES.items()], id="status")
        self._fields = {
            "department": Field("Avdeling", self._department),
            "handler": Field("Saksbehandler", self._handler),
            "threshold": Field("Behandlingsterskel", self._threshold),
            "status": Field("Status", self._status),
        }

    @property
    def inputs(self) -> Mapping[str, FormField]:
        return {
            "department": self._department,
            "handler": self._handler,
            "threshold": self._threshold,
            "status": self._status,
        }

    def compose(self) -> ComposeResult:
        yield Label(N_("Endre saken"), classes="title")
        yield from self._fields.values()

    @property
    def fields(self) -> Mapping[str, Field]:
        return self._fields

    def edit(self, case: Case, creditor: Creditor, handlers: Sequence[Handler], field: str | None = None) -> None:
        """Open the form on a case, with the cursor in a field."""
        self._handler.set_choices([(each.id, each.name) for each in handlers], case.handler)
        self._ledgers = [line.ledger_type for line in creditor.ledger_lines]
        types = ", ".join(self._ledgers)
        self._fields["department"].note(
            _("Reskontroer: {types}").format(types=types) if types else _("Kreditor har ingen reskontroer.")
        )
        self._fields["threshold"].note(
            _("Tomt felt: kreditors, {threshold}").format(threshold=format_amount(creditor.threshold))
        )
        self._fill(Settings.of(case))
        self.open()
        self.query_one(f"#{field or 'avdeling'}").focus()

    def follow(self, case: Case) -> None:
        """The case has been read again: untouched fields take its values, the others keep what was typed."""
        if self._before is None:
            return
        fresh, wanted, before = Settings.of(case), self.wanted, self._before
        self._fill(
            Settings(
                department=_kept(wanted.department, before.department, fresh.department),
                handler=_kept(wanted.handler, before.handler, fresh.handler),
                threshold=_kept(wanted.threshold, before.threshold, fresh.threshold),
                status=_kept(wanted.status, before.status, fresh.status),
            )
        )
        self._before = fresh

    def close(self) -> None:
        super().close()
        self._before = None

    @property
    def wanted(self) -> Settings:
        department = spelled_as(self._department.value.strip(), self._ledgers)
        return Settings(department, self._handler.value, self._threshold.value_or_none, self._status.value)

    @property
    def changed(self) -> bool:
        return self._before is not None and self.wanted != self._before

    def _fill(self, settings: Settings) -> None:
        self._before = settings if self._before is None else self._before
        self._department.value = settings.department
        self._handler.choose(settings.handler)
        self._threshold.set_value(settings.threshold)
        self._status.choose(settings.status)


async def save_settings(cases: CaseService, case: Case, wanted: Settings, actor: str) -> Case:
    """Set what differs from the case as it was seen. The status comes last, so that it is what was chosen.

    Raises Conflict when somebody else has changed the case.
    """
    if wanted.handler != case.handler:
        case = await cases.set_handler(case, wanted.handler, actor)
    if wanted.department != case.department:
        case = await cases.set_department(case, wanted.department, actor)
    before = case.status
    if wanted.threshold != case.threshold:
        case = await cases.set_threshold(case, wanted.threshold, actor)
    if wanted.status != before:
        case = await cases.set_status(case, _status(wanted.status), actor)
    return case


def spelled_as(text: str, known: Sequence[str]) -> str:
    """What was typed, as the one of `known` that differs only in small and capital letters: `k010` is K010."""
    return next((each for each in known if each.casefold() == text.casefold()), text)


def _kept(mine: V, before: V, fresh: V) -> V:
    return mine if mine != before else fresh


def _status(value: str) -> CaseStatus:
    return next(status for status in STATUS_NAMES if status == value)
