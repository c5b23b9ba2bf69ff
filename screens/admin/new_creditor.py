"""Ny kreditor: what a creditor cannot be without. The rest is set on its tabs afterwards."""

from typing import Any

from data.documents import Accounting, Creditor
from data.language import N_
from screens.admin.creditor import CreditorScreen
from screens.admin.entry_form import Entry, EntryForm
from screens.admin.form_screen import FormScreen
from screens.widgets.form_input import FormInput
from services.rules.creditor_setup import find_problems

NAMES = ("number", "name", "company", "voucher_type", "bank", "interest", "fees")


class NewCreditorScreen(FormScreen):
    """Saved, it gives way to the screen of the new creditor."""

    TITLE = N_("Ny kreditor")
    UNSAVED = N_("Kreditoren er ikke lagret.")
    HELP = N_("""
Skriv det en kreditor må ha: nummeret på fire siffer, som saksnumrene og KID begynner med, og hvor bilagene føres i \
Visma. F12 lagrer. Bankkontoer, reskontroer og resten legger du inn på kreditoren etterpå.
""")

    def __init__(self) -> None:
        entries = {
            "number": Entry("Nummer", FormInput(max_length=4), "Fire siffer; kan ikke endres siden."),
            "name": Entry("Navn", FormInput(max_length=80)),
            "company": Entry("Selskap", FormInput(max_length=20), "Nummeret i Visma."),
            "voucher_type": Entry("Bilagstype", FormInput(max_length=20), "Den som er laget for kk2 i Visma."),
            "bank": Entry("Konto bank", FormInput(max_length=20)),
            "interest": Entry("Konto renter", FormInput(max_length=20)),
            "fees": Entry("Omkostninger og gebyr", FormInput(max_length=20)),
        }
        super().__init__(EntryForm("", entries))

    def on_mount(self) -> None:
        self.form.kept_as = ("new_creditor", "")
        self.form.open_on(dict.fromkeys(NAMES, ""))

    def save(self) -> None:
        wanted = new_creditor(self.form.values)
        if not self.form.complain(find_problems(wanted), within="accounting"):
            self.run_write(self.services.creditors.add(wanted, self.services.actor), self._saved, action="save")

    def _saved(self, creditor: Creditor) -> None:
        self.forget_draft()
        self.app.switch_screen(CreditorScreen(creditor.number))


def new_creditor(values: dict[str, Any]) -> Creditor:
    """A creditor of the form's values, the rest as it is from the start."""
    accounting = Accounting(**{name: values[name] for name in ("voucher_type", "bank", "interest", "fees")})
    return Creditor(id=values["number"], name=values["name"], company=values["company"], accounting=accounting)
