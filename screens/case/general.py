"""Generelt: the debtor, and how the case is set."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Resize
from textual.timer import Timer

from data.documents import Case, Debtor, Handler
from data.language import N_, _
from screens.case.general_form import GeneralForm, save_settings
from screens.case.pairs import pairs
from screens.case.story import story
from screens.case.tab import CaseTab
from screens.widgets.form import Form
from screens.widgets.plain import Plain
from screens.widgets.sheet import Sheet
from services.case_account import CaseAccount
from services.cases import STATUS_NAMES, CaseView
from services.rules.dates import format_date
from services.rules.masking import masked, spaced
from services.rules.money import format_amount

FRAME = 6  # lines of the screen that are not this tab's, and the one between the columns and the story
SHOWN_S = 60.0  # how long a national id stands on the screen
NO_LEDGER = N_(
    "Kreditor har ingen reskontro med det navnet. Innbetalinger på saken kan ikke bokføres før Avdeling er rettet, "
    "eller reskontroen er lagt inn under Administrasjon."
)


class GeneralTab(CaseTab):
    """Two columns and the case's story to read, and a form under them."""

    NAME = N_("Generelt")
    HELP = N_("""
Generelt viser hvem som skylder, hvordan saken er satt opp, hva som er utestående, hva som skjer nå («Neste»), og det \
siste som har skjedd («Sist»; alt står i Logg).

E endrer Avdeling, saksbehandler, behandlingsterskel og status. Avdeling avgjør hvilken reskontro innbetalinger \
bokføres på; finnes den ikke hos kreditor, stopper bokføringen. Et tomt felt for terskel betyr kreditors. F12 lagrer.

V viser hele fødselsnummeret i ett minutt, og skjuler det igjen. At du har sett det, står i sakens logg.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", N_("Endre"), id="case.edit"),
        Binding("v", "national_id", N_("Vis fødselsnummer"), id="case.national_id"),
    ]
    DEFAULT_CSS = """
    GeneralTab .columns { height: auto; margin-bottom: 1; }
    GeneralTab #story { height: auto; }
    GeneralTab .columns Plain { width: 1fr; height: auto; }
    """

    def __init__(self) -> None:
        super().__init__(id="generelt")
        self._sheet = Sheet()
        self._debtor = Plain()
        self._case = Plain()
        self._story = Plain(id="story")
        self._form = GeneralForm()
        self._view: CaseView | None = None
        self._handlers: Sequence[Handler] = ()
        self._field: str | None = None
        self._national_id = ""  # once it has been asked for
        self._shows_national_id = False
        self._hiding: Timer | None = None

    def compose(self) -> ComposeResult:
        with self._sheet:
            with Horizontal(classes="columns"):
                yield self._debtor
                yield self._case
            yield self._story
        yield self._form

    def show(self, view: CaseView) -> None:
        self._view = view
        self._show_lines()
        if self._form.is_open:
            self._form.follow(view.case)
        self.frame.run_service(self.services.handlers.all(), self._know_handlers, group="handlers")

    def _show_lines(self) -> None:
        if self._view is not None:
            size, names = self.app.size, {handler.id: handler.name for handler in self._handlers}
            columns = [
                pairs(lines, size.width // 2 - 4)
                for lines in (self._debtor_lines(self._view.case.debtor), case_lines(self._view.account, names))
            ]
            self._debtor.show(columns[0])
            self._case.show(columns[1])
            rows = size.height - FRAME - max(len(column.splitlines()) for column in columns)
            self._story.show(story(self._view, self.services.clock.today(), size.width - 5, rows))

    def _debtor_lines(self, debtor: Debtor) -> list[tuple[str, str]]:
        return debtor_lines(debtor, spaced(self._national_id) if self._shows_national_id else "")

    def on_resize(self, _event: Resize) -> None:
        self._show_lines()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Off while the form is open."""
        if self._form.is_open and action in ("edit", "national_id"):
            return False
        return super().check_action(action, parameters)

    # --- the national id ---

    def action_national_id(self) -> None:
        """Show it for a while, or no longer. It is asked for, and logged, once for each time the case is opened."""
        if self._shows_national_id:
            self.hide_national_id()
        elif self._national_id:
            self._show_national_id(self._national_id)
        elif self._view is not None:
            work = self.services.cases.national_id(self._view.case.id, self.services.actor)
            self.frame.run_write(work, self._show_national_id, action="national_id")

    def _show_national_id(self, national_id: str) -> None:
        self._national_id = national_id
        if not national_id:
            self.app.notify(_("Saken har ikke noe fødselsnummer."), markup=False)
        elif self.app.screen is self.frame and self.display:  # else the handler has gone on meanwhile
            self._shows_national_id = True
            self._hiding = self.set_timer(SHOWN_S, self.hide_national_id)
            self._show_lines()

    def hide_national_id(self) -> None:
        if self._hiding is not None:
            self._hiding.stop()
        if self._shows_national_id:
            self._shows_national_id = False
            self._show_lines()

    def on_hide(self) -> None:
        """Another tab is in front."""
        self.hide_national_id()

    def _know_handlers(self, handlers: Sequence[Handler]) -> None:
        self._handlers = handlers
        self._show_lines()
        if self._field is not None:
            self._edit(self._field)
            self._field = None

    def start(self, field: str | None = None) -> None:
        if field and self._handlers:
            self._edit(field)
        elif self._form.is_open:
            self._form.query("#avdeling").first().focus()
        else:
            self._field = field
            self._sheet.focus()

    def unsaved(self) -> str:
        return _("Endringene under Generelt er ikke lagret.") if self._form.is_open and self._form.changed else ""

    def action_edit(self) -> None:
        self._edit(None)

    def open_again(self, typed: Mapping[str, str]) -> None:
        """When the handlers, whom it chooses among, are known."""
        self._form.resume(typed)
        self._field = "avdeling"
        self.frame.run_service(self.services.handlers.all(), self._know_handlers, group="handlers")

    def _edit(self, field: str | None) -> None:
        if self._view is not None:
            self._form.kept_as = ("case", self._view.case.id)
            self._form.edit(self._view.case, self._view.account.creditor, self._handlers, field)

    @on(Form.Save)
    def save(self) -> None:
        if self._view is None:
            return
        case, creditor, department = self._view.case, self._view.account.creditor, self._form.wanted.department
        if department == case.department or creditor.ledger_line(department) is not None:
            self._save()
        else:
            self.frame.confirm(
                _("Lagre Avdeling {department}?").format(department=department or _("(tom)")),
                [_(NO_LEDGER)],
                self._save,
            )

    def _save(self) -> None:
        if self._view is not None:
            case, wanted = self._view.case, self._form.wanted
            work = save_settings(self.services.cases, case, wanted, self.services.actor)
            # A refusal keeps what was typed, and shows it beside the case as it is now.
            self.frame.run_write(
                work,
                lambda saved: self._saved(saved, case, wanted.status),
                action="save_case",
                failed=self.frame.load,
                again=self.save,
            )

    def _saved(self, case: Case, before: Case, chosen: str) -> None:
        from services.undo import undo_of

        self._leave_form()
        if case.status != chosen:
            told = _("Ny terskel: saken er nå {status}").format(status=_(STATUS_NAMES[case.status]))
        else:
            told = _("Sak {number} er endret").format(number=case.id)
        if case.rev != before.rev:
            self.frame.done(told, undo_of(case, before=before))
        self.frame.load()

    @on(Form.Close)
    def close(self) -> None:
        if self._form.changed:
            self.frame.confirm(_("Forkaste endringene?"), [self.unsaved()], self._leave_form)
        else:
            self._leave_form()

    def _leave_form(self) -> None:
        self._form.close()
        self._sheet.focus()


def debtor_lines(debtor: Debtor, national_id: str = "") -> list[tuple[str, str]]:
    """Label and value, of what is known; the national id is masked unless it is given."""
    lines = [
        (_("Skyldner"), debtor.name),
        (_("Fødselsnummer"), national_id or masked(debtor.national_id)),
        (_("Org.nummer"), debtor.org_number),
        (_("Kundenummer"), debtor.customer),
        *((_("Adresse") if not index else "", line) for index, line in enumerate(debtor.address)),
        (_("Poststed") if not debtor.address else "", f"{debtor.postcode} {debtor.city}".strip()),
        (_("E-post"), debtor.email),
        (_("Mobil"), debtor.mobile),
    ]
    return [(label, value) for label, value in lines if value]


def case_lines(account: CaseAccount, handlers: dict[str, str]) -> list[tuple[str, str]]:
    """Label and value."""
    case, creditor = account.case, account.creditor
    known = creditor.ledger_line(case.department) is not None
    own = _("sakens egen") if case.threshold is not None else _("kreditors")
    return [
        (
            _("Avdeling"),
            case.department
            if known
            else _("{department}  ! ingen reskontro").format(department=case.department or _("(tom)")),
        ),
        (_("Saksbehandler"), handlers.get(case.handler, case.handler)),
        (_("Terskel"), f"{format_amount(account.threshold)} ({own})"),
        (_("Status"), status_text(case)),
        (_("Steg"), f"{case.step} {format_date(case.step_date) if case.step_date else ''}".strip()),
        ("KID", case.kid),
        (_("Kreditor"), f"{creditor.number} {creditor.name}"),
        opened_line(case),
    ]


def opened_line(case: Case) -> tuple[str, str]:
    """The run it was taken over in with the day, else the day alone."""
    day = format_date(case.opened)
    return (_("Kjøring"), f"{case.run} ({day})") if case.run else (_("Opprettet"), day)


def status_text(case: Case) -> str:
    """`avsluttet 02.11.2026 (under terskelen)`."""
    day = f" {format_date(case.closed)}" if case.closed else ""
    why = _(" (under terskelen)") if case.closed_by_threshold else ""
    return _(STATUS_NAMES[case.status]) + day + why
