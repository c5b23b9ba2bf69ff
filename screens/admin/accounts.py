"""Bankkontoer og KID: the accounts that payments come in on, each with its KID agreement."""

from functools import partial
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from data.documents import BankAccount, Creditor
from data.language import N_, _
from screens.admin.agreement_inputs import AccountInput, KidLengthsInput
from screens.admin.creditor_tab import CreditorTab
from screens.admin.entry_form import Entry, EntryForm
from screens.widgets.columns import Column, Row
from screens.widgets.list_table import ListTable
from screens.widgets.pick import Pick
from services.bank.kid import format_account
from services.creditors import with_bank_account
from services.rules.kid_agreement import format_kid_lengths

COLUMNS = (Column("Konto", 14), Column("KID-lengder", 24), Column("Kontrollsiffer"))
CHECKS = {"mod10": N_("modulus 10"), "mod11": N_("modulus 11")}


class AccountsTab(CreditorTab):
    """A table, and a form for a new account."""

    NAME = N_("Bankkontoer og KID")
    UNSAVED = N_("Kontoen er ikke lagret.")
    HELP = N_("""
Bankkontoer og KID viser kontoene som det leses innbetalinger fra, med KID-avtalen for hver.

N legger til en konto. KID-lengden regnes med kontrollsifferet; kk2 lager KID på 13 siffer, med kontrollsifferet til \
den øverste kontoen. En avtale endres ikke: legg kontoen til på nytt, så erstatter den nye avtalen den gamle.

S sletter kontoen. Det går ikke mens innbetalinger på den er uplassert.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "add", "Ny", tooltip="Ny bankkonto", id="creditor.account.new"),
        Binding("s", "delete", "Slett", tooltip="Slett bankkontoen", id="creditor.account.delete"),
    ]

    def __init__(self) -> None:
        self._table = ListTable(COLUMNS, empty=N_("Ingen bankkontoer. N legger til en."))
        form = EntryForm(
            "Ny bankkonto",
            {
                "account": Entry("Kontonummer", AccountInput(placeholder=N_("elleve siffer"))),
                "kid_lengths": Entry(
                    "KID-lengder", KidLengthsInput(placeholder=N_("med kontrollsifferet, f.eks. 8, 13"))
                ),
                "kid_check": Entry("Kontrollsiffer", Pick(list(CHECKS.items()))),
            },
        )
        super().__init__(self._table, form, id="kontoer")

    def read(self, creditor: Creditor) -> None:
        self._table.set_rows([account_row(each) for each in creditor.bank_accounts])
        self.frame.refresh_bindings()

    def values(self, creditor: Creditor) -> dict[str, Any]:
        return {"account": None, "kid_lengths": (13,), "kid_check": "mod10"}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "delete" and self._table.cursor_key is None:
            return False
        return super().check_action(action, parameters)

    def action_add(self) -> None:
        self.open_form()

    def save(self, creditor: Creditor) -> None:
        account = BankAccount(**self.form.values)
        if self.is_wrong(with_bank_account(creditor, account), within="bank_accounts"):
            return
        old = next((each for each in creditor.bank_accounts if each.account == account.account), None)
        if old is None:
            self._add(creditor, account)
        else:
            question = _("Erstatte KID-avtalen for konto {account}?").format(account=format_account(account.account))
            effect = [
                _("Nå:   {agreement}").format(agreement=agreement(old)),
                _("Ny:   {agreement}").format(agreement=agreement(account)),
            ]
            self.frame.confirm(question, effect, lambda: self._add(creditor, account, replacing=True))

    def _add(self, creditor: Creditor, account: BankAccount, *, replacing: bool = False) -> None:
        service, actor = self.services.creditors, self.services.actor
        work = service.add_bank_account(creditor, account, actor, replacing=replacing)
        self.frame.run_write(work, self.saved, action="add", failed=self.frame.load, again=self.save_form)

    def action_delete(self) -> None:
        creditor, account = self.creditor, self._table.cursor_key
        if creditor is not None and account is not None:
            question = _("Slette konto {account}?").format(account=format_account(account))
            effect = [
                _("Bankfiler med kontoen avvises etter dette. Innbetalinger som er plassert på saker, blir stående.")
            ]
            self.frame.confirm(question, effect, lambda: self._delete(creditor, account))

    def _delete(self, creditor: Creditor, account: str) -> None:
        work = self.services.creditors.delete_bank_account(creditor, account, self.services.actor)
        again = partial(self.on_fresh, lambda fresh: self._delete(fresh, account))
        self.frame.run_write(work, self.saved, action="delete", failed=self.frame.load, again=again)


def account_row(account: BankAccount) -> Row:
    lengths = format_kid_lengths(account.kid_lengths)
    return Row(account.account, (format_account(account.account), lengths, _(CHECKS[account.kid_check])))


def agreement(account: BankAccount) -> str:
    """`KID på 8, 13 siffer, modulus 10`."""
    return _("KID på {kid_lengths} siffer, {kid_check}").format(
        kid_lengths=format_kid_lengths(account.kid_lengths), kid_check=_(CHECKS[account.kid_check])
    )
