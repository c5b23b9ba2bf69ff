"""Kreditor: name, how to reach it, and what holds for all its cases."""

from typing import Any, ClassVar

from msgspec.structs import replace
from textual.binding import Binding, BindingType

from data.documents import Component, Creditor, Language, LettersBy
from data.language import N_, _
from screens.admin.creditor_tab import CreditorTab
from screens.admin.entry_form import Entry, EntryForm
from screens.admin.order_pick import OrderPick
from screens.admin.sheet import FactSheet
from screens.widgets.amount_input import AmountInput
from screens.widgets.form_input import FormInput
from screens.widgets.pick import Pick
from services.creditors import SettledAnew
from services.rules.money import format_amount

LINE_BREAK = " / "
COMPONENTS: dict[Component, str] = {
    "principal": N_("hovedstol"),
    "costs": N_("omkostninger"),
    "fees": N_("gebyr"),
    "interest": N_("renter"),
}
LANGUAGES: dict[Language, str] = {"nb": N_("bokmål"), "nn": N_("nynorsk")}
LETTERS: dict[LettersBy, str] = {"run": N_("samlet for en kjøring"), "each": N_("en e-post for hvert varsel")}


class GeneralTab(CreditorTab):
    """A sheet to read, and a form."""

    NAME = N_("Kreditor")
    UNSAVED = N_("Endringene under Kreditor er ikke lagret.")
    READ_BESIDE = False
    HELP = N_("""
Kreditor viser navn og adresse slik de står i brev, og det som gjelder alle sakene.

E endrer, F12 lagrer. Behandlingsterskelen er saldoen en sak avsluttes under; en sak kan ha sin egen. Oppdekning er \
rekkefølgen innbetalinger dekker: piltastene merker, mellomrom flytter det merkede ett steg fram. Endrer du en av \
dem, regnes sakene om med det samme. Det som alt er lagt i et bilag, røres ikke.
""")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("e", "edit", "Endre", id="creditor.edit")]

    def __init__(self) -> None:
        self._sheet = FactSheet()
        order = OrderPick(list(COMPONENTS.items()))
        form = EntryForm(
            "Endre kreditor",
            {
                "name": Entry("Navn", FormInput(max_length=80)),
                "address": Entry("Adresse", FormInput(max_length=200), "Skråstrek skiller linjer: Vei 1 / Sted"),
                "email": Entry("E-post", FormInput(max_length=100)),
                "phone": Entry("Telefon", FormInput(max_length=30)),
                "language": Entry("Språkform i brev", Pick(list(LANGUAGES.items()))),
                "letters": Entry("Inkassovarsler", Pick(list(LETTERS.items()))),
                "threshold": Entry("Behandlingsterskel", AmountInput()),
                "coverage": Entry("Oppdekning", order, "Mellomrom flytter det merkede fram."),
            },
        )
        super().__init__(self._sheet, form, id="kreditor")

    def read(self, creditor: Creditor) -> None:
        self._sheet.tell(
            (_("Nummer"), creditor.number),
            (_("Navn"), creditor.name),
            *(("" if index else _("Adresse"), line) for index, line in enumerate(creditor.address)),
            ("E-post", creditor.email),
            (_("Telefon"), creditor.phone),
            (_("Språkform i brev"), _(LANGUAGES[creditor.language])),
            (_("Inkassovarsler"), _(LETTERS[creditor.letters])),
            (_("Behandlingsterskel"), format_amount(creditor.threshold)),
            (_("Oppdekning"), ", ".join(_(COMPONENTS[each]) for each in creditor.coverage)),
        )

    def values(self, creditor: Creditor) -> dict[str, Any]:
        names = ("name", "email", "phone", "language", "letters", "threshold", "coverage")
        values = {name: getattr(creditor, name) for name in names}
        return values | {"address": LINE_BREAK.join(creditor.address)}

    def action_edit(self) -> None:
        self.open_form()

    def save(self, creditor: Creditor) -> None:
        values = self.form.values
        lines = values.pop("address").split(LINE_BREAK)
        wanted = replace(creditor, address=tuple(line.strip() for line in lines if line.strip()), **values)
        if self.is_wrong(wanted):
            return
        effect = effect_of(creditor, wanted)
        if effect:
            self.frame.confirm(_("Endre det som gjelder alle sakene?"), effect, lambda: self._save(wanted))
        else:
            self._save(wanted)

    def _save(self, wanted: Creditor) -> None:
        work = self.services.creditors.change(wanted, self.services.actor)
        self.frame.run_write(work, self._changed, action="save_creditor", failed=self.frame.load, again=self.save_form)

    def _changed(self, result: SettledAnew) -> None:
        self.saved(result, told_of(result).rstrip("."))


def effect_of(before: Creditor, after: Creditor) -> list[str]:
    """What a new threshold or order does to the cases, in words; nothing when neither is new."""
    effect = []
    if after.threshold != before.threshold:
        effect += [
            _("Behandlingsterskel: fra {threshold} til {after}.").format(
                threshold=format_amount(before.threshold), after=format_amount(after.threshold)
            ),
            _(
                "Saker med innbetaling avsluttes når saldo er under den nye terskelen, og saker som den gamle "
                "avsluttet, åpnes igjen når den nye ikke gjør det. Saker med egen terskel berøres ikke."
            ),
        ]
    if after.coverage != before.coverage:
        effect += [
            _("Oppdekning: {coverage}.").format(coverage=", ".join(_(COMPONENTS[each]) for each in after.coverage)),
            _("Innbetalinger som ikke er lagt i et bilag, dekker på nytt i denne rekkefølgen."),
        ]
    return effect


def told_of(result: SettledAnew) -> str:
    """`3 saker avsluttet, 1 åpnet igjen.`; nothing when none was."""
    closed, reopened = len(result.closed), len(result.reopened)
    if not closed and not reopened:
        return ""
    return _("{closed} {cases} avsluttet, {reopened} åpnet igjen.").format(
        closed=closed, cases=_("sak") if closed == 1 else _("saker"), reopened=reopened
    )
