"""Who is owed, who works with it, and the dated rates."""

from datetime import date
from typing import ClassVar, Literal

from data.documents.base import Component, Document, Part

Role = Literal["admin", "handler"]
KidCheck = Literal["mod10", "mod11"]
Language = Literal["nb", "nn"]
LettersBy = Literal["each", "run"]

DEFAULT_COVERAGE: tuple[Component, ...] = ("principal", "costs", "fees", "interest")
DEFAULT_THRESHOLD = 210_00


class BankAccount(Part, frozen=True, kw_only=True):
    """An account that receives payments with KID, with the KID agreement for it."""

    account: str
    kid_lengths: tuple[int, ...] = (13,)
    kid_check: KidCheck = "mod10"


class Accounting(Part, frozen=True, kw_only=True):
    """Where vouchers are posted in Visma: voucher type, general-ledger accounts, department and project."""

    voucher_type: str
    bank: str
    interest: str
    fees: str
    department: str = ""
    project: str = ""
    approve: bool = False


class LedgerLine(Part, frozen=True, kw_only=True):
    """One ledger: the ledger type (= a case's department), its account and the case flow of its new cases."""

    ledger_type: str
    account: str
    flow: str = ""


class Creditor(Document, frozen=True, kw_only=True):
    """The one who is owed. `id` is its four-digit number."""

    TABLE = "creditors"
    INDEXED = ("company",)

    name: str
    company: str
    threshold: int = DEFAULT_THRESHOLD
    coverage: tuple[Component, ...] = DEFAULT_COVERAGE
    bank_accounts: tuple[BankAccount, ...] = ()
    accounting: Accounting
    ledger_lines: tuple[LedgerLine, ...] = ()
    address: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    language: Language = "nb"  # of the letters
    letters: LettersBy = "run"  # the notices of a run in one e-mail, or one e-mail each

    @property
    def number(self) -> str:
        return self.id

    def ledger_line(self, department: str) -> LedgerLine | None:
        """The ledger line that a case's department leads to, if there is one."""
        return next((line for line in self.ledger_lines if line.ledger_type == department), None)


class Handler(Document, frozen=True, kw_only=True):
    """A person who works with cases. `id` is the login. `theme` and `language` are those they have chosen, or ""."""

    TABLE = "handlers"

    name: str
    email: str
    role: Role = "handler"
    keys: tuple[str, ...] = ()
    theme: str = ""
    language: str = ""

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:3]).upper()


class InterestRate(Document, frozen=True, kw_only=True):
    """Late-payment interest for a period (forsinkelsesrenteloven § 3). `id` is the first day."""

    TABLE = "interest_rates"

    valid_from: date
    valid_to: date
    basis_points: int  # hundredths of a per cent a year
    regulation: str
    source: str
    url: str = ""


class NoticeFee(Document, frozen=True, kw_only=True):
    """What a creditor may charge for its own notices (inkassoforskriften §§ 1-1 to 1-3). `id` is the first day.

    `base` is the inkassosats in øre, None where it is not known. The factors are those of claims due on or after
    `valid_from`; the base is that of letters sent in the period.
    """

    TABLE = "notice_fees"

    valid_from: date
    valid_to: date | None
    base: int | None
    reminder_factor: tuple[int, int]
    notice_factor: tuple[int, int]
    demand_factor: tuple[int, int]
    source: str
    url: str = ""


class Schema(Document, frozen=True, kw_only=True):
    """The last migration that the documents have been through (data/migrations); without it, none."""

    TABLE = "schema"
    ID: ClassVar[str] = "documents"

    version: int = 0
