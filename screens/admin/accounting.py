"""Regnskapsintegrasjon: where vouchers are posted in Visma."""

from typing import Any, ClassVar

from msgspec.structs import asdict, replace
from textual.binding import Binding, BindingType

from data.documents import Accounting, Creditor
from data.language import N_, _
from screens.admin.creditor_tab import CreditorTab
from screens.admin.entry_form import Entry, EntryForm
from screens.admin.sheet import FactSheet
from screens.widgets.form_input import FormInput
from screens.widgets.tick import Tick


class AccountingTab(CreditorTab):
    """A sheet to read, and a form."""

    NAME = N_("Regnskapsintegrasjon")
    UNSAVED = N_("Endringene under Regnskapsintegrasjon er ikke lagret.")
    READ_BESIDE = False
    HELP = N_("""
Regnskapsintegrasjon sier hvor kreditors bilag føres i Visma.

Selskap er nummeret i Visma. Bilagstype er bilagsarten som er laget der for kk2. Banken debiteres; renter og \
omkostninger og gebyr krediteres på hver sin konto, med avdelingen og prosjektet som står her. Kontoene for hovedstol \
står under Reskontroer.

E endrer, F12 lagrer. Endringen gjelder bilag som lages heretter; bilag som er laget, er som de er.
""")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("e", "edit", "Endre", id="creditor.accounting.edit")]

    def __init__(self) -> None:
        self._sheet = FactSheet()
        form = EntryForm(
            "Endre regnskapsintegrasjonen",
            {
                "company": Entry("Selskap", FormInput(max_length=20)),
                "voucher_type": Entry("Bilagstype", FormInput(max_length=20)),
                "bank": Entry("Konto bank", FormInput(max_length=20)),
                "interest": Entry("Konto renter", FormInput(max_length=20)),
                "fees": Entry("Omkostninger og gebyr", FormInput(max_length=20)),
                "department": Entry("Avdeling", FormInput(max_length=20), "Kan være tom. Gjelder renter og gebyr."),
                "project": Entry("Prosjekt", FormInput(max_length=20), "Kan være tom. Gjelder renter og gebyr."),
                "approve": Entry("Bilag", Tick(_("godkjennes i Visma"))),
            },
        )
        super().__init__(self._sheet, form, id="regnskap")

    def read(self, creditor: Creditor) -> None:
        accounting = creditor.accounting
        self._sheet.tell(
            (_("Selskap"), creditor.company),
            (_("Bilagstype"), accounting.voucher_type),
            (_("Konto bank"), accounting.bank),
            (_("Konto renter"), accounting.interest),
            (_("Omkostninger og gebyr"), accounting.fees),
            (_("Avdeling"), accounting.department),
            (_("Prosjekt"), accounting.project),
            (_("Bilag godkjennes i Visma"), _("ja") if accounting.approve else _("nei")),
        )

    def values(self, creditor: Creditor) -> dict[str, Any]:
        return {"company": creditor.company} | asdict(creditor.accounting)

    def action_edit(self) -> None:
        self.open_form()

    def save(self, creditor: Creditor) -> None:
        values = self.form.values
        wanted = replace(creditor, company=values.pop("company"), accounting=Accounting(**values))
        if self.is_wrong(wanted, within="accounting"):
            return
        if wanted.company == creditor.company:
            self._save(wanted)
        else:
            question = _("Bytte selskap fra {company} til {wanted}?").format(
                company=creditor.company, wanted=wanted.company
            )
            effect = [
                _("Nye bilag føres i selskap {company}, og nye saker hentes derfra.").format(company=wanted.company),
                _("Fakturaene på sakene som er overtatt, ligger i selskap {company}.").format(company=creditor.company),
            ]
            self.frame.confirm(question, effect, lambda: self._save(wanted))

    def _save(self, wanted: Creditor) -> None:
        work = self.services.creditors.change(wanted, self.services.actor, "regnskapsintegrasjonen endret")
        self.frame.run_write(work, self.saved, action="save_accounting", failed=self.frame.load, again=self.save_form)
